"""Reading a table that was handed in: find each sheet and its headings, read every row exactly.

All or nothing: a cell that cannot be read is a flaw with its sheet, row and field, and any flaw
refuses the table. Blank rows, the marked example and notes are passed over; a total row is held
against the sum of what was read. Nothing is guessed and nothing balanced.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foundation.evidence import cell_reading
from foundation.evidence.kinds import CellKind, Field, Kind, Sheet
from foundation.evidence.refusals import MOST_FLAWS, Flaw, TableRefused
from foundation.imports import labels, totals
from foundation.imports.cells import Row, compact, is_blank, text_of
from foundation.imports.reading import Source, open_register
from ledger import money

_SEARCHED = 40
MOST_ROWS = 20_000
_EXAMPLE = re.compile(r"^(示例|例如|范例|example)", re.IGNORECASE)
_NOTE = re.compile(
    r"^(注|备注|说明|附注|制表|审核|复核|填表|单位负责人|notes?)[:：0-9一二三. ]", re.IGNORECASE
)

Value = cell_reading.Value


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it was read; `sheet` counts from 1, `row` is where it stands in the file."""

    sheet: int
    row: int
    cells: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """The headings of a sheet: where they stand, and the column and unit of each field."""

    at: int
    columns: dict[str, int]
    units: dict[str, int]
    labels: tuple[str, ...]


def read(kind: Kind, content: bytes, filename: str) -> tuple[ReadRow, ...]:
    """Read every sheet of a table.

    Raises TableRefused with every flaw, or a FileRefused for what is no table at all.
    """
    source = open_register(content, filename)
    rows: list[ReadRow] = []
    flaws: list[Flaw] = []
    taken: set[str] = set()
    for number, sheet in enumerate(kind.sheets, start=1):
        name = _sheet_of(source, sheet, number, taken)
        if name is None:
            flaws.append(
                Flaw(
                    sheet.zh, 0, "工作表", "、".join(source.sheets), f"应有名为“{sheet.zh}”的工作表"
                )
            )
            continue
        taken.add(name)
        found = list(source.rows(name or None))
        rows += _Reader(sheet, number, flaws).read(found)
    if not flaws and not rows:
        flaws.append(Flaw(kind.sheets[0].zh, 0, "行", "", "至少应有一行数据；确无内容的请办理免报"))
    if flaws:
        raise TableRefused(filename, flaws)
    return tuple(rows)


def _sheet_of(source: Source, sheet: Sheet, number: int, taken: set[str]) -> str | None:
    """Return the sheet of the file: by its name, or the first one where it stands by itself."""
    if not source.sheets:
        return "" if number == 1 else None
    wanted = {_bare(sheet.zh), _bare(sheet.en)}
    named = next((name for name in source.sheets if _bare(name) in wanted), None)
    if named is not None:
        return named
    if number == 1:
        return source.sheets[0]
    rest = [name for name in source.sheets if name not in taken]
    for name in rest:
        head = [row for _, row in zip(range(_SEARCHED), source.rows(name), strict=False)]
        if (found := _headings(head, sheet)) is not None and not _missing(found, sheet):
            return name
    return None


