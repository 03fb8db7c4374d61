"""Taking an act on a gift back: it stays on record and took nothing."""

from datetime import date

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from foundation import database
from foundation.gifts import changes, gift_view, undoing
from foundation.gifts.kinds import GiftState, RefundCause
from foundation.gifts.models import GiftChange
from foundation.imports import examination
from ledger.vouchers import Voucher, VoucherKind, VoucherState
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import LATER, posted, recorded
from tests.refusals import guarded, refused

# What a second end would say again.
COLUMNS = ("gift_id", "kind", "changed_on", "amount_minor", "reason", "created_by", "created_at")


def undo(engine: Engine, gift_id: int, change_id: int | None = None) -> int | None:
    with database.transaction(engine) as session:
        return undoing.undo_change(
            session,
            gift_id,
            change_id=change_id,
            booked_on=LATER,
            reason="误操作",
            actor=PREPARER,
            clock=CLOCK,
        )


def refund(engine: Engine, gift_id: int, minor: int) -> changes.Refund:
    """Refund and pay at once."""
    return gift_cases.refund(engine, gift_id, minor, cause=RefundCause.OWN, pay_from=BANK)


def state(engine: Engine, gift_id: int) -> GiftState:
    with database.reading(engine) as session:
        return gift_view.get_view(session, str(gift_id)).state


def voucher_states(engine: Engine) -> list[VoucherState]:
    with database.reading(engine) as session:
        return list(session.execute(select(Voucher.state).order_by(Voucher.id)).scalars())


def test_cancelled_gift_stands_again_and_can_be_cancelled_again(books: Engine) -> None:
    made = posted(books)
    for _ in range(2):
        red = gift_cases.cancel(books, made.gift_id)
        assert red is not None
        assert state(books, made.gift_id) is GiftState.CANCELLED

        assert undo(books, made.gift_id) is None

        assert state(books, made.gift_id) is GiftState.POSTED
        assert factories.head(books, red).state is VoucherState.DISCARDED
        assert gift_cases.remaining(books, made.gift_id) == 120_000_00
        gift_cases.everything_holds(books)
    red = gift_cases.cancel(books, made.gift_id)
    assert red is not None
    gift_cases.post(books, red)
    gift_cases.everything_holds(books)


def test_gift_that_stands_again_is_a_duplicate_again(books: Engine) -> None:
    made = posted(books)
    mark = gift_cases.stored(books, made.gift_id).fingerprint

    def known() -> dict[str, int]:
        with database.reading(books) as session:
            return examination.count_in_books(session, [mark])

    gift_cases.cancel(books, made.gift_id)
    assert known() == {}
    undo(books, made.gift_id)
    assert known() == {mark: 1}


def test_end_in_the_books_is_not_undone(books: Engine) -> None:
    made = posted(books)
    red = gift_cases.cancel(books, made.gift_id)
    assert red is not None
    gift_cases.post(books, red)
    with refused("gift_change_final", "红字凭证已记账"):
        undo(books, made.gift_id)

    waiting = recorded(books)
    gift_cases.cancel(books, waiting.gift_id)
    with refused("gift_change_final", "记账前已作废"):
        undo(books, waiting.gift_id)
    gift_cases.everything_holds(books)


def test_gift_ends_once_for_good(books: Engine) -> None:
    waiting = recorded(books)
    gift_cases.cancel(books, waiting.gift_id)
    again = insert(GiftChange).from_select(
        COLUMNS, select(*(getattr(GiftChange, name) for name in COLUMNS))
    )
    with pytest.raises(IntegrityError, match=r"(?i)unique"), database.transaction(books) as session:
        session.execute(again)


def test_undone_correction_takes_the_new_gift_with_it(books: Engine) -> None:
    made = posted(books)
    who = gift_cases.donor(books, name="周明远")
    new = gift_cases.correct(books, made.gift_id, gift_cases.entry(who, minor=1_00))

    undo(books, made.gift_id)

    assert state(books, made.gift_id) is GiftState.POSTED
    assert state(books, new.gift_id) is GiftState.CANCELLED
    discarded = VoucherState.DISCARDED
    assert voucher_states(books) == [VoucherState.POSTED, discarded, discarded]
    gift_cases.everything_holds(books)


