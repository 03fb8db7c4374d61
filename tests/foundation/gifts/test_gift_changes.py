"""Cancelling and correcting gifts: with red vouchers, never by rewriting."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.gifts.kinds import ChangeKind
from ledger.errors import DomainError
from ledger.trail import TrailRecord
from ledger.vouchers import VoucherKind, VoucherState
from tests import factories
from tests.factories import BANK, CLOCK
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import (
    LATER,
    cancel,
    changes_of,
    correct,
    donor,
    entry,
    posted,
    printed,
    record,
    recorded,
)
from tests.refusals import refused


def test_gift_that_was_not_posted_is_cancelled_with_its_voucher(books: Engine) -> None:
    made = recorded(books)

    assert cancel(books, made.gift_id) is None
    assert gift_cases.state(books, made.voucher_id) is VoucherState.DISCARDED
    (change,) = changes_of(books, made.gift_id)
    assert (change.kind, change.amount_minor, change.reason, change.voucher_id) == (
        ChangeKind.CANCELLED,
        120_000_00,
        "重复登记",
        None,
    )
    assert gift_cases.remaining(books, made.gift_id) == 0
    gift_cases.everything_holds(books)


def test_posted_gift_is_cancelled_by_a_red_voucher(books: Engine) -> None:
    made = posted(books)
    red = cancel(books, made.gift_id)

    assert red is not None
    voucher = gift_cases.voucher(books, red)
    assert (voucher.kind, voucher.state, voucher.reverses_id) == (
        VoucherKind.REVERSAL,
        VoucherState.SUBMITTED,
        made.voucher_id,
    )
    assert printed(books, red) == [
        ("借", BANK, "SCHOL", -120_000_00),
        ("贷", "410102", "SCHOL", -120_000_00),
    ]
    gift_cases.post(books, red)
    assert changes_of(books, made.gift_id)[0].voucher_id == red
    gift_cases.everything_holds(books)


def test_cancelling_says_who_and_why_in_the_trail(books: Engine) -> None:
    made = recorded(books)
    cancel(books, made.gift_id, reason="同一笔到账登记了两次")

    from_trail = select(TrailRecord.action, TrailRecord.reason).where(
        TrailRecord.subject == f"gift:{made.gift_id}"
    )
    with database.reading(books) as session:
        found = session.execute(from_trail.order_by(TrailRecord.sequence)).all()
    assert found == [("gift.record", None), ("gift.cancelled", "同一笔到账登记了两次")]


@pytest.mark.parametrize("reason", ["", "  "])
def test_gift_does_not_end_without_a_reason(books: Engine, reason: str) -> None:
    made = recorded(books)

    with refused("invalid", "原因"):
        cancel(books, made.gift_id, reason=reason)
    with refused("invalid", "原因"):
        correct(books, made.gift_id, entry(donor(books)), reason=reason)
    with refused("invalid", "原因"):
        gift_cases.refund(books, made.gift_id, 1, reason=reason)


def test_ended_gift_ends_once(books: Engine) -> None:
    made = recorded(books)
    cancel(books, made.gift_id)

    with refused("gift_ended", made.reference):
        cancel(books, made.gift_id)
    with refused("gift_ended"):
        correct(books, made.gift_id, entry(donor(books)))
    with refused("gift_ended"):
        gift_cases.refund(books, made.gift_id, 1)


def test_unknown_gift_cannot_be_cancelled(books: Engine) -> None:
    with refused("unknown_gift"):
        cancel(books, 4711)


def test_red_voucher_stands_in_an_open_month_of_the_same_year(books: Engine) -> None:
    made = posted(books, received_on=date(2025, 12, 30))

    with refused("conflict", "以前年度"):
        cancel(books, made.gift_id, on=date(2026, 1, 5))
    with refused("conflict", "早于"):
        cancel(books, made.gift_id, on=date(2025, 12, 1))
    with refused("invalid", "今天"):
        cancel(books, made.gift_id, on=CLOCK.today() + timedelta(days=1))
    assert changes_of(books, made.gift_id) == []


def test_closed_month_takes_no_red_voucher(books: Engine) -> None:
    made = posted(books, received_on=date(2025, 11, 20))
    factories.close_periods(books, 202511)

    with refused("period_closed"):
        cancel(books, made.gift_id, on=date(2025, 11, 25))
    red = cancel(books, made.gift_id, on=date(2025, 12, 1))
    assert red is not None
    gift_cases.post(books, red)
    gift_cases.everything_holds(books)


def test_correction_records_the_gift_anew_and_links_both(books: Engine) -> None:
    who = donor(books)
    made = record(books, entry(who))
    gift_cases.post(books, made.voucher_id)
    again = correct(books, made.gift_id, entry(who, minor=12_000_00))

    (change,) = changes_of(books, made.gift_id)
    assert (change.kind, change.replaced_by_id) == (ChangeKind.CORRECTED, again.gift_id)
    assert change.voucher_id is not None
    assert gift_cases.stored(books, again.gift_id).amount_minor == 12_000_00
    assert gift_cases.stored(books, made.gift_id).amount_minor == 120_000_00
    gift_cases.post(books, change.voucher_id, again.voucher_id)
    gift_cases.everything_holds(books)
    assert gift_cases.nets(books) == {"SCHOL": 12_000_00}


def test_correction_of_an_unposted_gift_discards_its_voucher(books: Engine) -> None:
    who = donor(books)
    made = record(books, entry(who))
    again = correct(books, made.gift_id, entry(who, allocations=(("GEN", 120_000_00),)))

    assert gift_cases.state(books, made.voucher_id) is VoucherState.DISCARDED
    assert gift_cases.state(books, again.voucher_id) is VoucherState.SUBMITTED
    gift_cases.everything_holds(books)


def test_refused_correction_leaves_the_gift_as_it_is(books: Engine) -> None:
    who = donor(books)
    made = record(books, entry(who))
    before = gift_cases.counts(books)

    with refused("allocation_differs"):
        correct(books, made.gift_id, entry(who, allocations=(("GEN", 1),)))
    assert gift_cases.counts(books) == before
    assert gift_cases.state(books, made.voucher_id) is VoucherState.SUBMITTED


def test_gift_with_a_refund_is_neither_cancelled_nor_corrected(books: Engine) -> None:
    made = posted(books)
    gift_cases.refund(books, made.gift_id, 1_00)

    with refused("conflict", "退款"):
        cancel(books, made.gift_id)
    with refused("conflict", "退款"):
        correct(books, made.gift_id, entry(donor(books)))


def test_two_people_cancelling_at_once_cancel_once(books: Engine) -> None:
    made = posted(books)
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def work() -> None:
        together.wait()
        try:
            cancel(books, made.gift_id)
            outcomes.append("cancelled")
        except DomainError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["cancelled", "gift_ended"]
    assert len(changes_of(books, made.gift_id)) == 1


def test_cancelled_on_a_later_day_keeps_its_own_date(books: Engine) -> None:
    made = posted(books)
    red = cancel(books, made.gift_id, on=LATER)

    assert red is not None
    assert gift_cases.voucher(books, red).booked_on == LATER
    assert changes_of(books, made.gift_id)[0].changed_on == LATER
