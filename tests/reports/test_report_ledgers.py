"""总账, 明细账, 序时账 and 日记账 against every line added up; figures against their sources."""

import pytest

from foundation import database
from ledger.errors import InvalidInput
from reports import registry
from reports.tables import Emphasis, Label, Target
from tests import factories
from tests.factories import CLOCK
from tests.reports import book_cases
from tests.reports.book_cases import cell, follow, of_kind, plain, run


def signed(table, row):
    """Return the balance of a row, debit positive."""
    size, direction = cell(table, row, "balance"), cell(table, row, "direction").zh
    assert (direction == "平") == (size == 0)
    return -size if direction == "贷" else size


def opening_of(table):
    return sum(signed(table, row) for row in of_kind(table, Emphasis.OPENING))


def checked(table):
    """Check that a ledger adds up, and return (opening, debit, credit, closing)."""
    balance = opening = opening_of(table)
    for row in plain(table):
        balance += cell(table, row, "debit") - cell(table, row, "credit")
    debit = sum(cell(table, row, "debit") for row in plain(table))
    credit = sum(cell(table, row, "credit") for row in plain(table))
    assert table.totals == {"debit": debit, "credit": credit}
    return opening, debit, credit, balance


def test_balance_runs_from_line_to_line_and_months_are_added_up(kept_books):
    table = run(kept_books, "subsidiary_ledger", period="2026-Q1", account="100201")

    balance = signed(table, table.rows[0])
    month, year = [0, 0], [0, 0]
    for row in table.rows[1:]:
        sides = cell(table, row, "debit"), cell(table, row, "credit")
        if row.emphasis is Emphasis.PLAIN:
            month = [have + side for have, side in zip(month, sides, strict=True)]
            balance += sides[0] - sides[1]
        elif row.emphasis is Emphasis.SUBTOTAL:
            assert list(sides) == month
            year = [have + side for have, side in zip(year, month, strict=True)]
            month = [0, 0]
        else:
            assert list(sides) == year
        assert signed(table, row) == balance
    assert len(of_kind(table, Emphasis.SUBTOTAL)) == 3


def test_year_to_date_counts_the_months_before_the_span(kept_books):
    table = run(kept_books, "subsidiary_ledger", period="2026-02", account="100201")
    before = run(kept_books, "subsidiary_ledger", period="2026-01", account="100201")

    (month,) = of_kind(table, Emphasis.SUBTOTAL)
    (year,) = of_kind(table, Emphasis.CUMULATIVE)

    for side in ("debit", "credit"):
        assert cell(table, year, side) == cell(table, month, side) + before.totals[side]


@pytest.mark.parametrize("period", ["2025", "2026-00", "2026-01", "2026-Q1"])
def test_every_line_stands_in_the_ledger_of_its_account_once(kept_books, period):
    first, last = book_cases.keys_of(period)
    wanted = sorted(
        (line.account, line.fund, line.debit, line.credit)
        for line in book_cases.lines(kept_books)
        if first <= line.period <= last
    )

    table = run(kept_books, "subsidiary_ledger", period=period)

    found = sorted(
        (row["account"], row["fund"], row["debit"], row["credit"])
        for row in book_cases.records(table)
    )
    assert found == wanted
    checked(table)


@pytest.mark.parametrize("period", ["2025", "2026-00", "2026-01", "2026-Q1"])
def test_journal_holds_every_line_once_in_voucher_order(kept_books, period):
    first, last = book_cases.keys_of(period)
    wanted = sorted(
        (line.account, line.fund, line.debit, line.credit)
        for line in book_cases.lines(kept_books)
        if first <= line.period <= last
    )

    table = run(kept_books, "journal", period=period)

    rows = book_cases.records(table)
    found = sorted((row["account"], row["fund"], row["debit"], row["credit"]) for row in rows)
    assert found == wanted
    order = [(row["voucher"], row["line_no"]) for row in rows]
    assert order == sorted(order)
    assert table.totals["debit"] == table.totals["credit"] == sum(row["debit"] for row in rows)


