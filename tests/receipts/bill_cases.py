"""Official bills that the tests record: invented numbers of a code that no batch anywhere has."""

from datetime import date
from typing import Any

from sqlalchemy import Engine, Row, select

from foundation import database
from ledger.integrity import Finding, run
from receipts import bill_batches, bill_ends, bill_registers, bills, integrity
from receipts.bill_batches import BatchInput
from receipts.bill_entry import BillInput
from receipts.bill_registers import BatchUse
from receipts.bills import RecordedBill
from receipts.content import RecipientKind
from receipts.models import Bill, BillMedium
from tests.factories import CLOCK, PREPARER, REVIEWER

CODE, PAPER_CODE = "42050126", "42050025"
DRAWN, DAY = date(2026, 1, 5), date(2026, 3, 10)


def batch(**changes: Any) -> BatchInput:
    """Return a batch of ten electronic numbers unless changed."""
    values: dict[str, Any] = {
        "medium": BillMedium.ELECTRONIC,
        "code": CODE,
        "drawn_on": DRAWN,
        "keeper": PREPARER,
        "first_number": "0000000001",
        "last_number": "0000000010",
    }
    return BatchInput(**(values | changes))


def draw(engine: Engine, **changes: Any) -> int:
    """Draw a batch and return its key."""
    with database.transaction(engine) as session:
        return bill_batches.add_batch(session, batch(**changes), actor=PREPARER, clock=CLOCK)


def draw_paper(engine: Engine) -> int:
    """Draw five paper numbers."""
    return draw(
        engine,
        medium=BillMedium.PAPER,
        code=PAPER_CODE,
        first_number="0000000101",
        last_number="0000000105",
    )


def bill(number: int | str = 1, **changes: Any) -> BillInput:
    """Return a bill of a person for 1,000 yuan unless changed."""
    values: dict[str, Any] = {
        "code": CODE,
        "number": number if isinstance(number, str) else f"{number:010d}",
        "issued_on": DAY,
        "payer_name": "林晓舟",
        "payer_kind": RecipientKind.PERSON,
        "amount_minor": 1_000_00,
        "check_code": "a1b2c3",
    }
    return BillInput(**(values | changes))


def red(number: int | str, of: BillInput, **changes: Any) -> BillInput:
    """Return the red bill that takes a blue one back."""
    values: dict[str, Any] = {
        "code": of.code,
        "amount_minor": -of.amount_minor,
        "reverses": (of.code, of.number),
        "reason": "金额开错",
    }
    return bill(number, **(values | changes))


def record(engine: Engine, *given: BillInput, **options: Any) -> list[RecordedBill]:
    """Record bills in a transaction of its own."""
    with database.transaction(engine) as session:
        return bills.record(session, given, actor=PREPARER, clock=CLOCK, **options)


def void(engine: Engine, code: str, number: str, *, on: date = DAY, reason: str = "写错") -> None:
    """Void a number."""
    with database.transaction(engine) as session:
        bill_ends.void(session, code, number, on=on, reason=reason, actor=REVIEWER, clock=CLOCK)


def lose(engine: Engine, code: str, number: str, *, on: date = DAY) -> None:
    """Lose a number."""
    with database.transaction(engine) as session:
        bill_ends.lose(session, code, number, on=on, reason="搬迁遗失", actor=REVIEWER, clock=CLOCK)


def write_off(
    engine: Engine, key: int, *, on: date = DAY, reference: str = "核销〔2026〕1号"
) -> None:
    """Write a batch off."""
    with database.transaction(engine) as session:
        bill_batches.write_off(
            session, key, on=on, reference=reference, actor=REVIEWER, clock=CLOCK
        )


def stored(engine: Engine, number: int | str, *, code: str = CODE) -> Row[Any]:
    """Return a number as it is stored."""
    text = number if isinstance(number, str) else f"{number:010d}"
    query = select(Bill.__table__).where(Bill.code == code, Bill.number == text)
    with database.reading(engine) as session:
        return session.execute(query).one()


def use(engine: Engine, key: int) -> BatchUse:
    """Return a batch and the use of its numbers."""
    with database.reading(engine) as session:
        (found,) = (item for item in bill_registers.list_batches(session) if item.id == key)
    return found


def findings(engine: Engine) -> list[Finding]:
    """Run the checks of the documents."""
    with database.reading(engine) as session:
        return list(run(session, integrity.CHECKS))
