"""Take an act on a gift back: cancellation, correction or refund, as if it had not been.

The act stays on record; what it made is withdrawn. A voucher that nobody posted is discarded,
and with its red voucher gone the gift stands again. A refund that was posted is reversed in red
and counts until that is posted too; a gift that was ended for good is recorded anew.
"""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.gifts import changes
from foundation.gifts.kinds import ChangeKind
from foundation.gifts.models import Gift, GiftChange, reference
from foundation.gifts.standing import ended, withdrawn
from foundation.receipting import coverage
from ledger import posting, trail
from ledger.clock import Clock
from ledger.drafting import get_state
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.vouchers import Voucher, VoucherState


class UnknownChange(NotFound):
    """The gift has no such act that could be taken back."""

    code = "unknown_gift_change"
    message = "捐赠 {gift} 没有可以撤销的变更"


class ChangeFinal(Conflict):
    """What the act made is in the books for good."""

    code = "gift_change_final"
    message = "捐赠 {gift} 的变更不能撤销：{reason}"


def undo_change(
    session: Session,
    gift_id: int,
    *,
    change_id: int | None,
    booked_on: date,
    reason: str,
    actor: str,
    clock: Clock,
) -> int | None:
    """Take an act on a gift back, the latest unless one is named.

    Returns the key of a red voucher when the act was posted and has to be reversed, dated
    `booked_on`. Raises UnknownChange, ChangeFinal, GiftDocumented, and what the ledger refuses.
    """
    if not reason.strip():
        raise InvalidInput(field="原因", reason="必须写明原因")
    gift = changes.hold(session, gift_id)
    name = reference(gift.id, gift.received_on)
    change = _standing(session, gift, change_id)
    # An act that is undone changes the gift like any other.
    coverage.refuse_documented(session, gift_id)
    if change.voucher_id is None:
        raise ChangeFinal(gift=name, reason="捐赠记账前已作废，请重新登记")
    if change.kind is ChangeKind.CORRECTED:
        _end_replacement(session, name, change, reason=reason, actor=actor, clock=clock)
    keys = [change.voucher_id]
    if change.kind is ChangeKind.REFUNDED:
        keys += _unpaid(session, gift, change)
    red = None
    if get_state(session, change.voucher_id) is not VoucherState.POSTED:
        posting.discard(session, keys, reason=reason, actor=actor, clock=clock).require()
    elif change.kind is ChangeKind.REFUNDED:
        posting.discard(session, keys[1:], reason=reason, actor=actor, clock=clock).require()
        red = posting.reverse(
            session,
            change.voucher_id,
            booked_on=booked_on,
            reason=reason,
            actor=actor,
            clock=clock,
        )
    else:
        raise ChangeFinal(gift=name, reason="红字凭证已记账，请重新登记捐赠")
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="gift.undo",
        subject=f"gift:{gift_id}",
        reason=reason.strip(),
        detail={"change": change.id, "kind": change.kind.value},
    )
    return red


def _standing(session: Session, gift: Gift, change_id: int | None) -> GiftChange:
    """Return the act that is meant, which must not have been taken back already."""
    query = select(GiftChange).where(GiftChange.gift_id == gift.id, ~withdrawn())
    if change_id is not None:
        query = query.where(GiftChange.id == change_id)
    found = session.execute(query.order_by(GiftChange.id.desc()).limit(1)).scalar_one_or_none()
    if found is None:
        raise UnknownChange(gift=reference(gift.id, gift.received_on))
    return found


def _end_replacement(
    session: Session, name: str, change: GiftChange, *, reason: str, actor: str, clock: Clock
) -> None:
    """Cancel the gift that was recorded in place of the corrected one, unless it is over."""
    assert change.replaced_by_id is not None  # a correction names its gift
    other = changes.hold(session, change.replaced_by_id)
    if session.execute(select(Gift.id).where(Gift.id == other.id, ended())).first() is not None:
        return
    if get_state(session, other.voucher_id) is VoucherState.POSTED:
        replacing = reference(other.id, other.received_on)
        raise ChangeFinal(gift=name, reason=f"更正后的捐赠 {replacing} 已记账，请先作废该捐赠")
    changes.cancel_gift(
        session,
        other.id,
        booked_on=clock.today(),
        reason=reason,
        actor=actor,
        clock=clock,
    )


def _unpaid(session: Session, gift: Gift, change: GiftChange) -> list[int]:
    """Return the payment of a refund that was prepared and not posted, if any.

    Raises ChangeFinal for one that was posted.
    """
    payment = session.execute(
        select(Voucher.id, Voucher.state).where(
            Voucher.id == change.payment_voucher_id, Voucher.state != VoucherState.DISCARDED
        )
    ).one_or_none()
    if payment is None:
        return []
    if payment.state is not VoucherState.POSTED:
        return [payment.id]
    reversed_ = select(Voucher.id).where(
        Voucher.reverses_id == payment.id, Voucher.state == VoucherState.POSTED
    )
    if session.execute(reversed_).first() is None:
        name = reference(gift.id, gift.received_on)
        raise ChangeFinal(gift=name, reason="退款已付款记账，请先冲销付款凭证")
    return []
