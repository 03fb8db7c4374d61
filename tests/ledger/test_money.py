"""Exact amounts: reading, writing, adding and splitting them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import (
    MAX_MINOR,
    AmountTooLarge,
    InvalidAmount,
    Money,
    grouped,
    minor_digits,
    parse,
    parse_positive,
    split,
    to_text,
)

AMOUNTS = st.integers(min_value=-MAX_MINOR, max_value=MAX_MINOR)
CURRENCIES = st.sampled_from(["CNY", "USD", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("0", 0),
        ("120000", 120_000_00),
        ("120000.5", 120_000_50),
        ("1,234.50", 1_234_50),
        ("1,234,567.89", 1_234_567_89),
        ("-3.5", -3_50),
        ("+3.05", 3_05),
        (" 12.00 ", 12_00),
        ("0.01", 1),
        ("007", 7_00),
        ("0" * 50 + "7", 7_00),
        ("1." + "0" * 50, 1_00),
        ("-0.00", 0),
        ("1.500", 1_50),
        ("9999999999999.99", MAX_MINOR),
    ],
)
def test_plain_decimal_is_read_exactly(text: str, minor: int) -> None:
    assert parse(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".5",
        "5.",
        "1e5",
        "NaN",
        "Infinity",
        "１２．５０元",
        "１２３",
        "1２.50",
        "12.5０",
        "٣",
        "²",
        "12 000",
        "1,23.00",
        "12,34",
        "1,2345",
        ",123",
        "0x10",
        "--1",
        "1.001",
        "0.005",
        "0." + "0" * 40 + "1",
        "1." + "0" * 40 + "1",
        "一百",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount) as caught:
        parse(text)
    assert caught.value.code == "invalid_amount"
    assert caught.value.status == 422


@pytest.mark.parametrize("text", ["10000000000000.00", "-10000000000000", "9" * 40, "9" * 5000])
def test_more_than_the_books_can_hold_is_refused(text: str) -> None:
    with pytest.raises(AmountTooLarge) as caught:
        parse(text)
    assert (caught.value.code, caught.value.status) == ("amount_too_large", 422)
    assert "9,999,999,999,999.99" in str(caught.value)
    assert len(str(caught.value)) < 100


def test_refusal_quotes_what_was_given_and_says_why() -> None:
    with pytest.raises(InvalidAmount) as caught:
        parse("1.001")
    assert str(caught.value) == "金额“1.001”无效：小数最多 2 位"


def test_currency_decides_the_decimals() -> None:
    assert [minor_digits(code) for code in ("CNY", "JPY", "KWD")] == [2, 0, 3]
    assert parse("1200", "JPY") == 1200
    assert parse("1.234", "KWD") == 1234
    with pytest.raises(InvalidAmount):
        parse("1.5", "JPY")


@pytest.mark.parametrize("text", ["0", "0.00", "-0.01", "-5"])
def test_positive_amount_refuses_zero_and_less(text: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_positive(text)


def test_positive_amount_is_read() -> None:
    assert parse_positive("0.01") == 1


@pytest.mark.parametrize(
    ("minor", "plain", "people"),
    [
        (0, "0.00", "0.00"),
        (5, "0.05", "0.05"),
        (-5, "-0.05", "-0.05"),
        (120_000_00, "120000.00", "120,000.00"),
        (-1_234_567_89, "-1234567.89", "-1,234,567.89"),
    ],
)
def test_amount_is_written_with_all_its_decimals(minor: int, plain: str, people: str) -> None:
    assert to_text(minor) == plain
    assert grouped(minor) == people


def test_currency_without_decimals_is_written_without_a_point() -> None:
    assert to_text(-1200, "JPY") == "-1200"
    assert grouped(-1200, "JPY") == "-1,200"


@given(AMOUNTS, CURRENCIES)
def test_what_is_written_reads_back_the_same(minor: int, currency: str) -> None:
    assert parse(to_text(minor, currency), currency) == minor
    assert parse(grouped(minor, currency), currency) == minor


@given(AMOUNTS, AMOUNTS)
def test_money_adds_and_subtracts_exactly(first: int, second: int) -> None:
    total = Money(first) + Money(second)
    assert total.minor == first + second
    assert total - Money(second) == Money(first)
    assert (-total).minor == -first - second


def test_money_of_two_currencies_does_not_mix() -> None:
    with pytest.raises(InvalidAmount):
        Money(1) + Money(1, "USD")
    with pytest.raises(InvalidAmount):
        Money(1, "USD") - Money(1)
    assert Money(1) != Money(1, "USD")


def test_money_has_no_order_across_currencies() -> None:
    with pytest.raises(TypeError):
        _ = Money(1) < Money(2)  # type: ignore[operator]


def test_money_writes_itself() -> None:
    assert str(Money(-150)) == "-1.50"


@given(
    AMOUNTS,
    st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=40).filter(any),
)
def test_split_parts_sum_exactly_and_are_fair(minor: int, weights: list[int]) -> None:
    parts = split(minor, weights)
    total = sum(weights)
    assert sum(parts) == minor
    assert len(parts) == len(weights)
    for part, weight in zip(parts, weights, strict=True):
        # No part is a whole unit away from its exact share, nor on the other side of zero.
        assert abs(part * total - minor * weight) < total
        assert part * minor >= 0


def test_odd_units_go_to_the_largest_remainders_then_to_the_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]
    assert split(10, [3, 3, 4]) == [3, 3, 4]
    assert split(2, [1, 2, 3]) == [0, 1, 1]
    assert split(5, [0, 1]) == [0, 5]


@pytest.mark.parametrize("weights", [[0], [0, 0], [-1, 2], [-1]])
def test_split_needs_positive_weights(weights: list[int]) -> None:
    with pytest.raises(InvalidAmount):
        split(100, weights)


def test_split_among_nobody_is_refused() -> None:
    with pytest.raises(InvalidAmount):
        split(100, [])
