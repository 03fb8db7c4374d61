"""Read the log of what auditors opened."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from foundation.auditing.models import AccessLog
from foundation.http import lists
from foundation.http.lists import Page, PageRequest

_COLUMNS = tuple(getattr(AccessLog, column.name) for column in AccessLog.__table__.columns)


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """What the log is narrowed to; days are those of the organisation's time zone."""

    zone: str
    actor: str = ""
    first_on: date | None = None
    last_on: date | None = None
    text: str = ""
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One request."""

    id: int
    at: datetime
    actor: str
    method: str
    endpoint: str
    path: str
    subject: str
    status: int


def list_log(session: Session, wanted: AccessFilter, request: PageRequest) -> Page[AccessRow]:
    """Return one part of the log, the latest first. Raises BadCursor."""
    query = select(*_COLUMNS).where(*_conditions(wanted))
    page = lists.page(session, query, keys=[AccessLog.id], request=request, descending=True)
    return Page([_row(row) for row in page.items], page.next)


def _row(row: Any) -> AccessRow:
    return AccessRow(
        id=row.id,
        at=row.at,
        actor=row.actor,
        method=row.method,
        endpoint=row.endpoint,
        path=row.path,
        subject=row.subject,
        status=row.status,
    )


def count(session: Session, wanted: AccessFilter) -> int:
    """Return how many requests there were."""
    query = select(func.count()).select_from(AccessLog).where(*_conditions(wanted))
    return session.execute(query).scalar_one()


def list_actors(session: Session) -> list[str]:
    """Return the names of who was logged."""
    query = select(AccessLog.actor).distinct().order_by(AccessLog.actor)
    return list(session.execute(query).scalars())


def _conditions(wanted: AccessFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.actor:
        found.append(AccessLog.actor == wanted.actor)
    if wanted.first_on is not None:
        found.append(AccessLog.at >= _begin(wanted.first_on, wanted.zone))
    if wanted.last_on is not None:
        found.append(AccessLog.at < _begin(wanted.last_on + timedelta(days=1), wanted.zone))
    if wanted.is_refused:
        found.append(AccessLog.status >= 400)
    text = wanted.text.replace("\x00", "").strip()
    if text:
        searched = (AccessLog.path, AccessLog.subject, AccessLog.endpoint)
        found.append(or_(*(column.icontains(text, autoescape=True) for column in searched)))
    return found


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
