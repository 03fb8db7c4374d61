"""Which cells a sum row of a spreadsheet adds up, so that its formula and its figure agree.

Rows are fed in order. A subtotal of level n covers what came since the last subtotal of level
n or wider, and then stands for all of it in the wider sums. Where the rows do not add up to
what the table says (a filter, a figure to date), there is no formula and the figure stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.tables import Emphasis, Row

_LEVELS = 4
# Spreadsheets take 255 arguments and 8192 characters.
_MAX_PARTS = 200


@dataclass(slots=True)
class _Open:
    """What one level has seen since its last subtotal."""

    parts: list[tuple[int, int]] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)


class Adder:
    """Follows the rows of one sheet; row numbers are those of the sheet."""

    def __init__(self, places: Sequence[int]) -> None:
        self._places = tuple(places)
        self._levels = [self._empty() for _ in range(_LEVELS)]

    def _empty(self) -> _Open:
        return _Open([], [0] * len(self._places))

    def plain(self, number: int, row: Row) -> None:
        """Take in a line."""
        figures = [_figure(row.cells[place]) for place in self._places]
        for level in self._levels:
            if level.parts and level.parts[-1][1] == number - 1:
                level.parts[-1] = (level.parts[-1][0], number)
            else:
                level.parts.append((number, number))
            for i, figure in enumerate(figures):
                level.sums[i] += figure

    def subtotal(self, number: int, row: Row) -> list[tuple[int, int]] | None:
        """Return the rows that a subtotal adds up, or None; it then stands for them."""
        rank = min(max(row.level, 1), _LEVELS - 1)
        covered = self._levels[rank]
        agrees = covered.sums == [_figure(row.cells[place]) for place in self._places]
        found = covered.parts if agrees and 0 < len(covered.parts) <= _MAX_PARTS else None
        if found is not None:
            for wider in self._levels[:rank]:
                self._replace_tail(wider, found, number)
        for level in range(rank, _LEVELS):
            self._levels[level] = self._empty()
        return found

    def total(self, figures: Sequence[int]) -> list[tuple[int, int]] | None:
        """Return the rows that make up the totals, or None when they do not."""
        whole = self._levels[0]
        if whole.sums == list(figures) and 0 < len(whole.parts) <= _MAX_PARTS:
            return whole.parts
        return None

    @staticmethod
    def _replace_tail(wider: _Open, covered: list[tuple[int, int]], number: int) -> None:
        first = covered[0][0]
        kept = [(start, min(end, first - 1)) for start, end in wider.parts if start < first]
        wider.parts[:] = [*kept, (number, number)]


def rows_of(row: Row, adder: Adder, number: int) -> list[tuple[int, int]] | None:
    """Feed a row, and return what it adds up when it is a sum."""
    if row.emphasis is Emphasis.PLAIN:
        adder.plain(number, row)
    elif row.emphasis is Emphasis.SUBTOTAL:
        return adder.subtotal(number, row)
    return None


def _figure(value: object) -> int:
    return value if isinstance(value, int) else 0
