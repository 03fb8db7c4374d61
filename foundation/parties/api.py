"""Related parties for programs: `/api/v1/related-parties`."""

from datetime import date
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.donors.vault import Vault
from foundation.duties import service as duties
from foundation.http import api
from foundation.http.context import services
from foundation.http.lists import Page, PageRequest
from foundation.parties import dealings, documents, linking, queries, service, suggesting
from foundation.parties.linking import Link
from foundation.parties.queries import PartyFilter
from foundation.parties.schemas import (
    DealingQuery,
    DealingsAnswer,
    DismissalBody,
    EndBody,
    LinkBody,
    NameBody,
    NewParty,
    PartyAnswer,
    PartyQuery,
    PublishBody,
    ReasonBody,
    RelationBody,
    RulingBody,
    SuggestionsAnswer,
)
from foundation.parties.service import PartyInput, RelationInput
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("parties_api", __name__, url_prefix=f"{api.PREFIX}/related-parties")


def _vault() -> Vault:
    return Vault.of(services().config.secret_key)


def _document(session: Session, key: int) -> dict[str, Any]:
    return documents.of_party(queries.get(session, key), _vault(), on=api.clock().today())


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(items=PartyAnswer, query=PartyQuery)
def list_parties(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List related parties, important ones and those in force first."""
    wanted = PartyFilter(query["q"], query["kind"], query["important"], query["standing"])
    today = api.clock().today()
    found = queries.list_parties(session, wanted, on=today)
    start = int(page.cursor) if page.cursor and page.cursor.isdecimal() else 0
    part = found[start : start + page.limit]
    following = str(start + page.limit) if start + page.limit < len(found) else None
    return Page([documents.of_party(one, _vault(), on=today) for one in part], following)


@blueprint.post("")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=NewParty, answer=PartyAnswer, status=201)
def declare(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Declare a related party; donors and payees of its name or number are linked."""
    relation = RelationInput(**body.pop("relation"))
    made = service.declare(session, PartyInput(**body), relation, vault=_vault(), **api.who())
    return _document(session, made.id)


@blueprint.get("/dealings")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=DealingsAnswer, query=DealingQuery)
def list_dealings(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """Return what happened with related parties, this year unless other days are given."""
    today = api.clock().today()
    first = query["first"] or date(today.year, 1, 1)
    last = query["last"] or today
    views = queries.load(session)
    if query["party"]:
        views = (queries.get(session, queries.key_of(query["party"])),)
    names = {view.id: view.party.name for view in views}
    found = dealings.read(session, views, first, last)
    return {"dealings": [documents.of_dealing(item, names) for item in found]}


@blueprint.get("/suggestions")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=SuggestionsAnswer)
def list_suggestions(session: Session) -> dict[str, Any]:
    """Return who may be related and is neither declared nor dismissed."""
    found = suggesting.suggestions(session, today=api.clock().today())
    return {"suggestions": [documents.of_suggestion(item) for item in found]}


@blueprint.post("/suggestions/dismiss")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=DismissalBody, status=204)
def dismiss(session: Session, *, body: dict[str, Any]) -> None:
    """Say that somebody who was suggested is not related."""
    suggesting.dismiss(session, body["subject"], body["ground"], reason=body["reason"], **api.who())


@blueprint.get("/<number>")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=PartyAnswer)
def get_party(session: Session, number: str) -> dict[str, Any]:
    """Return a related party; the identity number is masked."""
    return _document(session, queries.key_of(number))


@blueprint.post("/<number>/rename")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=NameBody, answer=PartyAnswer)
def rename(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Give a party its new name."""
    key = queries.key_of(number)
    service.rename(session, key, body["name"], reason=body["reason"], **api.who())
    return _document(session, key)


@blueprint.post("/<number>/relations")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=RelationBody, answer=PartyAnswer, status=201)
def relate(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """State one more relation."""
    key = queries.key_of(number)
    service.relate(session, key, RelationInput(**body), **api.who())
    return _document(session, key)


@blueprint.post("/<number>/relations/<int:relation_id>/end")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=EndBody, answer=PartyAnswer)
def end(session: Session, number: str, relation_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Say until when a relation lasted."""
    key = queries.key_of(number)
    service.end(session, key, relation_id, **body, **api.who())
    return _document(session, key)


@blueprint.post("/<number>/relations/<int:relation_id>/withdraw")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=ReasonBody, answer=PartyAnswer)
def withdraw(
    session: Session, number: str, relation_id: int, *, body: dict[str, Any]
) -> dict[str, Any]:
    """Take back a relation that was stated by mistake."""
    key = queries.key_of(number)
    service.withdraw(session, key, relation_id, **body, **api.who())
    return _document(session, key)


@blueprint.post("/<number>/links")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=LinkBody, answer=PartyAnswer, status=201)
def link(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Say that a donor, a payee or an investment is this party."""
    key = queries.key_of(number)
    target = Link(body["donor"], body["counterparty"], body["investment"])
    linking.link(session, key, target, **api.who())
    return _document(session, key)


@blueprint.post("/<number>/links/<int:link_id>/remove")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=ReasonBody, answer=PartyAnswer)
def unlink(session: Session, number: str, link_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Say that a link was wrong."""
    key = queries.key_of(number)
    linking.unlink(session, key, link_id, **body, **api.who())
    return _document(session, key)


@blueprint.post("/<number>/rulings")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=RulingBody, answer=PartyAnswer, status=201)
def rule(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Decide what the dealing in a voucher is, and name the paper behind it."""
    key = queries.key_of(number)
    service.rule(session, key, **body, **api.who())
    return _document(session, key)


@blueprint.post("/<number>/publish")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=PublishBody, answer=PartyAnswer)
def publish(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Note when and where the dealing in a voucher was published."""
    key = queries.key_of(number)
    duties.mark_done(
        session,
        dealings.DUTY,
        dealings.occurrence_of(body["voucher_id"], key),
        done_on=body["published_on"],
        note=body["place"],
        **api.who(),
    )
    return _document(session, key)
