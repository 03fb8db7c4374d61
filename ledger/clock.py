"""The only reader of time.

Everything that needs a date or a timestamp takes a `Clock`. `today` is the calendar day in the
organisation's time zone; `now` is an aware UTC timestamp.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Clock:
    """The system's clock, read in one time zone."""

    zone: str = DEFAULT_ZONE

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class FixedClock(Clock):
    """A clock that stands still, for tests and for rebuilding a past day."""

    instant: datetime = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant
