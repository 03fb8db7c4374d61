"""What tests of the registers arrange: posted gifts in kind, and acts by their services."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Engine

from foundation import database
from foundation.assets import integrity, stock
from foundation.assets.cards import CardInput
from foundation.assets.models import AssetKind
from foundation.gifts.kinds import GiftKind
from ledger import integrity as ledger_integrity
from ledger import posting
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER
from tests.foundation.gifts import gift_cases

T = TypeVar("T")
DAY = date(2026, 1, 15)
LATER = date(2026, 2, 10)
CARD = CardInput(
    number="FA-001",
    name="复印机",
    kind=AssetKind.FIXED,
    acquired_on=DAY,
    cost_minor=10_000_00,
    life_months=36,
    fund="GEN",
    used_by="办公室",
    custody="张三（虚构），行政楼 101",
    evidence="发票 0001",
)


def do(engine: Engine, act: Callable[..., T], *given: Any, **named: Any) -> T:
    """Run one act of a service in a transaction of its own."""
    with database.transaction(engine) as session:
        return act(session, *given, actor=PREPARER, clock=CLOCK, **named)


def gift(engine: Engine, *, account: str, minor: int, kind: GiftKind = GiftKind.IN_KIND) -> str:
    """Record and post a gift of things; return its reference."""
    more = {"recipient": "某某同学"} if kind is GiftKind.AGENCY else {}
    return gift_cases.posted(
        engine,
        minor=minor,
        kind=kind,
        account_code=account,
        allocations=(("GEN", minor),),
        item="物资",
        quantity="10",
        value_evidence="发票 0002",
        **more,
    ).reference


def buy(engine: Engine, *, minor: int = 10_000_00, account: str = "1501") -> None:
    """Post the purchase of an asset from the general fund."""
    factories.post_gift(engine, minor=minor, fund="GEN", on=DAY)
    rows = (factories.dr(account, "GEN", minor), factories.cr(BANK, "GEN", minor))
    factories.book(engine, factories.voucher(engine, *rows, on=DAY, summary="购置"))


def post(engine: Engine, voucher_id: int | None) -> None:
    """Review and post a voucher."""
    assert voucher_id is not None
    factories.post(engine, [voucher_id]).require()


def discard(engine: Engine, voucher_id: int | None) -> None:
    """Discard a voucher that is not posted."""
    with database.transaction(engine) as session:
        posting.discard(session, [voucher_id or 0], reason="有误", actor=PREPARER, clock=CLOCK)


def printed(engine: Engine, voucher_id: int | None) -> list[tuple[str, int]]:
    """The lines of a voucher as (account, fen), debit positive."""
    known = factories.known(engine)
    return sorted(
        (known.accounts[line.account_id].code, line.amount_minor)
        for line in factories.lines(engine, voucher_id or 0)
    )


def findings(engine: Engine) -> list[str]:
    """What the whole suite finds."""
    with database.reading(engine) as session:
        checks = (*ledger_integrity.CHECKS, *integrity.CHECKS)
        return [found.check for found in ledger_integrity.run(session, checks)]


def stocked(engine: Engine) -> str:
    """An item of goods with ten pieces of a gift of 1000.01 yuan; its number."""
    given = gift(engine, account="1201", minor=1_000_01)
    do(
        engine,
        stock.open_item,
        number="W-01",
        name="棉衣",
        unit="件",
        fund="GEN",
        custody="仓库 1",
        on=DAY,
    )
    do(
        engine,
        stock.receive,
        "W-01",
        on=DAY,
        quantity=10,
        value_minor=1_000_01,
        gift=given,
        evidence="验收单 1",
    )
    return "W-01"
