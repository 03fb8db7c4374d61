"""Every address of the workspace."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.assessment import (
    indicator_pages,
    paper_pages,
    points,
    rubric_pages,
    task_pages,
)

blueprint = Blueprint("assessment", __name__, url_prefix="/assessment")
blueprint.add_app_template_filter(points.text_of, "points")

View = Callable[..., Any]
_GET, _POST = ("GET",), ("POST",)

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", indicator_pages.index, _GET),
    ("/check", "check", indicator_pages.check, _POST),
    ("/evidence.zip", "evidence", indicator_pages.evidence, _GET),
    ("/indicators/<code>", "show", indicator_pages.show, _GET),
    ("/indicators/<code>/score", "score", indicator_pages.score, _POST),
    ("/indicators/<code>/confirm", "confirm", indicator_pages.confirm, _POST),
    ("/indicators/<code>/papers", "attach", paper_pages.attach, _POST),
    ("/indicators/<code>/links", "link", paper_pages.link, _POST),
    ("/indicators/<code>/links/<int:paper_id>/end", "unlink", paper_pages.unlink, _POST),
    ("/indicators/<code>/tasks", "assign", task_pages.assign, _POST),
    ("/papers", "papers", paper_pages.index, _GET),
    ("/papers", "upload", paper_pages.upload, _POST),
    ("/papers/<int:paper_id>", "paper", paper_pages.download, _GET),
    ("/papers/<int:paper_id>/withdraw", "withdraw", paper_pages.withdraw, _POST),
    ("/tasks", "tasks", task_pages.index, _GET),
    ("/tasks", "create_task", task_pages.create, _POST),
    ("/tasks/<int:task_id>/move", "move_task", task_pages.move, _POST),
    ("/tasks/<int:task_id>/close", "close_task", task_pages.close, _POST),
    ("/tasks/<int:task_id>/finish", "finish_task", task_pages.finish, _POST),
    ("/rubrics", "rubrics", rubric_pages.index, _GET),
    ("/rubrics/choose", "choose_rubric", rubric_pages.choose, _POST),
    ("/rubrics/import", "import_rubric", rubric_pages.upload, _POST),
    ("/rubrics/<version>/document", "rubric_document", rubric_pages.document, _GET),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
