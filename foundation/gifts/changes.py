"""Cancel, correct and refund gifts: acts of their own, with vouchers of their own.

An unposted gift is cancelled with its voucher. A posted one of this year is reversed in red
and, when corrected, recorded again. A refund books what must go back by its cause, and its
payment when the money leaves. All three are refused while a document speaks of the gift as it
is; see `undoing` for taking them back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.donors.models import Donor
from foundation.gifts import service
from foundation.gifts.entry import GiftInput
from foundation.gifts.kinds import ChangeKind, GiftKind, RefundCause
from foundation.gifts.models import Gift, GiftChange, reference
from foundation.gifts.service import RecordedGift
from foundation.gifts.standing import ended, withdrawn
from foundation.pledges import releasing
from foundation.posting_lines import Event, Part
from foundation.receipting import coverage
from ledger import catalogue, posting, trail
from ledger.catalogue import AccountInfo, Catalogue
from ledger.clock import Clock
from ledger.drafting import draft, get_state, open_period_for
from ledger.errors import Conflict, InvalidInput
from ledger.money import split, to_text
from ledger.vouchers import Side, VoucherLine, VoucherState


class GiftEnded(Conflict):
    """The gift was cancelled or corrected before."""

    code = "gift_ended"
    message = "捐赠 {gift} 已作废或更正，不能再次处理"


class SharedVoucher(Conflict):
    """The gift stands in a summary voucher with others."""

    code = "shared_voucher"
    message = "捐赠 {gift} 与其他捐赠合并在一张汇总凭证中，不能单独作废；请办理退款"


@dataclass(frozen=True, slots=True)
class Refund:
    """What a refund made: the voucher that owes it and the one that pays it, if paid."""

    due_voucher_id: int
    payment_voucher_id: int | None


def cancel_gift(
    session: Session, gift_id: int, *, booked_on: date, reason: str, actor: str, clock: Clock
) -> int | None:
    """Undo a gift that was recorded by mistake; return the key of the red voucher, if any.

    Not posted yet: the voucher is discarded. Posted: a red voucher is prepared for review,
    dated `booked_on`. Raises GiftEnded, SharedVoucher, and what `posting.reverse` raises.
    """
    _not_in_future("作废日期", booked_on, clock)
    gift = _living(session, gift_id, reason)
    return _end(
        session,
        gift,
        ChangeKind.CANCELLED,
        booked_on=booked_on,
        reason=reason,
        actor=actor,
        clock=clock,
        replaced_by=None,
    )


def correct_gift(
    session: Session,
    gift_id: int,
    entry: GiftInput,
    *,
    booked_on: date,
    reason: str,
    actor: str,
    clock: Clock,
) -> RecordedGift:
    """Undo a gift and record it anew; both are linked. Raises as `cancel_gift` and `record_gift`.

    The new voucher is dated like the gift; when that month is closed, record the correction as
    a cancellation and a gift of its own in an open month instead.
    """
    _not_in_future("更正日期", booked_on, clock)
    gift = _living(session, gift_id, reason)
    recorded = service.record_gift(session, entry, actor=actor, clock=clock)
    _end(
        session,
        gift,
        ChangeKind.CORRECTED,
        booked_on=booked_on,
        reason=reason,
        actor=actor,
        clock=clock,
        replaced_by=recorded.gift_id,
    )
    return recorded


def refund_gift(
    session: Session,
    gift_id: int,
    *,
    amount_minor: int,
    cause: RefundCause,
    refunded_on: date,
    pay_from: str | None,
    reason: str,
    actor: str,
    clock: Clock,
) -> Refund:
    """Give back all or part of a posted gift; what it is owed by depends on the cause.

    With `pay_from` (a bank account code) the payment voucher is prepared beside it. Raises
    InvalidInput when more is refunded than is left.
    """
    gift = _living(session, gift_id, reason)
    _not_in_future("退款日期", refunded_on, clock)
    if refunded_on < gift.received_on:
        raise InvalidInput(field="退款日期", reason="不能早于收到日期")
    if get_state(session, gift.voucher_id) is not VoucherState.POSTED:
        raise Conflict(reason="捐赠尚未记账，请直接作废")
    if gift.kind not in (GiftKind.CASH, GiftKind.CONDITIONAL):
        raise Conflict(reason="只有货币捐赠在此退款；实物、服务、股权和受托代理请编制凭证")
    left = service.remaining_minor(session, gift)
    if not 0 < amount_minor <= left:
        raise InvalidInput(field="退款金额", reason=f"应大于零且不超过 {to_text(left)}")
    known = catalogue.load(session)
    period = open_period_for(known, refunded_on)
    parts = _share(_left_in_funds(session, gift), amount_minor)
    donor = session.get_one(Donor, gift.donor_id)
    name = reference(gift.id, gift.received_on)
    event = Event(
        on=refunded_on,
        summary=f"应退还{gift.donor_name[:200]}捐赠款（{name}）",
        donor_id=donor.dimension_id,
    )
    drafts = [posting_rules.refund_due(known, event, cause, parts)]
    if pay_from is not None:
        account = _paying_account(known, period.chart, pay_from)
        paid = Event(
            on=refunded_on,
            summary=f"退还{gift.donor_name[:200]}捐赠款（{name}）",
            donor_id=donor.dimension_id,
            cash_flow_item_id=service.cash_flow_item(session, known, service.OTHER_PAID),
        )
        drafts.append(posting_rules.refund_payment(known, paid, account.id, parts))
    due, *paid_by = draft(session, drafts, actor=actor, clock=clock)
    payment = paid_by[0] if paid_by else None
    session.add(
        GiftChange(
            gift_id=gift.id,
            kind=ChangeKind.REFUNDED,
            cause=cause,
            changed_on=refunded_on,
            amount_minor=amount_minor,
            reason=reason.strip(),
            voucher_id=due,
            payment_voucher_id=payment,
            created_by=actor,
            created_at=clock.now(),
        )
    )
    session.flush()
    releasing.release(
        session,
        gift.id,
        left=dict(_left_in_funds(session, gift)),
        released_on=refunded_on,
        reason=reason.strip(),
        actor=actor,
        clock=clock,
    )
    _note(session, gift, "gift.refund", reason, actor=actor, clock=clock)
    return Refund(due, payment)


def hold(session: Session, gift_id: int) -> Gift:
    """Return a gift that nobody else changes until the commit. Raises UnknownGift."""
    return session.execute(
        select(Gift).where(Gift.id == gift_id).with_for_update()
    ).scalar_one_or_none() or service.get_gift(session, gift_id)


def _living(session: Session, gift_id: int, reason: str) -> Gift:
    if not reason.strip():
        raise InvalidInput(field="原因", reason="必须写明原因")
    gift = hold(session, gift_id)
    if session.execute(select(Gift.id).where(Gift.id == gift_id, ended())).first() is not None:
        raise GiftEnded(gift=reference(gift.id, gift.received_on))
    coverage.refuse_documented(session, gift_id)
    return gift


def _end(
    session: Session,
    gift: Gift,
    kind: ChangeKind,
    *,
    booked_on: date,
    reason: str,
    actor: str,
    clock: Clock,
    replaced_by: int | None,
) -> int | None:
    if service.remaining_minor(session, gift) != gift.amount_minor:
        raise Conflict(reason="捐赠已有退款，不能作废或更正")
    others = session.execute(
        select(Gift.id).where(Gift.voucher_id == gift.voucher_id, Gift.id != gift.id).limit(1)
    ).first()
    if others is not None:
        raise SharedVoucher(gift=reference(gift.id, gift.received_on))
    red = None
    if get_state(session, gift.voucher_id) is VoucherState.POSTED:
        red = posting.reverse(
            session,
            gift.voucher_id,
            booked_on=booked_on,
            reason=reason,
            actor=actor,
            clock=clock,
        )
    else:
        posting.discard(
            session, [gift.voucher_id], reason=reason, actor=actor, clock=clock
        ).require()
    session.add(
        GiftChange(
            gift_id=gift.id,
            kind=kind,
            changed_on=booked_on,
            amount_minor=gift.amount_minor,
            reason=reason.strip(),
            voucher_id=red,
            replaced_by_id=replaced_by,
            created_by=actor,
            created_at=clock.now(),
        )
    )
    session.flush()
    releasing.release(
        session,
        gift.id,
        left={},
        released_on=booked_on,
        reason=reason.strip(),
        actor=actor,
        clock=clock,
    )
    _note(session, gift, f"gift.{kind.value}", reason, actor=actor, clock=clock)
    return red


def _left_in_funds(session: Session, gift: Gift) -> list[Part]:
    """Return what earlier refunds have left of each allocation."""
    left = dict(service.allocations_of(session, gift.id))
    refunded = session.execute(
        select(VoucherLine.fund_id, func.sum(-VoucherLine.amount_minor).label("minor"))
        .join(GiftChange, GiftChange.voucher_id == VoucherLine.voucher_id)
        .where(
            GiftChange.gift_id == gift.id,
            GiftChange.kind == ChangeKind.REFUNDED,
            VoucherLine.side == Side.CREDIT,
            ~withdrawn(),
        )
        .group_by(VoucherLine.fund_id)
    )
    for row in refunded:
        left[row.fund_id] -= int(row.minor)
    return sorted(left.items())


def _share(left: Sequence[Part], amount: int) -> list[Part]:
    """Spread a refund over the funds in proportion to what is left in each.

    By what is left and not by the first allocation: rounding then never asks more of a fund
    than it got, and the last refund takes exactly the rest.
    """
    shares = split(amount, [part for _, part in left])
    return [(fund, share) for (fund, _), share in zip(left, shares, strict=True) if share]


def _paying_account(known: Catalogue, chart: str, code: str) -> AccountInfo:
    account = known.account(chart, code)
    if "cash" not in account.flags or "agency" in account.flags:
        raise InvalidInput(
            field="付款科目", reason=f"{account.code} {account.full_name} 不是现金或银行存款科目"
        )
    return account


def _not_in_future(field: str, day: date, clock: Clock) -> None:
    if day > clock.today():
        raise InvalidInput(field=field, reason="不能晚于今天")


def _note(
    session: Session, gift: Gift, action: str, reason: str, *, actor: str, clock: Clock
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"gift:{gift.id}",
        reason=reason.strip(),
    )
