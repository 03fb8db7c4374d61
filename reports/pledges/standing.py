"""How pledges stood on a day: what each instalment still expected, from the rows that say so.

A pledge is never in the books, so nothing here is a voucher. What was paid counts on the day the
gift came in, what was written off on the day the second person approved it, and a new schedule on
the day it was made; so any day of the past can be shown again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement
from foundation.donors import aliases
from foundation.donors.models import Donor
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
from ledger.clock import DEFAULT_ZONE
from reports.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Movement:
    """Something that happened to an instalment on a day; `minor` reduces what it expects."""

    on: date
    kind: str
    minor: int


PAID, WRITTEN_OFF, CANCELLED, RESCHEDULED = "paid", "written_off", "cancelled", "rescheduled"


@dataclass(frozen=True, slots=True)
class Part:
    """An instalment and everything that happened to it."""

    number: int
    due_on: date
    scheduled_on: date
    amount_minor: int
    is_met: bool
    condition: str
    movements: tuple[Movement, ...] = ()

    def open_on(self, day: date) -> int:
        """What it still expected at the end of a day."""
        if self.scheduled_on > day:
            return 0
        return self.amount_minor - sum(item.minor for item in self.movements if item.on <= day)


@dataclass(frozen=True, slots=True)
class Promise:
    """A pledge with its instalments."""

    id: int
    reference: str
    made_on: date
    donor_name: str
    credit_code: str
    agreement: str
    fund_id: int
    evidence: PledgeEvidence
    amount_minor: int
    parts: tuple[Part, ...]

    def moved(self, kind: str, first: date, last: date) -> int:
        """What happened of a kind from one day to another."""
        return sum(
            item.minor
            for part in self.parts
            for item in part.movements
            if item.kind == kind and first <= item.on <= last
        )

    def open_on(self, day: date) -> int:
        """What was still expected at the end of a day."""
        return 0 if self.made_on > day else sum(part.open_on(day) for part in self.parts)

    def overdue_on(self, day: date) -> tuple[int, int]:
        """What was overdue on a day, and for how many days the oldest of it."""
        late = [
            (part.open_on(day), (day - part.due_on).days)
            for part in self.parts
            if part.is_met and part.due_on < day and part.open_on(day) > 0
        ]
        return sum(minor for minor, _ in late), max((days for _, days in late), default=0)

    def next_due(self, day: date) -> date | None:
        """The day of the first instalment that was open on a day."""
        return min((part.due_on for part in self.parts if part.open_on(day) > 0), default=None)


@dataclass(slots=True)
class _Gathered:
    movements: dict[int, list[Movement]] = field(default_factory=dict)

    def add(self, key: int, on: date, kind: str, minor: int) -> None:
        self.movements.setdefault(key, []).append(Movement(on, kind, minor))


def load(session: Session, parameters: Parameters) -> list[Promise]:
    """Return the pledges made up to the end of the period, under the filters, in order."""
    conditions: list[Any] = [Pledge.made_on <= parameters.period.last_day]
    if parameters.fund is not None:
        conditions.append(Pledge.fund_id == parameters.fund.id)
    donor = parameters.dimensions.get("donor")
    if donor is not None:
        conditions.append(Donor.dimension_id == donor.id)
    zone = parameters.heading.printed_at.tzinfo or ZoneInfo(DEFAULT_ZONE)
    rows = session.execute(
        select(Pledge, Donor.name, Donor.credit_code, Agreement.number)
        .select_from(Pledge)
        .join(Donor, Donor.id == aliases.led_to(Pledge.donor_id))
        .outerjoin(Agreement, Agreement.id == Pledge.agreement_id)
        .where(*conditions)
        .order_by(Pledge.made_on, Pledge.id)
    ).all()
    parts = _parts(session, {row[0].id for row in rows}, zone)
    return [
        Promise(
            id=pledge.id,
            reference=reference(pledge.id, pledge.made_on),
            made_on=pledge.made_on,
            donor_name=name,
            credit_code=code or "",
            agreement=number or "",
            fund_id=pledge.fund_id,
            evidence=pledge.evidence,
            amount_minor=pledge.amount_minor,
            parts=tuple(parts.get(pledge.id, ())),
        )
        for pledge, name, code, number in rows
    ]


def _parts(session: Session, wanted: Iterable[int], zone: Any) -> Mapping[int, list[Part]]:
    keys = set(wanted)
    gathered = _Gathered()
    for row in session.execute(
        select(
            PledgePayment.instalment_id, PledgePayment.paid_on, PledgePayment.amount_minor
        ).order_by(PledgePayment.id)
    ):
        gathered.add(row.instalment_id, row.paid_on, PAID, row.amount_minor)
    for taken in session.execute(
        select(
            InstalmentReduction.instalment_id,
            InstalmentReduction.amount_minor,
            PledgeChange.kind,
            PledgeChange.changed_on,
            PledgeChange.approved_at,
        )
        .join(PledgeChange, PledgeChange.id == InstalmentReduction.change_id)
        .order_by(PledgeChange.id)
    ):
        on = taken.changed_on
        if taken.kind is PledgeChangeKind.WRITTEN_OFF and taken.approved_at is not None:
            on = taken.approved_at.astimezone(zone).date()
        gathered.add(taken.instalment_id, on, taken.kind.value, taken.amount_minor)
    found: dict[int, list[Part]] = {}
    for item in session.execute(
        select(Instalment).order_by(Instalment.pledge_id, Instalment.number)
    ).scalars():
        if item.pledge_id not in keys:
            continue
        found.setdefault(item.pledge_id, []).append(
            Part(
                number=item.number,
                due_on=item.due_on,
                scheduled_on=item.scheduled_on,
                amount_minor=item.amount_minor,
                is_met=item.is_met,
                condition=item.condition or "",
                movements=tuple(gathered.movements.get(item.id, ())),
            )
        )
    return found
