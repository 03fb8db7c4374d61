"""Record official bills. They are recorded here and never made.

The finance department's system gives number, check code and file; this register follows it. A bill
that was recorded is not corrected: a wrong one is taken back by a red bill (electronic) or voided
(paper), and the right one is recorded anew (会计法 第十四条). For the ends see `bill_ends`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.money import to_text
from ledger.orm import bulk_insert
from receipts import bill_ends, bill_entry, bill_numbers
from receipts.bill_ends import NotLive, UnknownBill
from receipts.bill_entry import BillInput
from receipts.bill_numbers import Number, Place
from receipts.models import BILL_STATE_NAMES, Bill, BillColour, BillLine, BillState


class OddBill(InvalidInput):
    """Something does not look like an electronic donation bill; the clerk has to confirm it."""

    code = "odd_bill"
    message = "票据 {bill} 请核对后确认：{oddity}"


class RedDiffers(InvalidInput):
    """A red bill takes back the whole of its blue bill, no part of it."""

    code = "red_bill_differs"
    message = "红字票据金额 {amount} 应为蓝字票据 {bill} 金额 {blue} 的负数，不能部分冲红"


@dataclass(frozen=True, slots=True)
class RecordedBill:
    """A bill that is in the register now."""

    id: int
    code: str
    number: str
    amount_minor: int


def record(
    session: Session,
    given: Sequence[BillInput],
    *,
    is_confirmed: bool = False,
    actor: str,
    clock: Clock,
) -> list[RecordedBill]:
    """Record bills as they were issued, all or none; blue ones before the red ones of a set.

    Raises InvalidInput, OddBill unless confirmed, NumberNotDrawn, NumberTaken, NumberSkipped,
    and for red bills UnknownBill, NotLive, RedDiffers.
    """
    bills = [bill_entry.checked(bill, today=clock.today()) for bill in given]
    if not is_confirmed:
        for bill in bills:
            for oddity in bill_entry.oddities(bill):
                raise OddBill(bill=bill.label, oddity=oddity)
    bills.sort(key=lambda bill: (bill.amount_minor < 0, bill.code, bill.number))
    places = bill_numbers.hold(session, bills)
    _insert_lines(session, bills, places)
    for bill in bills:
        blue_id = _blue_of(session, bill)
        _seal(session, places[bill.code, bill.number].id, bill, blue_id, actor=actor, clock=clock)
        if blue_id is not None:
            bill_ends.end(
                session,
                blue_id,
                BillState.RED,
                on=bill.issued_on,
                reason=bill.reason or bill.remark or "红字票据",
                actor=actor,
                clock=clock,
            )
    bill_numbers.refuse_skipped(session, bills, places)
    recorded = [
        RecordedBill(places[bill.code, bill.number].id, bill.code, bill.number, bill.amount_minor)
        for bill in bills
    ]
    _note(session, recorded, actor=actor, clock=clock)
    return recorded


def get_bill(session: Session, code: str, number: str) -> Bill:
    """Return a bill by code and number. Raises UnknownBill."""
    bill = session.execute(
        select(Bill).where(Bill.code == code, Bill.number == number)
    ).scalar_one_or_none()
    if bill is None:
        raise UnknownBill(bill=f"{code} {number}")
    return bill


def _insert_lines(
    session: Session, bills: Sequence[BillInput], places: dict[Number, Place]
) -> None:
    rows = [
        (
            places[bill.code, bill.number].id,
            line_no,
            item.item_code or None,
            item.item_name,
            item.unit or None,
            item.quantity or None,
            item.standard or None,
            item.amount_minor,
        )
        for bill in bills
        for line_no, item in enumerate(bill.items, start=1)
    ]
    names = (
        "bill_id",
        "line_no",
        "item_code",
        "item_name",
        "unit",
        "quantity",
        "standard",
        "amount_minor",
    )
    bulk_insert(session.connection(), BillLine.__table__, names, rows)  # type: ignore[arg-type]


def _blue_of(session: Session, bill: BillInput) -> int | None:
    """Return the blue bill that a red one takes back, held; None for a blue one."""
    if bill.reverses is None:
        return None
    code, number = bill.reverses
    blue = session.execute(
        select(Bill.id, Bill.state, Bill.colour, Bill.amount_minor, Bill.issued_on)
        .where(Bill.code == code, Bill.number == number)
        .with_for_update()
    ).one_or_none()
    label = f"{code} {number}"
    if blue is None:
        raise UnknownBill(bill=label)
    if blue.state is not BillState.ISSUED or blue.colour is not BillColour.BLUE:
        raise NotLive(bill=label, state=BILL_STATE_NAMES[blue.state])
    if blue.amount_minor != -bill.amount_minor:
        raise RedDiffers(
            bill=label, amount=to_text(bill.amount_minor), blue=to_text(blue.amount_minor)
        )
    if bill.issued_on < blue.issued_on:
        raise InvalidInput(field="开票日期", reason="红字票据不能早于蓝字票据")
    return int(blue.id)


def _seal(
    session: Session,
    bill_id: int,
    bill: BillInput,
    blue_id: int | None,
    *,
    actor: str,
    clock: Clock,
) -> None:
    """Turn a number of the stock into the bill; from here on the guards keep it."""
    session.connection().execute(
        update(Bill)
        .where(Bill.id == bill_id)
        .values(
            state=BillState.ISSUED,
            colour=BillColour.BLUE if blue_id is None else BillColour.RED,
            reverses_id=blue_id,
            check_code=bill.check_code or None,
            issued_on=bill.issued_on,
            payer_name=bill.payer_name,
            payer_kind=bill.payer_kind,
            payer_code=bill.payer_code or None,
            amount_minor=bill.amount_minor,
            remark=bill.remark or None,
            drawer=bill.drawer or None,
            checker=bill.checker or None,
            skip_reason=bill.skip_reason or None,
            recorded_by=actor,
            recorded_at=clock.now(),
        )
    )


def _note(session: Session, recorded: Sequence[RecordedBill], *, actor: str, clock: Clock) -> None:
    """Record the act: one record for one bill, one for a whole set."""
    if not recorded:
        return
    first, last = recorded[0], recorded[-1]
    is_single = len(recorded) == 1
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bill.record",
        subject=f"bill:{first.id}" if is_single else "bills",
        detail={"bill": f"{first.code} {first.number}"}
        if is_single
        else {
            "count": len(recorded),
            "first": f"{first.code} {first.number}",
            "last": f"{last.code} {last.number}",
            "total": sum(bill.amount_minor for bill in recorded),
        },
    )
