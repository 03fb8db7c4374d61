"""Read claims: the list, one claim with its lines, and what of it concerns one gift."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from foundation.claims import explaining, lines, questions, worklist
from foundation.claims.explaining import Explained
from foundation.claims.kinds import ClaimState
from foundation.claims.models import Claim, ClaimDecision, ClaimLine
from foundation.claims.scheme_models import EVERY_SCHEME, Decision, MatchingScheme
from foundation.gifts.models import Gift, GiftAllocation, reference
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from foundation.matching import catalogue
from foundation.matching.results import GiftStatus, ResultStatus


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list."""

    id: int
    scheme_code: str
    title: str
    scheme_version: int
    year: int
    sequence: int
    state: ClaimState
    result: ResultStatus
    currency: str
    line_count: int
    eligible_count: int
    ineligible_count: int
    undecided_count: int
    recognised_low: int
    recognised_high: int | None
    matched_low: int | None
    matched_high: int | None
    blockers: tuple[dict[str, str], ...]
    claimed_on: date
    computed_by: str
    computed_at: datetime
    frozen_by: str | None
    frozen_at: datetime | None
    digest: str | None
    submitted_on: date | None
    submitted_to: str | None
    submission_reference: str | None
    is_stale: bool = False

    @property
    def is_final(self) -> bool:
        """Whether nothing keeps it from the authority."""
        return not self.blockers


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a claim in a list."""

    gift_id: int
    gift: str
    donor_name: str
    received_on: date
    status: GiftStatus
    codes: tuple[tuple[str, str, str], ...]
    questions: tuple[tuple[str, str, str], ...]
    amount_minor: int
    counted_low: int
    counted_high: int | None
    matched_minor: int | None
    project: str | None


def list_claims(
    session: Session,
    *,
    scheme_code: str | None = None,
    year: int | None = None,
    state: ClaimState | None = None,
) -> list[ClaimRow]:
    """Return claims, the latest year first."""
    query = (
        select(Claim, MatchingScheme.title, MatchingScheme.version)
        .join(MatchingScheme, MatchingScheme.id == Claim.scheme_id)
        .order_by(Claim.year.desc(), Claim.scheme_code, Claim.sequence.desc())
    )
    for column, value in (
        (Claim.scheme_code, scheme_code),
        (Claim.year, year),
        (Claim.state, state),
    ):
        if value is not None:
            query = query.where(column == value)
    return [_claim(*row) for row in session.execute(query)]


def get_row(session: Session, claim: Claim) -> ClaimRow:
    """Return one claim as lists show it, and whether decisions came after it was computed."""
    title, version = session.execute(
        select(MatchingScheme.title, MatchingScheme.version).where(
            MatchingScheme.id == claim.scheme_id
        )
    ).one()
    return _claim(claim, title, version, is_stale=_is_stale(session, claim))


def _is_stale(session: Session, claim: Claim) -> bool:
    """Whether a decision on a whole fund or year came after the draft was computed."""
    if claim.state is not ClaimState.DRAFT:
        return False
    later = (
        select(Decision.id)
        .where(
            Decision.gift_id.is_(None),
            Decision.decided_at > claim.computed_at,
            Decision.scheme_code.in_((claim.scheme_code, EVERY_SCHEME)),
            or_(Decision.claim_year.is_(None), Decision.claim_year == claim.year),
            ~select(ClaimDecision.decision_id)
            .where(ClaimDecision.claim_id == claim.id, ClaimDecision.decision_id == Decision.id)
            .exists(),
        )
        .order_by(Decision.id)
        .limit(1)
    )
    return session.execute(later).first() is not None


def _claim(claim: Claim, title: str, version: int, *, is_stale: bool = False) -> ClaimRow:
    return ClaimRow(
        id=claim.id,
        scheme_code=claim.scheme_code,
        title=title,
        scheme_version=version,
        year=claim.year,
        sequence=claim.sequence,
        state=claim.state,
        result=claim.result,
        currency=claim.currency,
        line_count=claim.line_count,
        eligible_count=claim.eligible_count,
        ineligible_count=claim.ineligible_count,
        undecided_count=claim.undecided_count,
        recognised_low=claim.recognised_low,
        recognised_high=claim.recognised_high,
        matched_low=claim.matched_low,
        matched_high=claim.matched_high,
        blockers=tuple(json.loads(claim.blockers)),
        claimed_on=claim.claimed_on,
        computed_by=claim.computed_by,
        computed_at=claim.computed_at,
        frozen_by=claim.frozen_by,
        frozen_at=claim.frozen_at,
        digest=claim.digest,
        submitted_on=claim.submitted_on,
        submitted_to=claim.submitted_to,
        submission_reference=claim.submission_reference,
        is_stale=is_stale,
    )


def line_page(
    session: Session,
    claim: Claim,
    request: PageRequest,
    *,
    status: GiftStatus | None = None,
    code: str = "",
) -> Page[LineRow]:
    """Return one part of the lines of a claim, in the order of the gifts."""
    narrowed: list[ColumnElement[bool]] = [ClaimLine.claim_id == claim.id]
    if status is not None:
        narrowed.append(ClaimLine.status == status)
    if code:
        narrowed.append(worklist.has_reason(code))
    query: Any = (
        select(
            ClaimLine.gift_id,
            ClaimLine.status,
            ClaimLine.codes,
            ClaimLine.questions,
            ClaimLine.amount_minor,
            ClaimLine.counted_low,
            ClaimLine.counted_high,
            ClaimLine.high_minor,
            ClaimLine.facts,
            Gift.received_on,
            Gift.donor_name,
            Gift.is_anonymous,
        )
        .join(Gift, Gift.id == ClaimLine.gift_id)
        .where(*narrowed)
    )
    part = lists.page(session, query, keys=[ClaimLine.gift_id], request=request, descending=False)
    names = lines.stored_names(claim.fact_names)
    return Page(tuple(_line(row, names) for row in part.items), part.next)


def _line(row: Any, names: Any) -> LineRow:
    labels = catalogue.shipped().labels
    return LineRow(
        gift_id=row.gift_id,
        gift=reference(row.gift_id, row.received_on),
        donor_name="" if row.is_anonymous else row.donor_name,
        received_on=row.received_on,
        status=row.status,
        codes=tuple(
            (code, *labels.codes.get(code, (code, code))) for code in row.codes.split(",") if code
        ),
        questions=tuple(
            dict.fromkeys((fact, *questions.label(fact)) for fact, _ in lines.questions_of(row))
        ),
        amount_minor=row.amount_minor,
        counted_low=row.counted_low,
        counted_high=row.counted_high,
        matched_minor=row.high_minor,
        project=lines.facts_of(row.facts, names).get(lines.PROJECT),
    )


def claims_of_gift(session: Session, gift_id: int) -> list[tuple[ClaimRow, Explained]]:
    """Return what every claim makes of a gift, with its trace, the latest claim first."""
    found = []
    for row in reversed(list_claims(session)):
        line = session.get(ClaimLine, (row.id, gift_id))
        if line is not None:
            claim = session.get_one(Claim, row.id)
            found.append((row, explaining.Explainer(session, claim).explain(line)))
    return found[::-1]


def funds_of_gift(session: Session, gift_id: int) -> list[int]:
    """Return the funds that a gift goes to."""
    query = (
        select(GiftAllocation.fund_id)
        .where(GiftAllocation.gift_id == gift_id)
        .order_by(GiftAllocation.fund_id)
    )
    return list(session.execute(query).scalars())
