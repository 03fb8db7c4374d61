"""The whole workspace as one reading: every indicator with its evidence, score, gaps and tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from foundation.assessment import choosing, gaps, papers, probing, running, scoring, tasks
from foundation.assessment.choosing import Chosen
from foundation.assessment.gaps import Gap, IndicatorState
from foundation.assessment.models import AssessmentPaper
from foundation.assessment.probing import Answer, Probe
from foundation.assessment.rubrics import Indicator
from foundation.assessment.running import Run
from foundation.assessment.scoring import Scored
from foundation.assessment.tasks import TaskView
from foundation.duties import service as duties
from foundation.duties.calendar import Item
from ledger.clock import Clock


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """One indicator and everything about it."""

    indicator: Indicator
    scored: Scored | None
    suggested: int | None
    papers: tuple[AssessmentPaper, ...]
    linked: frozenset[int]
    answers: dict[str, Answer]
    duties: tuple[Item, ...]
    gaps: tuple[Gap, ...]
    tasks: tuple[TaskView, ...]
    state: IndicatorState

    @property
    def live_papers(self) -> tuple[AssessmentPaper, ...]:
        """The papers that were neither superseded nor withdrawn."""
        return tuple(paper for paper in self.papers if paper.ended_at is None)

    @property
    def points(self) -> int | None:
        """The points that the person gave."""
        return None if self.scored is None else self.scored.points

    def task_of(self, gap: Gap) -> TaskView | None:
        """Return the open task that closes a gap, or None."""
        return next((one for one in self.tasks if one.is_open and one.task.gap == gap.key), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """Points of a section or of the whole: known ones by how far they are, and what is unknown.

    `stated` is what the text says; `unknown` is stated less known, or None when nobody knows.
    """

    name: str
    stated: int | None
    known: int
    secured: int
    claimed: int
    unscored: int
    # Indicators whose points the text does not give.
    without_points: int
    indicators: int
    lacking: int

    @property
    def unknown(self) -> int | None:
        """Points that are stated for the whole and not told apart below it."""
        if self.stated is not None:
            return max(0, self.stated - self.known)
        return None if self.without_points else 0

    @property
    def is_known(self) -> bool:
        """Whether every point is known, so that sums mean something."""
        return self.unknown == 0 and not self.without_points


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything on one day."""

    chosen: Chosen
    run: Run | None
    views: tuple[IndicatorView, ...]
    sections: tuple[Standing, ...]
    total: Standing
    # The grade that the text gives for the self-score; only where it states one.
    grade: str
    tasks: tuple[TaskView, ...]

    def find(self, code: str) -> IndicatorView:
        """Return an indicator. Raises UnknownIndicator."""
        for view in self.views:
            if view.indicator.code == code:
                return view
        raise scoring.UnknownIndicator(indicator=code[:60])


def read(
    session: Session, probes: Mapping[str, Probe], *, clock: Clock, live: str = ""
) -> Workspace:
    """Return the workspace, with what the books said at the last run.

    The indicator `live` is asked anew. Raises NoRubricChosen.
    """
    chosen = choosing.get_chosen(session)
    run = running.last(session, chosen)
    answers = dict(run.answers) if run is not None else {}
    asked = chosen.rubric.find(live) if live else None
    if asked is not None:
        names = [*asked.evidence.probes, *([asked.scoring.probe] if asked.scoring else [])]
        answers |= probing.run(session, chosen.question(clock), probes, names)
    today = clock.today()
    every, uses = papers.list_papers(session), papers.list_uses(session, chosen)
    scores, given = scoring.latest(session, chosen), tasks.list_tasks(session, chosen, today=today)
    due = _duties(session, chosen, today)
    titles = {name: probe.title for name, probe in probes.items()}
    views = tuple(
        _view(
            one,
            chosen,
            scored=scores.get(one.code),
            held=papers.serving(one, every, uses.get(one.code, ())),
            linked=frozenset(uses.get(one.code, ())),
            answers=answers,
            titles=titles,
            items=[item for item in due if item.duty.id in one.evidence.duties],
            given=[view for view in given if view.task.indicator == one.code],
            today=today,
        )
        for one in chosen.rubric.indicators
    )
    sections = tuple(
        standing(name, stated, [view for view in views if view.indicator.section == name])
        for name, stated in chosen.rubric.sections.items()
    )
    stated = choosing.totals(chosen.rubric)[1]
    total = standing("", stated, list(views))
    return Workspace(chosen, run, views, sections, total, _grade(chosen, total), tuple(given))


def standing(name: str, stated: int | None, views: list[IndicatorView]) -> Standing:
    """Add up the points of some indicators; what is not known is counted apart."""
    known = secured = claimed = unscored = 0
    for view in views:
        full = view.indicator.points
        if full is None:
            continue
        known += full
        if view.scored is None or view.scored.is_returned:
            unscored += full
        elif view.scored.is_confirmed:
            secured += view.scored.points or 0
        else:
            claimed += view.scored.points or 0
    return Standing(
        name=name,
        stated=stated,
        known=known,
        secured=secured,
        claimed=claimed,
        unscored=unscored,
        without_points=sum(view.indicator.points is None for view in views),
        indicators=len(views),
        lacking=sum(view.state is IndicatorState.LACKING for view in views),
    )


def _view(
    indicator: Indicator,
    chosen: Chosen,
    *,
    scored: Scored | None,
    held: list[AssessmentPaper],
    linked: frozenset[int],
    answers: Mapping[str, Answer],
    titles: Mapping[str, str],
    items: list[Item],
    given: list[TaskView],
    today: date,
) -> IndicatorView:
    missing = gaps.find(
        indicator,
        papers=held,
        answers=answers,
        titles=titles,
        scored=scored,
        items=items,
        years=chosen.years,
        today=today,
    )
    own = {name: answers[name] for name in indicator.evidence.probes if name in answers}
    return IndicatorView(
        indicator,
        scored,
        scoring.suggestion(indicator, answers),
        tuple(held),
        linked,
        own,
        tuple(items),
        tuple(missing),
        tuple(given),
        gaps.state_of(missing, scored, indicator),
    )


def _duties(session: Session, chosen: Chosen, today: date) -> list[Item]:
    """What the calendar has from the first year of the assessment to the next one from today."""
    wanted = {name for one in chosen.rubric.indicators for name in one.evidence.duties}
    if not wanted:
        return []
    return [
        item
        for year in range(chosen.first_year, max(today.year, chosen.last_year) + 2)
        for item in duties.list_items(session, year=year, today=today)
        if item.duty.id in wanted
    ]


def _grade(chosen: Chosen, total: Standing) -> str:
    """Return the grade of the self-score; a part of a rubric has none."""
    bands = chosen.rubric.bands
    if not bands or not chosen.rubric.is_complete or not total.is_known or total.unscored:
        return ""
    reached = total.secured + total.claimed
    return next((band.grade for band in bands if reached >= band.at_least), "")
