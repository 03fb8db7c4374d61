"""Reading the books: trial balance, balances on a day, funds and dimensions."""

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from foundation import database
from ledger import balances, closing
from ledger.balances import Span, Turnover
from ledger.charts.definitions import AccountCategory
from ledger.dimensions import DimensionKind, ensure
from tests import factories
from tests.factories import BANK, CLOCK, REVIEWER, cr, dr


def a_life(books: Engine) -> None:
    factories.book(
        books,
        factories.opening_voucher(books, minor=1000_00),
        factories.gift_voucher(books, minor=300_00, on=date(2025, 11, 10)),
        factories.gift_voucher(books, minor=200_00, fund="GEN", on=date(2025, 12, 20)),
    )
    factories.close_periods(books, 202511, 202512)
    factories.convert_year(books)
    factories.book(
        books,
        factories.gift_voucher(books, minor=50_00, on=date(2026, 1, 10)),
        factories.spending_voucher(books, minor=20_00, on=date(2026, 1, 20)),
        factories.spending_voucher(books, minor=30_00, on=date(2026, 2, 2)),
    )


def by_code(engine: Engine, rows: list[Turnover]) -> dict[str, tuple[int, int, int, int]]:
    known = factories.known(engine)
    return {
        known.accounts[row.account_id].code: (
            row.opening_minor,
            row.debit_minor,
            row.credit_minor,
            row.closing_minor,
        )
        for row in rows
        if known.accounts[row.account_id].chart == "2024"
    }


def test_trial_balance_of_a_month(books: Engine) -> None:
    a_life(books)
    with database.reading(books) as session:
        rows = balances.trial_balance(session, Span.of_period(202601))
    assert by_code(books, rows) == {
        BANK: (2500_00, 50_00, 20_00, 2530_00),
        "3101": (-1200_00, 0, 0, -1200_00),
        "3102": (-1300_00, 0, 0, -1300_00),
        "410102": (0, 0, 50_00, -50_00),
        "510102": (0, 20_00, 0, 20_00),
    }


def test_trial_balance_of_a_year_opens_with_what_stands_before_january(books: Engine) -> None:
    a_life(books)
    with database.reading(books) as session:
        rows = balances.trial_balance(session, Span.of_year(2026))
    assert by_code(books, rows)[BANK] == (2500_00, 50_00, 50_00, 2500_00)


def test_trial_balance_is_in_account_order(books: Engine) -> None:
    a_life(books)
    known = factories.known(books)
    with database.reading(books) as session:
        rows = balances.trial_balance(session, Span.of_year(2026), by_fund=True)
    order = [
        (
            known.accounts[row.account_id].code,
            known.accounts[row.account_id].chart,
            known.funds[row.fund_id].code,
        )
        for row in rows
        if row.fund_id is not None
    ]
    assert order == sorted(order)
    assert len(order) == len(rows)


def test_trial_balance_of_some_funds(books: Engine) -> None:
    a_life(books)
    schol = factories.fund_id(books, "SCHOL")
    with database.reading(books) as session:
        rows = balances.trial_balance(session, Span.of_period(202601), funds=[schol])
    assert {row.fund_id for row in rows} == {schol}
    assert by_code(books, rows)[BANK] == (300_00, 50_00, 20_00, 330_00)


def test_account_whose_movements_cancel_is_still_shown(books: Engine) -> None:
    key = factories.post_gift(books, minor=5_00, fund="GEN")
    factories.post_reversal(books, key, on=date(2026, 1, 31))
    with database.reading(books) as session:
        january = balances.trial_balance(session, Span.of_period(202601))
        february = balances.trial_balance(session, Span.of_period(202602))
    assert by_code(books, january) == {BANK: (0, 0, 0, 0), "410101": (0, 0, 0, 0)}
    assert february == []


def test_balances_on_a_day_count_the_day_itself(books: Engine) -> None:
    a_life(books)
    pair = (factories.account_id(books, BANK), factories.fund_id(books, "SCHOL"))
    with database.reading(books) as session:
        assert balances.balances_on(session, date(2026, 1, 9))[pair] == 300_00
        assert balances.balances_on(session, date(2026, 1, 10))[pair] == 350_00
        assert balances.balances_on(session, date(2026, 1, 31))[pair] == 330_00
        assert balances.balances_on(session, date(2026, 2, 1))[pair] == 330_00


def test_vouchers_not_posted_are_in_no_figure(books: Engine) -> None:
    factories.prepare(books, factories.gift_voucher(books))
    with database.reading(books) as session:
        assert balances.trial_balance(session, Span.of_period(202601)) == []
        assert balances.balances_on(session, date(2026, 1, 31)) == {}
        assert balances.fund_nets(session) == {}


