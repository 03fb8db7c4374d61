"""Donated services that are not recognised: noted beside the books, withdrawn with a reason."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.assets import steps
from foundation.assets.change_models import ServiceNote
from ledger.clock import Clock
from ledger.errors import Conflict


def list_notes(session: Session, *, first: date, last: date) -> Sequence[ServiceNote]:
    """Return what was noted from one day to another, withdrawn or not, the latest first."""
    return session.scalars(
        select(ServiceNote)
        .where(ServiceNote.served_on.between(first, last))
        .order_by(ServiceNote.served_on.desc(), ServiceNote.id.desc())
    ).all()


def note(
    session: Session,
    *,
    served_on: date,
    donor_name: str,
    service: str,
    extent: str,
    reason: str,
    actor: str,
    clock: Clock,
) -> ServiceNote:
    """Note a service that cannot be recognised, and why. Raises InvalidInput."""
    steps.not_future(served_on, clock)
    made = ServiceNote(
        served_on=served_on,
        donor_name=steps.filled_in("捐赠人", donor_name),
        service=steps.filled_in("服务内容", service, longest=300),
        extent=steps.filled_in("数量", extent, longest=60),
        reason=steps.filled_in("未确认原因", reason, longest=300),
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    steps.note(session, "service.note", f"service:{made.id}", actor=actor, clock=clock)
    return made


def withdraw(session: Session, key: int, *, reason: str, actor: str, clock: Clock) -> ServiceNote:
    """Withdraw a note that was a mistake; it stays readable. Raises UnknownThing, Conflict."""
    found = session.get(ServiceNote, key)
    if found is None:
        raise steps.UnknownThing(number=key)
    if found.withdrawn_reason is not None:
        raise Conflict(reason="此项已撤销")
    found.withdrawn_reason = steps.filled_in("原因", reason, longest=300)
    session.flush()
    steps.note(
        session,
        "service.withdraw",
        f"service:{key}",
        actor=actor,
        clock=clock,
        reason=found.withdrawn_reason,
    )
    return found
