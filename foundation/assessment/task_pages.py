"""Pages: who does what until when; giving tasks, moving them, closing them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.assessment import choosing, page_parts, tasks
from foundation.assessment.indicator_pages import acted
from foundation.assessment.models import TaskState
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError, NotFound


@guard.requires(Permission.REPORTS_READ)
def index() -> Any:
    """List the tasks, open ones first."""
    return _page(Form.empty(), "")


@guard.requires(Permission.EVIDENCE_EDIT)
def create() -> Any:
    """Give somebody a task."""
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            said = _create(session, form)
    except forms.Incomplete:
        return _page(form, "new"), 422
    except DomainError as error:
        form.refuse("", error)
        return _page(form, "new"), error.status
    flash(said)
    return redirect(url_for("assessment.tasks"), 303)


@guard.requires(Permission.EVIDENCE_EDIT)
def assign(code: str) -> Any:
    """Give somebody a gap of an indicator to close."""
    gap = request.form.get("gap", "") or "new"
    return acted(code, f"task-{gap}", _create)


@guard.requires(Permission.EVIDENCE_EDIT)
def move(task_id: int) -> Any:
    """Give a task to somebody else, or more time."""

    def act(session: Session, form: Form) -> str:
        day, assignee = form.day("due_on"), form.text("assignee", longest=64)
        form.require_complete()
        assert day is not None
        tasks.move(session, task_id, assignee=assignee, due_on=day, **context.who())
        return translate("已改派任务")

    return _act(task_id, act)


@guard.requires(Permission.EVIDENCE_EDIT)
def close(task_id: int) -> Any:
    """Say that a task is done, or no longer wanted."""

    def act(session: Session, form: Form) -> str:
        state = form.choice("state", TaskState)
        note = form.text("note", is_required=False, longest=500)
        form.require_complete()
        assert state is not None
        tasks.close(session, task_id, state=state, note=note, **context.who())
        return translate("任务已结束")

    return _act(task_id, act)


@guard.requires(Permission.STATEMENTS_ISSUE)
def finish(task_id: int) -> Any:
    """Say that the own task is done: for reviewers, who edit no evidence."""

    def act(session: Session, form: Form) -> str:
        note = form.text("note", is_required=False, longest=500)
        form.require_complete()
        held = tasks.get_task(session, task_id, today=services().clock.today())
        if held.task.assignee != context.who()["actor"]:
            raise tasks.NotYours
        tasks.close(session, task_id, state=TaskState.DONE, note=note, **context.who())
        return translate("任务已结束")

    return _act(task_id, act)


def _create(session: Session, form: Form) -> str:
    given = page_parts.read_task(form)
    form.require_complete()
    assert given is not None
    task = tasks.create(session, choosing.get_chosen(session), given, **context.who())
    return translate("已指派给 {person}：{task}", person=task.assignee, task=task.title)


def _act(task_id: int, act: Any) -> Any:
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            said = act(session, form)
    except forms.Incomplete:
        return _page(form, str(task_id)), 422
    except NotFound:
        raise
    except DomainError as error:
        form.refuse("", error)
        return _page(form, str(task_id)), error.status
    flash(said)
    return redirect(url_for("assessment.tasks"), 303)


def _page(form: Form, opened: str) -> str:
    today = services().clock.today()
    person, state = request.args.get("person", ""), request.args.get("state", "open")
    with database.reading(services().engine) as session:
        chosen = choosing.find_chosen(session)
        every = [] if chosen is None else tasks.list_tasks(session, chosen, today=today)
        return render_template(
            "assessment/tasks.html",
            chosen=chosen,
            total=len(every),
            tasks=[
                one
                for one in every
                if person in ("", one.task.assignee)
                and (state == "all" or (one.is_open if state == "open" else one.is_overdue))
            ],
            persons=sorted({one.task.assignee for one in every}),
            people=tasks.people(session),
            form=form,
            opened=opened,
            today=today,
            **page_parts.words(),
        )
