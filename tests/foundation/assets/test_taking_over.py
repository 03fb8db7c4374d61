"""What was booked before its register began is taken over by its voucher, and only once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.assets import cards, depreciation, investment_moves, investments
from foundation.assets.models import InvestmentKind
from ledger.vouchers import Voucher, label
from tests import factories
from tests.factories import BANK
from tests.foundation.assets.asset_books import CARD, DAY, LATER, buy, do, findings
from tests.foundation.assets.test_investments import PRODUCT
from tests.refusals import refused

END = date(2026, 2, 28)


def by_hand(engine: Engine, *rows: factories.Entered, on: date = LATER) -> str:
    """Post a voucher apart from the registers and return its number."""
    (key,) = factories.book(engine, factories.voucher(engine, *rows, on=on, summary="手工"))
    with database.reading(engine) as session:
        found = session.get_one(Voucher, key)
        return label(found.period_id, found.word, found.number)


def moved(engine: Engine, taking: str, giving: str, minor: int, *, on: date = LATER) -> str:
    return by_hand(
        engine, factories.dr(taking, "GEN", minor), factories.cr(giving, "GEN", minor), on=on
    )


@pytest.fixture
def funded(books: Engine) -> Engine:
    factories.post_gift(books, minor=1_000_000_00, fund="GEN", on=DAY)
    return books


def test_month_that_was_charged_by_hand_is_taken_over(books: Engine) -> None:
    buy(books)
    do(books, cards.register, CARD)
    named = moved(books, "530101", "1502", 277_77, on=END)
    wrong = moved(books, "530101", "1502", 277_78, on=END)
    with refused("invalid"):
        do(books, depreciation.run, 202602, voucher=wrong)
    factories.post_reversal(books, _key(books, wrong), on=END)
    with refused("invalid"):
        do(books, depreciation.run, 202602, voucher="记-2026-02-0999")
    do(books, depreciation.run, 202602, voucher=named)
    assert findings(books) == []
    with refused("depreciation_already_run"):
        do(books, depreciation.run, 202602, voucher=named)


def test_life_of_a_bond_is_taken_over(funded: Engine) -> None:
    bought = moved(funded, "1402", BANK, 1_000_00)
    bond = replace(
        PRODUCT, kind=InvestmentKind.LONG_TERM_BOND, cost_minor=1_000_00, starts_on=LATER,
        account="", voucher=bought,
    )  # fmt: skip
    do(funded, investments.register, bond)
    given: dict[str, Any] = {"on": LATER, "evidence": "手工凭证"}
    told = moved(funded, "1122", "460101", 30_00)
    do(funded, investment_moves.declare_income, "TZ-01", minor=30_00, voucher=told, **given)
    with refused("invalid"):
        do(funded, investment_moves.declare_income, "TZ-01", minor=1, voucher=told, **given)
    paid = moved(funded, BANK, "1122", 30_00)
    # The other way round is another voucher.
    with refused("invalid"):
        do(
            funded, investment_moves.receive_income, "TZ-01", minor=30_00, account=BANK,
            voucher=bought, **given,
        )  # fmt: skip
    do(
        funded, investment_moves.receive_income, "TZ-01", minor=30_00, account=BANK,
        voucher=paid, **given,
    )  # fmt: skip
    back = by_hand(
        funded,
        factories.dr(BANK, "GEN", 1_010_00),
        factories.cr("1402", "GEN", 1_000_00),
        factories.cr("460101", "GEN", 10_00),
    )
    do(
        funded, investment_moves.redeem, "TZ-01", proceeds_minor=1_010_00, account=BANK,
        voucher=back, **given,
    )  # fmt: skip
    with database.reading(funded) as session:
        now = investments.figures(session, investments.find(session, "TZ-01").id)
    assert (now.value_minor, now.income_minor, now.due_minor) == (0, 40_00, 0)
    assert findings(funded) == []


def _key(engine: Engine, named: str) -> int:
    with database.reading(engine) as session:
        found = session.query(Voucher).where(Voucher.number == int(named.rpartition("-")[2]))
        return int(found.where(Voucher.period_id == 202602).one().id)
