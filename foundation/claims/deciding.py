"""Record a decision and bring the drafts that it touches up to date in the same transaction."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.claims import computing, decisions
from foundation.claims.decisions import NewDecision
from foundation.claims.kinds import ClaimState
from foundation.claims.models import Claim
from foundation.claims.scheme_models import EVERY_SCHEME
from ledger.clock import Clock

# A draft of at most so many gifts is computed again at once; a larger one when somebody asks.
SMALL_DRAFT = 20_000


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did: its key, how many lines changed, and which drafts are behind it."""

    decision_id: int
    changed_lines: int
    stale_drafts: tuple[int, ...]


def decide(
    session: Session, given: NewDecision, *, folder: Path | None, actor: str, clock: Clock
) -> Decided:
    """Record a decision and update the drafts it touches. Raises as `decisions.decide`."""
    key = decisions.decide(session, given, folder=folder, actor=actor, clock=clock)
    if given.gift_id is not None:
        drafts = computing.drafts_with(session, given.gift_id, given.scheme_code)
        changed = sum(
            computing.reevaluate(session, draft, [given.gift_id], actor=actor, clock=clock)
            for draft in drafts
        )
        return Decided(key, changed, ())
    stale, changed = [], 0
    for claim in _drafts(session, given):
        if claim.line_count > SMALL_DRAFT:
            stale.append(claim.id)
            continue
        computing.compute(
            session, claim.scheme_code, claim.year, actor=claim.computed_by, clock=clock
        )
        changed += claim.line_count
    return Decided(key, changed, tuple(stale))


def _drafts(session: Session, given: NewDecision) -> list[Claim]:
    query = select(Claim).where(Claim.state == ClaimState.DRAFT).order_by(Claim.id)
    if given.scheme_code != EVERY_SCHEME:
        query = query.where(Claim.scheme_code == given.scheme_code)
    if given.claim_year is not None:
        query = query.where(Claim.year == given.claim_year)
    return list(session.execute(query).scalars())
