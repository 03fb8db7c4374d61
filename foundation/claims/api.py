"""Claims for programs: `/api/v1/claims`, and the decisions that they stand on."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.claims import (
    awards,
    computing,
    deciding,
    decisions,
    documents,
    explaining,
    lifecycle,
    queries,
    worklist,
)
from foundation.claims.awards import NewAward
from foundation.claims.decisions import NewDecision
from foundation.claims.models import Claim
from foundation.claims.schemas import (
    AwardAnswer,
    ClaimAnswer,
    ClaimFilter,
    DecisionAnswer,
    DecisionFilter,
    LineAnswer,
    LineFilter,
    NewAwardBody,
    NewClaim,
    NewDecisionBody,
    Submission,
    TraceAnswer,
    Withdrawal,
    WorkAnswer,
    WorkListFilter,
)
from foundation.claims.worklist import WorkFilter
from foundation.gifts import service as gifts
from foundation.http import api
from foundation.http.lists import BadCursor, Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds

blueprint = Blueprint("claims_api", __name__, url_prefix=f"{api.PREFIX}/claims")


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=ClaimAnswer, query=ClaimFilter)
def list_claims(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List claims, the latest year first."""
    found = queries.list_claims(
        session, scheme_code=query["scheme"], year=query["year"], state=query["state"]
    )
    keys = [str(item.id) for item in found]
    first = keys.index(page.cursor) + 1 if page.cursor in keys else 0
    shown = found[first : first + page.limit]
    more = str(shown[-1].id) if first + page.limit < len(found) else None
    return Page([documents.of_claim(item) for item in shown], more)


@blueprint.post("")
@guard.requires(Permission.CLAIMS_PREPARE)
@api.endpoint(body=NewClaim, answer=ClaimAnswer, status=201)
def compute_claim(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Compute the draft of a scheme and year from the books."""
    claim = computing.compute(
        session, body["scheme"], body["year"], actor=api.actor(), clock=api.clock()
    )
    return _answer(session, claim)


@blueprint.get("/<int:claim_id>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(answer=ClaimAnswer)
def get_claim(session: Session, claim_id: int) -> dict[str, Any]:
    """Return a claim with its figures and everything that is missing."""
    return _answer(session, computing.get_claim(session, claim_id))


def _answer(session: Session, claim: Claim) -> dict[str, Any]:
    return documents.of_claim(queries.get_row(session, claim))


@blueprint.get("/<int:claim_id>/lines")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=LineAnswer, query=LineFilter)
def list_lines(
    session: Session, claim_id: int, *, query: dict[str, Any], page: PageRequest
) -> Page[Any]:
    """List the gifts of a claim with their standing."""
    claim = computing.get_claim(session, claim_id)
    part = queries.line_page(session, claim, page, status=query["status"], code=query["code"])
    return Page([documents.of_line(item) for item in part.items], part.next)


@blueprint.get("/<int:claim_id>/work-list")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=WorkAnswer, query=WorkListFilter)
def list_work(
    session: Session, claim_id: int, *, query: dict[str, Any], page: PageRequest
) -> Page[Any]:
    """List the gifts of a claim that do not count, with what each lacks and the amount at stake."""
    wanted = WorkFilter(
        code=query["code"],
        text=query["q"],
        fund=query["fund"],
        can_mend=query["can_mend"],
        least_minor=query["min"],
        most_minor=query["max"],
    )
    part = worklist.page(session, computing.get_claim(session, claim_id), page, wanted)
    return Page([documents.of_work(item) for item in part.items], part.next)


@blueprint.get("/<int:claim_id>/lines/<gift>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(answer=TraceAnswer)
def get_trace(session: Session, claim_id: int, gift: str) -> dict[str, Any]:
    """Return the trace of a gift: rule, clause, source, facts and outcome of every step."""
    key = gifts.find_key(session, gift)
    return documents.of_trace(explaining.explain_line(session, claim_id, key))


@blueprint.post("/<int:claim_id>/freeze")
@guard.requires(Permission.CLAIMS_APPROVE)
@api.endpoint(answer=ClaimAnswer)
def freeze(session: Session, claim_id: int) -> dict[str, Any]:
    """Freeze a claim; everything that is missing is named when it cannot be."""
    claim = lifecycle.freeze(session, claim_id, actor=api.actor(), clock=api.clock())
    return _answer(session, claim)


@blueprint.post("/<int:claim_id>/submit")
@guard.requires(Permission.CLAIMS_PREPARE)
@api.endpoint(body=Submission, answer=ClaimAnswer)
def submit(session: Session, claim_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Note that a frozen claim was handed in."""
    claim = lifecycle.submit(session, claim_id, **body, actor=api.actor(), clock=api.clock())
    return _answer(session, claim)


@blueprint.post("/<int:claim_id>/withdraw")
@guard.requires(Permission.CLAIMS_APPROVE)
@api.endpoint(body=Withdrawal, status=204)
def withdraw(session: Session, claim_id: int, *, body: dict[str, Any]) -> None:
    """Give up a claim that has no award; its gifts are free again."""
    lifecycle.withdraw(
        session, claim_id, reason=body["reason"], actor=api.actor(), clock=api.clock()
    )


@blueprint.post("/<int:claim_id>/award")
@guard.requires(Permission.CLAIMS_PREPARE)
@api.endpoint(body=NewAwardBody, answer=AwardAnswer, status=201)
def record_award(session: Session, claim_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Record the official award and explain why it is not what was computed."""
    parts = body.pop("differences")
    given = NewAward(
        amount_minor=body.pop("amount"),
        **body,
        differences=tuple((item["amount"], item["reason"]) for item in parts),
    )
    awards.record_award(session, claim_id, given, actor=api.actor(), clock=api.clock())
    view = awards.view(session, claim_id)
    assert view is not None
    return documents.of_award(view)


@blueprint.get("/decisions")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=DecisionAnswer, query=DecisionFilter)
def list_decisions(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List decisions, the latest first, superseded ones included."""
    gift = query["gift"]
    found = decisions.list_decisions(
        session,
        scheme_code=query["scheme"],
        gift_id=None if gift is None else gifts.find_key(session, gift),
        year=query["year"],
        before=_number(page.cursor),
        limit=page.limit,
    )
    more = str(found[-1].id) if len(found) == page.limit else None
    return Page([documents.of_decision(item) for item in found], more)


def _number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadCursor
    return int(cursor)


@blueprint.post("/decisions")
@guard.requires(Permission.CLAIMS_PREPARE)
@api.endpoint(body=NewDecisionBody, answer=DecisionAnswer, status=201)
def decide(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Record a decision; drafts that it touches are brought up to date."""
    gift, fund = body["gift"], body["fund"]
    given = NewDecision(
        question=body["question"],
        answer=body["answer"],
        reason=body["reason"],
        scheme_code=body["scheme"],
        gift_id=None if gift is None else gifts.find_key(session, gift),
        fund_id=None if fund is None else funds.get_fund(session, fund).id,
        claim_year=body["year"],
        evidence=body["evidence"],
        supersedes_id=body["supersedes"],
    )
    made = deciding.decide(session, given, folder=None, actor=api.actor(), clock=api.clock())
    found = decisions.list_decisions(session, limit=50)
    return documents.of_decision(next(item for item in found if item.id == made.decision_id))
