"""The self-assessment as reports read it: the score sheet in the order of the rubric."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.assessment import choosing, papers, points, scoring, wording
from foundation.assessment.choosing import Chosen
from foundation.assessment.rubrics import Indicator


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of 自评得分表; what the panel and the committee write stays empty."""

    indicator: Indicator
    points: str
    score: str
    is_confirmed: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet, and the sums as far as they are known."""

    chosen: Chosen
    rows: tuple[SheetRow, ...]
    known: int
    scored: int
    without_points: int


def read_sheet(session: Session) -> Sheet | None:
    """Return the score sheet, or None while no rubric is chosen."""
    chosen = choosing.find_chosen(session)
    if chosen is None:
        return None
    scores = scoring.latest(session, chosen)
    every = [paper for paper in papers.list_papers(session) if paper.ended_at is None]
    uses = papers.list_uses(session, chosen)
    rows = []
    for one in chosen.rubric.indicators:
        scored = scores.get(one.code)
        held = papers.serving(one, every, uses.get(one.code, ()))
        numbers = sorted(wording.number_of(paper.id) for paper in held)
        rows.append(
            SheetRow(
                one,
                points.text_of(one.points),
                points.text_of(None if scored is None else scored.points),
                scored is not None and scored.is_confirmed,
                " ".join([*one.evidence.files, *numbers]),
            )
        )
    return Sheet(
        chosen,
        tuple(rows),
        sum(one.points or 0 for one in chosen.rubric.indicators),
        sum(scored.points or 0 for scored in scores.values()),
        sum(one.points is None for one in chosen.rubric.indicators),
    )
