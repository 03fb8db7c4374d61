"""What is missing for an indicator. Pure: evidence in, gaps out; each has a key for its task."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from foundation.assessment import shipped
from foundation.assessment.models import AssessmentPaper
from foundation.assessment.probing import Answer, Verdict
from foundation.assessment.rubrics import Indicator
from foundation.assessment.scoring import Scored
from foundation.assessment.shipped import Asks, Slot
from foundation.duties.calendar import DutyState, Item
from foundation.http.languages import mark


class IndicatorState(StrEnum):
    """缺证据、待自评、待复核、已完成."""

    LACKING = "indicator_lacking"
    UNSCORED = "indicator_unscored"
    WAITING = "indicator_waiting"
    DONE = "indicator_done"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: a sentence with places, and what would close it."""

    key: str
    sentence: str
    values: dict[str, Any] = field(default_factory=dict)
    # The name of the task that closes it.
    task: str = ""
    task_values: dict[str, Any] = field(default_factory=dict)
    # The deadline of the calendar that is the same thing.
    duty: str = ""
    occurrence: str = ""
    due_on: date | None = None
    # Evidence is missing; otherwise only the score is.
    is_evidence: bool = True


def find(
    indicator: Indicator,
    *,
    papers: Iterable[AssessmentPaper],
    answers: Mapping[str, Answer],
    titles: Mapping[str, str],
    scored: Scored | None,
    items: Iterable[Item],
    years: Iterable[int],
    today: date,
) -> list[Gap]:
    """Return what is missing, evidence first. `titles` are what the probes are called."""
    live = [paper for paper in papers if paper.ended_at is None]
    found = _of_papers(indicator, live, tuple(years), today)
    found += [
        Gap(
            f"probe:{name}",
            answers[name].sentence,
            answers[name].values,
            mark("核对并处理：{name}"),
            {"name": titles.get(name, name)},
        )
        for name in indicator.evidence.probes
        if name in answers and answers[name].verdict is Verdict.NOT_MET
    ]
    found += [
        Gap(
            f"duty:{item.duty.id}:{item.occurrence}",
            mark("{duty} 已于 {day} 到期"),
            {"duty": item.title, "day": item.due_on.isoformat()},
            mark("办理：{duty}"),
            {"duty": item.title},
            item.duty.id,
            item.occurrence,
            item.due_on,
        )
        for item in items
        if item.state is DutyState.OVERDUE
    ]
    return found + _of_score(indicator, scored)


def state_of(gaps: Iterable[Gap], scored: Scored | None, indicator: Indicator) -> IndicatorState:
    """Return how an indicator stands."""
    if any(gap.is_evidence for gap in gaps):
        return IndicatorState.LACKING
    if indicator.points is None:
        return IndicatorState.DONE
    if scored is None or scored.is_returned:
        return IndicatorState.UNSCORED
    return IndicatorState.DONE if scored.is_confirmed else IndicatorState.WAITING


def _of_papers(
    indicator: Indicator, live: list[AssessmentPaper], years: tuple[int, ...], today: date
) -> list[Gap]:
    found: list[Gap] = []
    for name in indicator.evidence.slots:
        slot = shipped.slots().get(name)
        if slot is not None:
            inside = [paper for paper in live if paper.slot == name]
            found += _of_slot(slot, inside, years, today)
    return found


def _of_slot(
    slot: Slot, inside: list[AssessmentPaper], years: tuple[int, ...], today: date
) -> list[Gap]:
    if slot.asks is Asks.YEARS:
        # A paper about a year can be there when the year is over.
        wanted = [year for year in years if year < today.year]
        return [
            Gap(
                f"paper:{slot.id}:{year}",
                mark("缺 {year} 年度的{slot}"),
                {"slot": slot.title, "year": year},
                mark("取得 {year} 年度的{slot}"),
                {"slot": slot.title, "year": year},
            )
            for year in wanted
            if not any(_speaks_of(paper, year) for paper in inside)
        ]
    if slot.asks is not Asks.CURRENT:
        return []
    valid = [paper for paper in inside if _is_valid(paper, today)]
    if valid:
        return []
    words = {"slot": slot.title}
    if not inside:
        return [Gap(f"paper:{slot.id}", mark("缺{slot}"), words, mark("取得{slot}"), words)]
    last = max(paper.valid_until for paper in inside if paper.valid_until is not None)
    return [
        Gap(
            f"paper:{slot.id}",
            mark("{slot}已于 {day} 到期"),
            words | {"day": last.isoformat()},
            mark("更新{slot}"),
            words,
        )
    ]


def _speaks_of(paper: AssessmentPaper, year: int) -> bool:
    if paper.first_year is None or paper.last_year is None:
        return False
    return paper.first_year <= year <= paper.last_year


def _is_valid(paper: AssessmentPaper, today: date) -> bool:
    return paper.valid_until is None or paper.valid_until >= today


def _of_score(indicator: Indicator, scored: Scored | None) -> list[Gap]:
    if indicator.points is None:
        return []
    name = {"indicator": indicator.name}
    if scored is None:
        return [
            Gap("score", mark("尚未自评"), {}, mark("自评：{indicator}"), name, is_evidence=False)
        ]
    if scored.is_returned:
        said = scored.confirmation.note if scored.confirmation is not None else ""
        return [
            Gap(
                "score",
                mark("自评被退回：{note}"),
                {"note": said},
                mark("重新自评：{indicator}"),
                name,
                is_evidence=False,
            )
        ]
    if not scored.is_confirmed:
        return [
            Gap(
                "confirm",
                mark("自评待另一人复核"),
                {},
                mark("复核自评：{indicator}"),
                name,
                is_evidence=False,
            )
        ]
    return []
