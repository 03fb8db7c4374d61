"""What people type into fields: amounts with 万, short dates, and what is wrong with each."""

from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from foundation.http import forms
from foundation.http.forms import Form, Incomplete
from foundation.users.models import Role
from ledger import money
from ledger.money import InvalidAmount

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("120000", 120_000_00),
        ("120,000.00", 120_000_00),
        ("12万", 120_000_00),
        ("12.5万", 125_000_00),
        ("1.000001万", 10_000_01),
        ("0.05亿", 5_000_000_00),
        ("3千", 3_000_00),
        ("￥１２０．５０", 120_50),
        ("88元", 88_00),
        ("-3万", -30_000_00),
        (" 7 ", 7_00),
    ],
)
def test_amount_is_read_as_people_write_it(typed: str, minor: int) -> None:
    assert forms.parse_amount(typed) == minor


@pytest.mark.parametrize(
    "typed",
    ["", "万", "1.2.3万", "12,00万", "1.00000001万", "十万", "1e5", "NaN", "9" * 16 + "万", ".5万"],
)
def test_amount_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAmount):
        forms.parse_amount(typed)


@given(st.integers(min_value=-money.MAX_MINOR, max_value=money.MAX_MINOR))
def test_amount_as_it_is_shown_is_read_back(minor: int) -> None:
    assert forms.parse_amount(money.grouped(minor)) == minor


@given(st.integers(min_value=0, max_value=money.MAX_MINOR // 10**6))
def test_unit_only_moves_the_point(minor: int) -> None:
    assert forms.parse_amount(f"{money.to_text(minor)}万") == minor * 10_000


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-03-05", date(2026, 3, 5)),
        ("20260305", date(2026, 3, 5)),
        ("0305", date(2026, 3, 5)),
        ("3-5", date(2026, 3, 5)),
        ("2025年12月31日", date(2025, 12, 31)),
        ("2026/3/5", date(2026, 3, 5)),
        ("２０２６－０３－０５", date(2026, 3, 5)),
    ],
)
def test_day_is_read_as_people_write_it(typed: str, day: date) -> None:
    assert forms.parse_day(typed, today=TODAY) == day


@pytest.mark.parametrize(
    "typed", ["", "2026-02-30", "202611", "1332", "heute", "2026-3", "٢٠٢٦-٠٣-٠٥"]
)
def test_day_that_is_none_is_not_guessed(typed: str) -> None:
    assert forms.parse_day(typed, today=TODAY) is None


def test_form_says_what_is_wrong_with_each_field(app: Flask) -> None:
    sent = {"amount": "zwölf", "day": "31.2.", "count": "-1", "role": "king", "name": ""}
    with app.test_request_context(method="POST", data=sent):
        form = Form.of_request()
        results = (
            form.amount("amount"),
            form.day("day"),
            form.whole_number("count"),
            form.choice("role", Role),
            form.text("name"),
        )

        with pytest.raises(Incomplete):
            form.require_complete()

    assert results == (None, None, 0, None, "")
    assert set(form.errors) == set(sent)
    assert form.value("amount") == "zwölf"


def test_complete_form_goes_on(app: Flask) -> None:
    sent = {"amount": "12万", "day": "0305", "role": "auditor", "agreed": "on"}
    with app.test_request_context(method="POST", data=sent):
        form = Form.of_request()

        assert form.amount("amount") == 120_000_00
        assert form.day("day") == date(2026, 3, 5)
        assert form.choice("role", Role) is Role.AUDITOR
        assert form.day("until", is_required=False) is None
        assert form.is_checked("agreed")
        form.require_complete()


def test_passwords_are_never_shown_again(app: Flask) -> None:
    sent = {
        "password": "p",
        "current": "c",
        "new": "n",
        "again": "a",
        "csrf_token": "t",
        "name": "x",
    }
    with app.test_request_context(method="POST", data=sent):
        assert Form.of_request().values == {"name": "x"}
