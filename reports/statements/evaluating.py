"""Work a layout out: figures from formulas, with the parts of each figure.

Every column of a statement is worked out by itself, from the same rows. Nothing here knows the
database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reports.statements.books import Source, Sources, total
from reports.statements.layouts import LayoutRow, Mark, RowKind, Term, row_for


@dataclass(frozen=True, slots=True)
class Column:
    """The figures of one column by row, as they are shown, and what they are made of.

    `shifted` is what a reclassification added to a row.
    """

    figures: Mapping[str, int]
    parts: Mapping[str, tuple[Source, ...]]
    shifted: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, code: str) -> int:
        return self.figures[code]


def work_out(
    rows: Sequence[LayoutRow],
    sources: Sources,
    *,
    by_row: bool = False,
    shifted: Mapping[tuple[str, str], int] | None = None,
) -> Column:
    """Work a column out. With `by_row` sources are named by row and not by formula."""
    moves = _moves(tuple(rows), shifted or {})
    figures: dict[str, int] = {}
    parts: dict[str, tuple[Source, ...]] = {}
    pending = [row for row in rows if row.has_figure]
    for row in pending:
        if row.kind is not RowKind.SUM:
            found = _sources_of(row, sources, by_row=by_row)
            parts[row.code] = found
            figures[row.code] = row.sign * total(found) + moves.get(row.code, 0)
    for row in pending:
        if row.kind is RowKind.SUM:
            own = [term for term in row.terms if term.mark is not Mark.ROW]
            parts[row.code] = tuple(part for term in own for part in sources.get(term.name, ()))
            figures[row.code] = sum(_addend(term, figures, sources) for term in row.terms)
    return Column(figures, parts, moves)


def _sources_of(row: LayoutRow, sources: Sources, *, by_row: bool) -> tuple[Source, ...]:
    names = (row.code, *row.also) if by_row else tuple(term.name for term in row.terms)
    return tuple(part for name in names for part in sources.get(name, ()))


def _addend(term: Term, figures: Mapping[str, int], sources: Sources) -> int:
    minor = figures[term.name] if term.mark is Mark.ROW else total(sources.get(term.name, ()))
    return term.sign * minor


def _moves(rows: tuple[LayoutRow, ...], shifted: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Return by row what is shown more or less; a move inside one row of this layout is none."""
    found: dict[str, int] = {}
    for (source, target), minor in shifted.items():
        giving, taking = row_for(rows, source).code, row_for(rows, target).code
        if giving != taking:
            found[giving] = found.get(giving, 0) - minor
            found[taking] = found.get(taking, 0) + minor
    return {code: minor for code, minor in found.items() if minor}
