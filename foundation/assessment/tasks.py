"""Who does what until when. A task that is a deadline of the calendar is done when that is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.assessment.choosing import Chosen
from foundation.assessment.models import AssessmentTask, TaskState
from foundation.assessment.scoring import get_indicator
from foundation.duties.models import DutyMark
from foundation.users.models import Role, User
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed, NotFound

# An auditor changes nothing and a donor has no desk.
_HANDS = (Role.ADMINISTRATOR, Role.ACCOUNTANT, Role.REVIEWER, Role.CASHIER)


class UnknownTask(NotFound):
    """No task has this key."""

    code = "unknown_task"
    message = "找不到任务 {task}"


class NotYours(NotAllowed):
    """Only the person who was given a task, or an accountant, closes it."""

    code = "task_of_somebody_else"
    message = "这项任务指派给了别人"


@dataclass(frozen=True, slots=True)
class TaskInput:
    """What somebody is asked to do."""

    title: str
    assignee: str
    due_on: date
    indicator: str = ""
    gap: str = ""
    duty: str | None = None
    occurrence: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task, and how it stands today."""

    task: AssessmentTask
    # As kept, or done because the calendar says so.
    state: TaskState
    days_left: int

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.state is TaskState.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether the day has passed."""
        return self.is_open and self.days_left < 0


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has open, and how much of it is late."""

    open: int
    overdue: int
    next_on: date | None


def people(session: Session) -> list[User]:
    """Return who can be given a task, by name."""
    return list(
        session.execute(
            select(User).where(User.is_active, User.role.in_(_HANDS)).order_by(User.name)
        ).scalars()
    )


