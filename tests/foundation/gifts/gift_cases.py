"""Gifts that the tests record, and what the books then say about them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from foundation import database
from foundation.donors.service import DonorRef
from foundation.gifts import changes, integrity, service
from foundation.gifts.entry import GiftInput
from foundation.gifts.kinds import RefundCause
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from foundation.gifts.service import RecordedGift
from ledger import balances, drafting, posting
from ledger.integrity import Finding, run
from ledger.vouchers import Side, Voucher, VoucherLine, VoucherState
from tests import factories
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.donors import donor_cases
from tests.foundation.imports import import_cases

DAY = factories.GIFT_DAY
LATER = date(2026, 2, 10)
Printed = tuple[str, str, str, int]


def donor(engine: Engine, **changes: Any) -> DonorRef:
    """Record a donor and return it."""
    return donor_cases.record(engine, donor_cases.given(**changes))


def entry(who: DonorRef, *, minor: int = 120_000_00, **changes: Any) -> GiftInput:
    """Return a gift that is valid unless changed: money for the scholarship fund."""
    values: dict[str, Any] = {
        "donor": who,
        "received_on": DAY,
        "amount_minor": minor,
        "account_code": factories.BANK,
        "allocations": (("SCHOL", minor),),
    }
    return GiftInput(**(values | changes))


def record(engine: Engine, given: GiftInput) -> RecordedGift:
    """Record a gift in a transaction of its own."""
    with database.transaction(engine) as session:
        return service.record_gift(session, given, actor=PREPARER, clock=CLOCK)


def recorded(engine: Engine, **changes: Any) -> RecordedGift:
    """Record a gift of a new donor."""
    return record(engine, entry(donor(engine), **changes))


def post(engine: Engine, *keys: int) -> None:
    """Review and post vouchers; nothing may be left out."""
    with database.transaction(engine) as session:
        posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True).require()


def posted(engine: Engine, **changes: Any) -> RecordedGift:
    """Record a gift of a new donor and post its voucher."""
    gift = recorded(engine, **changes)
    post(engine, gift.voucher_id)
    return gift


def cancel(
    engine: Engine, gift_id: int, *, on: date = LATER, reason: str = "重复登记"
) -> int | None:
    """Cancel a gift and return its red voucher, if any."""
    with database.transaction(engine) as session:
        return changes.cancel_gift(
            session, gift_id, booked_on=on, reason=reason, actor=PREPARER, clock=CLOCK
        )


def correct(
    engine: Engine, gift_id: int, given: GiftInput, *, on: date = LATER, reason: str = "金额录错"
) -> RecordedGift:
    """Correct a gift and return the one that replaces it."""
    with database.transaction(engine) as session:
        return changes.correct_gift(
            session, gift_id, given, booked_on=on, reason=reason, actor=PREPARER, clock=CLOCK
        )


def refund(engine: Engine, gift_id: int, minor: int, **given: Any) -> changes.Refund:
    """Refund money of a gift; the cause lies outside unless said otherwise."""
    values: dict[str, Any] = {
        "cause": RefundCause.EXTERNAL,
        "refunded_on": LATER,
        "pay_from": None,
        "reason": "项目取消",
    }
    with database.transaction(engine) as session:
        return changes.refund_gift(
            session,
            gift_id,
            amount_minor=minor,
            actor=PREPARER,
            clock=CLOCK,
            **(values | given),
        )


def withdraw(engine: Engine, voucher_id: int) -> None:
    """Discard a voucher behind the back of the gift it belongs to."""
    with database.transaction(engine) as session:
        posting.discard(session, [voucher_id], reason="测试", actor=PREPARER, clock=CLOCK).require()


def imported_daily(engine: Engine) -> str:
    """Import two gifts of one day into a summary voucher; return the reference of the first."""
    rows = [("2026-01-05", "林晓舟", "10", "", ""), ("2026-01-05", "周知秋", "20", "", "")]
    import_cases.bring(engine, import_cases.table(rows), daily=True)
    with database.reading(engine) as session:
        first = session.execute(select(Gift).order_by(Gift.id)).scalars().first()
        assert first is not None
        return reference(first.id, first.received_on)


def stored(engine: Engine, gift_id: int) -> Gift:
    """Return a gift as it is stored."""
    with database.reading(engine) as session:
        gift = service.get_gift(session, gift_id)
        session.expunge(gift)
        return gift


def changes_of(engine: Engine, gift_id: int) -> list[GiftChange]:
    """Return what happened to a gift, in order."""
    with database.reading(engine) as session:
        query = select(GiftChange).where(GiftChange.gift_id == gift_id).order_by(GiftChange.id)
        found = list(session.execute(query).scalars())
        session.expunge_all()
        return found


def parts(engine: Engine, gift_id: int) -> dict[str, int]:
    """Return the allocation of a gift by fund code."""
    names = factories.known(engine).funds
    with database.reading(engine) as session:
        return {names[fund].code: minor for fund, minor in service.allocations_of(session, gift_id)}


def remaining(engine: Engine, gift_id: int) -> int:
    """Return what is left of a gift."""
    with database.reading(engine) as session:
        return service.remaining_minor(session, service.get_gift(session, gift_id))


def state(engine: Engine, voucher_id: int) -> VoucherState:
    """Return the state of a voucher."""
    with database.reading(engine) as session:
        return drafting.get_state(session, voucher_id)


def printed(engine: Engine, voucher_id: int) -> list[Printed]:
    """Return the lines of a voucher as a bookkeeper writes them."""
    known = factories.known(engine)
    with database.reading(engine) as session:
        rows = session.execute(
            select(VoucherLine)
            .where(VoucherLine.voucher_id == voucher_id)
            .order_by(VoucherLine.line_no)
        ).scalars()
        return [
            (
                "借" if row.side == Side.DEBIT else "贷",
                known.accounts[row.account_id].code,
                known.funds[row.fund_id].code,
                row.amount_minor * row.side,
            )
            for row in rows
        ]


def voucher(engine: Engine, voucher_id: int) -> Voucher:
    """Return a voucher as it is stored."""
    with database.reading(engine) as session:
        found = session.get_one(Voucher, voucher_id)
        session.expunge(found)
        return found


def nets(engine: Engine) -> dict[str, int]:
    """Return what the funds hold, by code, without those that hold nothing."""
    known = factories.known(engine)
    with database.reading(engine) as session:
        held = balances.fund_nets(session)
    return {known.funds[fund].code: minor for fund, minor in held.items() if minor}


def counts(engine: Engine) -> dict[str, int]:
    """Count gifts, allocations, vouchers and lines."""
    tables = (Gift, GiftAllocation, GiftChange, Voucher, VoucherLine)
    with database.reading(engine) as session:
        found: Counter[str] = Counter()
        for table in tables:
            rows = session.execute(select(table.__table__)).all()
            found[table.__tablename__] = len(rows)
        return dict(found)


def findings(engine: Engine) -> list[Finding]:
    """Run the tie-outs of gifts."""
    with database.reading(engine) as session:
        return list(run(session, integrity.CHECKS))


def everything_holds(engine: Engine) -> None:
    """Assert that neither the books nor the gifts have a finding."""
    assert factories.findings(engine) == []
    assert findings(engine) == []


@contextmanager
def unguarded(engine: Engine) -> Iterator[Connection]:
    """Give a connection that no guard of the database watches, and put the guards back."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
            return
        guards = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        ).all()
        for guard in guards:
            connection.execute(text(f"DROP TRIGGER {guard.name}"))
        yield connection
        for guard in guards:
            connection.exec_driver_sql(guard.sql)
