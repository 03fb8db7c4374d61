"""Dates as people write them, without guessing."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.imports import dates
from foundation.imports.cells import Cell, Flaw

DAY = date(2020, 1, 22)


@pytest.mark.parametrize(
    "cell",
    [
        "2020-01-22",
        "2020-1-22",
        "2020.01.22",
        "2020/1/22",
        "2020 . 1 . 22",
        "2020年1月22日",
        "2020年01月22号",
        "2020 年 1 月 22 日",
        "2020年1月22",
        "2020年1月22日 星期三",
        "2020年1月22日（周三）",
        "２０２０．０１．２２",
        "20200122",
        "20200122143305",
        "20200122 14:33:05",
        "2020-01-22 14:33:05",
        "2020-01-22T14:33:05",
        "2020-01-22 14:33",
        "2020/1/22 9:05",
        "2020-01-22-14.33.05.123456",
        "2020年1月22日14时33分",
        "2020年1月22日14时33分05秒",
        "2020-01-22\t",
        "\xa02020-01-22\xa0",
        "43852",
        "43852.6",
        43852,
        Decimal("43852.60"),
        20200122,
        DAY,
        datetime.fromisoformat("2020-01-22 23:59"),
    ],
)
def test_year_first_and_chinese_dates_are_read(cell: Cell) -> None:
    assert dates.DateReader(year=None).read(cell) == DAY


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "date_missing"),
        (None, "date_missing"),
        ("  ", "date_missing"),
        ("-", "date_missing"),
        ("1/22/2020", "date_unclear"),
        ("22/1/2020", "date_unclear"),
        ("22.01.2020", "date_unclear"),
        ("01/02/03", "date_unclear"),
        ("20.1.22", "date_unclear"),
        ("1.22", "date_unclear"),
        ("01-22", "date_unclear"),
        ("2020.1", "date_unclear"),
        ("2020年1月", "date_unclear"),
        ("2020-01", "date_unclear"),
        ("2020.1-22", "date_unclear"),
        ("2020.1.22-25", "date_unclear"),
        ("2020-01-22 等", "date_unclear"),
        ("Jan 22, 2020", "date_unclear"),
        ("昨天", "date_unclear"),
        ("1234567", "date_unclear"),
        (7, "date_unclear"),
        (-43852, "date_unclear"),
        (Decimal("2020.1"), "date_unclear"),
        (10**30, "date_unclear"),
        ("2020-13-01", "date_impossible"),
        ("2021-02-29", "date_impossible"),
        ("20201301", "date_impossible"),
        (20201301, "date_impossible"),
        ("1900-01-01", "date_out_of_range"),
        ("9999-12-31", "date_out_of_range"),
        (date(1900, 1, 1), "date_out_of_range"),
        ("1月22日", "date_year_unknown"),
    ],
)
def test_everything_else_is_refused_and_nothing_guessed(cell: Cell, code: str) -> None:
    refused = dates.DateReader(year=None).read(cell)

    assert isinstance(refused, Flaw)
    assert refused.code == code
    assert refused.expected


def test_month_and_day_take_the_year_of_the_table() -> None:
    reader = dates.DateReader(year=2020)

    assert reader.read("1月22日") == DAY
    assert reader.read("01月22日 14:33") == DAY


def test_leap_day_of_another_year_does_not_exist() -> None:
    refused = dates.DateReader(year=2021).read("2月29日")

    assert isinstance(refused, Flaw)
    assert refused.code == "date_impossible"


@given(
    day=st.dates(date(1949, 10, 1), date(2099, 12, 31)),
    style=st.sampled_from(
        ["{y}-{m:02}-{d:02}", "{y}.{m}.{d}", "{y}/{m}/{d}", "{y}年{m}月{d}日", "{y}{m:02}{d:02}"]
    ),
)
def test_every_day_is_read_back_from_every_style(day: date, style: str) -> None:
    written = style.format(y=day.year, m=day.month, d=day.day)

    assert dates.DateReader(year=None).read(written) == day


@given(st.dates(date(1949, 10, 1), date(2099, 12, 31)))
def test_every_serial_number_of_a_spreadsheet_is_its_day(day: date) -> None:
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)

    assert dates.DateReader(year=None).read(serial) == day


def test_dates_and_years_are_found_in_prose() -> None:
    text = "截止至1月26日17：22分 2020年捐款信息，公示于2020年1月27日（2020.01.28更新）"

    assert dates.dates_in(text) == [date(2020, 1, 27), date(2020, 1, 28)]
    assert set(dates.years_in(text)) == {2020}
    assert dates.month_days_in(text) == ["1月26日"]
