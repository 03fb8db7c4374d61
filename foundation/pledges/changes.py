"""What becomes of a pledge: a new schedule, a write-off by two persons, a cancellation.

What was agreed stays readable: instalments are never rewritten, a change takes off them what it
moves or gives up, and a new schedule adds new ones for exactly what it took off.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from foundation.pledges import schedule, service
from foundation.pledges.models import (
    Instalment,
    InstalmentReduction,
    Pledge,
    PledgeChange,
    PledgeChangeKind,
    PledgePayment,
)
from foundation.pledges.schedule import Due
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed, NotFound
from ledger.money import to_text


class SamePerson(NotAllowed):
    """The second person must be another one."""

    code = "same_person"
    message = "核销须由另一人批准：{person} 是申请人"


class PledgeSettled(Conflict):
    """Nothing of the pledge is open."""

    code = "pledge_settled"
    message = "捐赠承诺 {pledge} 没有待付的分期，不能办理"


def reschedule(
    session: Session,
    pledge_id: int,
    due: Sequence[Due],
    *,
    reason: str,
    actor: str,
    clock: Clock,
) -> PledgeChange:
    """Replace what is open of the schedule by new instalments that add up to the same.

    Raises InvalidInput, ScheduleDiffers, UnknownPledge, PledgeSettled.
    """
    pledge, open_ones = _open(session, pledge_id, reason)
    whole = sum(item.open_minor for item in open_ones)
    checked = schedule.check(whole, due, not_before=pledge.made_on)
    today = clock.today()
    change = _change(
        session, pledge, PledgeChangeKind.RESCHEDULED, whole, reason, actor=actor, clock=clock
    )
    _reduce(session, change, [(item, item.open_minor) for item in open_ones])
    service.add_instalments(session, pledge.id, checked, scheduled_on=today, change_id=change.id)
    _note(session, pledge, "pledge.reschedule", reason, {"parts": len(checked)}, actor, clock)
    return change


def request_write_off(
    session: Session,
    pledge_id: int,
    *,
    reason: str,
    actor: str,
    clock: Clock,
    amount_minor: int | None = None,
) -> PledgeChange:
    """Ask that what is open, or a part of it, be given up. Nothing changes until approved.

    Raises InvalidInput, UnknownPledge, PledgeSettled, and Conflict while another request waits.
    """
    pledge, open_ones = _open(session, pledge_id, reason)
    whole = sum(item.open_minor for item in open_ones)
    wanted = whole if amount_minor is None else amount_minor
    if not 0 < wanted <= whole:
        raise InvalidInput(field="核销金额", reason=f"应大于零且不超过 {to_text(whole)}")
    waiting = session.execute(
        select(PledgeChange.id).where(PledgeChange.pledge_id == pledge_id, *_is_waiting())
    ).first()
    if waiting is not None:
        raise Conflict(reason="已有一份核销申请等待批准")
    change = PledgeChange(
        pledge_id=pledge.id,
        kind=PledgeChangeKind.WRITTEN_OFF,
        changed_on=clock.today(),
        amount_minor=wanted,
        reason=reason.strip(),
        requested_by=actor,
        requested_at=clock.now(),
    )
    session.add(change)
    session.flush()
    detail = {"amount": to_text(wanted)}
    _note(session, pledge, "pledge.ask_write_off", reason, detail, actor, clock)
    return change


def approve_write_off(session: Session, change_id: int, *, actor: str, clock: Clock) -> int:
    """Give up what was asked for, the latest instalments first; return how much that is.

    What was paid since the request is not given up. Raises NotFound, SamePerson, Conflict.
    """
    change, pledge = _waiting_request(session, change_id)
    if change.requested_by == actor:
        raise SamePerson(person=actor)
    open_ones = [item for item in service.instalments_of(session, pledge.id) if item.open_minor]
    if not open_ones:
        raise PledgeSettled(pledge=service.reference(pledge.id, pledge.made_on))
    change.approved_by, change.approved_at = actor, clock.now()
    session.flush()
    latest = sorted(open_ones, key=lambda item: (item.due_on, item.number), reverse=True)
    shares = dict(
        schedule.spread(change.amount_minor, [(item.id, item.open_minor) for item in latest])
    )
    _reduce(session, change, [(item, shares[item.id]) for item in latest if item.id in shares])
    given_up = sum(shares.values())
    detail = {"amount": to_text(given_up), "requested_by": change.requested_by}
    _note(session, pledge, "pledge.write_off", change.reason, detail, actor, clock)
    return given_up


def refuse_write_off(
    session: Session, change_id: int, *, reason: str, actor: str, clock: Clock
) -> None:
    """Refuse a request, for a reason. Raises NotFound, InvalidInput, SamePerson."""
    change, pledge = _waiting_request(session, change_id)
    _require_reason(reason)
    if change.requested_by == actor:
        raise SamePerson(person=actor)
    change.refused_by, change.refused_at = actor, clock.now()
    session.flush()
    _note(session, pledge, "pledge.refuse_write_off", reason, {}, actor, clock)


def cancel(
    session: Session, pledge_id: int, *, reason: str, actor: str, clock: Clock
) -> PledgeChange:
    """End a pledge of which nothing was paid and nothing is due yet.

    One person may do it, so it is not a way around a write-off: a pledge that was paid in part
    or is overdue has to be written off. Raises InvalidInput, UnknownPledge, Conflict.
    """
    pledge, open_ones = _open(session, pledge_id, reason)
    paid = session.execute(
        select(func.count())
        .select_from(PledgePayment)
        .join(Instalment, Instalment.id == PledgePayment.instalment_id)
        .where(Instalment.pledge_id == pledge_id)
    ).scalar_one()
    overdue = [item for item in open_ones if item.is_met and item.due_on <= clock.today()]
    if paid or overdue:
        raise Conflict(reason="承诺已有付款或已到期，未付部分须申请核销")
    whole = sum(item.open_minor for item in open_ones)
    change = _change(
        session, pledge, PledgeChangeKind.CANCELLED, whole, reason, actor=actor, clock=clock
    )
    _reduce(session, change, [(item, item.open_minor) for item in open_ones])
    _note(session, pledge, "pledge.cancel", reason, {"amount": to_text(whole)}, actor, clock)
    return change


def meet_condition(
    session: Session, pledge_id: int, number: int, *, reason: str, actor: str, clock: Clock
) -> None:
    """Note that the condition of an instalment is met: from now on it is expected.

    Raises InvalidInput, UnknownPledge, NotFound, Conflict when it was met before.
    """
    pledge, open_ones = _open(session, pledge_id, reason)
    found = next((item for item in open_ones if item.number == number), None)
    if found is None:
        raise NotFound(what="待付的分期", name=str(number))
    if found.is_met:
        raise Conflict(reason="此分期没有未满足的条件")
    found.is_met = True
    _change(
        session,
        pledge,
        PledgeChangeKind.CONDITION_MET,
        found.open_minor,
        reason,
        actor=actor,
        clock=clock,
    )
    _note(session, pledge, "pledge.meet_condition", reason, {"part": number}, actor, clock)


def require_of(session: Session, pledge_id: int, change_id: int) -> None:
    """Check that a request is one of this pledge. Raises NotFound."""
    change = session.get(PledgeChange, change_id)
    if change is None or change.pledge_id != pledge_id:
        raise NotFound(what="核销申请", name=str(change_id))


def _open(session: Session, pledge_id: int, reason: str) -> tuple[Pledge, list[Instalment]]:
    _require_reason(reason)
    pledge = service.locked(session, pledge_id)
    open_ones = [item for item in service.instalments_of(session, pledge_id) if item.open_minor]
    if not open_ones:
        raise PledgeSettled(pledge=service.reference(pledge.id, pledge.made_on))
    return pledge, open_ones


def _require_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > 500:
        raise InvalidInput(field="原因", reason="必须写明原因，最多 500 字")


def _is_waiting() -> tuple[ColumnElement[bool], ...]:
    return (
        PledgeChange.kind == PledgeChangeKind.WRITTEN_OFF,
        PledgeChange.approved_by.is_(None),
        PledgeChange.refused_by.is_(None),
    )


def _waiting_request(session: Session, change_id: int) -> tuple[PledgeChange, Pledge]:
    change = session.get(PledgeChange, change_id)
    if change is None or change.kind is not PledgeChangeKind.WRITTEN_OFF:
        raise NotFound(what="核销申请", name=str(change_id))
    pledge = service.locked(session, change.pledge_id)
    session.refresh(change)
    if change.approved_by is not None or change.refused_by is not None:
        raise Conflict(reason="核销申请已经处理")
    return change, pledge


def _change(
    session: Session,
    pledge: Pledge,
    kind: PledgeChangeKind,
    minor: int,
    reason: str,
    *,
    actor: str,
    clock: Clock,
) -> PledgeChange:
    change = PledgeChange(
        pledge_id=pledge.id,
        kind=kind,
        changed_on=clock.today(),
        amount_minor=minor,
        reason=reason.strip(),
        requested_by=actor,
        requested_at=clock.now(),
    )
    session.add(change)
    session.flush()
    return change


def _reduce(
    session: Session, change: PledgeChange, parts: Sequence[tuple[Instalment, int]]
) -> None:
    for item, minor in parts:
        session.add(
            InstalmentReduction(instalment_id=item.id, change_id=change.id, amount_minor=minor)
        )
    session.flush()
    service.take_off(session, [(item.id, minor) for item, minor in parts])


def _note(
    session: Session,
    pledge: Pledge,
    action: str,
    reason: str,
    detail: Mapping[str, object],
    actor: str,
    clock: Clock,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=service.subject(pledge.id),
        reason=reason.strip(),
        detail=detail,
    )
