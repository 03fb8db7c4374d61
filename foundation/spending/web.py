"""Every address of spending, in one screen."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.spending import acts, element_pages, pages

blueprint = Blueprint("spending", __name__, url_prefix="/spending")

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", pages.index, _GET),
    ("/new", "new", pages.new, _FORM),
    ("/elements", "elements", element_pages.index, _GET),
    ("/elements", "classify", element_pages.classify, _POST),
    ("/<reference>", "show", pages.show, _GET),
    ("/<reference>/edit", "edit", pages.edit, _FORM),
    ("/<reference>/submit", "submit", acts.submit, _POST),
    ("/<reference>/approve", "approve", acts.approve, _POST),
    ("/<reference>/return", "send_back", acts.send_back, _POST),
    ("/<reference>/pay", "pay", acts.pay, _POST),
    ("/<reference>/book", "book", acts.book, _POST),
    ("/<reference>/unbook", "unbook", acts.unbook, _POST),
    ("/<reference>/cancel", "cancel", acts.cancel, _POST),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
