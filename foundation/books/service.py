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
from foundation.projects import rules
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


class BelongsToChange(BelongsToGift):
    """The voucher cancels, corrects or refunds a gift."""

    code = "voucher_of_gift_change"
    message = "凭证属于捐赠 {gift} 的变更，请在该捐赠中撤销变更，不能在凭证中{act}"


@dataclasses.dataclass(frozen=True, slots=True)
class Owner:
    """The gift that a voucher belongs to; `by_change` when it is of a change of the gift."""

    gift: str
    by_change: bool

    def refusal(self, act: str) -> BelongsToGift:
        """Say where the voucher is undone instead."""
        kind = BelongsToChange if self.by_change else BelongsToGift
        return kind(gift=self.gift, act=act)


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
    rules.refuse_principal_lines(session, draft.lines)
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
    """Write a draft anew; kind and what it corrects stay as they are unless they are given.

    Raises BelongsToGift, Stale, BadEntry and what the ledger refuses.
    """
    kept = session.execute(
        select(Voucher.kind, Voucher.rule, Voucher.reason, Voucher.corrects_id).where(
            Voucher.id == voucher_id
        )
    ).one_or_none()
    if kept is None:
        raise UnknownVoucher(voucher=voucher_id)
    refuse_gifts(session, voucher_id, act="修改")
    if kept.kind not in entries.MANUAL_KINDS:
        raise NotPreparedByHand
    corrects_id = entry.corrects_id or kept.corrects_id
    if corrects_id is not None and corrects_id != kept.corrects_id:
        _check_correctable(session, corrects_id)
    draft = dataclasses.replace(
        entries.to_draft(
            session,
            dataclasses.replace(entry, kind=entry.kind or kept.kind, corrects_id=corrects_id),
        ),
        rule=kept.rule,
        reason=kept.reason,
    )
    rules.refuse_principal_lines(session, draft.lines)
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
    refused = tuple(Exclusion(key, owned[key].refusal("作废")) for key in keys if key in owned)
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
    """Raise BelongsToGift when the voucher books a gift or a change of one."""
    owner = gifts_owning(session, [voucher_id]).get(voucher_id)
    if owner is not None:
        raise owner.refusal(act)


def gifts_owning(session: Session, keys: Sequence[int]) -> dict[int, Owner]:
    """Return which of the vouchers book a gift or a change of one, and which gift."""
    owned: dict[int, Owner] = {}
    for chunk in chunks(keys, 500):
        by_rule = session.execute(
            select(Voucher.id).where(Voucher.id.in_(chunk), Voucher.rule.startswith(GIFT_RULE))
        )
        nameless = Owner("", by_change=False)  # a reference follows, if any
        owned.update(dict.fromkeys(by_rule.scalars(), nameless))
        changed = (
            select(GiftChange.voucher_id, Gift.id, Gift.received_on)
            .join(Gift, Gift.id == GiftChange.gift_id)
            .where(GiftChange.voucher_id.in_(chunk))
        )
        booked = select(Gift.voucher_id, Gift.id, Gift.received_on).where(
            Gift.voucher_id.in_(chunk)
        )
        for query, by_change in ((changed, True), (booked, False)):
            for voucher_id, gift_id, received_on in session.execute(query.order_by(Gift.id)):
                assert voucher_id is not None  # the query asked for given keys
                if not owned.get(voucher_id, nameless).gift:
                    name = reference(gift_id, received_on)
                    owned[voucher_id] = Owner(name, by_change=by_change)
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
