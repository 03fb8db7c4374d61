"""What the papers of a claim are made of, read in the order of the gifts' receipt."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.claims import lines
from foundation.claims.explaining import Explainer
from foundation.claims.models import Claim, ClaimDecision, ClaimLine
from foundation.claims.scheme_models import Decision, MatchingScheme
from foundation.gifts.models import Gift, reference
from foundation.organisation.models import Organisation
from ledger.vouchers import Voucher, label


@dataclass(frozen=True, slots=True)
class ClaimHead:
    """Whose claim it is, under which scheme, and when it was made."""

    claim: Claim
    organisation: str
    title: str
    version: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A gift of a claim with everything that the papers say of it."""

    line: ClaimLine
    gift: str
    donor_name: str
    received_on: date
    voucher_id: int
    voucher: str
    facts: Mapping[str, Any]
    decisions: tuple[int, ...]


def head(session: Session, claim: Claim) -> ClaimHead:
    """Return the head of a claim; its papers carry the time at which it was frozen."""
    title, version = session.execute(
        select(MatchingScheme.title, MatchingScheme.version).where(
            MatchingScheme.id == claim.scheme_id
        )
    ).one()
    name = session.execute(select(Organisation.name)).scalar_one_or_none()
    return ClaimHead(claim, name or "", title, version, claim.frozen_at or claim.computed_at)


def paper_lines(session: Session, claim: Claim) -> Iterator[PaperLine]:
    """Yield the gifts of a claim in the order of receipt."""
    used = _decisions(session, claim)
    names = lines.stored_names(claim.fact_names)
    query = (
        select(ClaimLine, Gift, Voucher.period_id, Voucher.word, Voucher.number)
        .join(Gift, Gift.id == ClaimLine.gift_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(ClaimLine.claim_id == claim.id)
        .order_by(Gift.received_on, Gift.id)
        .execution_options(yield_per=1_000)
    )
    for row in session.execute(query):
        gift: Gift = row.Gift
        number = row.number
        yield PaperLine(
            line=row.ClaimLine,
            gift=reference(gift.id, gift.received_on),
            donor_name=gift.donor_name,
            received_on=gift.received_on,
            voucher_id=gift.voucher_id,
            voucher="" if number is None else label(row.period_id, row.word, number),
            facts=lines.facts_of(row.ClaimLine.facts, names),
            decisions=tuple(used.get(gift.id, ())),
        )


def _decisions(session: Session, claim: Claim) -> dict[int, list[int]]:
    rows = session.execute(
        select(Decision.gift_id, Decision.id)
        .join(ClaimDecision, ClaimDecision.decision_id == Decision.id)
        .where(ClaimDecision.claim_id == claim.id, Decision.gift_id.is_not(None))
        .order_by(Decision.id)
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(int(row.gift_id or 0), []).append(row.id)
    return found


def decisions(session: Session, claim: Claim) -> list[Decision]:
    """Return the decisions that a claim used, in the order in which they were made."""
    query = (
        select(Decision)
        .join(ClaimDecision, ClaimDecision.decision_id == Decision.id)
        .where(ClaimDecision.claim_id == claim.id)
        .order_by(Decision.id)
    )
    return list(session.execute(query).scalars())


def answer_text(decision: Decision) -> str:
    """Write the answer of a decision."""
    value = json.loads(decision.answer)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "重新待定" if value is None else str(value)


def explainer(session: Session, claim: Claim) -> Explainer:
    """Return what writes the traces of a claim."""
    return Explainer(session, claim)
