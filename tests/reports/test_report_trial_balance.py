"""科目余额表 against every line added up, and against the worked year."""

import json
from pathlib import Path

import pytest
from sqlalchemy import event

from foundation import database
from foundation.books import importing, voucher_file_reading
from ledger import accounts, periods, policy
from ledger.policy import Policy
from reports.exporters import json as json_exporter
from reports.tables import Emphasis, State
from tests import factories
from tests.factories import CLOCK, PREPARER
from tests.reports import book_cases
from tests.reports.book_cases import PERIODS, cell, run

WORKED_YEAR = Path(__file__).parents[3] / "shared" / "data" / "worked_year.json"


def split(amount):
    return max(amount, 0), max(-amount, 0)


def shown(table, *keys):
    return {
        tuple(row[key] for key in keys): (
            row["opening_debit"],
            row["opening_credit"],
            row["period_debit"],
            row["period_credit"],
            row["closing_debit"],
            row["closing_credit"],
        )
        for row in book_cases.records(table)
    }


def expected(sums):
    return {
        key: (*split(one.opening), one.debit, one.credit, *split(one.closing))
        for key, one in sums.items()
    }


@pytest.mark.parametrize("period", PERIODS)
def test_every_account_is_what_its_lines_add_up_to(kept_books, period):
    lines = book_cases.lines(kept_books)
    sums = book_cases.added(lines, *book_cases.keys_of(period), key=lambda line: (line.account,))

    table = run(kept_books, "trial_balance", period=period)

    if period != "2026-00":  # both charts stand there side by side
        assert shown(table, "account") == expected(sums)
    for key in ("opening", "period", "closing"):
        assert table.totals[f"{key}_debit"] == table.totals[f"{key}_credit"]


@pytest.mark.parametrize("period", ["2025", "2026-Q1"])
def test_accounts_by_fund_are_what_their_lines_add_up_to(kept_books, period):
    lines = book_cases.lines(kept_books)
    sums = book_cases.added(
        lines, *book_cases.keys_of(period), key=lambda line: (line.account, line.fund)
    )

    table = run(kept_books, "trial_balance", period=period, by="fund")

    assert shown(table, "account", "fund") == expected(sums)


@pytest.mark.parametrize("fund", ["GEN", "SCHOL", "ENDOW"])
def test_one_fund_shows_its_own_lines_only(kept_books, fund):
    lines = [line for line in book_cases.lines(kept_books) if line.fund == fund]
    sums = book_cases.added(lines, 202601, 202603, key=lambda line: (line.account,))

    table = run(kept_books, "trial_balance", period="2026-Q1", fund=fund)

    assert shown(table, "account") == expected(sums)


@pytest.mark.parametrize("by", ["donor", "counterparty"])
def test_dimensions_and_what_carries_none_add_up_to_the_account(kept_books, by):
    table = run(kept_books, "trial_balance", period="2026-Q1", by=by)
    whole = shown(run(kept_books, "trial_balance", period="2026-Q1"), "account")

    accounts_shown = {row["account"] for row in book_cases.records(table)}
    assert accounts_shown
    for account in accounts_shown:
        rows = [row for row in book_cases.records(table) if row["account"] == account]
        debit, credit = (sum(row[f"period_{side}"] for row in rows) for side in ("debit", "credit"))
        assert (debit, credit) == whole[account,][2:4]
        balance = sum(row["closing_debit"] - row["closing_credit"] for row in rows)
        assert split(balance) == whole[account,][4:]


def test_lines_without_a_counterparty_have_a_row_of_their_own(kept_books):
    table = run(kept_books, "trial_balance", period="2026-02", by="counterparty")

    payable = [row for row in book_cases.records(table) if row["account"] == "2202"]

    assert [row["counterparty_name"] for row in payable] == ["（未指定）", "文印社"]
    assert [row["period_debit"] for row in payable] == [21_00, 4_000_09]
    assert [row["period_credit"] for row in payable] == [250_00, 0]


def test_before_closing_leaves_out_the_closing_vouchers_of_the_span_alone(kept_books):
    lines = book_cases.lines(kept_books)
    kept = [line for line in lines if line.period < 202501 or not line.is_closing]
    sums = book_cases.added(kept, 202501, 202512, key=lambda line: (line.account,))

    table = run(kept_books, "trial_balance", period="2025", closing="excluded")

    assert shown(table, "account") == expected(sums)
    assert any(line.is_closing for line in lines)
    later = run(kept_books, "trial_balance", period="2026-00", closing="excluded")
    assert shown(later, "account") == shown(
        run(kept_books, "trial_balance", period="2026-00"), "account"
    )


