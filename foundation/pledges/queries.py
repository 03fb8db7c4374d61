"""Read pledges: lists with what is paid, open and overdue, and one pledge with everything.

The state of a pledge is never stored: it follows from its instalments.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement
from foundation.donors import aliases, finding
from foundation.donors.models import Donor
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from foundation.pledges.models import (
    Instalment,
    InstalmentReduction,
    Pledge,
    PledgeChange,
    PledgeChangeKind,
    PledgeEvidence,
    PledgePayment,
)
from foundation.pledges.service import reference
from ledger.funds import Fund
from ledger.money import grouped


class PledgeState(StrEnum):
    """How a pledge stands on a day."""

    OPEN = "open"
    OVERDUE = "overdue"
    CONDITIONAL = "conditional"
    FULFILLED = "fulfilled"
    WRITTEN_OFF = "written_off"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PledgeFilter:
    """What a list is narrowed to; empty fields narrow nothing."""

    donor_id: int | None = None
    fund: str = ""
    agreement: str = ""
    due_by: date | None = None
    state: PledgeState | None = None
    # A reference or a donor, as somebody types it.
    text: str = ""


@dataclass(frozen=True, slots=True)
class PledgeRow:
    """A pledge in a list. Amounts are fen; `overdue_minor` is due before the day of asking."""

    id: int
    reference: str
    made_on: date
    donor_id: int
    donor_name: str
    fund: str
    fund_name: str
    agreement: str | None
    evidence: PledgeEvidence
    amount_minor: int
    paid_minor: int
    written_off_minor: int
    cancelled_minor: int
    open_minor: int
    overdue_minor: int
    conditional_minor: int
    next_due_on: date | None
    state: PledgeState
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpenInstalment:
    """An instalment that still expects money, as the bank matches it."""

    id: int
    pledge_id: int
    pledge: str
    number: int
    donor_id: int
    donor_name: str
    fund_id: int
    due_on: date
    open_minor: int
    # False while its condition is not met.
    is_met: bool


def rows(
    session: Session, wanted: PledgeFilter, request: PageRequest, *, today: date
) -> Page[PledgeRow]:
    """Return one part of a list, the latest pledges first. Raises BadCursor."""
    query: Any = _selected(today).where(*conditions(wanted, today=today))
    part = lists.page(
        session, query, keys=[Pledge.made_on, Pledge.id], request=request, descending=True
    )
    return Page(tuple(_row(row) for row in part.items), part.next)


def get_row(session: Session, pledge_id: int, *, today: date) -> PledgeRow:
    """Return one pledge that exists."""
    return _row(session.execute(_selected(today).where(Pledge.id == pledge_id)).one())


@dataclass(frozen=True, slots=True)
class PledgeSums:
    """The sums of a whole list."""

    count: int
    amount_minor: int
    open_minor: int
    due_minor: int
    overdue_minor: int


def add_up(session: Session, wanted: PledgeFilter, *, today: date) -> PledgeSums:
    """Return the sums of a whole list; what is due is due by the day asked for, else today."""
    day = wanted.due_by or today
    narrowed = conditions(wanted, today=today)
    given = session.execute(
        _joined(select(func.count(), func.coalesce(func.sum(Pledge.amount_minor), 0))).where(
            *narrowed
        )
    ).one()
    met = Instalment.is_met
    sums = session.execute(
        _joined(
            select(
                func.coalesce(func.sum(Instalment.open_minor), 0),
                func.coalesce(
                    func.sum(case((and_(met, Instalment.due_on <= day), Instalment.open_minor))), 0
                ),
                func.coalesce(
                    func.sum(case((and_(met, Instalment.due_on < today), Instalment.open_minor))),
                    0,
                ),
            )
        )
        .join(Instalment, Instalment.pledge_id == Pledge.id)
        .where(Instalment.open_minor > 0, *narrowed)
    ).one()
    return PledgeSums(int(given[0]), int(given[1]), *(int(minor) for minor in sums))


def open_instalments(session: Session) -> list[OpenInstalment]:
    """Return every instalment that still expects money, the earliest due first."""
    return _instalments(session, Instalment.open_minor > 0)


def coming_instalments(session: Session, first: date, last: date) -> list[OpenInstalment]:
    """Return what is expected from one day to another, conditions or not, the earliest first."""
    return _instalments(
        session,
        and_(Instalment.open_minor > 0, Instalment.due_on >= first, Instalment.due_on <= last),
    )


def offered(session: Session, donor_id: str, *, most: int = 20) -> list[tuple[str, str]]:
    """Return (reference, words) of the open pledges of a donor, as a form names the donor."""
    if not (donor_id.isascii() and donor_id.isdigit() and len(donor_id) <= 18):
        return []
    found: dict[str, str] = {}
    query = (
        select(Pledge.id, Pledge.made_on, Fund.name, Instalment.due_on, Instalment.open_minor)
        .join(Instalment, Instalment.pledge_id == Pledge.id)
        .join(Fund, Fund.id == Pledge.fund_id)
        .where(Pledge.donor_id.in_(aliases.same_as(int(donor_id))), Instalment.open_minor > 0)
        .order_by(Instalment.due_on, Instalment.id)
        .limit(most)
    )
    for row in session.execute(query):
        words = f"{row.name} {row.due_on.isoformat()} {grouped(row.open_minor)}"
        found.setdefault(reference(row.id, row.made_on), words)
    return list(found.items())


def conditions(wanted: PledgeFilter, *, today: date) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter on pledges joined with donors and funds."""
    found: list[ColumnElement[bool]] = []
    if wanted.donor_id is not None:
        found.append(aliases.led_to(Pledge.donor_id) == _kept(wanted.donor_id))
    if wanted.fund:
        found.append(Fund.code == wanted.fund)
    if wanted.agreement:
        found.append(Agreement.number == wanted.agreement)
    if wanted.due_by is not None:
        found.append(_some(and_(Instalment.is_met, Instalment.due_on <= wanted.due_by)))
    if wanted.state is not None:
        found.append(_in_state(wanted.state, today))
    typed = wanted.text.replace("\x00", "").strip()
    if typed:
        found.append(_matches(typed))
    return found


