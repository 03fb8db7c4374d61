"""How an official bill ends: void, lost, or taken back by a red one. The number always stays."""

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from receipts.bill_batches import BatchWrittenOff
from receipts.checks import check_text
from receipts.models import BILL_STATE_NAMES, Bill, BillBatch, BillColour, BillMedium, BillState


class UnknownBill(NotFound):
    """No bill with this code and number is in the register."""

    code = "unknown_bill"
    message = "登记簿中没有票据 {bill}"


class NotLive(Conflict):
    """The bill does not stand, so there is nothing to take back or to void."""

    code = "bill_not_live"
    message = "票据 {bill} 的状态为“{state}”，不能执行此操作"


class NotVoidable(Conflict):
    """An electronic bill that was issued is taken back by a red one."""

    code = "bill_not_voidable"
    message = "电子票据 {bill} 已开具，不能作废；请在财政系统冲红后登记红字票据"


def void(
    session: Session, code: str, number: str, *, on: date, reason: str, actor: str, clock: Clock
) -> None:
    """Void a paper bill or a blank number (作废); all copies are kept, the number stays.

    Raises UnknownBill, NotLive, NotVoidable, BatchWrittenOff, InvalidInput.
    """
    _take_out(session, code, number, BillState.VOID, on, reason, actor=actor, clock=clock)


def lose(
    session: Session, code: str, number: str, *, on: date, reason: str, actor: str, clock: Clock
) -> None:
    """Record the loss of a paper bill or a blank number (遗失).

    A lost bill that was issued still covers its gift: a second one would double the deduction.
    Raises as `void`.
    """
    _take_out(session, code, number, BillState.LOST, on, reason, actor=actor, clock=clock)


def _take_out(
    session: Session,
    code: str,
    number: str,
    state: BillState,
    on: date,
    reason: str,
    *,
    actor: str,
    clock: Clock,
) -> None:
    check_text("原因", reason, most=500)
    if on > clock.today():
        raise InvalidInput(field="日期", reason="不能晚于今天")
    label = f"{code} {number}"
    row = session.execute(
        select(
            Bill.id,
            Bill.batch_id,
            Bill.state,
            Bill.colour,
            Bill.issued_on,
            BillBatch.medium,
            BillBatch.written_off_on,
        )
        .join(BillBatch, BillBatch.id == Bill.batch_id)
        .where(Bill.code == code, Bill.number == number)
        .with_for_update(of=Bill)
    ).one_or_none()
    if row is None:
        raise UnknownBill(bill=label)
    if row.state not in (BillState.IN_STOCK, BillState.ISSUED) or row.colour is BillColour.RED:
        raise NotLive(bill=label, state=BILL_STATE_NAMES[row.state])
    if row.state is BillState.ISSUED:
        if row.medium is BillMedium.ELECTRONIC:
            raise NotVoidable(bill=label)
        if row.written_off_on is not None:
            raise BatchWrittenOff(batch=row.batch_id)
        if on < row.issued_on:
            raise InvalidInput(field="日期", reason="不能早于开票日期")
    end(session, row.id, state, on=on, reason=reason, actor=actor, clock=clock)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=f"bill.{state.value}",
        subject=f"bill:{row.id}",
        reason=reason,
        detail={"bill": label},
    )


def end(
    session: Session,
    bill_id: int,
    state: BillState,
    *,
    on: date,
    reason: str,
    actor: str,
    clock: Clock,
) -> None:
    """Write the end of a bill whose row is held; the trail is the caller's."""
    session.connection().execute(
        update(Bill)
        .where(Bill.id == bill_id)
        .values(state=state, ended_on=on, ended_reason=reason, ended_by=actor, ended_at=clock.now())
    )
