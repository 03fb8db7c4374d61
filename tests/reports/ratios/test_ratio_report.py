"""The ratios of the books themselves, as a verdict at year end and as a meter before it."""

from decimal import Decimal

import pytest
from sqlalchemy import Engine

from reports.tables import Row, Table, Term
from tests.refusals import refused
from tests.reports.book_cases import cell, run

# What 2025 closed with: the two opening millions, two gifts, one grant.
OPENING = 2_000_000_00 + 80_000_01 + 5_000_00 - 20_000_33
CHARITY, MANAGEMENT = 60_000_00 + 60_00, 4_321_09


def rows(table: Table, requirement: str) -> list[Row]:
    return [row for row in table.rows if requirement in str(cell(table, row, "requirement"))]


def verdict(table: Table, row: Row) -> str:
    found = cell(table, row, "verdict")
    assert isinstance(found, Term)
    return found.code


def test_ratio_is_what_the_books_say(kept_books: Engine) -> None:
    table = run(kept_books, "spending_ratios", period="2026")
    charity = next(row for row in rows(table, "慈善活动支出") if "189" in str(row.cells[0]))
    assert cell(table, charity, "numerator") == CHARITY
    assert cell(table, charity, "denominator") == OPENING
    expected = Decimal(100 * CHARITY) / OPENING
    assert Decimal(cell(table, charity, "ratio")) == expected.quantize(Decimal("0.0001"))
    management = next(row for row in rows(table, "年度管理费用") if "189" in str(row.cells[0]))
    assert cell(table, management, "numerator") == MANAGEMENT
    assert cell(table, management, "denominator") == CHARITY + MANAGEMENT


def test_meter_says_what_must_still_be_spent(kept_books: Engine) -> None:
    table = run(kept_books, "spending_ratios", period="2026")
    charity = next(row for row in rows(table, "慈善活动支出") if "189" in str(row.cells[0]))
    remaining = cell(table, charity, "remaining")
    assert verdict(table, charity) == "fail"
    assert remaining > 0

    paid = {"payment": f"{Decimal(remaining) / 100:.2f}", "payment_kind": "charity"}
    table = run(kept_books, "spending_ratios", period="2026", **paid)
    charity = next(row for row in rows(table, "慈善活动支出") if "189" in str(row.cells[0]))
    assert (verdict(table, charity), cell(table, charity, "remaining")) == ("pass", 0)

    short = {"payment": f"{Decimal(remaining - 1) / 100:.2f}", "payment_kind": "charity"}
    table = run(kept_books, "spending_ratios", period="2026", **short)
    charity = next(row for row in rows(table, "慈善活动支出") if "189" in str(row.cells[0]))
    assert (verdict(table, charity), cell(table, charity, "remaining")) == ("fail", 1)


def test_what_the_books_cannot_tell_is_not_guessed(kept_books: Engine) -> None:
    table = run(kept_books, "spending_ratios", period="2026")
    wages = rows(table, "工资福利")[0]
    assert verdict(table, wages) == "undetermined"
    assert cell(table, wages, "numerator") is None
    assert "缺少" in cell(table, wages, "note")


def test_closing_vouchers_change_nothing(kept_books: Engine) -> None:
    """2025 is closed: its income and expense accounts are empty, its ratios are not."""
    table = run(kept_books, "spending_ratios", period="2025")
    charity = next(row for row in rows(table, "慈善活动支出") if "189" in str(row.cells[0]))
    assert cell(table, charity, "numerator") == 20_000_33


@pytest.mark.parametrize("payment", ["-1", "0", "1.234", "一万", "NaN"])
def test_payment_that_is_no_amount_is_refused(kept_books: Engine, payment: str) -> None:
    with refused("invalid_amount"):
        run(kept_books, "spending_ratios", period="2026", payment=payment)