def _kept(donor_id: int) -> Any:
    return select(aliases.led_to(Donor.id)).where(Donor.id == donor_id).scalar_subquery()


def _matches(typed: str) -> ColumnElement[bool]:
    choices: list[ColumnElement[bool]] = [
        Pledge.donor_id.in_(select(Donor.id).where(finding.matches(typed)))
    ]
    digits = typed.upper().removeprefix("P").rpartition("-")[2]
    if typed[:1] in "Pp" and digits.isascii() and digits.isdigit() and len(digits) <= 18:
        choices.append(Pledge.id == int(digits))
    return or_(*choices)


def _some(condition: Any) -> ColumnElement[bool]:
    return (
        select(Instalment.id)
        .where(Instalment.pledge_id == Pledge.id, Instalment.open_minor > 0, condition)
        .correlate(Pledge)
        .exists()
    )


def _in_state(state: PledgeState, today: date) -> ColumnElement[bool]:
    """The condition of a state; the same cases in the same order as `_state`."""
    is_open = _some(Instalment.open_minor > 0)
    overdue = _some(and_(Instalment.is_met, Instalment.due_on < today))
    met = _some(Instalment.is_met)
    lost = _reduced(PledgeChangeKind.WRITTEN_OFF) > 0
    cancelled = _reduced(PledgeChangeKind.CANCELLED) > 0
    return {
        PledgeState.OVERDUE: overdue,
        PledgeState.OPEN: and_(met, ~overdue),
        PledgeState.CONDITIONAL: and_(is_open, ~met),
        PledgeState.WRITTEN_OFF: and_(~is_open, lost),
        PledgeState.CANCELLED: and_(~is_open, ~lost, cancelled),
        PledgeState.FULFILLED: and_(~is_open, ~lost, ~cancelled),
    }[state]


def _reduced(kind: PledgeChangeKind) -> Any:
    return (
        select(func.coalesce(func.sum(InstalmentReduction.amount_minor), 0))
        .join(PledgeChange, PledgeChange.id == InstalmentReduction.change_id)
        .where(PledgeChange.pledge_id == Pledge.id, PledgeChange.kind == kind)
        .correlate(Pledge)
        .scalar_subquery()
    )


