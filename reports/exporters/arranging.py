"""How the rows of a form stand on its sheet: the right half beside the left, totals level.

Both halves show the same columns. What a cell shows stays in the table; here is only where.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.tables import Column, Emphasis, Kind, Label, Row, Table, Value

STRONG = frozenset({Emphasis.HEADING, Emphasis.TOTAL})


@dataclass(frozen=True, slots=True)
class Place:
    """One column of the sheet: which column of the table it shows, on which half."""

    column: int
    is_right: bool
    title: Label
    kind: Kind
    width: int
    group: Label | None


@dataclass(frozen=True, slots=True)
class Arranged:
    """A table on its sheet. A line names for each half the row that stands there."""

    table: Table
    rows: tuple[Row, ...]
    places: tuple[Place, ...]
    lines: tuple[tuple[int | None, int | None], ...]

    def row_of(self, line: int, place: Place) -> Row | None:
        """Return the row whose cell stands on a line in a column."""
        key = self.lines[line][place.is_right]
        return None if key is None else self.rows[key]

    def value(self, line: int, place: Place, language: str) -> Value:
        """Return what stands in a cell; a mark such as 一、 is joined with the text after it."""
        row = self.row_of(line, place)
        if row is None:
            return None
        value = row.cells[place.column]
        if place.kind is Kind.TEXT and isinstance(value, Label):
            marks = "".join(str(row.cells[i] or "") for i in self._marks())
            return f"{marks}{value.of(language)}"
        return value

    def _marks(self) -> list[int]:
        form = self.table.form
        assert form is not None
        return [i for i, column in enumerate(self.table.columns) if column.key in form.marks]


def arrange(table: Table) -> Arranged:
    """Return the lines and columns of a form."""
    form = table.form
    assert form is not None
    rows = tuple(table.rows)
    shown = [(i, c) for i, c in enumerate(table.columns) if c.key not in form.marks]
    places = [_place(i, column, is_right=False, titles={}) for i, column in shown]
    if form.right_from is None:
        return Arranged(table, rows, tuple(places), tuple((i, None) for i in range(len(rows))))
    places += [_place(i, column, is_right=True, titles=form.right_titles) for i, column in shown]
    left, right = range(form.right_from), range(form.right_from, len(rows))
    return Arranged(table, rows, tuple(places), tuple(_side_by_side(left, right)))


def _place(i: int, column: Column, *, is_right: bool, titles: object) -> Place:
    title = titles.get(column.key, column.title) if isinstance(titles, dict) else column.title
    return Place(i, is_right, title, column.kind, column.width, column.group)


def _side_by_side(left: Sequence[int], right: Sequence[int]) -> list[tuple[int | None, int | None]]:
    """Put the halves beside each other; the shorter one leaves the gap above its last row."""
    count = max(len(left), len(right))

    def stretched(half: Sequence[int]) -> list[int | None]:
        gap: list[int | None] = [None] * (count - len(half))
        return [*half[:-1], *gap, *half[-1:]]

    return list(zip(stretched(left), stretched(right), strict=True))
