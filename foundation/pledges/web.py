"""Every address of pledges, in one screen."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.pledges import list_pages, pages

blueprint = Blueprint("pledges", __name__, url_prefix="/pledges")

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", list_pages.index, _GET),
    ("/new", "new", pages.new, _FORM),
    ("/forecast", "forecast", list_pages.forecast, _GET),
    ("/reminders", "reminders", list_pages.reminders, _GET),
    ("/<reference>", "show", pages.show, _GET),
    ("/<reference>/pay", "pay", pages.pay, _POST),
    ("/<reference>/reschedule", "reschedule", pages.reschedule, _POST),
    ("/<reference>/write-off", "ask_write_off", pages.ask_write_off, _POST),
    ("/<reference>/write-off/<int:change_id>/approve", "approve", pages.approve, _POST),
    ("/<reference>/write-off/<int:change_id>/refuse", "refuse", pages.refuse, _POST),
    ("/<reference>/cancel", "cancel", pages.cancel, _POST),
    ("/<reference>/instalments/<int:number>/met", "meet", pages.meet, _POST),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
