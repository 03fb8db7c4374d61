"""A restricted fund is not spent below zero."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation import database
from ledger import balances, drafting, posting
from ledger.policy import Policy
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER, SPENDING_DAY, cr, dr
from tests.refusals import excluded
from tests.threads import together


def held(engine: Engine, fund: str) -> int:
    with database.reading(engine) as session:
        return balances.fund_nets(session).get(factories.fund_id(engine, fund), 0)


@pytest.mark.parametrize("fund", ["SCHOL", "LAB", "ENDOW"])
def test_restricted_fund_is_not_overspent(books: Engine, fund: str) -> None:
    factories.post_gift(books, minor=100_00, fund=fund)
    (key,) = factories.prepare(books, factories.spending_voucher(books, minor=100_01, fund=fund))
    outcome = factories.post(books, [key])
    assert excluded(outcome) == {key: "fund_overspent"}
    sentence = str(outcome.excluded[0].error)
    assert sentence == f"限定性基金“{fund}”余额不足：现有 100.00，本凭证需要 100.01"
    assert held(books, fund) == 100_00


def test_restricted_fund_may_be_spent_to_the_last_fen(books: Engine) -> None:
    factories.post_gift(books, minor=100_00)
    factories.post_spending(books, minor=100_00)
    assert held(books, "SCHOL") == 0


def test_unrestricted_fund_may_go_below_zero(books: Engine) -> None:
    factories.post_spending(books, minor=100_00, fund="GEN")
    assert held(books, "GEN") == -100_00
    assert factories.findings(books) == []


def test_policy_can_allow_overspending(books: Engine) -> None:
    factories.change_policy(books, Policy(overspending_refused=False))
    factories.post_spending(books, minor=100_00)
    assert held(books, "SCHOL") == -100_00


def test_set_is_admitted_one_after_another_in_booking_order(books: Engine) -> None:
    """A gift dated before the spending of the same set pays for it; one dated after does not."""
    early = factories.gift_voucher(books, minor=100_00, on=date(2026, 1, 2))
    spent = factories.spending_voucher(books, minor=80_00, on=date(2026, 1, 3))
    too_much = factories.spending_voucher(books, minor=30_00, on=date(2026, 1, 4))
    late = factories.gift_voucher(books, minor=100_00, on=date(2026, 1, 5))
    keys = factories.prepare(books, late, too_much, spent, early)
    assert excluded(factories.post(books, keys)) == {keys[1]: "fund_overspent"}
    assert held(books, "SCHOL") == 120_00


def test_what_one_fund_holds_does_not_pay_for_another(books: Engine) -> None:
    factories.post_gift(books, minor=100_00, fund="LAB")
    (key,) = factories.prepare(books, factories.spending_voucher(books, minor=1, fund="SCHOL"))
    assert excluded(factories.post(books, [key])) == {key: "fund_overspent"}


def test_transfer_within_a_fund_is_no_spending(books: Engine) -> None:
    """Money that moves between accounts of a fund, or a payable, leaves what it holds alone."""
    factories.book(
        books,
        factories.voucher(
            books, dr("1101", "SCHOL", 50_00), cr(BANK, "SCHOL", 50_00), on=SPENDING_DAY
        ),
        factories.voucher(
            books, dr(BANK, "SCHOL", 50_00), cr("2209", "SCHOL", 50_00), on=SPENDING_DAY
        ),
    )
    assert held(books, "SCHOL") == 0


def test_what_is_held_counts_income_of_closed_and_open_months(books: Engine) -> None:
    factories.post_gift(books, minor=60_00, on=date(2025, 11, 5))
    factories.close_periods(books, 202511, 202512)
    factories.post_gift(books, minor=40_00)
    factories.post_spending(books, minor=100_00)
    assert held(books, "SCHOL") == 0


def test_reversal_of_a_gift_that_was_spent_is_refused(books: Engine) -> None:
    key = factories.post_gift(books, minor=100_00)
    factories.post_spending(books, minor=60_00)
    with database.transaction(books) as session:
        red = posting.reverse(
            session, key, booked_on=SPENDING_DAY, reason="退款", actor=PREPARER, clock=CLOCK
        )
    assert excluded(factories.post(books, [red])) == {red: "fund_overspent"}


def test_threads_spending_one_fund_together_never_overspend_it(books: Engine) -> None:
    factories.post_gift(books, minor=500_00)
    one = factories.spending_voucher(books, minor=100_00)

    def spend() -> int:
        # Draft and post in one transaction, so that every thread first writes lines of the fund
        # and then locks it: two of them must not wait for each other.
        with database.transaction(books) as session:
            keys = drafting.draft(session, [one], actor=PREPARER, clock=CLOCK)
            outcome = posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True)
            return len(outcome.done)

    assert sorted(map(str, together([spend] * 8))) == ["0"] * 3 + ["1"] * 5
    assert held(books, "SCHOL") == 0
    assert factories.findings(books) == []


def test_red_spending_gives_money_back(books: Engine) -> None:
    factories.post_gift(books, minor=100_00)
    spent = factories.spending_voucher(books, minor=100_00)
    factories.book(books, spent)
    back = replace(
        spent,
        lines=tuple(replace(line, amount_minor=-line.amount_minor) for line in spent.lines),
    )
    factories.book(books, back)
    assert held(books, "SCHOL") == 100_00
