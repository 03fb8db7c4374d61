"""Which differences were explained: by whom, approved by whom, and whether it still holds.

An explanation never makes a control total hold; it stands beside the difference.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from foundation.evidence import explanations, queries
from foundation.evidence.explanations import Difference, Explained
from reports.tie_outs.definitions import TieOut


def difference_of(period: str, tie_out: TieOut) -> Difference | None:
    """Return what there is to explain, None when the total holds or its data is missing."""
    if tie_out.sides is None or tie_out.holds:
        return None
    rows = tuple((gap.words, gap.minor) for gap in tie_out.sides.gaps)
    sides = tie_out.sides
    return Difference(period, tie_out.control.id, sides.left, sides.right, rows)


def explained(session: Session, period: str, found: Iterable[TieOut]) -> dict[str, Explained]:
    """Return the explanations of a period by control total, for those that differ."""
    known = queries.explanations(session, period)
    answers: dict[str, Explained] = {}
    for tie_out in found:
        row, now = known.get(tie_out.control.id), difference_of(period, tie_out)
        if row is not None and now is not None:
            answers[row.control] = explanations.view(row, now)
    return answers


def note(tie_out: TieOut, known: Mapping[str, Explained]) -> str:
    """Return the note of a control total with its explanation."""
    said = known.get(tie_out.control.id)
    return "；".join(part for part in (tie_out.note, said.words if said else "") if part)
