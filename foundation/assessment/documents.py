"""The workspace as programs read it: API and commands answer the same documents."""

from collections.abc import Callable, Mapping
from typing import Any

from foundation.assessment import choosing, points, wording
from foundation.assessment.choosing import Chosen
from foundation.assessment.models import AssessmentPaper
from foundation.assessment.probing import Answer
from foundation.assessment.rubrics import Rubric
from foundation.assessment.tasks import TaskView
from foundation.assessment.workspace import IndicatorView, Standing, Workspace

Say = Callable[[str, Mapping[str, Any]], str]


def of_rubric(rubric: Rubric) -> dict[str, Any]:
    """Return what a rubric is, without its indicators."""
    known, stated = choosing.totals(rubric)
    return {
        "version": rubric.version,
        "title": rubric.title.zh,
        "title_en": rubric.title.en,
        "authority": rubric.authority,
        "source": rubric.source,
        "grade": rubric.grade,
        "is_official": rubric.is_official,
        "is_complete": rubric.is_complete,
        "indicators": len(rubric.indicators),
        "known_points": points.text_of(known) or "0",
        "stated_points": points.text_of(stated) or None,
        "note": rubric.note.zh,
    }


def of_chosen(chosen: Chosen) -> dict[str, Any]:
    """Return which rubric is worked with."""
    return {
        **of_rubric(chosen.rubric),
        "first_year": chosen.first_year,
        "last_year": chosen.last_year,
        "chosen_by": chosen.chosen_by,
    }


def of_standing(standing: Standing) -> dict[str, Any]:
    """Return the points of a section or of the whole; None is what nobody knows."""
    return {
        "name": standing.name,
        "stated": points.text_of(standing.stated) or None,
        "known": points.text_of(standing.known) or "0",
        "confirmed": points.text_of(standing.secured) or "0",
        "scored": points.text_of(standing.claimed) or "0",
        "unscored": points.text_of(standing.unscored) or "0",
        "unknown": None if standing.unknown is None else points.text_of(standing.unknown) or "0",
        "indicators": standing.indicators,
        "indicators_without_points": standing.without_points,
        "indicators_lacking_evidence": standing.lacking,
    }


def of_workspace(found: Workspace, say: Say) -> dict[str, Any]:
    """Return the whole workspace."""
    return {
        "rubric": of_chosen(found.chosen),
        "checked_at": None if found.run is None else found.run.run_at.isoformat(timespec="seconds"),
        "total": of_standing(found.total),
        "sections": [of_standing(one) for one in found.sections],
        "grade": found.grade or None,
        "indicators": [of_row(view, say) for view in found.views],
    }


def of_row(view: IndicatorView, say: Say) -> dict[str, Any]:
    """Return an indicator as lists show it."""
    one, scored = view.indicator, view.scored
    return {
        "code": one.code,
        "levels": list(one.levels),
        "text": one.text,
        "points": points.text_of(one.points) or None,
        "score": points.text_of(view.points) or None,
        "score_id": None if scored is None else scored.score.id,
        "is_confirmed": scored is not None and scored.is_confirmed,
        "suggested": points.text_of(view.suggested) or None,
        "state": view.state.value.removeprefix("indicator_"),
        "gaps": [
            {
                "key": gap.key,
                "text": say(gap.sentence, gap.values),
                "assignee": _assignee(view.task_of(gap)),
            }
            for gap in view.gaps
        ],
        "papers": [of_paper(paper) for paper in view.live_papers],
        "open_tasks": sum(task.is_open for task in view.tasks),
    }


def _assignee(found: TaskView | None) -> str | None:
    return None if found is None else found.task.assignee


def of_indicator(view: IndicatorView, say: Say, titles: Callable[[str], str]) -> dict[str, Any]:
    """Return an indicator with its evidence, probes and tasks."""
    one = view.indicator
    return {
        **of_row(view, say),
        "method": one.method,
        "proof": one.proof,
        "grade": one.grade,
        "looks_at": one.looks.value,
        "pack_files": list(one.evidence.files),
        "reports": list(one.evidence.reports),
        "slots": list(one.evidence.slots),
        "probes": [
            {"id": name, "title": titles(name), **of_answer(answer, say)}
            for name, answer in view.answers.items()
        ],
        "tasks": [of_task(task) for task in view.tasks],
    }


def of_answer(answer: Answer, say: Say) -> dict[str, Any]:
    """Return what a probe found."""
    return {
        "verdict": answer.verdict.value.removeprefix("probe_"),
        "text": say(answer.sentence, answer.values),
        "count": answer.count,
        "instances": [one.text for one in answer.instances],
    }


def of_task(found: TaskView) -> dict[str, Any]:
    """Return a task."""
    task = found.task
    return {
        "id": task.id,
        "indicator": task.indicator or None,
        "title": task.title,
        "gap": task.gap or None,
        "assignee": task.assignee,
        "due_on": task.due_on.isoformat(),
        "state": found.state.value.removeprefix("task_"),
        "is_overdue": found.is_overdue,
        "duty": task.duty,
        "note": task.note,
        "created_by": task.created_by,
        "closed_by": task.closed_by,
    }


def of_paper(paper: AssessmentPaper) -> dict[str, Any]:
    """Return a paper without its content."""
    return {
        "number": wording.number_of(paper.id),
        "title": paper.title,
        "slot": paper.slot or None,
        "document_number": paper.document_number,
        "issuer": paper.issuer,
        "issued_on": None if paper.issued_on is None else paper.issued_on.isoformat(),
        "valid_until": None if paper.valid_until is None else paper.valid_until.isoformat(),
        "first_year": paper.first_year,
        "last_year": paper.last_year,
        "file_name": paper.file_name,
        "sha256": paper.digest,
        "is_live": paper.ended_at is None,
    }
