"""Registers that are refused: everything is named, and nothing of them stays."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from ledger import accounts, funds, periods
from ledger.clock import FixedClock
from tests import factories
from tests.factories import AGENCY_BANK, BANK, CLOCK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.foundation.imports import import_cases
from tests.foundation.imports.import_cases import (
    GIFTS,
    HEADER,
    STATED,
    TOTAL,
    batches,
    bring,
    imported,
    look,
    table,
)
from tests.refusals import refused


def rejected(books: Engine, rows: list[import_cases.Row], saying: str, **changes: Any) -> None:
    """A file with a row that cannot be imported brings nothing at all."""
    before = gift_cases.counts(books)
    with refused("import_rejected", saying):
        bring(books, table([*GIFTS, *rows]), **changes)
    assert gift_cases.counts(books) == before
    assert batches(books) == []


@pytest.mark.parametrize(
    ("row", "saying"),
    [
        (("2026-02-30", "林晓舟", "1", "", ""), "第 6 行的日期"),
        (("2026-12-01", "林晓舟", "1", "", ""), "不晚于今天"),
        (("2026-06-01", "林晓舟", "1", "", ""), "会计期间"),
        (("2019-06-01", "林晓舟", "1", "", ""), "会计期间"),
        (("2026-01-05", "", "1", "T9", ""), "捐赠人"),
        (("2026-01-05", "林晓舟", "NaN", "", ""), "第 6 行的金额"),
        (("2026-01-05", "林晓舟", "1.005", "", ""), "第 6 行的金额"),
        (("2026-01-05", "林晓舟", "-5", "", ""), "第 6 行的金额"),
        (("2026-01-05", "林晓舟", "9" * 20, "", ""), "第 6 行的金额"),
        (("2026-01-05", "林晓舟", "1", "S" * 121, ""), "流水号"),
    ],
)
def test_one_row_that_cannot_be_imported_stops_the_file(
    books: Engine, row: import_cases.Row, saying: str
) -> None:
    rejected(books, [row], saying)


def test_every_wrong_row_is_named_with_its_reason(books: Engine) -> None:
    factories.close_periods(books, 202511)
    rows = [
        ("2025-11-30", "林晓舟", "1", "", ""),
        ("2026-01-05", "林晓舟", "x", "", ""),
        ("2026-04-01", "林晓舟", "1", "", ""),
    ]
    found = look(books, table([*GIFTS, *rows]))

    assert found.rejected_count == 3
    assert [(row.row, row.field) for row in found.rejected] == [
        (6, "date"),
        (7, "amount"),
        (8, "date"),
    ]
    assert "2025-11 已结账" in found.rejected[0].description
    assert "2026-04" in found.rejected[2].description
    assert (found.row_count, found.total_minor) == (4, TOTAL)


def test_rows_on_days_when_the_fund_is_not_open_are_named(books: Engine) -> None:
    with database.transaction(books) as session:
        funds.close_fund(
            session,
            "SCHOL",
            closed_on=date(2026, 1, 6),
            reason="项目结束",
            actor=PREPARER,
            clock=CLOCK,
        )
    found = look(books, table(GIFTS))

    assert [row.row for row in found.rejected] == [4, 5]
    assert "SCHOL" in found.rejected[0].description


def test_rows_on_days_after_the_account_closed_are_named(books: Engine) -> None:
    with database.transaction(books) as session:
        accounts.close_account(
            session,
            factories.account_id(books, BANK),
            closed_on=date(2026, 2, 1),
            reason="销户",
            actor=PREPARER,
            clock=CLOCK,
        )
    found = look(books, table(GIFTS))

    assert [row.row for row in found.rejected] == [5]
    assert BANK in found.rejected[0].description


@pytest.mark.parametrize(
    ("changes", "code", "saying"),
    [
        ({"fund_code": "NONE"}, "unknown_fund", "NONE"),
        ({"account_code": "100299"}, "unknown_account", "100299"),
        ({"account_code": "1002"}, "invalid", "收款科目"),
        ({"account_code": "1201"}, "invalid", "收款科目"),
        ({"account_code": AGENCY_BANK}, "invalid", "收款科目"),
    ],
)
def test_wrong_fund_or_account_stops_the_file(
    books: Engine, changes: dict[str, str], code: str, saying: str
) -> None:
    before = gift_cases.counts(books)
    with refused(code, saying):
        bring(books, table(GIFTS), **changes)

    assert gift_cases.counts(books) == before


def test_total_that_does_not_tie_is_refused_until_somebody_says_why(books: Engine) -> None:
    data = table([*GIFTS, ("合计", "", "251,066.68", "", "")])
    with refused("total_differs", "相差 -0.01"):
        bring(books, data)
    with refused("total_differs"):
        bring(books, data, difference_reason="   ")
    assert imported(books) == (0, 0)

    result = bring(books, data, difference_reason="来表合计有误，已与对方核实")
    assert result.imported == 4
    assert result.examination.ties is False
    (batch,) = batches(books)
    assert batch.difference_reason == "来表合计有误，已与对方核实"
    assert (batch.total_minor, batch.stated_total_minor) == (TOTAL, TOTAL + 1)


def test_reason_is_kept_only_with_a_difference_or_as_given(books: Engine) -> None:
    result = bring(books, table([*GIFTS, STATED]))

    assert result.examination.ties is True
    assert batches(books)[0].difference_reason is None


def test_file_without_a_gift_brings_nothing(books: Engine) -> None:
    with refused("nothing_to_import"):
        bring(books, table([], header=HEADER))


def test_total_beyond_what_the_books_hold_is_refused(books: Engine) -> None:
    most = "9999999999999.99"
    rows = [("2026-01-05", "林晓舟", most, f"T{n}", "") for n in range(2)]

    with refused("amount_too_large", "19999999999999.98"):
        bring(books, table(rows))
    assert imported(books) == (0, 0)


def test_tomorrow_in_china_is_judged_by_the_clock_of_the_organisation(books: Engine) -> None:
    with database.transaction(books) as session:
        periods.open_through(session, 202604, 202611, actor=PREPARER, clock=CLOCK)
    rows = table([("2026-11-23", "林晓舟", "1", "", "")])
    late_on_22_in_utc = FixedClock(instant=datetime(2026, 11, 22, 16, 30, tzinfo=UTC))

    assert look(books, rows).rejected_count == 1
    assert look(books, rows, clock=late_on_22_in_utc).rejected_count == 0
