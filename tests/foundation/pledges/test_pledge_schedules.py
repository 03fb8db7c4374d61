"""Properties of schedules: month ends, leap days, and totals that are kept to the fen."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.pledges import schedule
from foundation.pledges.schedule import Due, Every
from tests.refusals import refused

DAYS = st.dates(min_value=date(1999, 1, 1), max_value=date(2090, 12, 31))
COUNTS = st.integers(min_value=1, max_value=120)
MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


@pytest.mark.parametrize(
    ("first", "every", "expected"),
    [
        ("2026-01-31", Every.MONTH, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2028-01-31", Every.MONTH, ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]),
        ("2026-01-30", Every.MONTH, ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30"]),
        ("2026-01-29", Every.MONTH, ["2026-01-29", "2026-02-28", "2026-03-29", "2026-04-29"]),
        ("2026-11-30", Every.QUARTER, ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30"]),
        ("2026-08-31", Every.HALF_YEAR, ["2026-08-31", "2027-02-28", "2027-08-31", "2028-02-29"]),
        ("2024-02-29", Every.YEAR, ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28"]),
        ("2026-12-05", Every.MONTH, ["2026-12-05", "2027-01-05", "2027-02-05", "2027-03-05"]),
    ],
)
def test_short_months_take_their_last_day_and_the_next_the_day_again(
    first: str, every: Every, expected: list[str]
) -> None:
    days = schedule.days(date.fromisoformat(first), 4, every)
    assert [day.isoformat() for day in days] == expected


def test_leap_day_comes_back_every_fourth_year() -> None:
    days = schedule.days(date(2024, 2, 29), 9, Every.YEAR)
    assert [day.day for day in days] == [29, 28, 28, 28, 29, 28, 28, 28, 29]


@given(first=DAYS, count=COUNTS, every=st.sampled_from(Every))
@settings(max_examples=150)
def test_every_instalment_is_in_its_month_on_the_nearest_day(
    first: date, count: int, every: Every
) -> None:
    count = min(count, 90 * 12 // MONTHS[every])
    days = schedule.days(first, count, every)
    assert len(days) == count
    for place, day in enumerate(days):
        months = first.year * 12 + first.month - 1 + place * MONTHS[every]
        assert (day.year, day.month) == (months // 12, months % 12 + 1)
        assert day.day == min(first.day, monthrange(day.year, day.month)[1])


@given(minor=st.integers(min_value=1, max_value=10**15 - 1), first=DAYS, count=COUNTS)
def test_regular_parts_add_up_and_differ_by_a_fen_at_most(
    minor: int, first: date, count: int
) -> None:
    if minor < count:
        with refused("invalid", "至少一分钱"):
            schedule.regular(minor, first=first, count=count, every=Every.MONTH)
        return
    parts = schedule.regular(minor, first=first, count=count, every=Every.MONTH)
    amounts = [part.amount_minor for part in parts]
    assert sum(amounts) == minor
    assert max(amounts) - min(amounts) <= 1
    assert amounts == sorted(amounts, reverse=True)


@given(
    openings=st.lists(st.integers(min_value=0, max_value=10**9), max_size=30),
    minor=st.integers(min_value=0, max_value=10**10),
)
def test_a_payment_is_spread_in_order_and_never_grows(openings: list[int], minor: int) -> None:
    keyed = list(enumerate(openings))
    shares = schedule.spread(minor, keyed)
    assert sum(part for _, part in shares) == min(minor, sum(openings))
    assert all(0 < part <= openings[key] for key, part in shares)
    for key, part in shares[:-1]:
        assert part == openings[key]


def test_schedule_that_is_not_the_amount_is_refused() -> None:
    due = [Due(date(2026, 3, 1), 100), Due(date(2026, 2, 1), 50)]
    ordered = schedule.check(150, due, not_before=date(2026, 1, 1))
    assert [part.amount_minor for part in ordered] == [50, 100]
    with refused("schedule_differs", "1.50"):
        schedule.check(151, due, not_before=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("due", "saying"),
    [
        ([], "1 至 600 期"),
        ([Due(date(2026, 1, 1), 0)], "大于零"),
        ([Due(date(2025, 12, 31), 5)], "不能早于"),
        ([Due(date(2127, 1, 1), 5)], "不能晚于"),
        ([Due(date(2026, 1, 1), 5, condition=" ")], "200 字"),
        ([Due(date(2026, 1, 1) + timedelta(days=d), 1) for d in range(601)], "600 期"),
    ],
)
def test_impossible_schedules_are_refused(due: list[Due], saying: str) -> None:
    with refused("invalid", saying):
        schedule.check(sum(part.amount_minor for part in due), due, not_before=date(2026, 1, 1))


@pytest.mark.parametrize("count", [0, -1, 601])
def test_number_of_instalments_has_limits(count: int) -> None:
    with refused("invalid", "1 至 600"):
        schedule.days(date(2026, 1, 1), count, Every.MONTH)
    with refused("invalid", "100 年"):
        schedule.days(date(2026, 1, 1), 200, Every.YEAR)
