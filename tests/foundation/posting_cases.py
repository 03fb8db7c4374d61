"""Books, events and printed lines that the tests of the posting rules share."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Engine

from foundation import database
from foundation.posting_lines import Event
from ledger import funds, periods
from ledger.catalogue import Catalogue
from ledger.funds import Restriction
from ledger.vouchers import Side, VoucherDraft
from tests import factories
from tests.databases import Databases

IN_2004, IN_2024 = date(2025, 12, 20), date(2026, 3, 5)
BANK, AGENCY_BANK = factories.BANK, factories.AGENCY_BANK
# Beside those of the factories; the last five are the funds of the worked year.
_MORE_FUNDS = (
    ("OPEN2", "第二非限定基金", Restriction.NONE),
    ("ENDINC", "留本收益", Restriction.PURPOSE),
    ("EQUIP", "受赠设备", Restriction.PURPOSE),
    ("GOV", "政府补助", Restriction.PURPOSE),
    ("BOOK", "赠书", Restriction.PURPOSE),
    ("EVENT", "附条件捐赠", Restriction.PURPOSE),
)
Printed = tuple[str, str, str, int]


def catalogue(databases: Databases) -> Iterator[Catalogue]:
    """Give accounts, funds and periods; the rules are pure and need nothing else."""
    with databases.prepared("sqlite", "posting-rules", _build) as engine:
        yield factories.known(engine)


def _build(engine: Engine) -> None:
    factories.install_books(engine)
    with database.transaction(engine) as session:
        for code, name, restriction in _MORE_FUNDS:
            funds.open_fund(
                session,
                code=code,
                name=name,
                restriction=restriction,
                actor=factories.PREPARER,
                clock=factories.CLOCK,
            )
        periods.open_through(
            session, 202604, 202612, actor=factories.PREPARER, clock=factories.CLOCK
        )


def event(on: date, **more: Any) -> Event:
    return Event(on=on, summary="测试业务", **more)


def account(known: Catalogue, on: date, code: str) -> int:
    return known.account("2024" if on.year >= 2026 else "2004", code).id


def part(known: Catalogue, code: str, minor: int) -> tuple[int, int]:
    return (known.fund(code).id, minor)


def printed(known: Catalogue, draft: VoucherDraft) -> list[Printed]:
    """Write lines as a bookkeeper does: side, account, fund, and the amount on that side."""
    return [
        (
            "借" if line.side is Side.DEBIT else "贷",
            known.accounts[line.account_id].code,
            known.funds[line.fund_id].code,
            line.amount_minor * int(line.side),
        )
        for line in draft.lines
    ]


def differences(draft: VoucherDraft) -> dict[int, int]:
    """What each fund lacks to balance."""
    sums: Counter[int] = Counter()
    for line in draft.lines:
        sums[line.fund_id] += line.amount_minor
    return {fund: amount for fund, amount in sums.items() if amount}
