"""Red copies: the only way to undo a posted voucher."""

from datetime import date

import pytest
from sqlalchemy import Engine

from foundation import database
from ledger import balances, posting
from ledger.balances import Span
from ledger.dimensions import DimensionKind, ensure
from ledger.vouchers import VoucherKind, VoucherState
from tests import factories
from tests.factories import BANK, CLOCK, GIFT_DAY, PREPARER, REVIEWER, cr, dr
from tests.refusals import excluded, refused
from tests.threads import together

LATER = date(2026, 2, 3)


def reverse(engine: Engine, key: int, on: date = LATER, reason: str = "重复入账") -> int:
    with database.transaction(engine) as session:
        return posting.reverse(
            session, key, booked_on=on, reason=reason, actor=PREPARER, clock=CLOCK
        )


def test_red_copy_mirrors_every_line_on_the_same_side(books: Engine) -> None:
    with database.transaction(books) as session:
        donor = ensure(session, DimensionKind.DONOR, {"D1": "江城校友会"})["D1"]
    (key,) = factories.book(
        books,
        factories.voucher(
            books,
            dr(BANK, "SCHOL", 70_00, summary="网银收款"),
            dr(BANK, "LAB", 30_00),
            cr("410102", "SCHOL", 70_00, donor_id=donor),
            cr("410102", "LAB", 30_00, donor_id=donor),
            on=GIFT_DAY,
        ),
    )
    red = reverse(books, key)
    head = factories.head(books, red)
    assert (head.kind, head.state) == (VoucherKind.REVERSAL, VoucherState.SUBMITTED)
    assert (head.reverses_id, head.reason, head.word) == (key, "重复入账", "记")
    assert head.summary == "注销2026年1月15日记-2026-01-0001号凭证"
    kept = ("line_no", "account_id", "fund_id", "side", "summary", "donor_id")
    for line, mirrored in zip(
        factories.lines(books, key), factories.lines(books, red), strict=True
    ):
        assert mirrored.amount_minor == -line.amount_minor
        assert [getattr(mirrored, name) for name in kept] == [getattr(line, name) for name in kept]
    assert factories.post(books, [red]).done == (red,)
    assert factories.findings(books) == []


def test_red_copy_shrinks_turnover_on_the_same_side(books: Engine) -> None:
    key = factories.post_gift(books, minor=100_00, fund="GEN")
    factories.post_gift(books, minor=30_00, fund="GEN")
    factories.post_reversal(books, key, on=GIFT_DAY)
    with database.reading(books) as session:
        rows = balances.trial_balance(session, Span.of_period(202601))
    bank = factories.account_id(books, BANK)
    income = factories.account_id(books, "410101")
    assert {row.account_id: (row.debit_minor, row.credit_minor) for row in rows} == {
        bank: (30_00, 0),
        income: (0, 30_00),
    }


def test_red_copy_needs_a_second_person_but_no_source_document(books: Engine) -> None:
    red = reverse(books, factories.post_gift(books))
    assert excluded(factories.post(books, [red], actor=PREPARER)) == {red: "self_review"}
    assert factories.head(books, red).attachment_count == 0
    assert factories.post(books, [red], actor=REVIEWER).done == (red,)


def test_original_stays_as_it_is(books: Engine) -> None:
    key = factories.post_gift(books)
    before = factories.head(books, key), factories.lines(books, key)
    factories.post_reversal(books, key, on=LATER)
    assert (factories.head(books, key), factories.lines(books, key)) == before


def test_voucher_is_reversed_once(books: Engine) -> None:
    key = factories.post_gift(books)
    reverse(books, key)
    with refused("already_reversed", "记-2026-01-0001"):
        reverse(books, key)


def test_two_threads_reversing_one_voucher_make_one_red_copy(books: Engine) -> None:
    key = factories.post_gift(books)
    results = together([lambda: reverse(books, key)] * 2)
    codes = sorted(getattr(result, "code", "reversed") for result in results)
    assert codes == ["already_reversed", "reversed"]


def test_reversal_is_not_reversed(books: Engine) -> None:
    red = factories.post_reversal(books, factories.post_gift(books), on=LATER)
    with refused("conflict", "红字冲销凭证不能再被冲销"):
        reverse(books, red)


def test_voucher_that_is_not_posted_is_not_reversed(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books))
    with refused("wrong_state"):
        reverse(books, key)


def test_unknown_voucher_is_not_reversed(books: Engine) -> None:
    with refused("unknown_voucher"):
        reverse(books, 4711)


@pytest.mark.parametrize("reason", ["", " "])
def test_reversal_needs_a_reason(books: Engine, reason: str) -> None:
    key = factories.post_gift(books)
    with refused("invalid", "原因"):
        reverse(books, key, reason=reason)


def test_voucher_of_an_earlier_year_is_not_reversed(books: Engine) -> None:
    key = factories.post_gift(books, on=date(2025, 12, 1))
    with refused("conflict", "以前年度"):
        reverse(books, key, on=GIFT_DAY)


def test_reversal_is_not_dated_before_its_original(books: Engine) -> None:
    key = factories.post_gift(books)
    with refused("conflict", "不能早于"):
        reverse(books, key, on=date(2026, 1, 14))
    reverse(books, key, on=GIFT_DAY)


def test_reversal_into_a_closed_period_is_refused(books: Engine) -> None:
    key = factories.post_gift(books, on=date(2025, 11, 3))
    factories.close_periods(books, 202511)
    with refused("period_closed", "2025-11"):
        reverse(books, key, on=date(2025, 11, 30))
    factories.post_reversal(books, key, on=date(2025, 12, 1))
    assert factories.findings(books) == []


def test_reversal_into_a_month_without_a_period_is_refused(books: Engine) -> None:
    key = factories.post_gift(books)
    with refused("unknown_period"):
        reverse(books, key, on=date(2026, 7, 1))


def test_discarded_red_copy_leaves_the_voucher_as_it_was(books: Engine) -> None:
    key = factories.post_gift(books)
    red = reverse(books, key)
    with database.transaction(books) as session:
        posting.discard(session, [red], reason="不冲了", actor=PREPARER, clock=CLOCK).require()
    assert factories.head(books, red).state is VoucherState.DISCARDED
    with database.reading(books) as session:
        held = balances.fund_nets(session)
    assert held[factories.fund_id(books, "SCHOL")] == 100_000_00


def test_voucher_can_be_reversed_again_after_its_red_copy_was_discarded(books: Engine) -> None:
    key = factories.post_gift(books)
    red = reverse(books, key)
    with database.transaction(books) as session:
        posting.discard(session, [red], reason="日期有误", actor=PREPARER, clock=CLOCK).require()
    assert factories.post_reversal(books, key, on=LATER) != red
    assert factories.findings(books) == []
