"""Read questions of auditors: lists with their state, and one with all that was said to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from foundation.auditing import papers, references
from foundation.auditing.models import AuditAnswer, AuditQuery, reference
from foundation.auditing.papers import Paper
from foundation.gifts.models import Gift
from foundation.gifts.models import reference as gift_reference
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from ledger.vouchers import Voucher, label


class QueryState(StrEnum):
    """待答复、已答复、已关闭."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class QueryFilter:
    """What a list is narrowed to; empty fields narrow nothing."""

    state: QueryState | None = None
    year: int | None = None
    voucher_id: int | None = None
    gift_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueryRow:
    """A question in a list, with the answer that counts."""

    reference: str
    topic: str
    text: str
    about: str
    voucher_id: int | None
    line_no: int | None
    gift_id: int | None
    asked_by: str
    asked_on: date
    state: QueryState
    answers: int
    answer: str
    answered_by: str
    answered_at: datetime | None
    recorded_by: str
    recorded_at: datetime
    closed_by: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer with its papers; `is_current` for the last one."""

    id: int
    text: str
    answered_by: str
    answered_at: datetime
    papers: tuple[Paper, ...]
    is_current: bool


@dataclass(frozen=True, slots=True)
class QueryView:
    """A question and everything that was said to it."""

    row: QueryRow
    answers: tuple[AnswerView, ...]


_COLUMNS = tuple(getattr(AuditQuery, column.name) for column in AuditQuery.__table__.columns)
_LAST = (
    select(func.max(AuditAnswer.id))
    .where(AuditAnswer.query_id == AuditQuery.id)
    .correlate(AuditQuery)
    .scalar_subquery()
)
_COUNT = (
    select(func.count(AuditAnswer.id))
    .where(AuditAnswer.query_id == AuditQuery.id)
    .correlate(AuditQuery)
    .scalar_subquery()
)
_IS_ANSWERED = (
    select(AuditAnswer.id)
    .where(AuditAnswer.query_id == AuditQuery.id)
    .correlate(AuditQuery)
    .exists()
)
SORTS: dict[str, list[Any]] = {
    "reference": [AuditQuery.year, AuditQuery.number],
    "asked_on": [AuditQuery.asked_on, AuditQuery.id],
    "topic": [AuditQuery.topic, AuditQuery.id],
    "asked_by": [AuditQuery.asked_by, AuditQuery.id],
}


def list_queries(session: Session, wanted: QueryFilter, request: PageRequest) -> Page[QueryRow]:
    """Return one part of a list, the latest first unless asked otherwise. Raises BadCursor."""
    keys = SORTS.get(request.column, SORTS["reference"])
    falls = request.is_descending if request.sort else True
    page = lists.page(
        session, _selected(_conditions(wanted)), keys=keys, request=request, descending=falls
    )
    return Page([_row(row) for row in page.items], page.next)


def every(session: Session, wanted: QueryFilter) -> list[QueryRow]:
    """Return a whole list by number, for reports and exports."""
    query = _selected(_conditions(wanted)).order_by(AuditQuery.year, AuditQuery.number)
    return [_row(row) for row in session.execute(query)]


def count(session: Session, wanted: QueryFilter) -> int:
    """Return how many questions a list has."""
    query = select(func.count()).select_from(AuditQuery).where(*_conditions(wanted))
    return session.execute(query).scalar_one()


def counts(session: Session) -> dict[QueryState, int]:
    """Return how many questions are in each state."""
    state = case(
        (AuditQuery.closed_at.is_not(None), QueryState.CLOSED.value),
        (_IS_ANSWERED, QueryState.ANSWERED.value),
        else_=QueryState.OPEN.value,
    )
    states = select(state.label("state")).select_from(AuditQuery).subquery()
    rows = session.execute(select(states.c.state, func.count()).group_by(states.c.state))
    found = {QueryState(row[0]): row[1] for row in rows}
    return {one: found.get(one, 0) for one in QueryState}


def get_view(session: Session, named: str) -> QueryView:
    """Return a question with its answers, the last one first. Raises UnknownQuery."""
    key = references.find_query(session, named).id
    row = session.execute(_selected([AuditQuery.id == key])).one()
    answers = list(
        session.execute(
            select(AuditAnswer).where(AuditAnswer.query_id == key).order_by(AuditAnswer.id.desc())
        ).scalars()
    )
    attached = papers.of_answers(session, [one.id for one in answers])
    return QueryView(_row(row), _answers(answers, attached))


def _answers(answers: Sequence[AuditAnswer], attached: Sequence[Paper]) -> tuple[AnswerView, ...]:
    return tuple(
        AnswerView(
            id=one.id,
            text=one.text,
            answered_by=one.answered_by,
            answered_at=one.answered_at,
            papers=tuple(paper for paper in attached if paper.owner == one.id),
            is_current=place == 0,
        )
        for place, one in enumerate(answers)
    )


def _selected(narrowed: list[ColumnElement[bool]]) -> Any:
    query: Any = (
        select(
            *_COLUMNS,
            _COUNT.label("answers"),
            AuditAnswer.text.label("answer"),
            AuditAnswer.answered_by,
            AuditAnswer.answered_at,
            Voucher.period_id,
            Voucher.word,
            Voucher.number.label("voucher_number"),
            Gift.received_on,
        )
        .outerjoin(AuditAnswer, AuditAnswer.id == _LAST)
        .outerjoin(Voucher, Voucher.id == AuditQuery.voucher_id)
        .outerjoin(Gift, Gift.id == AuditQuery.gift_id)
    )
    return query.where(*narrowed)


def _conditions(wanted: QueryFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state is QueryState.CLOSED:
        found.append(AuditQuery.closed_at.is_not(None))
    elif wanted.state is not None:
        is_open = wanted.state is QueryState.OPEN
        answered = ~_IS_ANSWERED if is_open else _IS_ANSWERED
        found.append(and_(AuditQuery.closed_at.is_(None), answered))
    if wanted.year is not None:
        found.append(AuditQuery.year == wanted.year)
    if wanted.voucher_id is not None:
        found.append(AuditQuery.voucher_id == wanted.voucher_id)
    if wanted.gift_id is not None:
        found.append(AuditQuery.gift_id == wanted.gift_id)
    for word in wanted.text.replace("\x00", "").split()[:5]:
        searched = (AuditQuery.topic, AuditQuery.text, AuditQuery.asked_by)
        found.append(or_(*(column.icontains(word, autoescape=True) for column in searched)))
    return found


def _row(row: Any) -> QueryRow:
    state = QueryState.ANSWERED if row.answers else QueryState.OPEN
    return QueryRow(
        reference=reference(row.year, row.number),
        topic=row.topic,
        text=row.text,
        about=_about(row),
        voucher_id=row.voucher_id,
        line_no=row.line_no,
        gift_id=row.gift_id,
        asked_by=row.asked_by,
        asked_on=row.asked_on,
        state=QueryState.CLOSED if row.closed_at is not None else state,
        answers=row.answers,
        answer=row.answer or "",
        answered_by=row.answered_by or "",
        answered_at=row.answered_at,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        closed_by=row.closed_by or "",
        closed_at=row.closed_at,
    )


def _about(row: Any) -> str:
    if row.gift_id is not None:
        return gift_reference(row.gift_id, row.received_on)
    if row.voucher_id is None:
        return ""
    named = label(row.period_id, row.word, row.voucher_number)
    return named if row.line_no is None else f"{named}#{row.line_no}"
