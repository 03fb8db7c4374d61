"""Registers that the tests make up, and what importing them brings."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from foundation import database
from foundation.gifts import integrity as gift_integrity
from foundation.gifts.models import Gift
from foundation.imports import examination, reading, recognition, service
from foundation.imports.examination import Examination, ImportRequest
from foundation.imports.models import ImportBatch
from foundation.imports.recognition import Understanding
from foundation.imports.service import ImportResult
from ledger import balances, integrity, posting
from ledger.balances import Span
from ledger.clock import Clock
from ledger.vouchers import VoucherState
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER

HEADER = ("日期", "捐赠人", "金额", "流水号", "备注")
Row = Sequence[object]
GIFTS: tuple[Row, ...] = (
    ("2026-01-05", "林晓舟", "1,000.00", "T001", "奖学金"),
    ("2026-01-05", "东湖启明科技有限公司", "250000", "T002", ""),
    ("2026-01-06", "2003级土木三班", "66.66", "T003", ""),
    ("2026-02-01", "匿名", "0.01", "", ""),
)
TOTAL = 251_066_67
STATED = ("合计", "", "251066.67", "", "")


def table(rows: Iterable[Row], *, header: Row = HEADER) -> bytes:
    """Write a register as a text table."""
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def many(count: int, *, first: date = date(2026, 1, 1), days: int = 31) -> bytes:
    """Write a register of many different gifts, some of a donor each, over some days."""
    return table(
        (
            (first + timedelta(days=number % days)).isoformat(),
            f"校友{number % 997}",
            f"{number % 89 + 1}.{number % 100:02d}",
            f"S{number:07d}",
            "",
        )
        for number in range(count)
    )


def understand(data: bytes, filename: str = "登记表.csv", **options: Any) -> Understanding:
    """Open and recognise a register."""
    return recognition.recognise(reading.open_register(data, filename), **options)


def request(**changes: Any) -> ImportRequest:
    """Return where the gifts go: the scholarship fund unless changed."""
    values: dict[str, Any] = {"fund_code": "SCHOL", "account_code": BANK} | changes
    return ImportRequest(**values)


def look(engine: Engine, data: bytes, *, clock: Clock = CLOCK, **changes: Any) -> Examination:
    """Examine a register without writing anything."""
    with database.reading(engine) as session:
        return examination.examine(session, understand(data), request(**changes), clock=clock)


def bring(
    engine: Engine,
    data: bytes,
    *,
    filename: str = "登记表.csv",
    default_date: date | None = None,
    **changes: Any,
) -> ImportResult:
    """Import a register in a transaction of its own."""
    understanding = understand(data, filename, default_date=default_date)
    with database.transaction(engine) as session:
        return service.import_register(
            session, understanding, request(**changes), actor=PREPARER, clock=CLOCK
        )


def post_everything(engine: Engine) -> int:
    """Post every voucher that waits and return how many there were."""
    with database.transaction(engine) as session:
        keys = posting.list_waiting(session, VoucherState.SUBMITTED)
        posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True).require()
    return len(keys)


def imported(engine: Engine) -> tuple[int, int]:
    """Return how many gifts the books hold, and their sum."""
    with database.reading(engine) as session:
        row = session.execute(
            select(func.count(), func.coalesce(func.sum(Gift.amount_minor), 0))
        ).one()
    return int(row[0]), int(row[1])


def batches(engine: Engine) -> list[ImportBatch]:
    """Return every batch, in order."""
    with database.reading(engine) as session:
        found = list(session.execute(select(ImportBatch).order_by(ImportBatch.id)).scalars())
        session.expunge_all()
        return found


def turnover(engine: Engine, code: str, period: int, *, chart: str = "2024") -> tuple[int, int]:
    """Return what a month moved on an account, debit and credit, by its trial balance."""
    account = factories.account_id(engine, code, chart=chart)
    with database.reading(engine) as session:
        for row in balances.trial_balance(session, Span.of_period(period)):
            if row.account_id == account:
                return row.debit_minor, row.credit_minor
    return 0, 0


def findings(engine: Engine) -> list[integrity.Finding]:
    """Run the whole integrity suite, of the books and of gifts."""
    with database.reading(engine) as session:
        checks = (*integrity.CHECKS, *gift_integrity.CHECKS)
        return list(integrity.run(session, checks))
