"""Every address of the auditor's desk, in one screen. Nothing that the auditor may use writes."""

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from foundation.auditing import access_pages, asking, desk_page, query_pages, sample_pages
from foundation.auditing.drawing import Keeper
from foundation.home import desk

blueprint = Blueprint("auditing", __name__, url_prefix="/audit")

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "desk", desk_page.index, _GET),
    ("/sampling", "sampling", sample_pages.sampling, _GET),
    ("/sampling/items/<int:number>", "item", sample_pages.item, _GET),
    ("/sampling/papers.zip", "archive", sample_pages.archive, _GET),
    ("/papers/<kind>/<int:key>", "paper", sample_pages.paper, _GET),
    ("/queries", "queries", query_pages.index, _GET),
    ("/queries/export.<form>", "export_queries", query_pages.export, _GET),
    ("/queries/new", "new_query", query_pages.new, _FORM),
    ("/queries/workbook", "read_workbook", query_pages.read_workbook, _FORM),
    ("/queries/<named>", "query", query_pages.show, _GET),
    ("/queries/<named>/answer", "answer", query_pages.answer, _POST),
    ("/queries/<named>/close", "close_query", query_pages.close, _POST),
    ("/access", "access", access_pages.index, _GET),
    ("/access/export.<form>", "export_access", access_pages.export, _GET),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))


@blueprint.record_once
def _join(state: BlueprintSetupState) -> None:
    """Keep the last samples, and put open questions on the desk of who answers them."""
    app = cast(Flask, state.app)
    app.extensions[asking.EXTENSION] = Keeper()
    desk.add(app, desk_page.open_questions)
