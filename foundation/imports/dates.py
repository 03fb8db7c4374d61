"""Dates of gifts as people write them, without guessing.

Year first, or Chinese: `2020-01-22`, `2020.1.2`, `2020/1/2`, `20200122`, `2020年1月22日`, with
or without a time of day. A number in a date column is the serial number of a spreadsheet. A
month and day (`1月22日`) needs the year that a title of the table states. Everything else,
above all the day-first and month-first forms, is refused: which of the two was meant cannot be
known.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal

from foundation.imports.cells import Cell, Flaw, text_of

EXPECTED = "年在前的日期，例如 2020-01-22 或 2020年1月22日"
_EARLIEST = date(1949, 10, 1)
_LATEST = date(2099, 12, 31)
# Day 0 of spreadsheets; the serial numbers for the years that can be meant.
_SERIAL_START = date(1899, 12, 30)
_SERIALS = range((_EARLIEST - _SERIAL_START).days, (_LATEST - _SERIAL_START).days + 1)
_CACHE_LIMIT = 20_000

_TIME = r"(?:[\sT-]*\d{1,2}\s*[:.时]\s*\d{1,2}(?:\s*[:.分]\s*(?:\d{1,2}(?:[.:]\d+)?)?秒?)?\s*Z?)?"
_WEEKDAY = r"(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?"
_YEAR_FIRST = re.compile(
    r"(\d{4})\s*(?:([-./])\s*(\d{1,2})\s*\2\s*(\d{1,2})(?![\d.])"
    r"|年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*(?:[日号]|(?![\d.])))"
    rf"{_WEEKDAY}{_TIME}{_WEEKDAY}"
)
_DIGITS = re.compile(rf"(\d{{4}})(\d\d)(\d\d)(?:\d{{6}}|(?=[\sT]){_TIME})?")
_MONTH_DAY = re.compile(rf"(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*[日号]{_WEEKDAY}{_TIME}")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_IN_PROSE = re.compile(
    r"(?<!\d)(\d{4})\s*(?:[-./](\d{1,2})[-./](\d{1,2})|年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号])(?!\d)"
)
_YEAR_IN_PROSE = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:年|[-./]\d{1,2}[-./]\d{1,2})")
_MONTH_DAY_IN_PROSE = re.compile(r"(?<![\d年])\d{1,2}\s*月\s*\d{1,2}\s*[日号]")

MISSING = Flaw("date_missing", EXPECTED)
_UNCLEAR = Flaw("date_unclear", EXPECTED)
_IMPOSSIBLE = Flaw("date_impossible", "日历上存在的日期")
_OUT_OF_RANGE = Flaw("date_out_of_range", f"{_EARLIEST.year}年至{_LATEST.year}年之间的日期")
_YEAR_UNKNOWN = Flaw("date_year_unknown", "带年份的日期，或在表格标题中写明年份")


class DateReader:
    """Reads the date cells of one table; remembers what it has read, days repeat so often."""

    __slots__ = ("_known", "_year")

    def __init__(self, *, year: int | None) -> None:
        self._year = year
        self._known: dict[str, date | Flaw] = {}

    def read(self, cell: Cell) -> date | Flaw:
        """Return the date in the cell, or why there is none."""
        if isinstance(cell, str):
            found = self._known.get(cell)
            if found is None:
                found = self._read_text(cell)
                if len(self._known) >= _CACHE_LIMIT:
                    self._known.clear()
                self._known[cell] = found
            return found
        if isinstance(cell, datetime):
            return _in_range(cell.date())
        if isinstance(cell, date):
            return _in_range(cell)
        if cell is None:
            return MISSING
        return _from_number(cell)

    def _read_text(self, cell: str) -> date | Flaw:
        text = unicodedata.normalize("NFKC", text_of(cell)).strip()
        if text in {"", "-", "--", "/", "无"}:
            return MISSING
        if match := _YEAR_FIRST.fullmatch(text):
            year, _, month, day, month_cn, day_cn = match.groups()
            return _day(int(year), int(month or month_cn), int(day or day_cn))
        if match := _DIGITS.fullmatch(text):
            return _day(*(int(part) for part in match.groups()))
        if match := _MONTH_DAY.fullmatch(text):
            if self._year is None:
                return _YEAR_UNKNOWN
            return _day(self._year, int(match[1]), int(match[2]))
        if _SERIAL.fullmatch(text):
            return _from_number(Decimal(text))
        return _UNCLEAR


def dates_in(text: str) -> list[date]:
    """Return the full dates that a line of prose names."""
    days = []
    for match in _IN_PROSE.finditer(unicodedata.normalize("NFKC", text)):
        year, month, day, month_cn, day_cn = match.groups()
        found = _day(int(year), int(month or month_cn), int(day or day_cn))
        if isinstance(found, date):
            days.append(found)
    return days


def years_in(text: str) -> list[int]:
    """Return the years that a line of prose names."""
    return [int(year) for year in _YEAR_IN_PROSE.findall(unicodedata.normalize("NFKC", text))]


def month_days_in(text: str) -> list[str]:
    """Return the month-and-day mentions without a year, as written."""
    return _MONTH_DAY_IN_PROSE.findall(unicodedata.normalize("NFKC", text))


def _day(year: int, month: int, day: int) -> date | Flaw:
    try:
        return _in_range(date(year, month, day))
    except ValueError:
        return _IMPOSSIBLE


def _in_range(day: date) -> date | Flaw:
    return day if _EARLIEST <= day <= _LATEST else _OUT_OF_RANGE


def _from_number(number: int | Decimal) -> date | Flaw:
    """Read 20200122 as written digits and 43863 (or 43863.6, with a time) as a serial number."""
    whole = int(number)
    if whole in _SERIALS:
        return _SERIAL_START + timedelta(days=whole)
    if whole == number and _DIGITS.fullmatch(str(whole)):
        year, month_day = divmod(whole, 10_000)
        return _day(year, *divmod(month_day, 100))
    return _UNCLEAR
