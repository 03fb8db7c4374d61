"""Every address of related parties, in one screen."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.parties import acts, pages

blueprint = Blueprint("parties", __name__, url_prefix="/related-parties")

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", pages.index, _GET),
    ("/new", "new", pages.new, _FORM),
    ("/import", "bring_in", pages.bring_in, _FORM),
    ("/suggestions", "suggested", pages.suggested, _GET),
    ("/suggestions/<subject>/accept", "accept", acts.accept, _POST),
    ("/suggestions/<subject>/dismiss", "dismiss", acts.dismiss, _POST),
    ("/<number>", "show", pages.show, _GET),
    ("/<number>/rename", "rename", acts.rename, _POST),
    ("/<number>/relations", "relate", acts.relate, _POST),
    ("/<number>/relations/<int:relation_id>/end", "end", acts.end, _POST),
    ("/<number>/relations/<int:relation_id>/withdraw", "withdraw", acts.withdraw, _POST),
    ("/<number>/links", "link", acts.link, _POST),
    ("/<number>/links/<int:link_id>/remove", "unlink", acts.unlink, _POST),
    ("/<number>/vouchers/<int:voucher_id>/rule", "rule", acts.rule, _POST),
    ("/<number>/publish", "publish", acts.publish, _POST),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
