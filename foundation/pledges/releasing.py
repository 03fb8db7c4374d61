"""Take back what a gift paid on pledges when the gift itself is taken back.

Gifts call this when they end or are refunded, so that a pledge never counts money that is gone.
It knows the tables of pledges and nothing of the services of gifts.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from foundation.pledges.models import Instalment, Pledge, PledgePayment
from ledger import trail
from ledger.clock import Clock


def release(
    session: Session,
    gift_id: int,
    *,
    left: Mapping[int, int],
    released_on: date,
    reason: str,
    actor: str,
    clock: Clock,
) -> int:
    """Give instalments back what a gift no longer pays; `left` is what it still is, by fund.

    The latest instalments lose it first. Returns what was released, in fen.
    """
    released = 0
    paid = _paid(session, gift_id)
    for fund_id in sorted({row.fund_id for row in paid}):
        own = [row for row in paid if row.fund_id == fund_id]
        excess = sum(int(row.minor) for row in own) - left.get(fund_id, 0)
        for row in own:
            part = min(excess, int(row.minor))
            if part <= 0:
                continue
            session.add(
                PledgePayment(
                    gift_id=gift_id,
                    instalment_id=row.instalment_id,
                    amount_minor=-part,
                    paid_on=released_on,
                    reason=reason,
                    created_by=actor,
                    created_at=clock.now(),
                )
            )
            session.flush()
            session.get_one(Instalment, row.instalment_id).open_minor += part
            session.flush()
            excess -= part
            released += part
            trail.record(
                session,
                actor=actor,
                clock=clock,
                action="pledge.release",
                subject=f"pledge:{row.pledge_id}",
                reason=reason,
                detail={"gift": gift_id, "minor": part},
            )
    return released


def _paid(session: Session, gift_id: int) -> list[Row[int, int, int, int]]:
    """Return what a gift pays now, by instalment, the latest due first; holds the pledges."""
    keys = (
        select(Instalment.pledge_id)
        .join(PledgePayment, PledgePayment.instalment_id == Instalment.id)
        .where(PledgePayment.gift_id == gift_id)
    )
    held = select(Pledge.id).where(Pledge.id.in_(keys)).order_by(Pledge.id).with_for_update()
    if not session.execute(held).all():
        return []
    query = (
        select(
            PledgePayment.instalment_id,
            Pledge.id.label("pledge_id"),
            Pledge.fund_id,
            func.sum(PledgePayment.amount_minor).label("minor"),
        )
        .join(Instalment, Instalment.id == PledgePayment.instalment_id)
        .join(Pledge, Pledge.id == Instalment.pledge_id)
        .where(PledgePayment.gift_id == gift_id)
        .group_by(PledgePayment.instalment_id, Pledge.id, Pledge.fund_id, Instalment.due_on)
        .having(func.sum(PledgePayment.amount_minor) > 0)
        .order_by(Instalment.due_on.desc(), PledgePayment.instalment_id.desc())
    )
    return list(session.execute(query).all())
