"""Self-scores: what the text lets us compute, what a person gave, and what a second one said.

A score is never changed, only followed by another; each needs its own confirmation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.assessment import points
from foundation.assessment.choosing import Chosen
from foundation.assessment.models import (
    AssessmentConfirmation,
    AssessmentScore,
    Confirming,
)
from foundation.assessment.probing import Answer, Verdict
from foundation.assessment.rubrics import Indicator
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed, NotFound, Stale

_LONGEST_NOTE = 1000


class UnknownIndicator(NotFound):
    """The rubric has no such indicator."""

    code = "unknown_indicator"
    message = "评分细则中没有指标 {indicator}"


@dataclass(frozen=True, slots=True)
class Scored:
    """A score and what was said to it."""

    score: AssessmentScore
    confirmation: AssessmentConfirmation | None

    @property
    def points(self) -> int | None:
        """The points given; None when the score was taken back."""
        return self.score.points_hundredths

    @property
    def is_confirmed(self) -> bool:
        """Whether a second person agreed."""
        said = self.confirmation
        return said is not None and said.verdict is Confirming.CONFIRMED

    @property
    def is_returned(self) -> bool:
        """Whether a second person sent it back."""
        said = self.confirmation
        return said is not None and said.verdict is Confirming.RETURNED


def get_indicator(chosen: Chosen, code: str) -> Indicator:
    """Return an indicator. Raises UnknownIndicator."""
    found = chosen.rubric.find(code)
    if found is None:
        raise UnknownIndicator(indicator=code[:60])
    return found


def suggestion(indicator: Indicator, answers: Mapping[str, Answer]) -> int | None:
    """Return the points that the text itself computes, or None where it says nothing."""
    scoring = indicator.scoring
    found = answers.get(scoring.probe) if scoring is not None else None
    if scoring is None or found is None:
        return None
    if scoring.steps:
        if found.measure is None:
            return None
        reached = (step.points for step in scoring.steps if found.measure >= step.at_least)
        return next(reached, 0)
    if found.verdict is Verdict.UNCLEAR:
        return None
    return scoring.met if found.verdict is Verdict.MET else (scoring.not_met or 0)


def history(session: Session, chosen: Chosen, code: str) -> list[Scored]:
    """Return every score of an indicator, the latest first."""
    return _read(session, chosen, AssessmentScore.indicator == code)


def latest(session: Session, chosen: Chosen) -> dict[str, Scored]:
    """Return the score that holds for each indicator; one taken back is left out."""
    found: dict[str, Scored] = {}
    for scored in _read(session, chosen):
        found.setdefault(scored.score.indicator, scored)
    return {code: scored for code, scored in found.items() if scored.points is not None}


def _read(session: Session, chosen: Chosen, *conditions: object) -> list[Scored]:
    rows = session.execute(
        select(AssessmentScore, AssessmentConfirmation)
        .outerjoin(AssessmentConfirmation, AssessmentConfirmation.score_id == AssessmentScore.id)
        .where(
            AssessmentScore.version == chosen.rubric.version,
            AssessmentScore.last_year == chosen.last_year,
            *conditions,  # type: ignore[arg-type]
        )
        .order_by(AssessmentScore.id.desc())
    )
    return [Scored(score, said) for score, said in rows]


def score(
    session: Session,
    chosen: Chosen,
    code: str,
    *,
    given: str,
    note: str,
    actor: str,
    clock: Clock,
) -> AssessmentScore:
    """Give an indicator points, or take them back with empty text and a reason.

    Raises UnknownIndicator, InvalidInput, Conflict when there is nothing to take back.
    """
    indicator = get_indicator(chosen, code)
    hundredths = _points_of(indicator, given)
    if len(note) > _LONGEST_NOTE:
        raise InvalidInput(field="说明", reason=f"最多 {_LONGEST_NOTE} 个字符")
    if hundredths is None:
        if code not in latest(session, chosen):
            raise Conflict(reason="该指标还没有自评分")
        if not note.strip():
            raise InvalidInput(field="说明", reason="撤回自评分须写明原因")
    row = AssessmentScore(
        version=chosen.rubric.version,
        last_year=chosen.last_year,
        indicator=code,
        points_hundredths=hundredths,
        note=note.strip(),
        scored_by=actor,
        scored_at=clock.now(),
    )
    session.add(row)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="assessment.score",
        subject=f"indicator:{chosen.rubric.version}:{code}"[:120],
        reason=note.strip() or None,
        detail={"points": points.text_of(hundredths), "last_year": chosen.last_year},
    )
    return row


def _points_of(indicator: Indicator, given: str) -> int | None:
    if not given.strip():
        return None
    hundredths = points.parse(given)
    if hundredths is None:
        raise InvalidInput(field="自评分", reason="应为不超过两位小数的数字")
    if indicator.points is None:
        raise Conflict(reason="该指标的标准分值未取得，不能计分")
    if hundredths > indicator.points:
        most = points.text_of(indicator.points)
        raise InvalidInput(field="自评分", reason=f"不能超过标准分值 {most}")
    return hundredths


def confirm(
    session: Session,
    chosen: Chosen,
    code: str,
    *,
    seen: int,
    verdict: Confirming,
    note: str,
    actor: str,
    clock: Clock,
) -> None:
    """Confirm the score that holds, or send it back with a reason; never the own.

    `seen` is the key of the score that the person saw. Raises UnknownIndicator, Conflict, Stale,
    NotAllowed, InvalidInput.
    """
    get_indicator(chosen, code)
    held = latest(session, chosen).get(code)
    if held is None:
        raise Conflict(reason="该指标还没有自评分")
    if held.score.id != seen:
        raise Stale(what="自评分")
    if held.confirmation is not None:
        raise Conflict(reason="该自评分已经复核")
    if held.score.scored_by == actor:
        raise NotAllowed(reason="自评分须由另一人复核")
    if verdict is Confirming.RETURNED and not note.strip():
        raise InvalidInput(field="说明", reason="退回须写明原因")
    session.add(
        AssessmentConfirmation(
            score_id=held.score.id,
            verdict=verdict,
            note=note.strip()[:_LONGEST_NOTE],
            confirmed_by=actor,
            confirmed_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=f"assessment.{verdict.value}",
        subject=f"indicator:{chosen.rubric.version}:{code}"[:120],
        reason=note.strip() or None,
    )
