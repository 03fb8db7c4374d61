"""What stands above the table: titles, the unit of the amounts, years and dates.

Amounts in prose are left alone; only a total row of the table states a total.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from foundation.imports import dates, labels
from foundation.imports.cells import Row, compact, is_blank, text_of_row
from foundation.imports.headers import Header
from foundation.imports.refusals import UnitConflict, UnitUnsupported
from foundation.imports.rows import NotAGift, Reason

UNIT_NAMES = {
    1: "元",
    100: "百元",
    1000: "千元",
    10_000: "万元",
    100_000: "十万元",
    1_000_000: "百万元",
    100_000_000: "亿元",
}
# A unit line may also stand between the header and the first gift.
_BELOW_HEADER = 2


@dataclass(frozen=True, slots=True)
class TitleLine:
    """A line of text above the header."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """How many yuan one unit of the amounts is, and in Chinese where that was read."""

    yuan: int
    read_from: str


def above(rows: Sequence[Row], count: int) -> tuple[TitleLine, ...]:
    """Return the lines of text among the first `count` rows."""
    lines = ((number, text_of_row(row)) for number, row in enumerate(rows[:count], 1))
    return tuple(TitleLine(number, text) for number, text in lines if text)


def classify(number: int, row: Row) -> NotAGift:
    """Say what a row above the header is."""
    text = text_of_row(row)
    if not text:
        return NotAGift(number, Reason.BLANK)
    is_unit = _stated_unit(row) is not None and len(text) <= 20
    return NotAGift(number, Reason.UNIT if is_unit else Reason.TITLE, text)


def unit(rows: Sequence[Row], header: Header, filename: str) -> Unit:
    """Return the unit of the amounts: the header's word first, then a unit line, else yuan.

    Raises UnitConflict when two of them differ, UnitUnsupported for amounts in fen.
    """
    label = header.labels[header.columns["amount"]]
    if labels.counts_fen(label):
        raise UnitUnsupported(filename=filename, label=label)
    found = [] if header.unit is None else [Unit(header.unit, f"表头“{label}”")]
    last = header.last_row
    for index, row in enumerate(rows[: last + 1 + _BELOW_HEADER]):
        filled = sum(not is_blank(cell) for cell in row)
        if header.first_row <= index <= last or (index > last and filled != 1):
            continue
        yuan = _stated_unit(row)
        if yuan is not None:
            found.append(Unit(yuan, f"第 {index + 1} 行“{text_of_row(row)}”"))
    if not found:
        return Unit(1, "文件未注明单位，按元读取")
    for other in found[1:]:
        if other.yuan != found[0].yuan:
            raise UnitConflict(
                filename=filename,
                first=f"{found[0].read_from}为{UNIT_NAMES[found[0].yuan]}",
                second=f"{other.read_from}为{UNIT_NAMES[other.yuan]}",
            )
    return found[0]


def year(texts: Iterable[str]) -> int | None:
    """Return the only year that the texts name, None when there is none or more than one."""
    years = {found for text in texts for found in dates.years_in(text)}
    return years.pop() if len(years) == 1 else None


def date_candidates(filename: str, lines: Sequence[TitleLine]) -> tuple[date, ...]:
    """Return the full dates that the titles and the file name mention, without repeats."""
    texts = [*(line.text for line in lines), PurePath(filename).stem]
    return tuple(dict.fromkeys(day for text in texts for day in dates.dates_in(text)))


def date_hint(lines: Sequence[TitleLine], candidates: Sequence[date]) -> str:
    """Return what to tell whoever has to give the date: candidates, or a day without a year."""
    if candidates:
        return f"（文件提到 {'、'.join(day.isoformat() for day in candidates)}）"
    mentions = [found for line in lines for found in dates.month_days_in(line.text)]
    return f"（标题提到“{mentions[0]}”，没有年份）" if mentions else ""


def _stated_unit(row: Row) -> int | None:
    found = [labels.unit_line(compact(cell)) for cell in row if isinstance(cell, str)]
    return next((yuan for yuan in found if yuan is not None), None)
