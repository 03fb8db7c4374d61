"""Dates as rule texts give them: a full date, a bare year, or only words.

Words after the date are remarks ("2018-11-28 (published)"); a text that begins with neither a
date nor a year carries no date at all.
"""

import re
from datetime import date, timedelta

_LEADING = re.compile(r"(\d{4})(?:-(\d{2})-(\d{2}))?(?![\d-])")


def first_day(value: object) -> date | None:
    """Read the day something begins; a bare year begins on 1 January."""
    return _read(value, month=1, day=1)


def last_day(value: object) -> date | None:
    """Read the day something ends; a bare year ends on 31 December."""
    return _read(value, month=12, day=31)


def _read(value: object, *, month: int, day: int) -> date | None:
    if isinstance(value, date):
        return value
    found = _LEADING.match(str(value).strip()) if isinstance(value, str | int) else None
    if found is None:
        return None
    year, stated_month, stated_day = found.groups()
    try:
        return date(int(year), int(stated_month or month), int(stated_day or day))
    except ValueError:
        return None


def fiscal_year(day: date, *, starts: str) -> int:
    """Number the fiscal year by the calendar year in which it begins. `starts` is MM-DD."""
    month, first = (int(part) for part in starts.split("-"))
    return day.year if (day.month, day.day) >= (month, first) else day.year - 1


def deadline(day: date, *, within_days: int) -> date:
    """The last day of a limit that counts calendar days from a day."""
    left = date.max - day
    return date.max if left.days < within_days else day + timedelta(days=within_days)