def test_correction_whose_new_gift_is_posted_is_not_undone_before_that_gift_is(
    books: Engine,
) -> None:
    made = posted(books)
    who = gift_cases.donor(books, name="周明远")
    new = gift_cases.correct(books, made.gift_id, gift_cases.entry(who, minor=1_00))
    gift_cases.post(books, new.voucher_id)
    with refused("gift_change_final", new.reference):
        undo(books, made.gift_id)

    gift_cases.cancel(books, new.gift_id)
    undo(books, made.gift_id)
    assert state(books, made.gift_id) is GiftState.POSTED
    gift_cases.everything_holds(books)


def test_red_voucher_discarded_behind_a_correction_is_found(books: Engine) -> None:
    made = posted(books)
    who = gift_cases.donor(books, name="周明远")
    gift_cases.correct(books, made.gift_id, gift_cases.entry(who, minor=1_00))
    with database.transaction(books) as session:
        red = session.execute(
            select(Voucher).where(Voucher.kind == VoucherKind.REVERSAL)
        ).scalar_one()
        red.state = VoucherState.DISCARDED
    assert [found.check for found in gift_cases.findings(books)] == ["gift_replaced"]


def test_refund_is_undone_with_its_payment(books: Engine) -> None:
    made = posted(books)
    first, second = refund(books, made.gift_id, 10_00), refund(books, made.gift_id, 20_00)
    with database.reading(books) as session:
        ids = list(session.execute(select(GiftChange.id).order_by(GiftChange.id)).scalars())

    undo(books, made.gift_id, ids[0])

    for refunded, expected in ((first, VoucherState.DISCARDED), (second, VoucherState.SUBMITTED)):
        assert refunded.payment_voucher_id is not None
        for key in (refunded.due_voucher_id, refunded.payment_voucher_id):
            assert factories.head(books, key).state is expected
    assert gift_cases.remaining(books, made.gift_id) == 120_000_00 - 20_00
    with refused("unknown_gift_change"):
        undo(books, made.gift_id, ids[0])
    gift_cases.everything_holds(books)


def test_posted_refund_is_reversed_and_counts_until_that_is_posted(books: Engine) -> None:
    made = posted(books)
    refunded = refund(books, made.gift_id, 10_00)
    gift_cases.post(books, refunded.due_voucher_id)

    red = undo(books, made.gift_id)

    assert red is not None
    assert refunded.payment_voucher_id is not None
    assert factories.head(books, refunded.payment_voucher_id).state is VoucherState.DISCARDED
    assert gift_cases.remaining(books, made.gift_id) == 120_000_00 - 10_00
    gift_cases.post(books, red)
    assert gift_cases.remaining(books, made.gift_id) == 120_000_00
    gift_cases.everything_holds(books)


def test_refund_that_was_paid_is_undone_after_its_payment(books: Engine) -> None:
    made = posted(books)
    refunded = refund(books, made.gift_id, 10_00)
    assert refunded.payment_voucher_id is not None
    gift_cases.post(books, refunded.due_voucher_id)
    gift_cases.post(books, refunded.payment_voucher_id)
    with refused("gift_change_final", "请先冲销付款凭证"):
        undo(books, made.gift_id)

    factories.post_reversal(books, refunded.payment_voucher_id, on=LATER)
    red = undo(books, made.gift_id)
    assert red is not None
    gift_cases.post(books, red)
    assert gift_cases.remaining(books, made.gift_id) == 120_000_00
    gift_cases.everything_holds(books)


def test_undoing_says_why_and_is_on_record(books: Engine) -> None:
    made = posted(books)
    with refused("unknown_gift_change"):
        undo(books, made.gift_id)
    gift_cases.cancel(books, made.gift_id)
    with refused("invalid", "原因"), database.transaction(books) as session:
        undoing.undo_change(
            session,
            made.gift_id,
            change_id=None,
            booked_on=date(2026, 2, 1),
            reason=" ",
            actor=PREPARER,
            clock=CLOCK,
        )
    undo(books, made.gift_id)
    with database.reading(books) as session:
        view = gift_view.get_view(session, made.reference)
    (change,) = view.changes
    assert (change.is_withdrawn, change.may_be_undone) == (True, False)
    with guarded("gift_change_final"), database.transaction(books) as session:
        session.delete(session.get_one(GiftChange, change.id))