@pytest.mark.parametrize("dimension", ["donor", "counterparty"])
def test_ledger_of_a_donor_or_counterparty_shows_its_lines_only(kept_books, dimension):
    code = {"donor": "D1", "counterparty": "V1"}[dimension]
    with database.reading(kept_books) as session:
        asked = registry.parameters.resolve(
            session,
            registry.get("subsidiary_ledger").parameters,
            {dimension: code},
            clock=CLOCK,
        )
    wanted = asked.dimensions[dimension].id
    lines = [
        line for line in book_cases.lines(kept_books) if getattr(line, f"{dimension}_id") == wanted
    ]
    sums = book_cases.added(lines, 202601, 202603, key=lambda line: line.account)

    table = run(kept_books, "subsidiary_ledger", period="2026-Q1", **{dimension: code})

    debit = sum(one.debit for one in sums.values())
    credit = sum(one.credit for one in sums.values())
    opening = sum(one.opening for one in sums.values())
    assert checked(table) == (opening, debit, credit, opening + debit - credit)


def test_donor_may_be_named_by_name(kept_books):
    by_name = run(kept_books, "subsidiary_ledger", period="2026-Q1", donor="蓝天测试有限公司")

    assert (
        by_name.totals == run(kept_books, "subsidiary_ledger", period="2026-Q1", donor="D1").totals
    )


def test_parent_account_takes_its_details_into_one_balance(kept_books):
    parent = run(kept_books, "subsidiary_ledger", period="2026-Q1", account="4101")
    details = [
        run(kept_books, "subsidiary_ledger", period="2026-Q1", account=code)
        for code in ("410101", "410102")
    ]

    assert checked(parent)[3] == sum(checked(table)[3] for table in details)
    assert {row["account"] for row in book_cases.records(parent)} == {"410101", "410102"}


def test_opposite_accounts_are_those_of_the_same_fund_and_other_sign(kept_books):
    table = run(kept_books, "subsidiary_ledger", period="2026-02", account="100201")

    red = next(row for row in book_cases.records(table) if row["debit"] == -100_000_00)
    blue = next(row for row in book_cases.records(table) if row["debit"] == 100_000_00)

    assert (red["fund"], red["opposite"]) == ("LAB", "3102")
    assert (blue["fund"], blue["opposite"]) == ("GEN", "3101")


def test_many_opposite_accounts_are_cut_short(books):
    first = factories.voucher(
        books,
        factories.dr(factories.BANK, "GEN", 10_00),
        *(factories.cr(code, "GEN", 2_00) for code in ("410101", "420101", "430101", "440101")),
        factories.cr("490101", "GEN", 2_00),
        on=factories.GIFT_DAY,
    )
    factories.book(books, first)

    (row,) = book_cases.records(
        run(books, "subsidiary_ledger", period="2026-01", account=factories.BANK)
    )

    assert row["opposite"] == "410101、420101、430101等"


def test_nothing_unposted_is_in_any_book(kept_books):
    for report_id in ("journal", "subsidiary_ledger", "cash_journal"):
        table = run(kept_books, report_id, period="2026-Q1")
        amounts = {row["debit"] for row in book_cases.records(table)}
        assert not amounts & {999_00, 888_00}


def test_general_ledger_follows_the_months_of_first_level_accounts(kept_books):
    lines = book_cases.lines(kept_books)
    table = run(kept_books, "general_ledger", period="2026-Q1")

    for key, text in ((202601, "2026-01"), (202602, "2026-02"), (202603, "2026-03")):
        wanted = book_cases.added(lines, key, key, key=lambda line: line.account[:4])
        rows = {row["account"]: row for row in book_cases.records(table) if row["month"] == text}
        for account, row in rows.items():
            assert (row["debit"], row["credit"]) == (wanted[account].debit, wanted[account].credit)
            assert row["balance"] == abs(wanted[account].closing)
        moved = {account for account, one in wanted.items() if one.debit or one.credit}
        assert moved == rows.keys()
    assert opening_of(table) == 0
    assert table.totals["debit"] == table.totals["credit"]


