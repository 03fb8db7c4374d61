"""Months of one year, as people write them.

`2026`, `2026-03`, `2026-Q1`, `2026-H1` (a half year) or `2026-01..2026-03`.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from ledger.balances import Span
from ledger.errors import InvalidInput
from reports.tables import Label

_RANGE = re.compile(r"(\d{4})(?:-(\d{2})(?:\.\.(\d{4})-(\d{2}))?|-Q([1-4])|-H([12]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class PeriodRange:
    """Months of one year, both ends included, as they were asked for."""

    text: str
    first: int
    last: int

    @property
    def span(self) -> Span:
        """What `ledger.balances` reads."""
        return Span(self.first, self.last)

    @property
    def year(self) -> int:
        """The fiscal year."""
        return self.first // 100

    @property
    def before(self) -> Span | None:
        """The months of the year that precede the range, if any."""
        return Span(self.year * 100 + 1, self.first - 1) if self.first % 100 > 1 else None

    @property
    def is_year(self) -> bool:
        """Whether it is all twelve months."""
        return (self.first % 100, self.last % 100) == (1, 12)

    @property
    def to_date(self) -> "PeriodRange":
        """January to the last month of the range."""
        if self.first % 100 <= 1:
            return self
        first = self.year * 100 + 1
        return PeriodRange(f"{month_text(first)}..{month_text(self.last)}", first, self.last)

    @property
    def months(self) -> range:
        """The period keys."""
        return range(self.first, self.last + 1)

    @property
    def first_day(self) -> date:
        """The first calendar day. What stands before January (month 00) has no days."""
        return date(self.year, max(self.first % 100, 1), 1)

    @property
    def last_day(self) -> date:
        """The last calendar day; before the first one for month 00."""
        month = self.last % 100
        if month == 0:
            return date(self.year - 1, 12, 31)
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def title(self) -> Label:
        """The range as a form says it."""
        year, first, last = self.year, self.first % 100, self.last % 100
        if (first, last) == (1, 12):
            return Label(f"{year}年度", f"Year {year}")
        if first == last == 0:
            return Label(f"{year}年初", f"Before {year}")
        if first == last:
            return Label(f"{year}年{first}月", month_text(self.first))
        if last - first == 5 and first % 6 == 1:
            half = "上" if first == 1 else "下"
            return Label(f"{year}年{half}半年", f"H{(first + 5) // 6} {year}")
        if last - first == 2 and first % 3 == 1:
            quarter = (first + 2) // 3
            return Label(f"{year}年第{quarter}季度", f"Q{quarter} {year}")
        return Label(
            f"{year}年{first}月至{last}月", f"{month_text(self.first)} to {month_text(self.last)}"
        )


def month_text(key: int) -> str:
    """Write a period key as `2026-03`."""
    return f"{key // 100:04d}-{key % 100:02d}"


def parse_range(text: str) -> PeriodRange:
    """Read `2026`, `2026-03`, `2026-Q1`, `2026-H1` or `2026-01..2026-03`. Raises InvalidInput."""
    wanted = text.strip()
    found = _RANGE.fullmatch(wanted)
    if found is None:
        raise _bad_period(text)
    year = int(found[1])
    if found[6]:
        first, last = int(found[6]) * 6 - 5, int(found[6]) * 6
    elif found[5]:
        first, last = int(found[5]) * 3 - 2, int(found[5]) * 3
    elif found[4]:
        first, last = int(found[2]), int(found[4])
        if int(found[3]) != year:
            raise _bad_period(text)
    elif found[2]:
        first = last = int(found[2])
    else:
        first, last = 1, 12
    if not (first <= last <= 12 and (first >= 1 or last == 0) and year >= 1):
        raise _bad_period(text)
    return PeriodRange(wanted, year * 100 + first, year * 100 + last)


def _bad_period(text: str) -> InvalidInput:
    return InvalidInput(
        field="会计期间", reason=f"“{text[:40]}”应写作 2026、2026-03、2026-Q1 或 2026-01..2026-03"
    )