def _of_instalments(figure: Any, *where: Any) -> Any:
    return (
        select(figure)
        .where(Instalment.pledge_id == Pledge.id, Instalment.open_minor > 0, *where)
        .correlate(Pledge)
        .scalar_subquery()
    )


def _joined(query: Any) -> Any:
    return (
        query.select_from(Pledge)
        .join(Fund, Fund.id == Pledge.fund_id)
        .outerjoin(Agreement, Agreement.id == Pledge.agreement_id)
    )


def _selected(today: date) -> Any:
    total = func.coalesce(func.sum(Instalment.open_minor), 0)
    paid = (
        select(func.coalesce(func.sum(PledgePayment.amount_minor), 0))
        .join(Instalment, Instalment.id == PledgePayment.instalment_id)
        .where(Instalment.pledge_id == Pledge.id)
        .correlate(Pledge)
        .scalar_subquery()
    )
    return _joined(
        select(
            Pledge.id,
            Pledge.made_on,
            Pledge.donor_id,
            select(Donor.name)
            .where(Donor.id == aliases.led_to(Pledge.donor_id))
            .correlate(Pledge)
            .scalar_subquery()
            .label("donor_name"),
            Fund.code,
            Fund.name.label("fund_name"),
            Agreement.number,
            Pledge.evidence,
            Pledge.amount_minor,
            paid.label("paid"),
            _reduced(PledgeChangeKind.WRITTEN_OFF).label("written_off"),
            _reduced(PledgeChangeKind.CANCELLED).label("cancelled"),
            _of_instalments(total).label("open"),
            _of_instalments(total, Instalment.is_met, Instalment.due_on < today).label("overdue"),
            _of_instalments(total, ~Instalment.is_met).label("conditional"),
            _of_instalments(func.min(Instalment.due_on), Instalment.is_met).label("next_due"),
            Pledge.created_by,
            Pledge.created_at,
        )
    )


def _row(row: Any) -> PledgeRow:
    return PledgeRow(
        id=row.id,
        reference=reference(row.id, row.made_on),
        made_on=row.made_on,
        donor_id=row.donor_id,
        donor_name=row.donor_name,
        fund=row.code,
        fund_name=row.fund_name,
        agreement=row.number,
        evidence=row.evidence,
        amount_minor=row.amount_minor,
        paid_minor=int(row.paid),
        written_off_minor=int(row.written_off),
        cancelled_minor=int(row.cancelled),
        open_minor=int(row.open),
        overdue_minor=int(row.overdue),
        conditional_minor=int(row.conditional),
        next_due_on=row.next_due,
        state=_state(row),
        created_by=row.created_by,
        created_at=row.created_at,
    )


def _state(row: Any) -> PledgeState:
    if row.overdue:
        return PledgeState.OVERDUE
    if row.open:
        return PledgeState.OPEN if row.open > row.conditional else PledgeState.CONDITIONAL
    if row.written_off:
        return PledgeState.WRITTEN_OFF
    return PledgeState.CANCELLED if row.cancelled else PledgeState.FULFILLED


def _instalments(session: Session, *where: ColumnElement[bool]) -> list[OpenInstalment]:
    query = (
        select(
            Instalment.id,
            Instalment.pledge_id,
            Pledge.made_on,
            Instalment.number,
            Pledge.donor_id,
            Donor.name,
            Pledge.fund_id,
            Instalment.due_on,
            Instalment.open_minor,
            Instalment.is_met,
        )
        .join(Pledge, Pledge.id == Instalment.pledge_id)
        .join(Donor, Donor.id == Pledge.donor_id)
        .where(*where)
        .order_by(Instalment.due_on, Instalment.id)
    )
    return [
        OpenInstalment(
            id=row.id,
            pledge_id=row.pledge_id,
            pledge=reference(row.pledge_id, row.made_on),
            number=row.number,
            donor_id=row.donor_id,
            donor_name=row.name,
            fund_id=row.fund_id,
            due_on=row.due_on,
            open_minor=row.open_minor,
            is_met=row.is_met,
        )
        for row in session.execute(query)
    ]
