"""Numbers of official bills on their way from the stock into use: held, used once, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.orm import Session

from ledger.errors import Conflict, InvalidInput
from ledger.orm import chunks, reserve_ids
from receipts.bill_entry import BillInput
from receipts.models import BILL_STATE_NAMES, Bill, BillBatch, BillColour, BillMedium, BillState

Number = tuple[str, str]
# Bind parameters of one statement are limited; two for each number.
_CHUNK = 500


class NumberNotDrawn(Conflict):
    """The number belongs to no batch that was drawn: another unit's, or a slip of the pen."""

    code = "bill_number_not_drawn"
    message = "票据 {bill} 不在已领用的批次中，请核对号码或先登记领用"


class NumberTaken(Conflict):
    """A number is used once."""

    code = "bill_number_taken"
    message = "票据 {bill} 已登记（{state}），同一号码不能再次使用"


class NumberSkipped(Conflict):
    """Paper numbers are used in their order."""

    code = "bill_number_skipped"
    message = "纸质票据应按号码顺序使用：{skipped} 尚未使用；如确需跳号请写明原因"


@dataclass(frozen=True, slots=True)
class Place:
    """A number of the register as it is before the bill is recorded."""

    id: int
    batch_id: int
    drawn_on: date


def hold(session: Session, bills: Sequence[BillInput]) -> dict[Number, Place]:
    """Hold the numbers in the stock; where the finance system gives them at issue, add them."""
    places: dict[Number, Place] = {}
    for part in chunks([(bill.code, bill.number) for bill in bills], _CHUNK):
        rows = session.execute(
            select(Bill.id, Bill.batch_id, Bill.code, Bill.number, Bill.state, BillBatch.drawn_on)
            .join(BillBatch, BillBatch.id == Bill.batch_id)
            .where(tuple_(Bill.code, Bill.number).in_(part))
            .order_by(Bill.id)
            .with_for_update(of=Bill)
        )
        for row in rows:
            if row.state is not BillState.IN_STOCK:
                raise NumberTaken(
                    bill=f"{row.code} {row.number}", state=BILL_STATE_NAMES[row.state]
                )
            places[row.code, row.number] = Place(row.id, row.batch_id, row.drawn_on)
    seen: set[Number] = set()
    for bill in bills:
        number = (bill.code, bill.number)
        if number in seen:
            raise NumberTaken(bill=bill.label, state=BILL_STATE_NAMES[BillState.ISSUED])
        seen.add(number)
        if number not in places:
            places[number] = _assigned(session, bill)
        if bill.issued_on < places[number].drawn_on:
            raise InvalidInput(field="开票日期", reason="不能早于票据领用日期")
    return places


def _assigned(session: Session, bill: BillInput) -> Place:
    """Add a number that the finance system gave at issue to the latest batch without a range."""
    batch = session.execute(
        select(BillBatch.id, BillBatch.drawn_on)
        .where(
            BillBatch.code == bill.code,
            BillBatch.first_number.is_(None),
            BillBatch.written_off_on.is_(None),
            BillBatch.drawn_on <= bill.issued_on,
        )
        .order_by(BillBatch.drawn_on.desc(), BillBatch.id.desc())
        .limit(1)
    ).one_or_none()
    if batch is None:
        raise NumberNotDrawn(bill=bill.label)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # Two people may record the same bill at once: the second one waits, then is told.
        lock = func.pg_advisory_xact_lock(func.hashtext(f"bill {bill.label}"))
        session.execute(select(lock))
        taken = select(Bill.state).where(Bill.code == bill.code, Bill.number == bill.number)
        state = session.execute(taken).scalar()
        if state is not None:
            raise NumberTaken(bill=bill.label, state=BILL_STATE_NAMES[state])
    (key,) = reserve_ids(connection, Bill.__table__, 1)  # type: ignore[arg-type]
    connection.execute(
        insert(Bill).values(
            id=key,
            batch_id=batch.id,
            code=bill.code,
            number=bill.number,
            colour=BillColour.BLUE,
            state=BillState.IN_STOCK,
        )
    )
    return Place(key, batch.id, batch.drawn_on)


def refuse_skipped(
    session: Session, bills: Sequence[BillInput], places: dict[Number, Place]
) -> None:
    """Ask for a reason where a lower paper number is still blank after the whole set."""
    lowest = {
        row.batch_id: (row.code, row.number)
        for row in session.execute(
            select(Bill.batch_id, Bill.code, func.min(Bill.number).label("number"))
            .join(BillBatch, BillBatch.id == Bill.batch_id)
            .where(
                Bill.batch_id.in_({place.batch_id for place in places.values()}),
                Bill.state == BillState.IN_STOCK,
                BillBatch.medium == BillMedium.PAPER,
            )
            .group_by(Bill.batch_id, Bill.code)
            .order_by(Bill.batch_id)
        )
    }
    for bill in bills:
        blank = lowest.get(places[bill.code, bill.number].batch_id)
        if blank is not None and blank[1] < bill.number and not bill.skip_reason:
            raise NumberSkipped(skipped=" ".join(blank))