def test_first_level_accounts_take_their_details_together(kept_books):
    detail = run(kept_books, "trial_balance", period="2026-Q1")
    first = run(kept_books, "trial_balance", period="2026-Q1", level="first")

    rolled = {}
    for row in book_cases.records(detail):
        balance = row["closing_debit"] - row["closing_credit"]
        rolled[row["account"][:4]] = rolled.get(row["account"][:4], 0) + balance
    assert {key[0]: one[4] - one[5] for key, one in shown(first, "account").items()} == rolled
    assert first.totals["period_debit"] == detail.totals["period_debit"]


def test_parents_of_a_tree_are_headings_that_do_not_count(kept_books):
    tree = run(kept_books, "trial_balance", period="2026-Q1", level="tree")

    parents = [row for row in tree.rows if row.emphasis is Emphasis.HEADING]

    assert [cell(tree, row, "account") for row in parents][:1] == ["1002"]
    assert tree.totals == run(kept_books, "trial_balance", period="2026-Q1").totals


def test_year_to_date_begins_in_january(kept_books):
    month = run(kept_books, "trial_balance", period="2026-02", ytd="1")
    to_date = run(kept_books, "trial_balance", period="2026-01..2026-02")

    wanted = {row["account"]: row for row in book_cases.records(to_date)}
    for row in book_cases.records(month):
        assert row["ytd_debit"] == wanted[row["account"]]["period_debit"]
        assert row["ytd_credit"] == wanted[row["account"]]["period_credit"]


def test_rows_stand_in_account_order(kept_books):
    table = run(kept_books, "trial_balance", period="2026-Q1", by="fund")

    order = [(row["account"], row["fund"]) for row in book_cases.records(table)]

    assert order == sorted(order)


@pytest.mark.parametrize(
    ("period", "state"),
    [
        ("2025", State.FINAL),  # the books began in November
        ("2026-01", State.FINAL),
        ("2026-02", State.DRAFT),
        ("2026-Q1", State.DRAFT),
        ("2026", State.DRAFT),
    ],
)
def test_table_is_final_when_every_month_of_it_is_closed(kept_books, period, state):
    assert run(kept_books, "trial_balance", period=period).heading.state is state


def test_number_of_queries_does_not_grow_with_the_accounts(kept_books):
    statements = []
    with database.reading(kept_books) as session:
        connection = session.connection()
        event.listen(
            connection, "before_cursor_execute", lambda *given: statements.append(given[2])
        )
        session.info["counted"] = True
        from_registry = book_cases.registry.run(
            session, "trial_balance", {"period": "2026-Q1", "by": "fund"}, clock=CLOCK
        )
        rows = len(list(from_registry.rows))

    assert rows > 12
    assert len(statements) <= 8


@pytest.fixture
def worked_year(engine):
    if not WORKED_YEAR.is_file():
        pytest.skip("the worked year is not beside the project")
    with database.transaction(engine) as session:
        policy.install(session, Policy(), actor=PREPARER, clock=CLOCK)
        for chart in factories.CHARTS:
            accounts.install_chart(session, chart, actor=PREPARER, clock=CLOCK)
        periods.open_through(session, 202601, 202612, actor=PREPARER, clock=CLOCK)
    with database.transaction(engine) as session:
        file = voucher_file_reading.read(WORKED_YEAR.read_bytes())
        imported = importing.import_file(session, file, actor=PREPARER, clock=CLOCK)
    factories.post(engine, imported.keys).require()
    return engine


def document(engine, report_id, **given):
    return json_exporter.document(run(engine, report_id, **given))


def test_worked_year_is_reproduced_row_by_row(worked_year):
    example = json.loads(WORKED_YEAR.read_text(encoding="utf-8"))
    before, after = example["trial_balance_before_closing"], example["trial_balance_after_closing"]

    found = document(worked_year, "trial_balance", period="2026")
    assert (found["rows"], found["totals"]) == (before["rows"], before["totals"])

    factories.close_periods(worked_year, *range(202601, 202613))
    found = document(worked_year, "trial_balance", period="2026")
    assert (found["rows"], found["totals"]) == (after["rows"], after["totals"])
    assert found["state"] == "final"
    unclosed = document(worked_year, "trial_balance", period="2026", closing="excluded")
    assert unclosed["rows"] == before["rows"]


@pytest.mark.parametrize("is_closed", [False, True])
def test_worked_year_funds_roll_forward(worked_year, is_closed):
    example = json.loads(WORKED_YEAR.read_text(encoding="utf-8"))
    if is_closed:
        factories.close_periods(worked_year, *range(202601, 202613))

    rows = document(worked_year, "fund_roll_forward", period="2026", scope="restricted")["rows"]

    found = {row["fund"]: row for row in rows}
    wanted = example["restricted_fund_roll_forward"]
    assert found.keys() == {row["fund"] for row in wanted}
    for row in wanted:
        # The name of a fund may have been given before the file came.
        assert {key: found[row["fund"]][key] for key in row if key != "name"} == {
            key: row[key] for key in row if key != "name"
        }
