"""Understanding a register: where its table is, what its columns mean, and what its rows are.

    source = reading.open_register(data, filename)
    understanding = recognition.recognise(source, default_date=None)
    for outcome in understanding.rows():             # one pass, nothing kept
        ...                                          # RegisterRow | NotAGift | RejectedRow
    understanding.stated_total                       # StatedTotal | None
    understanding.notices                            # in Chinese, for whoever imports

`recognise` raises a FileRefused (see `refusals`) when the table as a whole cannot be read;
single rows never raise. Nothing is guessed: a date without a year takes the year from a title,
a register without dates needs `default_date` (which then also fills blank date cells), and the
unit is what the header or a unit line says, else yuan.

A `Mapping` that somebody made or kept goes in as `mapping` and is then used as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice

from foundation.imports import headers, merging, titles, totals
from foundation.imports.cells import Row, text_of_row
from foundation.imports.gift_rows import Layout
from foundation.imports.headers import Header
from foundation.imports.reading import Source
from foundation.imports.refusals import (
    AmbiguousColumn,
    DateNeeded,
    MappingInvalid,
    MissingColumn,
    NoTableFound,
)
from foundation.imports.rows import ROLE_NAMES, NotAGift, Outcome, Reason, StatedTotal
from foundation.imports.table import Reader
from foundation.imports.titles import TitleLine, Unit
from foundation.imports.workbooks import Merged

# The header is looked for in so many first rows.
_SEARCHED_ROWS = 100


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read a table; what `recognise` finds, and what a person may correct.

    `columns` maps roles (the keys of `rows.ROLE_NAMES`) to columns from 0. `header_row` is the
    last row of the header, from 1 as a spreadsheet shows it; 0 when there is none. `unit` is
    how many yuan one unit of the amount is. `year` completes dates that have only month and
    day. `panels` are the column offsets of a table that repeats side by side.
    """

    columns: dict[str, int]
    header_row: int
    sheet: str | None = None
    unit: int = 1
    year: int | None = None
    panels: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet that is open, and of which the first rows were read."""

    name: str | None
    merged: tuple[Merged, ...]
    head: list[Row]
    rest: Iterator[Row]


@dataclass(slots=True, kw_only=True)
class Understanding:
    """What was understood of a file. `labels` are the column labels as found, by column.

    `date_candidates` are full dates that the titles or the file name mention; they are shown
    to whoever has to give a date and never used by themselves. `other_tables` are the sheets
    that hold a table too and are not read.
    """

    source: Source
    mapping: Mapping
    labels: dict[int, str]
    titles: tuple[TitleLine, ...]
    date_candidates: tuple[date, ...]
    unit: Unit
    other_tables: tuple[str, ...]
    default_date: date | None
    _first_header_row: int
    _may_change: bool
    _sheet: _Sheet | None = field(repr=False)
    _reader: Reader | None = field(default=None, repr=False)

    def rows(self) -> Iterator[Outcome]:
        """Yield what each row of the sheet is, in order; may be called again.

        Reads as it goes: TextUnreadable or FileDamaged come when the fault is reached.
        """
        # The sheet is open already when this is the first call.
        sheet, self._sheet = self._sheet or _open(self.source, self.mapping.sheet), None
        numbered = enumerate(chain(sheet.head, sheet.rest), 1)
        header: list[Row] = []
        for number, row in islice(numbered, self.mapping.header_row):
            if number < self._first_header_row:
                yield titles.classify(number, row)
            else:
                header.append(row)
                yield NotAGift(number, Reason.HEADER, text_of_row(row))
        reader = Reader(
            Layout(self.mapping.columns, self.labels, self.mapping.panels, self.mapping.unit),
            header_rows=header,
            year=self.mapping.year,
            default_date=self.default_date,
            may_change=self._may_change,
        )
        yield from reader.outcomes(merging.fill_down(numbered, sheet.merged, self.mapping.columns))
        self._reader = reader

    @property
    def stated_total(self) -> StatedTotal | None:
        """What a total row of the table states; reads the table if nobody has yet."""
        reader = self._read_through()
        return totals.stated(reader.totals, gifts_after=reader.gifts_since_total)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know about how the file was read, in Chinese."""
        found = []
        if len(self.source.sheets) > 1:
            found.append(f"文件有 {len(self.source.sheets)} 个工作表，读取了“{self.mapping.sheet}”")
        if self.other_tables:
            found.append(f"工作表“{'”“'.join(self.other_tables)}”中也有登记表，本次没有读取")
        reader = self._read_through()
        if self.stated_total is None and totals.are_unclear(reader.totals):
            found.append("表中有多个合计行，无法判断哪一个是全表的合计，没有核对")
        return tuple(found)

    def _read_through(self) -> Reader:
        if self._reader is None:
            for _ in self.rows():
                pass
        assert self._reader is not None
        return self._reader


