"""Every address of shared costs, in one screen."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.shared_costs import acts, pages

blueprint = Blueprint("shared_costs", __name__, url_prefix="/shared-costs")

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", pages.index, _GET),
    ("/keys/new", "new_key", acts.new_key, _FORM),
    ("/keys/<code>/<int:version>", "show_key", pages.show_key, _GET),
    ("/keys/<code>/<int:version>/approve", "approve_key", acts.approve_key, _POST),
    ("/keys/<code>/<int:version>/retire", "retire_key", acts.retire_key, _POST),
    ("/preview", "preview", pages.preview, _GET),
    ("/runs", "allocate", acts.allocate, _POST),
    ("/runs/<reference>", "show_run", pages.show_run, _GET),
    ("/runs/<reference>/undo", "undo", acts.undo, _POST),
    ("/time-sheets", "sheet", pages.sheet, _GET),
    ("/time-sheets/<period>", "show_sheet", pages.show_sheet, _GET),
    ("/time-sheets/<period>", "save_sheet", acts.save_sheet, _POST),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
