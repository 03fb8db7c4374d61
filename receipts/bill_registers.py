"""The registers that the finance department inspects: what was drawn, used, spoiled, left.

领用登记簿 and 核销表 are one line per batch (`list_batches`), 使用登记簿 one line per number
(`list_bills`), of which the void and the red ones are filters. Nothing is written here.
"""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from receipts.models import Bill, BillBatch, BillColour, BillMedium, BillState


@dataclass(frozen=True, slots=True)
class BatchUse:
    """A batch and what became of its numbers; amounts in fen, red ones negative."""

    id: int
    medium: BillMedium
    code: str
    first_number: str | None
    last_number: str | None
    quantity: int | None
    drawn_on: date
    keeper: str
    written_off_on: date | None
    write_off_reference: str | None
    in_stock: int
    issued: int
    red_issued: int
    reversed: int
    void: int
    lost: int
    blue_minor: int
    red_minor: int


@dataclass(frozen=True, slots=True)
class BillRow:
    """A number of the register. `counterpart` is the blue bill of a red one, or the reverse."""

    id: int
    code: str
    number: str
    colour: BillColour
    state: BillState
    check_code: str | None
    issued_on: date | None
    payer_name: str | None
    amount_minor: int | None
    ended_on: date | None
    ended_reason: str | None
    counterpart: str | None


@dataclass(frozen=True, slots=True)
class BillFilter:
    """Which numbers are wanted; everything unless narrowed."""

    state: BillState | None = None
    colour: BillColour | None = None
    batch_id: int | None = None
    first_on: date | None = None
    last_on: date | None = None
    text: str = ""
    # Numbers that something was done with: the register of use.
    is_used: bool = False


def list_batches(session: Session) -> list[BatchUse]:
    """Return every batch with the use of its numbers, as they were drawn.

    `issued` counts the bills of both colours that stand, `red_issued` the red ones among them;
    so issued + reversed + void + lost + in_stock is the quantity.
    """
    used = (
        select(
            Bill.batch_id,
            _count(Bill.state == BillState.IN_STOCK).label("in_stock"),
            _count(Bill.state == BillState.ISSUED).label("issued"),
            _count(Bill.colour == BillColour.RED).label("red_issued"),
            _count(Bill.state == BillState.RED).label("reversed"),
            _count(Bill.state == BillState.VOID).label("void"),
            _count(Bill.state == BillState.LOST).label("lost"),
            # What was printed on void bills was never money.
            _sum((Bill.colour == BillColour.BLUE) & (Bill.state != BillState.VOID)).label("blue"),
            _sum(Bill.colour == BillColour.RED).label("red"),
        )
        .group_by(Bill.batch_id)
        .subquery()
    )
    rows = session.execute(
        select(BillBatch, *(column for column in used.columns if column.name != "batch_id"))
        .outerjoin(used, used.c.batch_id == BillBatch.id)
        .order_by(BillBatch.drawn_on, BillBatch.id)
    )
    return [
        BatchUse(
            id=row.BillBatch.id,
            medium=row.BillBatch.medium,
            code=row.BillBatch.code,
            first_number=row.BillBatch.first_number,
            last_number=row.BillBatch.last_number,
            quantity=row.BillBatch.quantity,
            drawn_on=row.BillBatch.drawn_on,
            keeper=row.BillBatch.keeper,
            written_off_on=row.BillBatch.written_off_on,
            write_off_reference=row.BillBatch.write_off_reference,
            in_stock=row.in_stock or 0,
            issued=row.issued or 0,
            red_issued=row.red_issued or 0,
            reversed=row.reversed or 0,
            void=row.void or 0,
            lost=row.lost or 0,
            blue_minor=int(row.blue or 0),
            red_minor=int(row.red or 0),
        )
        for row in rows
    ]


def list_bills(
    session: Session, wanted: BillFilter, *, limit: int, after_id: int = 0
) -> list[BillRow]:
    """Return numbers of the register in the order in which they were entered."""
    blue, red = aliased(Bill), aliased(Bill)
    query = (
        select(
            Bill.id,
            Bill.code,
            Bill.number,
            Bill.colour,
            Bill.state,
            Bill.check_code,
            Bill.issued_on,
            Bill.payer_name,
            Bill.amount_minor,
            Bill.ended_on,
            Bill.ended_reason,
            func.coalesce(blue.code + " " + blue.number, red.code + " " + red.number),
        )
        .outerjoin(blue, blue.id == Bill.reverses_id)
        .outerjoin(red, red.reverses_id == Bill.id)
        .where(Bill.id > after_id, *_conditions(wanted))
        .order_by(Bill.id)
        .limit(limit)
    )
    return [BillRow(*tuple(row)) for row in session.execute(query)]


def count_bills(session: Session, wanted: BillFilter) -> tuple[int, int]:
    """Return how many numbers a filter finds, and the amount of those that stand."""
    stands = Bill.state.in_((BillState.ISSUED, BillState.RED, BillState.LOST))
    query = select(func.count(), _sum(stands)).select_from(Bill).where(*_conditions(wanted))
    row = session.execute(query).one()
    return int(row[0]), int(row[1] or 0)


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers of a batch that follow each other and stand alike; amounts in fen."""

    first_number: str
    last_number: str
    count: int
    state: BillState
    colour: BillColour
    minor: int


def list_runs(session: Session, batch_id: int) -> list[Run]:
    """Return what became of the numbers of a batch, those that follow each other together."""
    rows = session.execute(
        select(Bill.number, Bill.state, Bill.colour, Bill.amount_minor)
        .where(Bill.batch_id == batch_id)
        .order_by(func.length(Bill.number), Bill.number)
    )
    runs: list[Run] = []
    for number, state, colour, minor in rows:
        last = runs[-1] if runs else None
        if (
            last is not None
            and (last.state, last.colour) == (state, colour)
            and int(number) == int(last.last_number) + 1
        ):
            runs[-1] = replace(
                last, last_number=number, count=last.count + 1, minor=last.minor + (minor or 0)
            )
        else:
            runs.append(Run(number, number, 1, state, colour, minor or 0))
    return runs


def next_number(session: Session, batch_id: int) -> str:
    """Return the lowest blank number of a batch, empty when there is none."""
    query = select(func.min(Bill.number)).where(
        Bill.batch_id == batch_id, Bill.state == BillState.IN_STOCK
    )
    return session.execute(query).scalar() or ""


def _conditions(wanted: BillFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.state is not None:
        conditions.append(Bill.state == wanted.state)
    if wanted.is_used:
        conditions.append(Bill.state != BillState.IN_STOCK)
    if wanted.colour is not None:
        conditions.append(Bill.colour == wanted.colour)
    if wanted.batch_id is not None:
        conditions.append(Bill.batch_id == wanted.batch_id)
    if wanted.first_on is not None:
        conditions.append(Bill.issued_on >= wanted.first_on)
    if wanted.last_on is not None:
        conditions.append(Bill.issued_on <= wanted.last_on)
    if wanted.text:
        found = Bill.number.contains(wanted.text, autoescape=True)
        conditions.append(found | Bill.payer_name.contains(wanted.text, autoescape=True))
    return conditions


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, func.coalesce(Bill.amount_minor, 0)), else_=0))
