"""Every address of matching claims, in one screen."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.claims import (
    claim_pages,
    desk_page,
    gift_page,
    intake_page,
    scheme_pages,
    whatif_pages,
    work_pages,
)

blueprint = Blueprint("matching", __name__, url_prefix="/matching")

View = Callable[..., Any]
_GET, _FORM, _POST = ("GET",), ("GET", "POST"), ("POST",)

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", desk_page.index, _GET),
    ("/compute", "compute", desk_page.compute, _POST),
    ("/claims/<int:claim_id>", "claim", claim_pages.claim, _GET),
    ("/claims/<int:claim_id>/work-list", "work_list", work_pages.work_list, _GET),
    ("/claims/<int:claim_id>/work-list.<form>", "export_work", work_pages.export, _GET),
    ("/claims/<int:claim_id>/freeze", "freeze", claim_pages.freeze, _FORM),
    ("/claims/<int:claim_id>/submit", "submit", claim_pages.submit, _FORM),
    ("/claims/<int:claim_id>/withdraw", "withdraw", claim_pages.withdraw, _FORM),
    ("/claims/<int:claim_id>/award", "award", claim_pages.award, _FORM),
    ("/claims/<int:claim_id>/receive", "receive", claim_pages.receive, _FORM),
    ("/claims/<int:claim_id>/use", "use", claim_pages.use, _FORM),
    ("/claims/<int:claim_id>/claw-back/<int:change_id>", "claw_back", claim_pages.claw_back, _FORM),
    ("/gifts/<reference>", "gift", gift_page.gift, _GET),
    ("/gifts/<reference>/decide", "decide_gift", gift_page.decide_gift, _POST),
    ("/decisions", "decisions", gift_page.recorded, _GET),
    ("/decisions/new", "decide", gift_page.decide, _POST),
    ("/scheme-texts", "edit_schemes", scheme_pages.edit_index, _GET),
    ("/schemes", "schemes", scheme_pages.index, _GET),
    ("/schemes/<code>", "scheme", scheme_pages.show, _GET),
    ("/schemes/<code>/edit", "edit_scheme", scheme_pages.edit, _FORM),
    ("/schemes/<code>/confirm", "propose", scheme_pages.propose, _FORM),
    ("/confirmations/<int:confirmation_id>", "answer", scheme_pages.answer, _POST),
    ("/compare", "compare", whatif_pages.compare, _GET),
    ("/try", "try_gift", whatif_pages.try_gift, _GET),
    ("/hubei", "intake", intake_page.intake, _GET),
    ("/hubei/fill", "fill_intake", intake_page.fill, _POST),
    ("/hubei/confirm", "confirm_intake", intake_page.confirm, _POST),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
