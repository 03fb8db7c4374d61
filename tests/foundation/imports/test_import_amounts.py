"""Amounts as people write them, read into fen."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.imports import amounts
from foundation.imports.cells import Cell, Flaw, exact
from ledger import money


@pytest.mark.parametrize(
    ("cell", "minor"),
    [
        ("100", 10000),
        ("100.5", 10050),
        ("0.01", 1),
        (".5", 50),
        ("1,234.50", 123450),
        ("1，234．50", 123450),
        ("１，２３４．５６", 123456),
        ("\xa0 \xa0 4,000,000.00\xa0", 400000000),
        ("\t100.00\t", 10000),
        ("\u3000100\u3000", 10000),
        ("￥1,234.50", 123450),
        ("¥ 1234.5元", 123450),
        ("1234.5 元", 123450),
        ("人民币100元整", 10000),
        ("RMB 1,000.00", 100000),
        ("1000.00CNY", 100000),
        ("1.5万元", 1500000),
        ("1.5万", 1500000),
        ("2亿元", 20000000000),
        ("+5.00", 500),
        ("1 234 567.00", 123456700),
        ("'100.00", 10000),
        ('="100.00"', 10000),
        (100, 10000),
        (Decimal("100.50"), 10050),
        (Decimal("1E+3"), 100000),
    ],
)
def test_amount_is_read_exactly(cell: Cell, minor: int) -> None:
    assert amounts.read_amount(cell, unit=1) == minor


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "amount_missing"),
        (None, "amount_missing"),
        ("-", "amount_missing"),
        ("\xa0", "amount_missing"),
        ("0", "amount_zero"),
        ("0.00", "amount_zero"),
        (0, "amount_zero"),
        ("-5", "amount_negative"),
        ("－5.00", "amount_negative"),
        ("−5", "amount_negative"),
        ("¥-5", "amount_negative"),
        ("5-", "amount_negative"),
        ("(100.00)", "amount_negative"),
        ("（100.00）", "amount_negative"),
        (Decimal("-0.01"), "amount_negative"),
        (-3, "amount_negative"),
        ("(100.00", "amount_not_a_number"),
        ("1.234", "amount_over_precise"),
        ("0.001", "amount_over_precise"),
        ("33333.333333333336", "amount_over_precise"),
        (Decimal("1.005"), "amount_over_precise"),
        ("0." + "0" * 60 + "1", "amount_over_precise"),
        ("9" * 17, "amount_too_large"),
        ("9" * 200, "amount_too_large"),
        (10**17, "amount_too_large"),
        (Decimal("1E+300"), "amount_too_large"),
        ("99999999999亿", "amount_too_large"),
        ("abc", "amount_not_a_number"),
        ("NaN", "amount_not_a_number"),
        ("inf", "amount_not_a_number"),
        ("1e5", "amount_not_a_number"),
        ("1,00.00", "amount_not_a_number"),
        ("1.2.3", "amount_not_a_number"),
        ("1,0000", "amount_not_a_number"),
        ("口罩100箱", "amount_not_a_number"),
        ("١٠٠", "amount_not_a_number"),
        ("$5", "amount_currency"),
        ("100美元", "amount_currency"),
        ("HKD 100", "amount_currency"),
        (date(2020, 1, 1), "amount_not_a_number"),
    ],
)
def test_what_is_no_amount_of_a_gift_is_refused(cell: Cell, code: str) -> None:
    refused = amounts.read_amount(cell, unit=1)

    assert isinstance(refused, Flaw)
    assert refused.code == code
    assert refused.expected


@pytest.mark.parametrize(
    ("cell", "minor"),
    [("1.5", 1500000), ("1.234567", 1234567), (2, 2000000), ("1.5万元", 1500000)],
)
def test_column_of_ten_thousands_multiplies(cell: Cell, minor: int) -> None:
    assert amounts.read_amount(cell, unit=10_000) == minor


def test_yuan_in_a_column_of_ten_thousands_contradicts_it() -> None:
    refused = amounts.read_amount("15000元", unit=10_000)

    assert isinstance(refused, Flaw)
    assert refused.code == "amount_unit"


def test_signed_reading_allows_zero_and_below_for_totals() -> None:
    assert amounts.read_signed("(1,000.00)", unit=1) == -100000
    assert amounts.read_signed(0, unit=1) == 0


@given(
    minor=st.integers(1, money.MAX_MINOR),
    style=st.sampled_from(["{}", "￥{}", "{}元", " {}\xa0", "人民币{}元"]),
    is_grouped=st.booleans(),
)
def test_every_amount_of_the_books_is_read_back(minor: int, style: str, is_grouped: bool) -> None:
    written = money.grouped(minor) if is_grouped else money.to_text(minor)

    assert amounts.read_amount(style.format(written), unit=1) == minor


@given(st.text(alphabet="0123456789.,-+()元万¥ eE１．，", max_size=12))
def test_any_text_is_an_amount_or_refused_with_a_reason(text: str) -> None:
    value = amounts.read_amount(text, unit=1)

    assert value.expected if isinstance(value, Flaw) else value > 0


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=300))
def test_noise_of_a_summed_workbook_column_disappears(amounts_minor: list[int]) -> None:
    # As a spreadsheet does it: the amounts are floats there, and so is their sum.
    cell = sum(float(Decimal(minor) / 100) for minor in amounts_minor)

    assert amounts.read_signed(exact(cell), unit=1) == sum(amounts_minor)


@pytest.mark.parametrize("written", ["100.001", "0.005", "12345678.123", "33333.333333333336"])
def test_digits_that_somebody_wrote_are_not_taken_for_noise(written: str) -> None:
    assert exact(float(written)) == Decimal(written)


@pytest.mark.parametrize("special", ["nan", "inf", "-inf"])
def test_what_is_no_number_becomes_text(special: str) -> None:
    assert exact(float(special)) == special
