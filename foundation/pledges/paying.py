"""Let gifts pay pledges: one instalment or several, partly, early, late, or more than is due.

The money of a gift pays only once: what it pays on all pledges of a fund is never more than what
it gives to that fund. The database holds that too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.donors import merging
from foundation.gifts import service as gifts
from foundation.gifts.models import Gift
from foundation.gifts.models import reference as gift_reference
from foundation.gifts.standing import ended
from foundation.pledges import schedule, service
from foundation.pledges.models import Instalment, Pledge, PledgePayment
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.funds import Fund
from ledger.money import to_text


class NothingToPay(Conflict):
    """The pledge expects nothing any more."""

    code = "nothing_to_pay"
    message = "捐赠承诺 {pledge} 没有待付的分期"


class MoneyUsed(Conflict):
    """The money of the gift already pays pledges, or never went to this fund."""

    code = "gift_money_used"
    message = "捐赠 {gift} 用于基金 {fund} 的金额只剩 {left} 可抵付承诺，不能再付 {wanted}"


class OtherDonor(Conflict):
    """The gift is of somebody else."""

    code = "other_donor"
    message = "捐赠 {gift} 与捐赠承诺 {pledge} 不是同一捐赠人；代付须写明原因"


@dataclass(frozen=True, slots=True)
class Paid:
    """What a gift paid on one instalment."""

    instalment_id: int
    number: int
    amount_minor: int


def pay(
    session: Session,
    gift_id: int,
    pledge_id: int,
    *,
    actor: str,
    clock: Clock,
    parts: Sequence[tuple[int, int]] | None = None,
    reason: str = "",
) -> list[Paid]:
    """Let a gift pay a pledge and return what it paid on each instalment.

    Without `parts` the instalments are paid in the order in which they are due, as far as the
    gift's money for the pledge's fund goes; more than the pledge expects stays a gift of its own.
    `parts` names instalments by number and amounts. `reason` is needed when somebody else gave.

    Raises UnknownGift, UnknownPledge, OtherDonor, MoneyUsed, NothingToPay, InvalidInput.
    """
    gift = session.execute(
        select(Gift).where(Gift.id == gift_id).with_for_update()
    ).scalar_one_or_none() or gifts.get_gift(session, gift_id)
    pledge = service.locked(session, pledge_id)
    name = service.reference(pledge.id, pledge.made_on)
    _check_donor(session, gift, pledge, name, reason)
    available = money_left(session, gift, pledge.fund_id)
    instalments = service.instalments_of(session, pledge_id)
    open_ones = [item for item in instalments if item.open_minor > 0]
    if not open_ones:
        raise NothingToPay(pledge=name)
    if parts is None:
        ordered = sorted(open_ones, key=lambda item: (item.due_on, item.number))
        shares = schedule.spread(available, [(item.id, item.open_minor) for item in ordered])
        wanted = 1
    else:
        shares = _named(open_ones, parts)
        wanted = sum(minor for _, minor in shares)
    if not shares or wanted > available:
        raise MoneyUsed(
            gift=gift_reference(gift.id, gift.received_on),
            fund=_fund_code(session, pledge.fund_id),
            left=to_text(available),
            wanted=to_text(wanted if parts is not None else open_ones[0].open_minor),
        )
    by_key = {item.id: item for item in open_ones}
    for key, minor in shares:
        session.add(
            PledgePayment(
                gift_id=gift.id,
                instalment_id=key,
                amount_minor=minor,
                # Not before the schedule that it pays, so that every month can be shown again.
                paid_on=max(gift.received_on, by_key[key].scheduled_on),
                reason=reason.strip() or None,
                created_by=actor,
                created_at=clock.now(),
            )
        )
    session.flush()
    service.take_off(session, shares)
    paid = [Paid(key, by_key[key].number, minor) for key, minor in shares]
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="pledge.pay",
        subject=service.subject(pledge.id),
        reason=reason.strip() or None,
        detail={"gift": gift.id, "paid": {str(item.number): item.amount_minor for item in paid}},
    )
    return paid


def money_left(session: Session, gift: Gift, fund_id: int) -> int:
    """Return what a gift still has for a fund that pays no pledge, in fen."""
    if session.execute(select(Gift.id).where(Gift.id == gift.id, ended())).first() is not None:
        return 0
    given = dict(gifts.allocations_of(session, gift.id)).get(fund_id, 0)
    rows = session.execute(
        select(Pledge.fund_id, func.sum(PledgePayment.amount_minor))
        .join(Instalment, Instalment.id == PledgePayment.instalment_id)
        .join(Pledge, Pledge.id == Instalment.pledge_id)
        .where(PledgePayment.gift_id == gift.id)
        .group_by(Pledge.fund_id)
        .order_by(Pledge.fund_id)
    )
    used = {fund: int(minor) for fund, minor in rows}
    in_fund = given - used.get(fund_id, 0)
    in_gift = gifts.remaining_minor(session, gift) - sum(used.values())
    return max(0, min(in_fund, in_gift))


def pledges_of_gift(session: Session, gift_id: int) -> list[tuple[str, int]]:
    """Return the pledges that a gift pays, by reference, and how much of each."""
    rows = session.execute(
        select(Pledge.id, Pledge.made_on, func.sum(PledgePayment.amount_minor).label("minor"))
        .join(Instalment, Instalment.pledge_id == Pledge.id)
        .join(PledgePayment, PledgePayment.instalment_id == Instalment.id)
        .where(PledgePayment.gift_id == gift_id)
        .group_by(Pledge.id, Pledge.made_on)
        .having(func.sum(PledgePayment.amount_minor) > 0)
        .order_by(Pledge.id)
    )
    return [(service.reference(row.id, row.made_on), int(row.minor)) for row in rows]


def _check_donor(session: Session, gift: Gift, pledge: Pledge, name: str, reason: str) -> None:
    same = merging.kept_id(session, gift.donor_id) == merging.kept_id(session, pledge.donor_id)
    if not same and not reason.strip():
        raise OtherDonor(gift=gift_reference(gift.id, gift.received_on), pledge=name)
    if len(reason) > 500:
        raise InvalidInput(field="原因", reason="最多 500 字")


def _named(
    open_ones: Sequence[Instalment], parts: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    by_number = {item.number: item for item in open_ones}
    shares: dict[int, int] = {}
    for number, minor in parts:
        item = by_number.get(number)
        if item is None:
            raise InvalidInput(field="分期", reason=f"第 {number} 期没有待付金额")
        if minor <= 0:
            raise InvalidInput(field="金额", reason="抵付金额应大于零")
        shares[item.id] = shares.get(item.id, 0) + minor
        if shares[item.id] > item.open_minor:
            left = to_text(item.open_minor)
            raise InvalidInput(field="金额", reason=f"第 {number} 期只剩 {left} 待付")
    return list(shares.items())


def _fund_code(session: Session, fund_id: int) -> str:
    return session.execute(select(Fund.code).where(Fund.id == fund_id)).scalar_one()
