"""Pledges that the tests record, and gifts that pay them."""

from datetime import date
from typing import Any

from sqlalchemy import Engine

from foundation import database
from foundation.donors.models import DonorKind
from foundation.donors.service import DonorRef
from foundation.pledges import changes, integrity, paying, queries, schedule, service
from foundation.pledges.models import PledgeChange
from foundation.pledges.paying import Paid
from foundation.pledges.queries import PledgeRow
from foundation.pledges.schedule import Due, Every
from foundation.pledges.service import PledgeInput, RecordedPledge
from ledger.clock import Clock
from ledger.integrity import Finding, run
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.gifts import gift_cases

MADE = date(2026, 1, 10)
FIRST = date(2026, 1, 31)
TODAY = CLOCK.today()


def entry(who: DonorRef, *, minor: int = 300_000_00, **changed: Any) -> PledgeInput:
    """Return a pledge that is valid unless changed: three months to the scholarship fund."""
    values: dict[str, Any] = {
        "donor_id": who.id,
        "fund": "SCHOL",
        "made_on": MADE,
        "amount_minor": minor,
        "schedule": tuple(schedule.regular(minor, first=FIRST, count=3, every=Every.MONTH)),
    }
    return PledgeInput(**(values | changed))


def record(engine: Engine, given: PledgeInput) -> RecordedPledge:
    """Record a pledge in a transaction of its own."""
    with database.transaction(engine) as session:
        return service.record_pledge(session, given, actor=PREPARER, clock=CLOCK)


def recorded(engine: Engine, **changed: Any) -> tuple[DonorRef, RecordedPledge]:
    """Record a pledge of a new donor."""
    who = gift_cases.donor(engine, name="东湖启明科技有限公司", kind=DonorKind.ORGANISATION)
    return who, record(engine, entry(who, **changed))


def give(engine: Engine, who: DonorRef, minor: int, **changed: Any) -> int:
    """Record a gift and return its key."""
    return gift_cases.record(engine, gift_cases.entry(who, minor=minor, **changed)).gift_id


def pay(engine: Engine, gift_id: int, pledge_id: int, **given: Any) -> list[Paid]:
    """Let a gift pay a pledge."""
    with database.transaction(engine) as session:
        return paying.pay(session, gift_id, pledge_id, actor=PREPARER, clock=CLOCK, **given)


def reschedule(engine: Engine, pledge_id: int, *due: Due) -> PledgeChange:
    """Give a pledge a new schedule."""
    with database.transaction(engine) as session:
        return changes.reschedule(
            session, pledge_id, due, reason="捐赠人来函", actor=PREPARER, clock=CLOCK
        )


def ask_write_off(engine: Engine, pledge_id: int, minor: int | None = None) -> int:
    """Ask for a write-off and return the key of the request."""
    with database.transaction(engine) as session:
        return changes.request_write_off(
            session,
            pledge_id,
            reason="捐赠人破产",
            amount_minor=minor,
            actor=PREPARER,
            clock=CLOCK,
        ).id


def approve(engine: Engine, change_id: int, *, actor: str = REVIEWER) -> int:
    """Approve a write-off."""
    with database.transaction(engine) as session:
        return changes.approve_write_off(session, change_id, actor=actor, clock=CLOCK)


def cancel(engine: Engine, pledge_id: int, *, clock: Clock = CLOCK) -> None:
    """Cancel a pledge."""
    with database.transaction(engine) as session:
        changes.cancel(session, pledge_id, reason="登记有误", actor=PREPARER, clock=clock)


def row(engine: Engine, pledge_id: int, *, today: date = TODAY) -> PledgeRow:
    """Return a pledge as lists show it."""
    with database.reading(engine) as session:
        return queries.get_row(session, pledge_id, today=today)


def parts(engine: Engine, pledge_id: int) -> list[tuple[str, int, int]]:
    """Return day, amount and open amount of every instalment a pledge ever had."""
    with database.reading(engine) as session:
        return [
            (item.due_on.isoformat(), item.amount_minor, item.open_minor)
            for item in service.instalments_of(session, pledge_id)
        ]


def findings(engine: Engine) -> list[Finding]:
    """Run the tie-outs of pledges."""
    with database.reading(engine) as session:
        return list(run(session, integrity.CHECKS))


def everything_holds(engine: Engine) -> None:
    """Assert that neither the books nor gifts nor pledges have a finding."""
    gift_cases.everything_holds(engine)
    assert findings(engine) == []