def create(
    session: Session, chosen: Chosen, given: TaskInput, *, actor: str, clock: Clock
) -> AssessmentTask:
    """Give somebody a task. Raises InvalidInput, UnknownIndicator, Conflict for a second one."""
    _check(session, chosen, given, clock)
    task = AssessmentTask(
        version=chosen.rubric.version,
        last_year=chosen.last_year,
        indicator=given.indicator,
        title=given.title.strip(),
        gap=given.gap,
        assignee=given.assignee,
        due_on=given.due_on,
        duty=given.duty or None,
        occurrence=given.occurrence or None,
        state=TaskState.OPEN,
        note=given.note.strip(),
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(task)
    session.flush()
    detail = {
        "title": task.title,
        "assignee": task.assignee,
        "due_on": task.due_on.isoformat(),
        "indicator": task.indicator,
    }
    _note(session, "assessment.task", task, actor=actor, clock=clock, detail=detail)
    return task


def move(
    session: Session, task_id: int, *, assignee: str, due_on: date, actor: str, clock: Clock
) -> None:
    """Give a task to somebody else, or more time. Raises UnknownTask, Conflict, InvalidInput."""
    task = _open(session, task_id)
    _check_person(session, assignee)
    before = {"assignee": task.assignee, "due_on": task.due_on.isoformat()}
    task.assignee, task.due_on = assignee, due_on
    session.flush()
    after = {"assignee": assignee, "due_on": due_on.isoformat()}
    detail = {"before": before, "after": after}
    _note(session, "assessment.task_move", task, actor=actor, clock=clock, detail=detail)


def close(
    session: Session, task_id: int, *, state: TaskState, note: str, actor: str, clock: Clock
) -> None:
    """Say that a task is done, or no longer wanted with a reason.

    Raises UnknownTask, Conflict, InvalidInput.
    """
    task = _open(session, task_id)
    if state is TaskState.OPEN:
        raise InvalidInput(field="状态", reason="应为已办或不再需要")
    if state is TaskState.DROPPED and not note.strip():
        raise InvalidInput(field="说明", reason="不再需要须写明原因")
    if note.strip():
        task.note = f"{task.note}\n{note.strip()}".strip()
    task.state, task.closed_by, task.closed_at = state, actor, clock.now()
    session.flush()
    _note(session, f"assessment.{state.value}", task, actor=actor, clock=clock, reason=note)


def list_tasks(session: Session, chosen: Chosen, *, today: date) -> list[TaskView]:
    """Return the tasks of the rubric and years, open ones first, by day."""
    rows = session.execute(
        select(AssessmentTask)
        .where(
            AssessmentTask.version == chosen.rubric.version,
            AssessmentTask.last_year == chosen.last_year,
        )
        .order_by(AssessmentTask.due_on, AssessmentTask.id)
    ).scalars()
    found = _views(session, rows, today)
    return sorted(found, key=lambda view: not view.is_open)


def get_task(session: Session, task_id: int, *, today: date) -> TaskView:
    """Return a task. Raises UnknownTask."""
    return _views(session, [_get(session, task_id)], today)[0]


def load_of(session: Session, assignee: str, *, today: date) -> Load:
    """Return what one person has open, of every rubric."""
    rows = session.execute(
        select(AssessmentTask)
        .where(AssessmentTask.assignee == assignee, AssessmentTask.state == TaskState.OPEN)
        .order_by(AssessmentTask.due_on, AssessmentTask.id)
    ).scalars()
    open_ones = [view for view in _views(session, rows, today) if view.is_open]
    return Load(
        len(open_ones),
        sum(view.is_overdue for view in open_ones),
        open_ones[0].task.due_on if open_ones else None,
    )


def count_overdue(session: Session, *, today: date) -> int:
    """Return how many tasks of anybody are late, as far as the tasks themselves know."""
    return session.execute(
        select(func.count())
        .select_from(AssessmentTask)
        .where(AssessmentTask.state == TaskState.OPEN, AssessmentTask.due_on < today)
    ).scalar_one()


def _views(session: Session, rows: Iterable[AssessmentTask], today: date) -> list[TaskView]:
    tasks = list(rows)
    done: set[tuple[str, str]] = set()
    if any(task.duty for task in tasks):
        marks = session.execute(select(DutyMark.duty, DutyMark.occurrence))
        done = {(duty, occurrence) for duty, occurrence in marks}
    found = []
    for task in tasks:
        is_done = task.duty is not None and (task.duty, task.occurrence) in done
        state = TaskState.DONE if task.state is TaskState.OPEN and is_done else task.state
        found.append(TaskView(task, state, (task.due_on - today).days))
    return found


def _check(session: Session, chosen: Chosen, given: TaskInput, clock: Clock) -> None:
    if not given.title.strip():
        raise InvalidInput(field="任务", reason="不能为空")
    if len(given.title) > 200:
        raise InvalidInput(field="任务", reason="最多 200 个字符")
    if given.indicator:
        get_indicator(chosen, given.indicator)
    if given.due_on < clock.today() and not given.duty:
        raise InvalidInput(field="期限", reason="不能早于今天")
    _check_person(session, given.assignee)
    if not given.gap:
        return
    same = select(AssessmentTask.assignee).where(
        AssessmentTask.version == chosen.rubric.version,
        AssessmentTask.last_year == chosen.last_year,
        AssessmentTask.indicator == given.indicator,
        AssessmentTask.gap == given.gap,
        AssessmentTask.state == TaskState.OPEN,
    )
    held = session.execute(same).scalars().first()
    if held is not None:
        raise Conflict(reason=f"此事已指派给 {held}")


def _check_person(session: Session, name: str) -> None:
    if all(user.name != name for user in people(session)):
        raise InvalidInput(field="责任人", reason="请从列表中选择")


def _get(session: Session, task_id: int) -> AssessmentTask:
    task = session.get(AssessmentTask, task_id)
    if task is None:
        raise UnknownTask(task=task_id)
    return task


def _open(session: Session, task_id: int) -> AssessmentTask:
    task = _get(session, task_id)
    if task.state is not TaskState.OPEN:
        raise Conflict(reason="任务已结束")
    return task


def _note(
    session: Session,
    action: str,
    task: AssessmentTask,
    *,
    actor: str,
    clock: Clock,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"assessment-task:{task.id}",
        reason=reason.strip() or None,
        detail=detail,
    )
