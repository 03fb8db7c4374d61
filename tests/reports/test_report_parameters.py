"""What a report may be asked, and what it refuses."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import database
from foundation.users.models import Role
from foundation.users.permissions import Permission, allows
from ledger import dimensions
from ledger.accounts import UnknownAccount
from ledger.clock import FixedClock
from ledger.dimensions import DimensionKind
from ledger.errors import InvalidInput
from ledger.funds import UnknownFund
from ledger.periods import UnknownPeriod
from reports import definition, parameters, registry
from reports.definition import UnknownReport
from reports.parameters import UnknownDimension
from reports.period_range import parse_range
from reports.registry import REPORTS
from tests.reports.book_cases import run


@pytest.mark.parametrize(
    ("text", "first", "last", "title"),
    [
        ("2026", 202601, 202612, "2026年度"),
        ("2026-03", 202603, 202603, "2026年3月"),
        ("2026-00", 202600, 202600, "2026年初"),
        ("2026-Q1", 202601, 202603, "2026年第1季度"),
        ("2026-Q4", 202610, 202612, "2026年第4季度"),
        ("2026-02..2026-05", 202602, 202605, "2026年2月至5月"),
        (" 2026-12 ", 202612, 202612, "2026年12月"),
    ],
)
def test_period_is_read_as_people_write_it(text, first, last, title):
    found = parse_range(text)

    assert (found.first, found.last, found.title.zh) == (first, last, title)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "2026-13",
        "2026-3",
        "2026-Q5",
        "2026-Q0",
        "2026/03",
        "2026-05..2026-02",
        "2025-12..2026-01",
        "2026-00..2026-02",
        "0000",
        "２０２６",
        "2026-03; DROP TABLE voucher",
        "2026-03\n",
    ],
)
def test_anything_else_is_no_period(text):
    if text == "2026-03\n":
        assert parse_range(text).first == 202603
        return
    with pytest.raises(InvalidInput, match="2026-Q1"):
        parse_range(text)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_periods(text):
    try:
        found = parse_range(text)
    except InvalidInput:
        return
    assert found.first <= found.last
    assert found.first // 100 == found.last // 100
    assert found.to_date.last == found.last


def test_range_knows_its_days_and_the_months_before_it():
    assert parse_range("2028-02").last_day == date(2028, 2, 29)
    assert parse_range("2026").before is None
    before = parse_range("2026-Q2").before
    assert (before.first, before.last) == (202601, 202603)
    opening = parse_range("2026-00")
    assert opening.last_day < opening.first_day


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"period": "2024"}, UnknownPeriod),
        ({"period": "2026-12"}, UnknownPeriod),
        ({"period": "hello"}, InvalidInput),
        ({"fund": "NOPE"}, UnknownFund),
        ({"account": "9999"}, UnknownAccount),
        ({"account": "1999:1001"}, UnknownAccount),
        ({"donor": "nobody"}, UnknownDimension),
        ({"counterparty": "D1"}, UnknownDimension),
        ({"closing": "maybe"}, InvalidInput),
        ({"by": "fund"}, InvalidInput),
        ({"period": "2026", "colour": "red"}, InvalidInput),
    ],
)
def test_what_the_books_do_not_have_is_refused_by_name(kept_books, given, error):
    with pytest.raises(error):
        run(kept_books, "subsidiary_ledger", **given)


def test_flag_is_yes_or_no(kept_books):
    for text in ("1", "true", "YES", "on"):
        table = run(kept_books, "trial_balance", period="2026-01", ytd=text)
        assert "ytd_debit" in table.totals
    for text in ("", "0", "no"):
        table = run(kept_books, "trial_balance", period="2026-01", ytd=text)
        assert "ytd_debit" not in table.totals
    with pytest.raises(InvalidInput, match="1 或 0"):
        run(kept_books, "trial_balance", period="2026-01", ytd="perhaps")


def test_unknown_report_is_refused(kept_books):
    with pytest.raises(UnknownReport):
        run(kept_books, "no_such_report")


def test_two_donors_of_one_name_must_be_told_apart_by_code(books):
    with database.transaction(books) as session:
        dimensions.ensure(session, DimensionKind.DONOR, {"D1": "王测试", "D2": "王测试"})

    with pytest.raises(InvalidInput, match="D1、D2"):
        run(books, "subsidiary_ledger", donor="王测试")
    assert run(books, "subsidiary_ledger", donor="D2").subtitle.zh == "捐赠人：王测试"


def test_account_of_another_chart_is_named_with_its_chart(kept_books):
    assert run(kept_books, "subsidiary_ledger", period="2026-00", account="2004:5101").rows
    with pytest.raises(UnknownAccount):
        run(kept_books, "subsidiary_ledger", period="2026-00", account="2004:530101")


def test_latest_month_of_the_books_is_the_default(kept_books):
    assert run(kept_books, "trial_balance").heading.period == "2026-03"
    early = FixedClock(instant=datetime(2026, 1, 31, 15, 59, tzinfo=UTC))
    with database.reading(kept_books) as session:
        asked = parameters.resolve(session, (parameters.PERIOD,), {}, clock=early)
    assert asked.period.text == "2026-01"
    assert asked.heading.printed_at.hour == 23


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.id)
def test_every_report_runs_with_a_period_alone(kept_books, report):
    for period in ("2025", "2026-02", "2026-Q1", "2026-00"):
        table = run(kept_books, report.id, period=period)
        assert table.id == report.id
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
        assert all(len(row.links) in (0, len(row.cells)) for row in table.rows)
        assert table.totals.keys() <= {column.key for column in table.columns}


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.id)
def test_every_report_is_named_in_both_languages(kept_books, report):
    table = run(kept_books, report.id, period="2026-01")
    labels = [report.title, report.purpose, table.title]
    labels += [column.title for column in table.columns]
    labels += [parameter.title for parameter in report.parameters]
    labels += [words for parameter in report.parameters for _, words in parameter.choices]
    assert all(label.zh and label.en for label in labels)
    assert len({column.key for column in table.columns}) == len(table.columns)


def test_ids_of_reports_are_unique_and_what_is_above_exists():
    ids = [report.id for report in REPORTS]
    assert len(set(ids)) == len(ids)
    assert {report.above for report in REPORTS} - {""} <= set(ids)


@pytest.mark.parametrize("role", Role)
def test_only_readers_run_reports_and_the_cashier_those_of_the_bank(role):
    may = {report.id for report in REPORTS if report.allows(role)}

    if allows(role, Permission.REPORTS_READ):
        assert may == {report.id for report in REPORTS}
    elif role is Role.CASHIER:
        assert may == {"cash_journal", "bank_reconciliation"}
    else:
        assert may == set()


def test_registry_describes_what_programs_may_ask():
    described = definition.described(registry.get("trial_balance"))

    assert described["id"] == "trial_balance"
    by = next(item for item in described["parameters"] if item["name"] == "by")
    assert by["choices"][:2] == ["account", "fund"]
