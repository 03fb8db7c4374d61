"""A year end to close, and what closing it left behind."""

from datetime import date
from typing import Any

from sqlalchemy import Engine, Row, select

from foundation import database
from ledger.periods import Period
from ledger.vouchers import Side
from tests import factories

NOVEMBER, DECEMBER = date(2025, 11, 10), date(2025, 12, 10)


def a_year_end(engine: Engine) -> None:
    """Post what gives every kind of closing voucher in the 2004 chart."""
    factories.book(
        engine,
        factories.gift_voucher(engine, minor=500_00, fund="GEN", on=NOVEMBER),
        factories.gift_voucher(engine, minor=300_00, fund="SCHOL", on=NOVEMBER),
        factories.gift_voucher(engine, minor=200_00, fund="LAB", on=DECEMBER),
        factories.spending_voucher(engine, minor=120_00, fund="GEN", on=DECEMBER),
        factories.spending_voucher(engine, minor=70_00, fund="SCHOL", on=DECEMBER),
    )


def printed(engine: Engine, key: int) -> list[tuple[str, str, str, int]]:
    """Return (side, account, fund, what is printed) of every line of a voucher."""
    known = factories.known(engine)
    return [
        (
            "借" if line.side == Side.DEBIT else "贷",
            known.accounts[line.account_id].code,
            known.funds[line.fund_id].code,
            line.amount_minor * line.side,
        )
        for line in factories.lines(engine, key)
    ]


def period(engine: Engine, key: int) -> Row[Any]:
    """Return a period as it is stored."""
    with database.reading(engine) as session:
        return session.execute(select(Period.__table__).where(Period.id == key)).one()