def recognise(
    source: Source,
    *,
    sheet: str | None = None,
    mapping: Mapping | None = None,
    default_date: date | None = None,
) -> Understanding:
    """Find the table of a register and what its columns mean.

    Without `sheet`, the first sheet with a complete table is read. Raises SheetNotFound,
    NoTableFound, MissingColumn, AmbiguousColumn, DateNeeded, UnitConflict, UnitUnsupported or
    MappingInvalid.
    """
    others: tuple[str, ...] = ()
    if mapping is None:
        opened, header, others = _choose_sheet(source, sheet)
        lines = titles.above(opened.head, header.first_row)
        unit = titles.unit(opened.head, header, source.filename)
        labels, first_header_row = header.labels, header.first_row + 1
        mapping = _mapping(opened, header, unit, lines)
    else:
        opened = _open(source, sheet or mapping.sheet)
        mapping = replace(mapping, sheet=opened.name)
        _check(mapping, opened, source.filename)
        first_header_row = mapping.header_row
        lines = titles.above(opened.head, max(first_header_row - 1, 0))
        unit = Unit(mapping.unit, "指定的单位")
        labels = headers.labels_at(opened.head, mapping.header_row - 1)
    candidates = titles.date_candidates(source.filename, lines)
    if "date" not in mapping.columns and default_date is None:
        raise DateNeeded(
            filename=source.filename,
            hint=titles.date_hint(lines, candidates),
            candidates=[day.isoformat() for day in candidates],
        )
    return Understanding(
        source=source,
        mapping=mapping,
        labels=labels,
        titles=lines,
        date_candidates=candidates,
        unit=unit,
        other_tables=others,
        default_date=default_date,
        _first_header_row=first_header_row,
        _may_change=unit.read_from != "指定的单位",
        _sheet=opened,
    )


def _mapping(opened: _Sheet, header: Header, unit: Unit, lines: tuple[TitleLine, ...]) -> Mapping:
    return Mapping(
        columns=header.columns,
        header_row=header.last_row + 1,
        sheet=opened.name,
        unit=unit.yuan,
        year=titles.year([opened.name or "", *(line.text for line in lines)]),
        panels=header.panels,
    )


def _open(source: Source, name: str | None) -> _Sheet:
    """Open a sheet and read its first rows."""
    table = source.table(name)
    name = name or (source.sheets[0] if source.sheets else None)
    head = list(islice(table.rows, _SEARCHED_ROWS))
    return _Sheet(name=name, merged=table.merged, head=head, rest=table.rows)


def _choose_sheet(source: Source, name: str | None) -> tuple[_Sheet, Header, tuple[str, ...]]:
    """Return the sheet to read with its header, and the names of further sheets with a table."""
    names = [name] if name or not source.sheets else list(source.sheets)
    chosen: tuple[_Sheet, Header] | None = None
    nearest: Header | None = None
    others = []
    for candidate in names:
        opened = _open(source, candidate)
        header = headers.find(opened.head)
        if header and not header.missing:
            if chosen is None:
                chosen = opened, header
            else:
                others.append(opened.name or "")
        nearest = nearest or header
    if chosen is None:
        raise _no_table(source.filename, nearest)
    if chosen[1].rivals:
        raise AmbiguousColumn(
            filename=source.filename,
            column=ROLE_NAMES["amount"],
            labels="、".join(chosen[1].rivals),
        )
    return *chosen, tuple(others)


def _no_table(filename: str, nearest: Header | None) -> NoTableFound | MissingColumn:
    # A single word that happens to be a label makes no header.
    if nearest is None or len(nearest.missing) == len(headers.NEEDED):
        return NoTableFound(filename=filename, searched=_SEARCHED_ROWS)
    return MissingColumn(
        filename=filename,
        column=ROLE_NAMES[nearest.missing[0]],
        labels="、".join(label for label in nearest.labels.values() if label),
    )


def _check(mapping: Mapping, opened: _Sheet, filename: str) -> None:
    """Refuse a mapping that does not fit the sheet."""
    width = max((len(row) for row in opened.head), default=0)
    reasons = [
        f"缺少“{ROLE_NAMES[role]}”列" for role in headers.NEEDED if role not in mapping.columns
    ]
    for role, index in mapping.columns.items():
        if role not in ROLE_NAMES:
            reasons.append(f"没有“{role}”这种列")
        elif not 0 <= index < width:
            reasons.append(f"“{ROLE_NAMES[role]}”指定为第 {index + 1} 列，表中只有 {width} 列")
    if mapping.header_row < 0:
        reasons.append("表头行号不能小于零")
    if mapping.unit not in titles.UNIT_NAMES:
        reasons.append(f"不支持单位 {mapping.unit} 元")
    if reasons:
        raise MappingInvalid(filename=filename, reason="；".join(reasons))
