"""Donors for programs: `/api/v1/donors`."""

from typing import Any

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import aliases, documents, facts, finding, merging, service
from foundation.donors.models import Donor
from foundation.donors.schemas import (
    ClassFactBody,
    DonorAnswer,
    DonorContact,
    DonorQuery,
    IdNumberAnswer,
    Merging,
    NewDonor,
    Unmasking,
    Unmerging,
)
from foundation.donors.service import DonorChange, DonorInput
from foundation.donors.vault import Vault
from foundation.http import api, lists
from foundation.http.context import services
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("donors_api", __name__, url_prefix=f"{api.PREFIX}/donors")


def _vault() -> Vault:
    return Vault.of(services().config.secret_key)


def _document(session: Session, donor_id: int) -> dict[str, Any]:
    donor = service.get_donor(session, donor_id)
    kept = aliases.kept_of(session, donor_id)
    return documents.of_donor(donor, _vault(), merged_into=None if kept == donor_id else kept)


def _who() -> dict[str, Any]:
    return {"vault": _vault(), "actor": api.actor(), "clock": api.clock()}


@blueprint.get("")
@guard.requires(Permission.DONORS_READ)
@api.endpoint(items=DonorAnswer, query=DonorQuery)
def list_donors(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List donors by name, or those that a search may mean."""
    statement = select(Donor, Donor.name_key, Donor.id)
    if query["q"]:
        statement = statement.where(finding.matches(query["q"]))
    if query["kind"] is not None:
        statement = statement.where(Donor.kind == query["kind"])
    statement = statement.where(~aliases.is_alias())
    part = lists.page(session, statement, keys=[Donor.name_key, Donor.id], request=page)
    vault = _vault()
    return Page([documents.of_donor(row[0], vault) for row in part.items], part.next)


@blueprint.post("")
@guard.requires(Permission.DONORS_EDIT)
@api.endpoint(body=NewDonor, answer=DonorAnswer, status=201)
def record_donor(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Record a donor; `similar` in the answer names others that may be the same."""
    entry = DonorInput(**body)
    similar = finding.likenesses(session, entry, vault=_vault())
    ref = service.record_donor(session, entry, **_who())
    return documents.of_donor(service.get_donor(session, ref.id), _vault(), similar=similar)


@blueprint.get("/<int:donor_id>")
@guard.requires(Permission.DONORS_READ)
@api.endpoint(answer=DonorAnswer)
def get_donor(session: Session, donor_id: int) -> dict[str, Any]:
    """Return a donor; the identity number is masked."""
    return _document(session, donor_id)


@blueprint.post("/<int:donor_id>/merge")
@guard.requires(Permission.DONORS_EDIT)
@api.endpoint(body=Merging, answer=DonorAnswer)
def merge(session: Session, donor_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Make another donor an alias of this one; gifts and documents stay as they are."""
    merging.merge(
        session,
        donor_id,
        body["donor"],
        reason=body["reason"],
        actor=api.actor(),
        clock=api.clock(),
    )
    return _document(session, donor_id)


@blueprint.post("/<int:donor_id>/unmerge")
@guard.requires(Permission.DONORS_EDIT)
@api.endpoint(body=Unmerging, answer=DonorAnswer)
def unmerge(session: Session, donor_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Make an alias a donor of its own again."""
    merging.undo(session, donor_id, reason=body["reason"], actor=api.actor(), clock=api.clock())
    return _document(session, donor_id)


@blueprint.post("/<int:donor_id>/classes")
@guard.requires(Permission.DONORS_EDIT)
@api.endpoint(body=ClassFactBody, answer=DonorAnswer, status=201)
def join_class(session: Session, donor_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Note that a person was in a class."""
    named = {name: body[name] for name in ("college", "class_name", "year")}
    who: dict[str, Any] = {"actor": api.actor(), "clock": api.clock()}
    facts.join_class(session, donor_id, **named, **who)
    if body["members"] is not None:
        facts.set_class(session, **named, member_count=body["members"], **who)
    return _document(session, donor_id)


@blueprint.patch("/<int:donor_id>")
@guard.requires(Permission.DONORS_EDIT)
@api.endpoint(body=DonorContact, answer=DonorAnswer)
def change_contact(session: Session, donor_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Change the contact data of a donor."""
    donor = service.change_donor(session, donor_id, DonorChange(**body), **_who())
    return documents.of_donor(donor, _vault())


@blueprint.post("/<int:donor_id>/unmask")
@guard.requires(Permission.IDENTITY_UNMASK)
@api.endpoint(body=Unmasking, answer=IdNumberAnswer)
def unmask(session: Session, donor_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Return the whole identity number of a donor, leaving a record of who asked and why."""
    number = service.reveal_id_number(session, donor_id, reason=body["reason"], **_who())
    return {"id": donor_id, "id_number": number}
