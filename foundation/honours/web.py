"""Every address of the honour roll, for the office and for everybody."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.honours import pages, public_pages

blueprint = Blueprint("honours", __name__)

View = Callable[..., Any]
_GET, _POST = ("GET",), ("POST",)

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("/honour-roll", "show", pages.show, _GET),
    ("/honour-roll/levels", "set_level", pages.set_level, _POST),
    ("/honour-roll/levels/<int:level_id>/end", "end_level", pages.end_level, _POST),
    ("/honour-roll/consents/<int:donor_id>", "consents", pages.consents, _GET),
    ("/honour-roll/consents/<int:donor_id>", "record_consent", pages.record_consent, _POST),
    ("/honours", "honours", public_pages.honours, _GET),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