def test_general_ledger_of_one_account_may_be_a_detail(kept_books):
    table = run(kept_books, "general_ledger", period="2026-Q1", account="410102")

    assert {row["account"] for row in book_cases.records(table)} == {"410102"}


def test_cash_journal_balances_every_day(kept_books):
    table = run(kept_books, "cash_journal", period="2026-02", account="100201")

    days = [row for row in of_kind(table, Emphasis.SUBTOTAL) if row.level == 2]
    months = [row for row in of_kind(table, Emphasis.SUBTOTAL) if row.level == 1]

    lines = book_cases.records(table)
    by_day = {}
    for row in lines:
        by_day[row["date"]] = by_day.get(row["date"], 0) + row["debit"] - row["credit"]
    net = [cell(table, row, "debit") - cell(table, row, "credit") for row in days]
    assert net == list(by_day.values())
    assert len(months) == 1
    assert signed(table, days[-1]) == signed(table, months[0])


def test_cash_journal_shows_cash_and_bank_and_nothing_else(kept_books):
    table = run(kept_books, "cash_journal", period="2026-Q1")

    assert {row["account"] for row in book_cases.records(table)} == {"100201"}
    with pytest.raises(InvalidInput, match="不是现金或银行存款科目"):
        run(kept_books, "cash_journal", period="2026-Q1", account="410101")


TRIAL_BALANCES = (
    {"period": "2025"},
    {"period": "2025", "closing": "excluded"},
    {"period": "2026-00"},
    {"period": "2026-02", "ytd": "1"},
    {"period": "2026-Q1", "by": "fund"},
    {"period": "2026-Q1", "by": "donor"},
    {"period": "2026-Q1", "by": "counterparty"},
    {"period": "2026-Q1", "level": "tree"},
    {"period": "2026-Q1", "fund": "SCHOL", "level": "first"},
)


@pytest.mark.parametrize("given", TRIAL_BALANCES, ids=lambda given: "-".join(given.values()))
def test_every_figure_of_a_trial_balance_is_the_sum_of_what_it_leads_to(kept_books, given):
    table = run(kept_books, "trial_balance", **given)
    seen = 0
    for _, key, figure, link in book_cases.figures(table):
        opening, debit, credit, closing = checked(follow(kept_books, link))
        below = {
            "opening_debit": opening,
            "opening_credit": -opening,
            "period_debit": debit,
            "period_credit": credit,
            "ytd_debit": debit,
            "ytd_credit": credit,
            "closing_debit": closing,
            "closing_credit": -closing,
        }
        assert below[key] == figure, (key, link)
        seen += 1
    assert seen > 5


@pytest.mark.parametrize("report_id", ["general_ledger", "subsidiary_ledger", "cash_journal"])
@pytest.mark.parametrize("period", ["2025", "2026-02", "2026-Q1"])
def test_every_sum_of_a_ledger_is_the_sum_of_what_it_leads_to(kept_books, report_id, period):
    table = run(kept_books, report_id, period=period)
    seen = 0
    for row, key, figure, link in book_cases.figures(table):
        if link.target is not Target.REPORT:
            continue
        _, debit, credit, closing = checked(follow(kept_books, link))
        words = cell(table, row, "summary")
        assert isinstance(words, Label)
        below = {"debit": debit, "credit": credit, "balance": abs(closing)}
        assert below[key] == figure, (words.zh, key, link)
        seen += 1
    assert seen > 3


def test_every_line_leads_to_its_voucher(kept_books):
    for report_id in ("subsidiary_ledger", "cash_journal", "journal"):
        table = run(kept_books, report_id, period="2026-01")
        for row in plain(table):
            voucher = row.links[table.index("voucher")]
            assert voucher is not None
            assert voucher.target is Target.VOUCHER
            assert row.links[table.index("debit")] == voucher
