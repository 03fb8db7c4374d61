"""What the desk shows: what waits for a person, and how the books stand. Reads only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Flask, current_app, has_app_context
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.books.reading import WAITING
from foundation.duties import service as duties
from foundation.duties.service import Pressing
from foundation.home import strip
from foundation.home.strip import Tile, Viewer
from foundation.http.context import SignedIn
from foundation.http.languages import mark
from foundation.organisation.models import Organisation
from foundation.users.models import Role, User
from foundation.users.permissions import Permission, allows
from ledger.funds import Fund
from ledger.periods import PeriodReopening
from ledger.policy import POLICY_ROW, LedgerPolicy
from ledger.vouchers import Voucher, VoucherState

RECENT = 8
_EXTENSION = "foundation.tasks"


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits: how many, how much, and where it is done."""

    title: str
    count: int
    minor: int | None
    endpoint: str
    arguments: dict[str, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Vouchers in one state: all of them, and those that the person prepared."""

    count: int = 0
    minor: int = 0
    own_count: int = 0
    own_minor: int = 0


@dataclass(frozen=True, slots=True)
class RecentVoucher:
    """A voucher that was posted lately."""

    id: int
    period_id: int
    word: str
    number: int | None
    summary: str
    total_minor: int
    posted_by: str | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything on the desk of one person."""

    has_books: bool
    has_vouchers: bool
    has_own_funds: bool
    tasks: tuple[Task, ...]
    reads_books: bool
    tiles: tuple[Tile, ...]
    duties: Pressing | None
    recent: tuple[RecentVoucher, ...]


TaskMaker = Callable[[Session, SignedIn], list[Task]]


def add(app: Flask, *makers: TaskMaker) -> None:
    """Add what waits in a package that this one does not know, such as the reports."""
    app.extensions.setdefault(_EXTENSION, []).extend(makers)


def read(session: Session, user: SignedIn, *, year: int, today: date) -> Desk:
    """Read the desk of a person. `year` is that of the period in view."""
    has_books = (
        session.get(Organisation, 1) is not None
        or session.get(LedgerPolicy, POLICY_ROW) is not None
    )
    reads_books = has_books and allows(user.role, Permission.BOOKS_READ)
    tasks: list[Task] = []
    if has_books:
        added = current_app.extensions.get(_EXTENSION, ()) if has_app_context() else ()
        for make in (*TASKS, *added):
            tasks += make(session, user)
    viewer = Viewer(role=user.role, actor=user.actor, today=today, year=year)
    sees_duties = has_books and allows(user.role, Permission.REPORTS_READ)
    return Desk(
        has_books=has_books,
        has_vouchers=session.execute(select(Voucher.id).limit(1)).first() is not None,
        has_own_funds=len(session.execute(select(Fund.id).limit(2)).all()) > 1,
        tasks=tuple(tasks),
        reads_books=reads_books,
        tiles=tuple(strip.read(session, viewer)) if has_books else (),
        duties=duties.read_pressing(session, today=today) if sees_duties else None,
        recent=_recent(session) if reads_books else (),
    )


def _books_tasks(session: Session, user: SignedIn) -> list[Task]:
    if not allows(user.role, Permission.BOOKS_READ):
        return []
    return _voucher_tasks(user.role, _waiting(session, user.actor))


def _closing_tasks(session: Session, user: SignedIn) -> list[Task]:
    may_close = allows(user.role, Permission.PERIODS_CLOSE)
    return [_reopenings(session, user.actor)] if may_close else []


def _people_tasks(session: Session, user: SignedIn) -> list[Task]:
    return [_people(session)] if allows(user.role, Permission.USERS_MANAGE) else []


# Everything that may wait for a person, one line for each feature; a task that is not for the
# role is left out by its function.
TASKS: tuple[TaskMaker, ...] = (
    _books_tasks,
    _closing_tasks,
    _people_tasks,
)


def _waiting(session: Session, actor: str) -> dict[VoucherState, Waiting]:
    rows = session.execute(
        select(
            Voucher.state,
            Voucher.prepared_by,
            func.count(),
            func.coalesce(func.sum(Voucher.total_minor), 0),
        )
        .where(WAITING)
        .group_by(Voucher.state, Voucher.prepared_by)
        .order_by(Voucher.state, Voucher.prepared_by)
    )
    found: dict[VoucherState, Waiting] = {}
    for state, prepared_by, count, total in rows:
        before, minor = found.get(state, Waiting()), int(total)
        is_own = prepared_by == actor
        found[state] = Waiting(
            count=before.count + count,
            minor=before.minor + minor,
            own_count=before.own_count + (count if is_own else 0),
            own_minor=before.own_minor + (minor if is_own else 0),
        )
    return found


def _voucher_tasks(role: Role, waiting: dict[VoucherState, Waiting]) -> list[Task]:
    draft, submitted, reviewed = (
        waiting.get(state, Waiting())
        for state in (VoucherState.DRAFT, VoucherState.SUBMITTED, VoucherState.REVIEWED)
    )
    tasks = []
    if allows(role, Permission.VOUCHERS_PREPARE):
        tasks.append(_task(mark("我的草稿"), draft.own_count, draft.own_minor, "draft"))
        tasks.append(
            _task(
                mark("我已提交，待他人审核"), submitted.own_count, submitted.own_minor, "submitted"
            )
        )
    if allows(role, Permission.VOUCHERS_REVIEW):
        # Nobody reviews the own voucher, so those do not wait for this person.
        count = submitted.count - submitted.own_count
        minor = submitted.minor - submitted.own_minor
        tasks.append(_task(mark("待审核凭证"), count, minor, "submitted"))
    if allows(role, Permission.VOUCHERS_POST):
        tasks.append(_task(mark("待记账凭证"), reviewed.count, reviewed.minor, "reviewed"))
    return tasks


def _task(title: str, count: int, minor: int, state: str) -> Task:
    return Task(title, count, minor, "books.vouchers", {"state": state})


def _reopenings(session: Session, actor: str) -> Task:
    count = session.execute(
        select(func.count())
        .select_from(PeriodReopening)
        .where(PeriodReopening.approved_by.is_(None), PeriodReopening.requested_by != actor)
    ).scalar_one()
    return Task(mark("待批准的反结账申请"), count, None, "books.periods", {})


def _people(session: Session) -> Task:
    count = session.execute(
        select(func.count()).select_from(User).where(User.is_active)
    ).scalar_one()
    return Task(mark("启用的用户"), count, None, "users.index", {})


def _recent(session: Session) -> tuple[RecentVoucher, ...]:
    rows = session.execute(
        select(
            Voucher.id,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.summary,
            Voucher.total_minor,
            Voucher.posted_by,
        )
        .where(Voucher.state == VoucherState.POSTED)
        .order_by(Voucher.id.desc())
        .limit(RECENT)
    )
    return tuple(
        RecentVoucher(
            id=row.id,
            period_id=row.period_id,
            word=row.word,
            number=row.number,
            summary=row.summary,
            total_minor=row.total_minor,
            posted_by=row.posted_by,
        )
        for row in rows
    )
