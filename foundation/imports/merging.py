"""Merged cells: one value that stands for several rows.

A date or a donor that is merged over several rows holds for each of them. An amount never
does: read once per row, it would be received several times.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from foundation.imports.cells import Cell, Row
from foundation.imports.workbooks import Merged

_FILLED_ROLES = ("date", "donor", "donor_other", "fund", "method", "note")


def fill_down(
    numbered: Iterable[tuple[int, Row]], merged: Sequence[Merged], columns: Mapping[str, int]
) -> Iterable[tuple[int, Row]]:
    """Repeat the value of cells that are merged downwards, in the columns where it holds."""
    filled = {columns[role] for role in _FILLED_ROLES if role in columns}
    # By the number of the first row (from 1): the column, and the number of the last row.
    spans: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in merged:
        if bottom > top and left in filled:
            spans.setdefault(top + 1, []).append((left, bottom + 1))
    return _filled(numbered, spans) if spans else numbered


def _filled(
    numbered: Iterable[tuple[int, Row]], spans: dict[int, list[tuple[int, int]]]
) -> Iterator[tuple[int, Row]]:
    current: dict[int, tuple[int, Cell]] = {}
    for number, row in numbered:
        cells = list(row)
        for column, (last, value) in list(current.items()):
            if number > last:
                del current[column]
            elif column < len(cells):
                cells[column] = value
        for column, last in spans.get(number, ()):
            if column < len(row):
                current[column] = (last, row[column])
        yield number, tuple(cells)
