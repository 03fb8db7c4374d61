"""The 3A workspace for programs: `/api/v1/assessment`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.assessment import (
    choosing,
    documents,
    joining,
    page_parts,
    papers,
    scoring,
    tasks,
    workspace,
)
from foundation.assessment.models import TaskState
from foundation.assessment.schemas import (
    IndicatorAnswer,
    NewConfirmation,
    NewScore,
    NewTask,
    PapersAnswer,
    RubricsAnswer,
    TaskAnswer,
    TaskEnding,
    TasksAnswer,
    WorkspaceAnswer,
)
from foundation.assessment.tasks import TaskInput
from foundation.http import api
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("assessment_api", __name__, url_prefix=f"{api.PREFIX}/assessment")
_ENDS = {"done": TaskState.DONE, "dropped": TaskState.DROPPED}


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=WorkspaceAnswer)
def get_workspace(session: Session) -> dict[str, Any]:
    """Return the points by section and every indicator with its gaps."""
    found = workspace.read(session, joining.every(), clock=api.clock())
    return documents.of_workspace(found, page_parts.say)


@blueprint.get("/indicators/<code>")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=IndicatorAnswer)
def get_indicator(session: Session, code: str) -> dict[str, Any]:
    """Return an indicator; the books are asked now."""
    return _indicator(session, code)


@blueprint.post("/indicators/<code>/scores")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=NewScore, answer=IndicatorAnswer, status=201)
def score(session: Session, code: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Give an indicator points; the earlier score stays in its history."""
    chosen = choosing.get_chosen(session)
    scoring.score(session, chosen, code, given=body["points"], note=body["note"], **api.who())
    return _indicator(session, code)


@blueprint.post("/indicators/<code>/confirmation")
@guard.requires(Permission.STATEMENTS_ISSUE)
@api.endpoint(body=NewConfirmation, answer=IndicatorAnswer)
def confirm(session: Session, code: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Confirm a score or send it back, never the own."""
    chosen = choosing.get_chosen(session)
    scoring.confirm(
        session,
        chosen,
        code,
        seen=body["score"],
        verdict=body["verdict"],
        note=body["note"],
        **api.who(),
    )
    return _indicator(session, code)


@blueprint.get("/tasks")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=TasksAnswer)
def list_tasks(session: Session) -> dict[str, Any]:
    """Return the tasks, open ones first, by day."""
    chosen = choosing.get_chosen(session)
    found = tasks.list_tasks(session, chosen, today=api.clock().today())
    return {"tasks": [documents.of_task(one) for one in found]}


@blueprint.post("/tasks")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=NewTask, answer=TaskAnswer, status=201)
def create_task(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Give somebody a task."""
    chosen = choosing.get_chosen(session)
    task = tasks.create(session, chosen, TaskInput(**body), **api.who())
    return _task(session, task.id)


@blueprint.post("/tasks/<int:task_id>/close")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=TaskEnding, answer=TaskAnswer)
def close_task(session: Session, task_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Say that a task is done, or no longer wanted with a reason."""
    tasks.close(session, task_id, state=_ENDS[body["state"]], note=body["note"], **api.who())
    return _task(session, task_id)


@blueprint.get("/papers")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=PapersAnswer)
def list_papers(session: Session) -> dict[str, Any]:
    """Return every paper, also those that were superseded or withdrawn."""
    return {"papers": [documents.of_paper(paper) for paper in papers.list_papers(session)]}


@blueprint.get("/rubrics")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=RubricsAnswer)
def list_rubrics(session: Session) -> dict[str, Any]:
    """Return every rubric, and which one is worked with."""
    chosen = choosing.find_chosen(session)
    return {
        "chosen": None if chosen is None else chosen.rubric.version,
        "rubrics": [documents.of_rubric(one) for one in choosing.list_rubrics(session)],
    }


def _indicator(session: Session, code: str) -> dict[str, Any]:
    found = workspace.read(session, joining.every(), clock=api.clock(), live=code)
    return documents.of_indicator(found.find(code), page_parts.say, page_parts.title_of)


def _task(session: Session, task_id: int) -> dict[str, Any]:
    return documents.of_task(tasks.get_task(session, task_id, today=api.clock().today()))
