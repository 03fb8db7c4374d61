"""The stock of official bills: batches drawn from the finance department, and their write-off.

Every number of a batch is a row from the day it is drawn, so what is used, spoiled, lost and left
can be counted and nothing falls out of the register (领用登记簿, 使用登记簿, 核销).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.orm import bulk_insert, chunks, reserve_ids
from receipts.checks import check_text
from receipts.models import Bill, BillBatch, BillColour, BillMedium, BillState

# One draw is for half a year at most (财综〔2024〕1号 第十一条); more is a slip of the pen.
MOST_NUMBERS = 100_000
_CHUNK = 5_000
CODE = re.compile(r"[0-9A-Za-z]{1,20}", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)


class NumbersDrawn(Conflict):
    """Some number of the range is in the register already."""

    code = "bill_numbers_drawn"
    message = "票据代码 {code} 的号码 {number} 已在登记簿中，不能重复领用"


class UnknownBatch(NotFound):
    """No batch has this key."""

    code = "unknown_bill_batch"
    message = "找不到票据批次 {batch}"


class BatchInUse(Conflict):
    """Numbers of the batch are still blank."""

    code = "bill_batch_in_use"
    message = "批次 {batch} 还有 {count} 个号码未使用，请先作废或登记遗失，再办理核销"


class BatchWrittenOff(Conflict):
    """The finance department has inspected the batch."""

    code = "bill_batch_written_off"
    message = "批次 {batch} 已核销，不能再变动其中的票据"


@dataclass(frozen=True, slots=True)
class BatchInput:
    """A batch as it was drawn. Without a range the finance system gives numbers at issue."""

    medium: BillMedium
    code: str
    drawn_on: date
    keeper: str
    first_number: str = ""
    last_number: str = ""
    licence_number: str = ""


def add_batch(session: Session, batch: BatchInput, *, actor: str, clock: Clock) -> int:
    """Enter a batch and put its numbers into the stock; return its key.

    Raises InvalidInput, and NumbersDrawn when a number is in the register already.
    """
    quantity = check_batch(batch, today=clock.today())
    connection = session.connection()
    if quantity is not None:
        _refuse_known_numbers(session, batch)
    (key,) = reserve_ids(connection, BillBatch.__table__, 1)  # type: ignore[arg-type]
    session.add(
        BillBatch(
            id=key,
            medium=batch.medium,
            code=batch.code,
            first_number=batch.first_number or None,
            last_number=batch.last_number or None,
            quantity=quantity,
            drawn_on=batch.drawn_on,
            licence_number=batch.licence_number or None,
            keeper=batch.keeper,
            created_by=actor,
            created_at=clock.now(),
        )
    )
    session.flush()
    if quantity is not None:
        _fill_stock(session, key, batch)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bill_batch.add",
        subject=f"bill_batch:{key}",
        detail={
            "code": batch.code,
            "first": batch.first_number,
            "last": batch.last_number,
            "count": quantity,
        },
    )
    return key


def check_batch(batch: BatchInput, *, today: date) -> int | None:
    """Return how many numbers a batch has, None when it has no range. Raises InvalidInput."""
    if not CODE.fullmatch(batch.code):
        raise InvalidInput(field="票据代码", reason="应为数字或字母，最多 20 位")
    check_text("领用人", batch.keeper, most=64)
    check_text("领用证号", batch.licence_number, most=60, required=False)
    if batch.drawn_on > today:
        raise InvalidInput(field="领用日期", reason="不能晚于今天")
    if not batch.first_number and not batch.last_number:
        if batch.medium is BillMedium.PAPER:
            raise InvalidInput(field="票据号码", reason="纸质票据应写明起止号码")
        return None
    first, last = batch.first_number, batch.last_number
    if not NUMBER.fullmatch(first) or not NUMBER.fullmatch(last) or len(first) != len(last):
        raise InvalidInput(field="票据号码", reason="起止号码应为位数相同的数字，保留前面的零")
    quantity = int(last) - int(first) + 1
    if not 0 < quantity <= MOST_NUMBERS:
        raise InvalidInput(field="票据号码", reason=f"止号应不小于起号，每批最多 {MOST_NUMBERS} 份")
    return quantity


def write_off(
    session: Session, batch_id: int, *, on: date, reference: str, actor: str, clock: Clock
) -> None:
    """Record that the finance department wrote a batch off (核销); nothing of it changes after.

    Raises UnknownBatch, BatchWrittenOff, BatchInUse while numbers are blank, InvalidInput.
    """
    batch = lock_batch(session, batch_id)
    check_text("核销文号", reference, most=60)
    if not batch.drawn_on <= on <= clock.today():
        raise InvalidInput(field="核销日期", reason="不能早于领用日期或晚于今天")
    if batch.written_off_on is not None:
        raise BatchWrittenOff(batch=batch_id)
    left = session.execute(
        select(func.count()).where(Bill.batch_id == batch_id, Bill.state == BillState.IN_STOCK)
    ).scalar_one()
    if left:
        raise BatchInUse(batch=batch_id, count=left)
    session.execute(
        update(BillBatch)
        .where(BillBatch.id == batch_id)
        .values(written_off_on=on, write_off_reference=reference, written_off_by=actor)
    )
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bill_batch.write_off",
        subject=f"bill_batch:{batch_id}",
        detail={"reference": reference},
    )


def lock_batch(session: Session, batch_id: int) -> BillBatch:
    """Return a batch and hold it. Raises UnknownBatch."""
    batch = session.execute(
        select(BillBatch).where(BillBatch.id == batch_id).with_for_update()
    ).scalar_one_or_none()
    if batch is None:
        raise UnknownBatch(batch=batch_id)
    return batch


def _refuse_known_numbers(session: Session, batch: BatchInput) -> None:
    if session.connection().dialect.name == "postgresql":
        # Two people may enter the same draw at once: the second one waits, then is told.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"bill {batch.code}"))))
    # Numbers of one length compare as text as they do as numbers.
    known = session.execute(
        select(func.min(Bill.number)).where(
            Bill.code == batch.code,
            Bill.number.between(batch.first_number, batch.last_number),
            func.length(Bill.number) == len(batch.first_number),
        )
    ).scalar()
    if known is not None:
        raise NumbersDrawn(code=batch.code, number=known)


def _fill_stock(session: Session, batch_id: int, batch: BatchInput) -> None:
    connection = session.connection()
    for numbers in chunks(_numbers(batch), _CHUNK):
        keys = reserve_ids(connection, Bill.__table__, len(numbers))  # type: ignore[arg-type]
        rows = (
            (key, batch_id, batch.code, number, BillColour.BLUE.value, BillState.IN_STOCK.value)
            for key, number in zip(keys, numbers, strict=True)
        )
        bulk_insert(
            connection,
            Bill.__table__,  # type: ignore[arg-type]
            ("id", "batch_id", "code", "number", "colour", "state"),
            rows,
        )


def _numbers(batch: BatchInput) -> Iterator[str]:
    width = len(batch.first_number)
    for number in range(int(batch.first_number), int(batch.last_number) + 1):
        yield f"{number:0{width}d}"