def test_balance_of_several_accounts_together(books: Engine) -> None:
    a_life(books)
    bank = factories.account_id(books, BANK)
    income = factories.account_id(books, "410102")
    with database.reading(books) as session:
        assert balances.account_balance(session, [bank], 202601) == 2530_00
        assert balances.account_balance(session, [bank, income], 202601) == 2480_00
        assert balances.account_balance(session, [], 202601) == 0


def test_fund_holds_its_assets_less_its_liabilities(books: Engine) -> None:
    a_life(books)
    factories.book(
        books,
        factories.voucher(
            books, dr(BANK, "SCHOL", 9_00), cr("2209", "SCHOL", 9_00), on=date(2026, 2, 3)
        ),
    )
    known = factories.known(books)
    with database.reading(books) as session:
        nets = balances.fund_nets(session)
        stored = balances.balances_at(session, 202603, by_fund=True)
    for fund, net in nets.items():
        assert net == sum(
            amount
            for (account, holder), amount in stored.items()
            if holder == fund
            and known.accounts[account].category
            in (AccountCategory.ASSET, AccountCategory.LIABILITY)
        )


def test_last_checkpoint_is_that_of_the_last_closed_period(books: Engine) -> None:
    with database.reading(books) as session:
        assert balances.last_checkpoint(session, 999912) == 0
    factories.close_periods(books, 202511, 202512)
    with database.reading(books) as session:
        assert balances.last_checkpoint(session, 999912) == 202512
        assert balances.last_checkpoint(session, 202511) == 202511
        assert balances.last_checkpoint(session, 202510) == 202500


def test_dimension_balances_sum_the_lines_that_carry_it(books: Engine) -> None:
    with database.transaction(books) as session:
        donors = ensure(session, DimensionKind.DONOR, {"D1": "江城校友会", "D2": "东湖集团"})
    first, second = donors["D1"], donors["D2"]
    factories.book(
        books,
        factories.gift_voucher(books, minor=5_00, donor_id=first, on=date(2025, 12, 3)),
        factories.gift_voucher(books, minor=7_00, donor_id=first),
        factories.gift_voucher(books, minor=9_00, donor_id=second, fund="GEN"),
        factories.gift_voucher(books, minor=1_00),
    )
    (red,) = factories.book(books, factories.gift_voucher(books, minor=3_00, donor_id=second))
    factories.post_reversal(books, red, on=date(2026, 1, 16))
    factories.prepare(books, factories.gift_voucher(books, minor=99_00, donor_id=first))
    old = factories.account_id(books, "410102", chart="2004")
    restricted = factories.account_id(books, "410102")
    general = factories.account_id(books, "410101")
    with database.reading(books) as session:
        assert balances.dimension_balances(session, "donor_id", upto=202603) == {
            (old, first): -5_00,
            (restricted, first): -7_00,
            (general, second): -9_00,
        }
        assert balances.dimension_balances(session, "donor_id", upto=202512) == {
            (old, first): -5_00
        }
        assert balances.dimension_balances(
            session, "donor_id", upto=202603, accounts=[general]
        ) == {(general, second): -9_00}
        assert balances.dimension_balances(session, "project_id", upto=202603) == {}


def test_line_is_printed_on_its_side_in_red_when_negative(books: Engine) -> None:
    (key,) = factories.book(
        books,
        factories.voucher(
            books, dr(BANK, "GEN", -5_00), cr("410101", "GEN", -5_00), on=date(2026, 1, 5)
        ),
    )
    assert [balances.printed(line) for line in factories.lines(books, key)] == [
        (-5_00, 0),
        (0, -5_00),
    ]


def test_reading_is_one_snapshot(books: Engine) -> None:
    """What is posted while a report is being read is in none of its figures."""
    factories.post_gift(books, minor=5_00)
    with database.reading(books) as session:
        before = balances.fund_nets(session)
        factories.post_gift(books, minor=7_00)
        assert balances.fund_nets(session) == before
    with database.reading(books) as session:
        assert balances.fund_nets(session) != before


def test_reader_cannot_close_a_period(books: Engine) -> None:
    with pytest.raises(DBAPIError), database.reading(books) as session:
        closing.close(session, 202511, actor=REVIEWER, clock=CLOCK)
    with database.reading(books) as session:
        assert balances.last_checkpoint(session, 999912) == 0
    assert factories.findings(books) == []
