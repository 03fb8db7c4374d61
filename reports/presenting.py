"""A table as a page shows it: cells with their addresses, one part of a long table, sorted.

What is shown is what the table holds; the sum below a part of a long table is the sum of that
part, and beside it stands the sum of everything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from foundation.http.formats import MINUS
from reports.tables import (
    Column,
    Emphasis,
    Kind,
    Label,
    Link,
    Row,
    Table,
    Term,
    Value,
    printed,
    total_cells,
)

ROWS_ON_A_PAGE = 100
# A text of this many characters keeps room for itself beside the figures.
_WIDE = 20
_FIGURES = frozenset({Kind.MONEY, Kind.INTEGER})
Address = Callable[[Link], str | None]


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell: text, where it leads, and how it is set."""

    text: str
    address: str | None
    style: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of cells."""

    cells: tuple[ShownCell, ...]
    style: str


@dataclass(frozen=True, slots=True)
class Head:
    """A heading over one column or over a group of them."""

    text: str
    span: int
    key: str
    style: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """One part of a table, ready for the template."""

    groups: tuple[Head, ...]
    heads: tuple[Head, ...]
    rows: tuple[ShownRow, ...]
    sums: tuple[tuple[str, tuple[ShownCell, ...]], ...]
    page: int
    has_more: bool
    is_sortable: bool

    @property
    def is_empty(self) -> bool:
        """Whether the table has no rows at all."""
        return not self.rows and self.page == 1


def shown(table: Table, *, page: int, sort: str, language: str, address: Address) -> ShownTable:
    """Return the part of a table that a page shows."""
    is_sortable = table.is_list or (
        isinstance(table.rows, tuple)
        and all(row.emphasis is Emphasis.PLAIN and row.level == 0 for row in table.rows)
    )
    rows = _sorted(table, sort, language) if is_sortable and sort else table.rows
    first = (page - 1) * ROWS_ON_A_PAGE
    part = list(islice(rows, first, first + ROWS_ON_A_PAGE + 1))
    has_more = len(part) > ROWS_ON_A_PAGE
    kept = part[:ROWS_ON_A_PAGE]
    return ShownTable(
        groups=_groups(table.columns, language),
        heads=tuple(
            Head(column.title.of(language), 1, column.key, _style(column))
            for column in table.columns
        ),
        rows=tuple(_row(table.columns, row, language, address) for row in kept),
        sums=_sums(table, kept, language, is_part=has_more or page > 1),
        page=page,
        has_more=has_more,
        is_sortable=is_sortable,
    )


def _sorted(table: Table, sort: str, language: str) -> Sequence[Row]:
    rows = tuple(table.rows)
    name = sort.removeprefix("-")
    if not any(column.key == name for column in table.columns):
        return rows
    place = table.index(name)

    def order(row: Row) -> tuple[int | str | date]:
        value = row.cells[place]
        return (value.label.of(language) if isinstance(value, Term) else _text(value, language),)

    # Empty cells stay at the end in either direction.
    filled = [row for row in rows if row.cells[place] is not None]
    empty = [row for row in rows if row.cells[place] is None]
    return sorted(filled, key=order, reverse=sort.startswith("-")) + empty


def _text(value: Value, language: str) -> int | str | date:
    if isinstance(value, Label):
        return value.of(language)
    assert value is not None
    assert not isinstance(value, Term)
    return value


def _groups(columns: Sequence[Column], language: str) -> tuple[Head, ...]:
    """Return the upper row of headings, or nothing when no column is in a group."""
    found: list[Head] = []
    if not any(column.group for column in columns):
        return ()
    for before, column in zip((None, *columns), columns, strict=False):
        text = column.group.of(language) if column.group else ""
        if found and before is not None and before.group == column.group:
            last = found.pop()
            found.append(Head(last.text, last.span + 1, last.key, last.style))
        else:
            found.append(Head(text, 1, column.key, "group" if text else ""))
    return tuple(found)


def _row(columns: Sequence[Column], row: Row, language: str, address: Address) -> ShownRow:
    links: Sequence[Link | None] = row.links or (None,) * len(columns)
    cells = tuple(
        _cell(column, value, language, address(link) if link and value else None)
        for column, value, link in zip(columns, row.cells, links, strict=True)
    )
    styles = [row.emphasis.value] if row.emphasis is not Emphasis.PLAIN else []
    if row.level and row.emphasis in (Emphasis.PLAIN, Emphasis.HEADING):
        styles.append(f"level-{min(row.level, 2)}")
    return ShownRow(cells, " ".join(styles))


def _cell(column: Column, value: Value, language: str, address: str | None) -> ShownCell:
    text = printed(value, column.kind, language)
    style = "nowrap" if isinstance(value, Term) else _style(column)
    if column.kind is Kind.MONEY and isinstance(value, int) and value < 0:
        text, style = text.replace("-", MINUS), f"{style} negative"
    return ShownCell(text, address, style)


def _style(column: Column) -> str:
    if column.kind in _FIGURES:
        return "amount"
    if column.kind in (Kind.DATE, Kind.CODE):
        return "nowrap"
    return "wide" if column.width >= _WIDE else ""


def _sums(
    table: Table, rows: Sequence[Row], language: str, *, is_part: bool
) -> tuple[tuple[str, tuple[ShownCell, ...]], ...]:
    if not table.totals:
        return ()
    found: list[tuple[str, Mapping[str, int]]] = []
    if is_part:
        found.append((Label("本页合计", "This page").of(language), _part_sums(table, rows)))
    found.append(("", table.totals))
    return tuple((words, _sum_cells(table, words, totals, language)) for words, totals in found)


def _part_sums(table: Table, rows: Sequence[Row]) -> dict[str, int]:
    plain = [row for row in rows if row.emphasis is Emphasis.PLAIN]
    sums = {}
    for key in table.totals:
        place = table.index(key)
        cells = (row.cells[place] for row in plain)
        sums[key] = sum(cell for cell in cells if isinstance(cell, int))
    return sums


def _sum_cells(
    table: Table, words: str, totals: Mapping[str, int], language: str
) -> tuple[ShownCell, ...]:
    values = total_cells(table, language)
    if words:
        values = [totals.get(column.key) for column in table.columns]
        values[0] = words
    return tuple(
        _cell(column, value, language, None)
        for column, value in zip(table.columns, values, strict=True)
    )
