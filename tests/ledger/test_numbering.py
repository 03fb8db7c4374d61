"""Numbers: from 1 without gaps, per year, month and word, whatever happens."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from sqlalchemy import Engine, select

from foundation import database
from ledger import drafting, posting
from ledger.vouchers import Voucher, VoucherDraft, VoucherSeries, label
from tests import factories
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.threads import together


def numbers(engine: Engine) -> dict[tuple[int, str], list[int]]:
    """Return the numbers that were given, by month and word."""
    given: dict[tuple[int, str], list[int]] = {}
    with database.reading(engine) as session:
        for row in session.execute(
            select(Voucher.period_id, Voucher.word, Voucher.number)
            .where(Voucher.number.is_not(None))
            .order_by(Voucher.period_id, Voucher.word, Voucher.number)
        ):
            given.setdefault((row.period_id, row.word), []).append(row.number)
    return given


class PowerCut(Exception):
    """What ends a transaction in the middle."""


def post_and_fail(engine: Engine, gift: VoucherDraft) -> None:
    with database.transaction(engine) as session:
        keys = drafting.draft(session, [gift] * 3, actor=PREPARER, clock=CLOCK)
        posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True).require()
        raise PowerCut


def test_each_month_and_word_counts_from_one(books: Engine) -> None:
    november = factories.gift_voucher(books, on=date(2025, 11, 3))
    january = factories.gift_voucher(books)
    factories.book(books, january, november, replace(january, word="收"), january)
    factories.book(books, january, replace(january, word="收"))
    assert numbers(books) == {
        (202511, "记"): [1],
        (202601, "记"): [1, 2, 3],
        (202601, "收"): [1, 2],
    }


def test_set_is_numbered_by_date_then_in_order_of_writing(books: Engine) -> None:
    late, first, second = factories.book(
        books,
        factories.gift_voucher(books, on=date(2026, 1, 20)),
        factories.gift_voucher(books, on=date(2026, 1, 10)),
        factories.gift_voucher(books, on=date(2026, 1, 10)),
    )
    assert [factories.head(books, key).number for key in (first, second, late)] == [1, 2, 3]


def test_undone_transaction_gives_its_numbers_back(books: Engine) -> None:
    gift = factories.gift_voucher(books)
    factories.book(books, gift)
    with pytest.raises(PowerCut):
        post_and_fail(books, gift)
    factories.book(books, gift)
    assert numbers(books) == {(202601, "记"): [1, 2]}
    assert factories.findings(books) == []


def test_discarded_and_excluded_vouchers_leave_no_gap(books: Engine) -> None:
    gift = factories.gift_voucher(books)
    first, unwanted, bare, last = factories.prepare(
        books, gift, gift, replace(gift, attachment_count=0), gift
    )
    with database.transaction(books) as session:
        posting.discard(session, [unwanted], reason="作废", actor=PREPARER, clock=CLOCK)
    assert factories.post(books, [first, unwanted, bare, last]).done == (first, last)
    assert numbers(books) == {(202601, "记"): [1, 2]}


def test_series_remembers_its_last_number_and_digest(books: Engine) -> None:
    *_, last = factories.book(books, *[factories.gift_voucher(books)] * 3)
    with database.reading(books) as session:
        series = session.execute(select(VoucherSeries.__table__)).one()
    assert (series.period_id, series.word, series.last_number) == (202601, "记", 3)
    assert series.head == factories.head(books, last).digest


def test_number_is_written_as_people_say_it() -> None:
    assert label(202603, "记", 7) == "记-2026-03-0007"
    assert label(202600, "记", 1) == "记-2026-00-0001"
    assert label(202603, "收", 12345) == "收-2026-03-12345"
    assert label(202603, "记", None) == "草稿"


@pytest.mark.parametrize("pipelined", [False, True], ids=["plain", "pipelined"])
def test_eight_threads_posting_together_leave_no_gap_and_no_repeat(
    books: Engine, *, pipelined: bool
) -> None:
    gifts = [
        factories.gift_voucher(books, minor=100_00 + n, on=day)
        for n in range(3)
        for day in (date(2026, 1, 15), date(2026, 2, 15))
    ]

    def work(word: str) -> int:
        done = 0
        for gift in gifts:
            with database.transaction(books, pipelined=pipelined) as session:
                keys = drafting.draft(
                    session, [replace(gift, word=word)], actor=PREPARER, clock=CLOCK
                )
            with database.transaction(books, pipelined=pipelined) as session:
                outcome = posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True)
                done += len(outcome.require().done)
        return done

    words = ["记"] * 6 + ["收"] * 2
    assert together([partial(work, word) for word in words]) == [6] * 8
    assert numbers(books) == {
        (period, word): list(range(1, 3 * words.count(word) + 1))
        for period in (202601, 202602)
        for word in ("收", "记")
    }
    assert factories.findings(books) == []


def test_threads_posting_the_same_vouchers_post_each_once(books: Engine) -> None:
    keys = factories.prepare(books, *[factories.gift_voucher(books)] * 10)
    taken: list[int] = []
    assert together([lambda: taken.extend(factories.post(books, keys).done)] * 4) == [None] * 4
    assert sorted(taken) == keys
    assert numbers(books) == {(202601, "记"): list(range(1, 11))}
    assert factories.findings(books) == []
