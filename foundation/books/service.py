"""What people do with vouchers: prepare, change, submit, review, post, discard, reverse.

A thin layer over the ledger that adds what the ledger cannot know: a voucher that books a gift
is corrected where the gift is corrected, never by itself, so that gift and books stay one.
"""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.books import entry as entries
from foundation.books.entry import Entry
from foundation.books.reading import VoucherRow
from foundation.gifts.models import Gift, GiftChange, reference
from ledger import drafting, posting
from ledger.clock import Clock
from ledger.drafting import UnknownVoucher
from ledger.errors import Conflict, InvalidInput
from ledger.orm import chunks
from ledger.posting import Exclusion, Outcome
from ledger.vouchers import Voucher, VoucherKind, VoucherState

GIFT_RULE = "gift."


class BelongsToGift(Conflict):
    """The voucher books a gift."""

    code = "voucher_of_gift"
    message = "凭证属于捐赠 {gift}，请在该捐赠中更正、取消或退款，不能在凭证中{act}"


class NotPreparedByHand(Conflict):
    """The program made the voucher; people may not rewrite its lines."""

    code = "voucher_not_by_hand"
    message = "此凭证由系统生成，不能修改；如不需要请作废"


def prepare(session: Session, entry: Entry, *, complete: bool, actor: str, clock: Clock) -> int:
    """Write a voucher and return its key: a draft, or submitted for review when `complete`.

    Raises BadEntry with every mistake, and what the ledger refuses.
    """
    if entry.corrects_id is not None:
        _check_correctable(session, entry.corrects_id)
    draft = entries.to_draft(session, entry)
    return drafting.draft(session, [draft], actor=actor, clock=clock, complete=complete)[0]


def change(
    session: Session,
    voucher_id: int,
    entry: Entry,
    *,
    version: int,
    complete: bool,
    actor: str,
    clock: Clock,
) -> None:
    """Write a draft anew. Raises BelongsToGift, Stale, BadEntry and what the ledger refuses."""
    kind = session.execute(select(Voucher.kind).where(Voucher.id == voucher_id)).scalar()
    if kind is None:
        raise UnknownVoucher(voucher=voucher_id)
    refuse_gifts(session, voucher_id, act="修改")
    if kind not in entries.MANUAL_KINDS:
        raise NotPreparedByHand
    # The kind of a voucher is settled when it is prepared; the ledger keeps it as it is.
    draft = entries.to_draft(session, dataclasses.replace(entry, kind=kind))
    drafting.replace(
        session,
        voucher_id,
        draft,
        version=version,
        actor=actor,
        clock=clock,
        complete=complete,
    )


def check_editable(session: Session, row: VoucherRow) -> None:
    """Raise what stands against rewriting a voucher by hand, before anybody types."""
    refuse_gifts(session, row.id, act="修改")
    if row.kind not in entries.MANUAL_KINDS:
        raise NotPreparedByHand
    if row.state is not VoucherState.DRAFT:
        raise Conflict(reason="只有草稿可以修改；已提交的凭证请先退回草稿")


def discard(
    session: Session, keys: Sequence[int], *, reason: str, actor: str, clock: Clock
) -> Outcome:
    """Give up vouchers that were not posted; those of gifts are left out with the reason."""
    owned = gifts_owning(session, keys)
    outcome = posting.discard(
        session, [key for key in keys if key not in owned], reason=reason, actor=actor, clock=clock
    )
    refused = tuple(
        Exclusion(key, BelongsToGift(gift=owned[key], act="作废")) for key in keys if key in owned
    )
    return Outcome(outcome.done, outcome.excluded + refused)


def withdraw_submitted(
    session: Session, keys: Sequence[int], *, reason: str, actor: str, clock: Clock
) -> Outcome:
    """Take vouchers back that nobody has reviewed; a reviewed one only the reviewer returns."""
    reviewed = {
        key
        for chunk in chunks(keys, 500)
        for key in session.execute(
            select(Voucher.id).where(Voucher.id.in_(chunk), Voucher.state == VoucherState.REVIEWED)
        ).scalars()
    }
    outcome = posting.withdraw(
        session,
        [key for key in keys if key not in reviewed],
        reason=reason,
        actor=actor,
        clock=clock,
    )
    refused = tuple(
        Exclusion(key, posting.WrongState(state=VoucherState.REVIEWED.value))
        for key in keys
        if key in reviewed
    )
    return Outcome(outcome.done, outcome.excluded + refused)


def reverse(
    session: Session, voucher_id: int, *, booked_on: date, reason: str, actor: str, clock: Clock
) -> int:
    """Prepare the red copy of a posted voucher. Raises BelongsToGift and as the ledger does."""
    refuse_gifts(session, voucher_id, act="冲销")
    return posting.reverse(
        session, voucher_id, booked_on=booked_on, reason=reason, actor=actor, clock=clock
    )


def review_and_post(
    session: Session,
    keys: Sequence[int],
    *,
    actor: str,
    clock: Clock,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Review submitted vouchers and post them in one act, by one person."""
    return posting.post(session, keys, actor=actor, clock=clock, reviewing=True, progress=progress)


def total_of(session: Session, keys: Sequence[int]) -> int:
    """Return the sum of what stands on the debit side of vouchers."""
    total = 0
    for chunk in chunks(keys, 500):
        totals = session.execute(select(Voucher.total_minor).where(Voucher.id.in_(chunk)))
        total += sum(totals.scalars())
    return total


def refuse_gifts(session: Session, voucher_id: int, *, act: str) -> None:
    """Raise BelongsToGift when the voucher books a gift."""
    gift = gifts_owning(session, [voucher_id]).get(voucher_id)
    if gift is not None:
        raise BelongsToGift(gift=gift, act=act)


def gifts_owning(session: Session, keys: Sequence[int]) -> dict[int, str]:
    """Return which of the vouchers book a gift or a change of one, with the gift's reference."""
    owned: dict[int, str] = {}
    for chunk in chunks(keys, 500):
        by_rule = session.execute(
            select(Voucher.id).where(Voucher.id.in_(chunk), Voucher.rule.startswith(GIFT_RULE))
        )
        owned.update(dict.fromkeys(by_rule.scalars(), ""))  # a reference follows, if any
        changed = (
            select(GiftChange.voucher_id, Gift.id, Gift.received_on)
            .join(Gift, Gift.id == GiftChange.gift_id)
            .where(GiftChange.voucher_id.in_(chunk))
        )
        booked = select(Gift.voucher_id, Gift.id, Gift.received_on).where(
            Gift.voucher_id.in_(chunk)
        )
        for query in (changed, booked):
            for voucher_id, gift_id, received_on in session.execute(query.order_by(Gift.id)):
                assert voucher_id is not None  # the query asked for given keys
                owned[voucher_id] = owned.get(voucher_id) or reference(gift_id, received_on)
    return owned


def _check_correctable(session: Session, voucher_id: int) -> None:
    head = session.execute(
        select(Voucher.state, Voucher.kind).where(Voucher.id == voucher_id)
    ).one_or_none()
    if head is None:
        raise UnknownVoucher(voucher=voucher_id)
    if head.state is not VoucherState.POSTED or head.kind is VoucherKind.REVERSAL:
        raise InvalidInput(field="corrects", reason="只能订正已记账的凭证")
    refuse_gifts(session, voucher_id, act="订正")
