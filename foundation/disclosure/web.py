"""Every address of disclosure: `/disclosure` for everybody, `/publications` for the office."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.disclosure import pages, public_pages

blueprint = Blueprint("disclosure", __name__)

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("/disclosure", "home", public_pages.home, _GET),
    ("/disclosure/<kind>/<subject>", "entry", public_pages.entry, _GET),
    ("/disclosure/<kind>/<subject>/<int:number>", "version", public_pages.entry, _GET),
    ("/disclosure/files/<int:file_id>", "file", public_pages.file, _GET),
    ("/publications", "index", pages.index, _GET),
    ("/publications/new/<kind>", "prepare", pages.prepare, _FORM),
    ("/publications/<int:version_id>", "show", pages.show, _GET),
    ("/publications/<int:version_id>/publish", "publish", pages.publish, _POST),
    ("/publications/<int:version_id>/decline", "decline", pages.decline, _POST),
    ("/publications/files/<int:file_id>", "office_file", pages.office_file, _GET),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