class _Reader:
    """Reads one sheet and notes what is wrong with it."""

    def __init__(self, sheet: Sheet, number: int, flaws: list[Flaw]) -> None:
        self._sheet, self._number, self._flaws = sheet, number, flaws
        self._sums: dict[str, int] = {}

    def read(self, rows: Sequence[Row]) -> Iterator[ReadRow]:
        found = _headings(rows[:_SEARCHED], self._sheet)
        if found is None or _missing(found, self._sheet):
            missing = [field.zh for field in self._sheet.fields if not field.is_optional]
            seen: tuple[str, ...] = ()
            if found is not None:
                missing = [field.zh for field in _missing(found, self._sheet)]
                seen = found.labels
            self._flaw(0, "表头", "、".join(filter(None, seen)), f"缺少列：{'、'.join(missing)}")
            return
        for key, column in found.columns.items():
            if labels.counts_fen(found.labels[column]):
                self._flaw(found.at + 1, key, found.labels[column], "金额应以元或万元为单位")
        for place, row in enumerate(rows[found.at + 1 :], start=found.at + 2):
            if len(self._flaws) >= MOST_FLAWS:
                return
            if place > MOST_ROWS:
                self._flaw(place, "行", "", f"最多 {MOST_ROWS} 行")
                return
            taken = self._row(place, row, found)
            if taken is not None:
                yield taken

    def _row(self, place: int, row: Row, found: _Found) -> ReadRow | None:
        filled = [cell for cell in row if not is_blank(cell)]
        if not filled:
            return None
        first = text_of(filled[0])
        if _EXAMPLE.match(first) or (len(filled) == 1 and _NOTE.match(first)):
            return None
        if self._is_heading(row, found):
            return None
        if self._is_total(place, row, found):
            return None
        cells: list[Value] = []
        for field in self._sheet.fields:
            column = found.columns.get(field.key)
            cell = row[column] if column is not None and column < len(row) else None
            value = cell_reading.read(cell, field, unit=found.units.get(field.key, 1))
            if isinstance(value, cell_reading.Wrong):
                self._flaw(place, field.zh, text_of(cell), value.expected)
                continue
            cells.append(value)
            if field.kind is CellKind.MONEY and isinstance(value, int):
                self._sums[field.key] = self._sums.get(field.key, 0) + value
        if len(cells) < len(self._sheet.fields):
            return None
        return ReadRow(self._number, place, tuple(cells))

    def _is_heading(self, row: Row, found: _Found) -> bool:
        said = {_bare(text_of(cell)) for cell in row if not is_blank(cell)}
        return said <= {_bare(label) for label in found.labels}

    def _is_total(self, place: int, row: Row, found: _Found) -> bool:
        """Recognise a total and hold it against what was read; it may not disagree."""
        columns = set(found.columns.values())
        label = next(
            (
                cell
                for index, cell in enumerate(row)
                if isinstance(cell, str) and (index in columns or index == 0) and text_of(cell)
            ),
            None,
        )
        if label is None or totals.label_in(label) is None:
            return False
        for field in self._sheet.fields:
            column = found.columns.get(field.key)
            if field.kind is not CellKind.MONEY or column is None or column >= len(row):
                continue
            stated = cell_reading.read(row[column], field, unit=found.units.get(field.key, 1))
            total = self._sums.get(field.key, 0)
            if isinstance(stated, int) and not is_blank(row[column]) and stated != total:
                expected = f"与各行之和 {money.to_text(total)} 一致"
                self._flaw(place, f"{field.zh}合计", money.to_text(stated), expected)
        return True

    def _flaw(self, row: int, field: str, found: str, expected: str) -> None:
        self._flaws.append(Flaw(self._sheet.zh, row, field, found[:60], expected))


def _headings(rows: Sequence[Row], sheet: Sheet) -> _Found | None:
    """Return the row that has most of the headings; the earliest among equals."""
    best: _Found | None = None
    for at, row in enumerate(rows):
        said = tuple(text_of(cell) for cell in row)
        columns: dict[str, int] = {}
        for words in _wordings(sheet):
            for key, options in words:
                place = next(
                    (
                        i
                        for i, label in enumerate(said)
                        if _bare(label) in options and i not in columns.values()
                    ),
                    None,
                )
                if place is not None:
                    columns.setdefault(key, place)
        if len(columns) >= 2 and (best is None or len(columns) > len(best.columns)):
            units = {
                key: labels.unit_of(compact(said[i]).lower()) or 1 for key, i in columns.items()
            }
            best = _Found(at, columns, units, said)
    return best


def _wordings(sheet: Sheet) -> Iterator[list[tuple[str, frozenset[str]]]]:
    """The names of the form first, so that a looser wording cannot take another field's column."""
    yield [(f.key, frozenset({_bare(f.zh), _bare(f.en)})) for f in sheet.fields]
    yield [(f.key, frozenset(_bare(word) for word in f.words)) for f in sheet.fields]


def _missing(found: _Found, sheet: Sheet) -> list[Field]:
    return [f for f in sheet.fields if not f.is_optional and f.key not in found.columns]


def _bare(label: str) -> str:
    """A heading for comparing: narrow, without blanks, unit and punctuation."""
    text = compact(label).lower().strip("*:")
    return (
        re.sub(r"[(（]?(单位:?)?(人民币)?(亿|百万|十万|万|千|百)?元[)）]?|[/、,_ -]", "", text)
        or text
    )
