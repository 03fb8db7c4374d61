"""Claimed gifts that went back after their claim, and what follows: who is told, what is repaid.

Nothing is stored until a person dealt with it; what is open follows from the changes of gifts.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from foundation.claims import awards, computing, returns, schemes
from foundation.claims.kinds import HOLDING, ClaimState
from foundation.claims.models import Claim, ClaimedGift, ClaimLine, Clawback
from foundation.gifts.kinds import ChangeKind
from foundation.gifts.models import Gift, GiftChange, reference
from foundation.gifts.standing import withdrawn
from foundation.matching import awards as rules
from foundation.matching.awards import Repayment
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.money import to_text


@dataclass(frozen=True, slots=True)
class Returned:
    """A claimed gift that went back after its claim, and what follows from it."""

    claim_id: int
    scheme_code: str
    year: int
    gift_id: int
    gift: str
    change_id: int
    changed_on: date
    returned_minor: int
    counted_minor: int
    # By when the authority must hear of it, and whether a person has to decide.
    terms: Repayment


def returned_after_claim(session: Session, *, claim_id: int | None = None) -> list[Returned]:
    """List claimed gifts that went back after their claim was frozen and nobody dealt with."""
    query = (
        _open(select(Claim, GiftChange, Gift.received_on, ClaimLine))
        .join(Gift, Gift.id == ClaimedGift.gift_id)
        .join(
            ClaimLine, (ClaimLine.claim_id == Claim.id) & (ClaimLine.gift_id == ClaimedGift.gift_id)
        )
        .order_by(Claim.id, GiftChange.id)
    )
    if claim_id is not None:
        query = query.where(Claim.id == claim_id)
    return [_returned(session, *row) for row in session.execute(query)]


def count_open(session: Session) -> int:
    """Count the returns that nobody dealt with."""
    return int(session.execute(_open(select(func.count()))).scalar_one())


def _open(query: Any) -> Select[Any]:
    """Changes of claimed gifts after their claim was frozen, as long as nobody dealt with them."""
    dealt = select(Clawback.id).where(
        Clawback.claim_id == Claim.id, Clawback.gift_change_id == GiftChange.id
    )
    found: Select[Any] = (
        query.select_from(GiftChange)
        .join(ClaimedGift, ClaimedGift.gift_id == GiftChange.gift_id)
        .join(Claim, Claim.id == ClaimedGift.claim_id)
        .where(
            ClaimedGift.is_live,
            Claim.state.in_(HOLDING),
            GiftChange.created_at > Claim.frozen_at,
            ~withdrawn(),
            ~dealt.correlate(Claim, GiftChange).exists(),
        )
    )
    return found


def _returned(
    session: Session, claim: Claim, change: GiftChange, received_on: date, line: ClaimLine
) -> Returned:
    whole = line.counted_low
    back = whole if change.kind is not ChangeKind.REFUNDED else min(change.amount_minor, whole)
    return Returned(
        claim_id=claim.id,
        scheme_code=claim.scheme_code,
        year=claim.year,
        gift_id=change.gift_id,
        gift=reference(change.gift_id, received_on),
        change_id=change.id,
        changed_on=change.changed_on,
        returned_minor=back,
        counted_minor=whole,
        terms=rules.on_return(
            schemes.get_version(session, claim.scheme_id).scheme,
            matched_minor=0,
            returned_on=change.changed_on,
            gift_minor=whole,
            returned_minor=back,
        ),
    )


def repayment_of(session: Session, item: Returned) -> Repayment:
    """What the return of a gift takes back with it, by the scheme of its claim."""
    claim = computing.get_claim(session, item.claim_id)
    scheme = schemes.get_version(session, claim.scheme_id).scheme
    drawn = returns.drawn_by(session, claim, item.gift_id, item.returned_minor)
    return replace(item.terms, repay_minor=drawn if scheme.consequences.repay_match else 0)


def claw_back(
    session: Session,
    claim_id: int,
    gift_id: int,
    *,
    change_id: int,
    repay_minor: int,
    notified_on: date | None,
    reason: str,
    actor: str,
    clock: Clock,
) -> int:
    """Record what follows from a claimed gift that went back, and return the key of the record.

    Raises InvalidInput for more than the award, without a reason, or for a return that nobody
    has to deal with.
    """
    claim = computing.get_claim(session, claim_id, lock=True)
    found = [
        item
        for item in returned_after_claim(session, claim_id=claim_id)
        if (item.gift_id, item.change_id) == (gift_id, change_id)
    ]
    if not found:
        raise InvalidInput(field="捐赠", reason="没有需要处理的退回")
    award = awards.find_award(session, claim_id)
    most = 0 if award is None else award.amount_minor
    if not 0 <= repay_minor <= most:
        raise InvalidInput(field="退回配比", reason=f"应在 0 与下达金额 {to_text(most)} 之间")
    if not reason.strip():
        raise InvalidInput(field="理由", reason="必须写明处理依据")
    row = Clawback(
        claim_id=claim_id,
        gift_id=gift_id,
        gift_change_id=change_id,
        returned_minor=found[0].returned_minor,
        repay_minor=repay_minor,
        notify_by=found[0].terms.notify_by,
        notified_on=notified_on,
        reason=reason.strip(),
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    session.add(row)
    if claim.state is ClaimState.AWARDED and repay_minor:
        claim.state = ClaimState.CLAWED_BACK
    session.flush()
    awards.write_trail(
        session, claim, "claim.claw_back", {"gift": gift_id, "repay": repay_minor}, actor, clock
    )
    return row.id
