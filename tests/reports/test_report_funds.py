"""基金变动表 and 基金科目余额表 against every line added up."""

import pytest

from reports.tables import Emphasis
from tests import factories
from tests.reports import book_cases
from tests.reports.book_cases import PERIODS, cell, run

INCOME, EXPENSE, NET_ASSETS = ("4",), ("5",), ("3",)


def flows(table):
    return {row["fund"]: row for row in book_cases.records(table)}


@pytest.mark.parametrize("period", PERIODS)
def test_every_fund_is_what_its_lines_add_up_to(kept_books, period):
    first, last = book_cases.keys_of(period)
    lines = book_cases.lines(kept_books)

    table = flows(run(kept_books, "fund_roll_forward", period=period))

    assert table
    for fund in ("GEN", "SCHOL", "LAB", "ENDOW"):
        own = [line for line in lines if line.fund == fund and line.account[0] in "345"]
        span = [line for line in own if first <= line.period <= last and not line.is_closing]
        wanted = {
            "opening": -sum(line.amount for line in own if line.period < first),
            "restricted_income_net": -sum(x.amount for x in span if x.account[0] == "4"),
            "restricted_expense": sum(x.amount for x in span if x.account[0] == "5"),
            "closing": -sum(line.amount for line in own if line.period <= last),
        }
        row = table.get(fund, dict.fromkeys(wanted, 0))
        assert {key: row[key] for key in wanted} == wanted


def test_columns_add_up_for_every_fund(kept_books):
    for row in flows(run(kept_books, "fund_roll_forward", period="2026-Q1")).values():
        assert row["closing"] == (
            row["opening"]
            + row["restricted_income_net"]
            - row["restricted_expense"]
            - row["released_to_unrestricted"]
            + row["reclassified"]
            + row["other_changes"]
        )


def test_release_and_moves_and_other_changes_are_told_apart(kept_books):
    table = flows(run(kept_books, "fund_roll_forward", period="2026-02"))

    assert {fund: row["released_to_unrestricted"] for fund, row in table.items()} == {
        "ENDOW": 0,
        "LAB": 100_000_00,
        "SCHOL": 0,
        "GEN": -100_000_00,
    }
    assert {fund: row["reclassified"] for fund, row in table.items()} == {
        "ENDOW": 1_000_00,
        "LAB": 0,
        "SCHOL": -1_000_00,
        "GEN": 0,
    }
    assert {fund: row["other_changes"] for fund, row in table.items()} == {
        "ENDOW": 0,
        "LAB": 0,
        "SCHOL": 0,
        "GEN": -250_00,
    }


def test_release_inside_a_fund_leaves_the_fund_as_it_is(kept_books):
    row = flows(run(kept_books, "fund_roll_forward", period="2025"))["SCHOL"]

    assert row["released_to_unrestricted"] == 0
    assert row["restricted_expense"] == 20_000_33
    assert row["closing"] == 80_000_01 - 20_000_33


def test_funds_together_are_the_net_assets_of_the_trial_balance(kept_books):
    funds = run(kept_books, "fund_roll_forward", period="2026-Q1")
    accounts = run(kept_books, "trial_balance", period="2026-Q1")

    net = -sum(
        row["closing_debit"] - row["closing_credit"]
        for row in book_cases.records(accounts)
        if row["account"][0] in "345"
    )
    assert funds.totals["closing"] == net


def test_restricted_funds_stand_first_with_a_sum_of_their_own(kept_books):
    table = run(kept_books, "fund_roll_forward", period="2026-Q1")

    sums = book_cases.of_kind(table, Emphasis.SUBTOTAL)

    assert [row.emphasis is Emphasis.SUBTOTAL for row in table.rows] == [False] * 3 + [
        True,
        False,
        True,
    ]
    assert sum(cell(table, row, "closing") for row in sums) == table.totals["closing"]


@pytest.mark.parametrize(
    ("scope", "funds"),
    [("restricted", {"SCHOL", "LAB", "ENDOW"}), ("unrestricted", {"GEN"})],
)
def test_scope_narrows_the_funds(kept_books, scope, funds):
    table = run(kept_books, "fund_roll_forward", period="2026-Q1", scope=scope)

    assert flows(table).keys() == funds
    assert book_cases.of_kind(table, Emphasis.SUBTOTAL) == []


def test_books_without_vouchers_have_no_fund_to_show(books):
    table = run(books, "fund_roll_forward", period="2026-01")

    assert table.rows == ()
    assert set(table.totals.values()) == {0}


@pytest.mark.parametrize("period", ["2025", "2026-02", "2026-Q1"])
@pytest.mark.parametrize("fund", ["GEN", "SCHOL"])
def test_statement_of_a_fund_is_its_trial_balance_before_closing(kept_books, period, fund):
    statement = run(kept_books, "fund_statement", period=period, fund=fund)
    accounts = run(kept_books, "trial_balance", period=period, fund=fund, closing="excluded")

    found = {row["account"]: row for row in book_cases.records(statement)}
    wanted = {row["account"]: row for row in book_cases.records(accounts)}
    assert found.keys() == wanted.keys()
    for account, row in wanted.items():
        for key in ("opening_debit", "period_debit", "period_credit", "closing_credit"):
            assert found[account][key] == row[key]
    assert statement.totals["period_debit"] == statement.totals["period_credit"]


def test_statement_of_a_fund_agrees_with_the_roll_forward(kept_books):
    flow = flows(run(kept_books, "fund_roll_forward", period="2025"))["SCHOL"]
    statement = run(kept_books, "fund_statement", period="2025", fund="SCHOL")

    rows = book_cases.records(statement)
    income = [row for row in rows if row["account"][0] == "4"]
    expense = [row for row in rows if row["account"][0] == "5"]
    received = sum(row["period_credit"] - row["period_debit"] for row in income)
    spent = sum(row["period_debit"] - row["period_credit"] for row in expense)
    assert (received, spent) == (flow["restricted_income_net"], flow["restricted_expense"])


def test_statement_of_all_funds_adds_up_to_the_funds(kept_books):
    statement = run(kept_books, "fund_statement", period="2026-Q1")

    sums = [row for row in book_cases.of_kind(statement, Emphasis.SUBTOTAL) if row.level == 1]

    assert len(sums) == len(factories.FUNDS)
    for key in statement.totals:
        assert sum(cell(statement, row, key) for row in sums) == statement.totals[key]


def test_every_figure_of_a_fund_statement_is_the_sum_of_what_it_leads_to(kept_books):
    statement = run(kept_books, "fund_statement", period="2025", fund="SCHOL")
    seen = 0
    for _, key, figure, link in book_cases.figures(statement):
        if not key.startswith("period"):
            continue
        below = book_cases.follow(kept_books, link)
        assert below.totals[key.removeprefix("period_")] == figure
        seen += 1
    assert seen > 4
