"""Remind donors of what they promised, and keep a record of what was due when they were told.

The stages are data. Every instalment is reminded once for each stage, and of stages that were
missed only the latest. The message leaves from the outbox after the commit.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import aliases, merging
from foundation.donors.models import Donor
from foundation.mail import service as mail
from foundation.mail import texts
from foundation.organisation.service import find_organisation
from foundation.pledges.models import Instalment, Pledge, PledgeReminder
from foundation.pledges.service import reference
from ledger import trail
from ledger.clock import Clock
from ledger.funds import Fund
from ledger.money import grouped


@dataclass(frozen=True, slots=True)
class Stage:
    """When a reminder is due: days after (or, negative, before) the day of the instalment."""

    code: str
    days: int
    title: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """One reminder that was written; `sent_to` is None where nobody knows an address."""

    pledge: str
    number: int
    donor_name: str
    stage: Stage
    due_on: date
    open_minor: int
    sent_to: str | None


@dataclass(frozen=True, slots=True)
class LoggedReminder:
    """A reminder as the log has it."""

    pledge: str
    number: int
    donor_name: str
    stage: str
    due_on: date
    open_minor: int
    sent_to: str | None
    created_by: str
    created_at: datetime


@cache
def stages() -> tuple[Stage, ...]:
    """Return the stages in the order in which they are reached."""
    text = resources.files("foundation.pledges.data").joinpath("reminders.toml").read_text("utf-8")
    found = [Stage(**item) for item in tomllib.loads(text)["stage"]]
    return tuple(sorted(found, key=lambda stage: stage.days))


def title_of(code: str) -> str:
    """Return what a stage is called."""
    return next((stage.title for stage in stages() if stage.code == code), code)


def remind(session: Session, *, actor: str, clock: Clock) -> list[Reminded]:
    """Write every reminder that is due today and has not been written; return them."""
    today = clock.today()
    done = _done(session)
    reminded = []
    for row in _candidates(session, today):
        stage = _stage(row.due_on, today)
        if stage is None or _rank(stage.code) <= done.get(row.id, -1):
            continue
        reminded.append(_write(session, row, stage, actor=actor, clock=clock))
    session.flush()
    if reminded:
        trail.record(
            session,
            actor=actor,
            clock=clock,
            action="pledge.remind",
            subject="pledges",
            detail={
                "count": len(reminded),
                "without_address": sum(1 for item in reminded if item.sent_to is None),
            },
        )
    return reminded


def log(
    session: Session, *, pledge_id: int | None = None, limit: int = 200
) -> list[LoggedReminder]:
    """Return what was reminded, the latest first."""
    query = (
        select(PledgeReminder, Instalment.number, Pledge.id, Pledge.made_on, Pledge.donor_id)
        .join(Instalment, Instalment.id == PledgeReminder.instalment_id)
        .join(Pledge, Pledge.id == Instalment.pledge_id)
        .order_by(PledgeReminder.id.desc())
        .limit(limit)
    )
    if pledge_id is not None:
        query = query.where(Pledge.id == pledge_id)
    rows = session.execute(query).all()
    names = merging.names_of(session, [row.donor_id for row in rows])
    return [
        LoggedReminder(
            pledge=reference(key, made_on),
            number=number,
            donor_name=names[donor_id],
            stage=reminder.stage,
            due_on=reminder.due_on,
            open_minor=reminder.open_minor,
            sent_to=reminder.sent_to,
            created_by=reminder.created_by,
            created_at=reminder.created_at,
        )
        for reminder, number, key, made_on, donor_id in rows
    ]


def _candidates(session: Session, today: date) -> list[Any]:
    horizon = today - timedelta(days=stages()[0].days)
    led = aliases.led_to(Pledge.donor_id)
    query = (
        select(
            Instalment.id,
            Instalment.number,
            Instalment.due_on,
            Instalment.open_minor,
            Pledge.id.label("pledge_id"),
            Pledge.made_on,
            Pledge.contact_email,
            Donor.name,
            Donor.email,
            Fund.name.label("fund"),
        )
        .join(Pledge, Pledge.id == Instalment.pledge_id)
        .join(Donor, Donor.id == led)
        .join(Fund, Fund.id == Pledge.fund_id)
        .where(
            Instalment.open_minor > 0,
            Instalment.is_met,
            Pledge.is_reminded,
            Instalment.due_on <= horizon,
        )
        .order_by(Instalment.due_on, Instalment.id)
    )
    return list(session.execute(query).all())


def _done(session: Session) -> dict[int, int]:
    """Return the highest stage that each instalment was reminded of, by its place."""
    found: dict[int, int] = {}
    query = select(PledgeReminder.instalment_id, PledgeReminder.stage)
    for key, code in session.execute(query.order_by(PledgeReminder.id)):
        found[key] = max(found.get(key, -1), _rank(code))
    return found


def _rank(code: str) -> int:
    codes = [stage.code for stage in stages()]
    # A stage that the data no longer has counts as the first.
    return codes.index(code) if code in codes else 0


def _stage(due_on: date, today: date) -> Stage | None:
    late = (today - due_on).days
    reached = [stage for stage in stages() if stage.days <= late]
    return reached[-1] if reached else None


def _write(session: Session, row: Any, stage: Stage, *, actor: str, clock: Clock) -> Reminded:
    name = reference(row.pledge_id, row.made_on)
    address = row.contact_email or row.email
    key = None
    if address:
        key = f"{name}:{row.number}:{stage.code}"
        organisation = find_organisation(session)
        own = organisation.name if organisation is not None else "基金会"
        subject, body = texts.compose(
            "pledge_reminder",
            organisation=own,
            organisation_en=(organisation.name_en if organisation else None) or own,
            donor=row.name,
            fund=row.fund,
            reference=name,
            number=str(row.number),
            due_on=row.due_on.isoformat(),
            amount=grouped(row.open_minor),
            days=stage.days,
        )
        mail.queue(
            session,
            to=address,
            subject=subject,
            body=body,
            about=f"pledge:{row.pledge_id}",
            key=f"pledge:{key}",
            actor=actor,
            clock=clock,
        )
    session.add(
        PledgeReminder(
            instalment_id=row.id,
            stage=stage.code,
            due_on=row.due_on,
            open_minor=row.open_minor,
            sent_to=address,
            mail_key=None if key is None else f"pledge:{key}",
            created_by=actor,
            created_at=clock.now(),
        )
    )
    return Reminded(name, row.number, row.name, stage, row.due_on, row.open_minor, address)
