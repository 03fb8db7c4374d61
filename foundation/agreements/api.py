"""Agreements for programs: `/api/v1/agreements`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.agreements import documents, service, view
from foundation.agreements.schemas import (
    AgreementAnswer,
    AgreementEnding,
    AgreementQuery,
    AgreementRevision,
    AgreementRowAnswer,
    NewAgreement,
    Signing,
)
from foundation.agreements.service import AgreementInput, Consent
from foundation.agreements.view import AgreementFilter
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("agreements_api", __name__, url_prefix=f"{api.PREFIX}/agreements")
# How the fields of the input are called in JSON, where that differs.
_NAMES = {
    "donor": "donor_id",
    "amount": "amount_minor",
    "in_kind": "is_in_kind",
    "instalments": "is_instalments",
    "construction": "is_construction",
    "overseas": "is_overseas",
    "asked_by_donor": "is_asked_by_donor",
    "return_benefit": "has_return_benefit",
}


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=AgreementRowAnswer, query=AgreementQuery)
def list_agreements(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List agreements, the latest first."""
    wanted = AgreementFilter(state=query["state"], donor_id=query["donor"], text=query["q"])
    found = view.rows(session, wanted, page)
    return Page([documents.of_row(row) for row in found.items], found.next)


@blueprint.post("")
@guard.requires(Permission.AGREEMENTS_EDIT)
@api.endpoint(body=NewAgreement, answer=AgreementAnswer, status=201)
def record_agreement(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Record a draft; `match_warnings` in the answer says what its wording may cost."""
    made = service.record_agreement(session, _entry(body), **api.who())
    return _document(session, made.id)


@blueprint.get("/<int:agreement_id>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(answer=AgreementAnswer)
def get_agreement(session: Session, agreement_id: int) -> dict[str, Any]:
    """Return an agreement with its funds, pledges, papers, changes and warnings."""
    return _document(session, agreement_id)


@blueprint.post("/<int:agreement_id>/change")
@guard.requires(Permission.AGREEMENTS_EDIT)
@api.endpoint(body=AgreementRevision, answer=AgreementAnswer)
def change_agreement(
    session: Session, agreement_id: int, *, body: dict[str, Any]
) -> dict[str, Any]:
    """Change an agreement; what was signed needs a reason and the donor's consent."""
    given = body["consent"]
    service.change_agreement(
        session,
        agreement_id,
        _entry(body["agreement"]),
        reason=body["reason"],
        consent=None if given is None else Consent(**given),
        **api.who(),
    )
    return _document(session, agreement_id)


@blueprint.post("/<int:agreement_id>/sign")
@guard.requires(Permission.AGREEMENTS_EDIT)
@api.endpoint(body=Signing, answer=AgreementAnswer)
def sign(session: Session, agreement_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Note that an agreement was signed."""
    service.sign(session, agreement_id, signed_on=body["date"], **api.who())
    return _document(session, agreement_id)


@blueprint.post("/<int:agreement_id>/end")
@guard.requires(Permission.AGREEMENTS_EDIT)
@api.endpoint(body=AgreementEnding, answer=AgreementAnswer)
def end(session: Session, agreement_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """End an agreement: a draft is cancelled, a signed one is over."""
    service.end(session, agreement_id, reason=body["reason"], **api.who())
    return _document(session, agreement_id)


def _entry(body: dict[str, Any]) -> AgreementInput:
    values = {_NAMES.get(name, name): value for name, value in body.items() if name != "funds"}
    parts = tuple((item["fund"], item["amount"]) for item in body["funds"])
    return AgreementInput(funds=parts, **values)


def _document(session: Session, agreement_id: int) -> dict[str, Any]:
    found = view.get_view(session, agreement_id, today=api.clock().today())
    return documents.of_view(found)
