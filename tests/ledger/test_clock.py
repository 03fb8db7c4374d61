"""The only reader of time."""

from datetime import UTC, date, datetime, timedelta

from ledger.clock import Clock, FixedClock


def test_now_is_aware_and_in_utc() -> None:
    now = Clock().now()
    assert now.utcoffset() == timedelta(0)


def test_clock_moves_forward() -> None:
    clock = Clock()
    first = clock.now()
    assert clock.now() >= first


def test_today_is_the_day_in_the_zone_of_the_organisation() -> None:
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert FixedClock(instant=late).today() == date(2027, 1, 1)
    assert FixedClock(zone="Europe/Paris", instant=late).today() == date(2026, 12, 31)


def test_fixed_clock_stands_still(clock: FixedClock) -> None:
    assert clock.now() == datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    assert clock.now() == clock.now()
    assert clock.today() == date(2026, 11, 22)
