"""The calendar of one organisation: reading it, marking a duty as done, and stating facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.duties import calendar, loading, sources
from foundation.duties.calendar import DutyState, Item, Mark
from foundation.duties.loading import NO, YES, Fact, FactKind
from foundation.duties.models import DutyFact, DutyMark
from foundation.organisation.service import find_organisation
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound

_SHOWN_OVERDUE, _SHOWN_SOON = 3, 5
_YEAR = timedelta(days=366)
_LONGEST_NOTE = 500


class UnknownDuty(NotFound):
    """No duty has this name on this occasion."""

    code = "unknown_duty"
    message = "期限日程中没有 {duty}（{occurrence}）"


class DutyDone(Conflict):
    """Somebody marked it before."""

    code = "duty_done"
    message = "此事项已由 {user} 标记为完成"


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact, what is known of it, and whether another register says so."""

    fact: Fact
    value: str
    is_derived: bool


@dataclass(frozen=True, slots=True)
class Pressing:
    """What a desk shows of the calendar."""

    items: tuple[Item, ...]
    # How many are overdue, also those that are not shown.
    overdue: int


def list_items(session: Session, *, year: int, today: date) -> list[Item]:
    """Return everything that falls due in a year, by date."""
    return _items(session, first_on=date(year, 1, 1), last_on=date(year, 12, 31), today=today)


def read_pressing(session: Session, *, today: date) -> Pressing:
    """Return what is overdue, the latest of it, and what is due soon."""
    found = _items(session, first_on=today - _YEAR, last_on=today + _YEAR, today=today)
    overdue = [item for item in found if item.state is DutyState.OVERDUE]
    soon = [item for item in found if item.state is DutyState.DUE_SOON]
    shown = (*overdue[-_SHOWN_OVERDUE:], *soon[:_SHOWN_SOON])
    return Pressing(items=shown, overdue=len(overdue))


def list_facts(session: Session) -> list[StatedFact]:
    """Return the facts that duties depend on, and what is known of them."""
    derived = sources.known_facts(session)
    known = _facts(session)
    return [
        StatedFact(fact, known.get(name, ""), name in derived)
        for name, fact in loading.load().facts.items()
    ]


def mark_done(
    session: Session,
    duty: str,
    occurrence: str,
    *,
    done_on: date,
    note: str,
    actor: str,
    clock: Clock,
) -> None:
    """Mark one occurrence of a duty as done. Raises UnknownDuty, DutyDone, InvalidInput."""
    today = clock.today()
    _find(session, duty, occurrence, today=today)
    if done_on > today:
        raise InvalidInput(field="完成日期", reason="不能晚于今天")
    if len(note) > _LONGEST_NOTE:
        raise InvalidInput(field="说明", reason=f"最多 {_LONGEST_NOTE} 个字符")
    before = _mark_of(session, duty, occurrence)
    if before is not None:
        raise DutyDone(user=before.marked_by)
    session.add(
        DutyMark(
            duty=duty,
            occurrence=occurrence,
            done_on=done_on,
            note=note.strip(),
            marked_by=actor,
            marked_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="duty.done",
        subject=f"duty:{duty}:{occurrence}",
        reason=note.strip() or None,
        detail={"done_on": done_on.isoformat()},
    )


def undo(
    session: Session, duty: str, occurrence: str, *, reason: str, actor: str, clock: Clock
) -> None:
    """Take a mark back, with a reason. Raises UnknownDuty, InvalidInput."""
    if not reason.strip():
        raise InvalidInput(field="原因", reason="不能为空")
    before = _mark_of(session, duty, occurrence)
    if before is None:
        raise UnknownDuty(duty=duty, occurrence=occurrence)
    detail = {"done_on": before.done_on.isoformat(), "marked_by": before.marked_by}
    session.execute(delete(DutyMark).where(DutyMark.id == before.id))
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="duty.undo",
        subject=f"duty:{duty}:{occurrence}",
        reason=reason.strip(),
        detail=detail,
    )


def state_fact(session: Session, name: str, value: str, *, actor: str, clock: Clock) -> None:
    """State a fact, or take it back with an empty value; what it was goes to the trail."""
    fact = loading.load().facts.get(name)
    if fact is None:
        raise NotFound(what="事项资料", name=name)
    cleaned = _checked(fact, value)
    kept = session.get(DutyFact, name)
    before = "" if kept is None else kept.value
    if cleaned == before:
        return
    if kept is None:
        kept = DutyFact(name=name, value=cleaned, changed_by=actor, changed_at=clock.now())
        session.add(kept)
    kept.value, kept.changed_by, kept.changed_at = cleaned, actor, clock.now()
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="duty.fact",
        subject=f"duty-fact:{name}",
        detail={"before": before, "after": cleaned},
    )


def _checked(fact: Fact, value: str) -> str:
    cleaned = value.strip()
    if not cleaned:
        return ""
    if fact.kind is FactKind.YES_NO:
        if cleaned not in (YES, NO):
            raise InvalidInput(field=fact.title.zh, reason="应为 yes 或 no")
        return cleaned
    try:
        return date.fromisoformat(cleaned).isoformat()
    except ValueError:
        raise InvalidInput(field=fact.title.zh, reason="日期应写作 2026-03-05") from None


def _find(session: Session, duty: str, occurrence: str, *, today: date) -> Item:
    """Return an item of the years around today that can be marked. Raises UnknownDuty."""
    first = date(today.year - 5, 1, 1)
    found = _items(session, first_on=first, last_on=date(today.year + 5, 12, 31), today=today)
    for item in found:
        if (item.duty.id, item.occurrence) == (duty, occurrence) and item.can_mark:
            return item
    raise UnknownDuty(duty=duty, occurrence=occurrence)


def _items(session: Session, *, first_on: date, last_on: date, today: date) -> list[Item]:
    organisation = find_organisation(session)
    began_on = today if organisation is None else organisation.created_at.date()
    events = [event for source in sources.SOURCES for event in source(session, today=today)]
    return calendar.items(
        loading.load().duties.values(),
        facts=_facts(session),
        marks=_marks(session),
        events=events,
        first_on=first_on,
        last_on=last_on,
        today=today,
        began_on=began_on,
    )


def _facts(session: Session) -> Mapping[str, str]:
    """What is known; the register of a fact is believed before what somebody typed."""
    rows = session.execute(select(DutyFact).order_by(DutyFact.name)).scalars()
    typed = {row.name: row.value for row in rows if row.value}
    return typed | sources.known_facts(session)


def _marks(session: Session) -> dict[tuple[str, str], Mark]:
    rows = session.execute(select(DutyMark).order_by(DutyMark.id)).scalars()
    return {(row.duty, row.occurrence): Mark(row.done_on, row.note, row.marked_by) for row in rows}


def _mark_of(session: Session, duty: str, occurrence: str) -> DutyMark | None:
    query = select(DutyMark).where(DutyMark.duty == duty, DutyMark.occurrence == occurrence)
    return session.execute(query).scalar_one_or_none()
