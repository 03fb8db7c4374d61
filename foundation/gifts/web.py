"""Every address of gifts, in one screen."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.gifts import change_pages, entry_pages, list_pages

blueprint = Blueprint("gifts", __name__, url_prefix="/gifts")

View = Callable[..., Any]
_GET, _FORM = ("GET",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", list_pages.index, _GET),
    ("/export.<form>", "export", list_pages.export, _GET),
    ("/new", "new", entry_pages.new, _FORM),
    ("/<reference>", "show", list_pages.show, _GET),
    ("/<reference>/cancel", "cancel", change_pages.cancel, _FORM),
    ("/<reference>/correct", "correct", entry_pages.correct, _FORM),
    ("/<reference>/refund", "refund", change_pages.refund, _FORM),
    ("/<reference>/changes/<int:change_id>/undo", "undo", change_pages.undo, _FORM),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
