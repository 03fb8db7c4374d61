"""Every address of the alumni register."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.alumni import pages

blueprint = Blueprint("alumni", __name__, url_prefix="/alumni")

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", pages.index, _GET),
    ("/upload", "upload", pages.upload, _POST),
    ("/files/<digest>", "preview", pages.preview, _FORM),
    ("/files/<digest>/import", "run", pages.run, _POST),
    ("/matches", "matches", pages.matches, _GET),
    ("/matches/<int:match_id>", "decide", pages.decide, _POST),
    ("/matches/sure", "confirm_sure", pages.confirm_sure, _POST),
    ("/matches/again", "propose_again", pages.propose_again, _POST),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
