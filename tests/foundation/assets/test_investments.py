"""Investments need a resolution when they are major, and agree with the ledger."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.assets import investment_moves, investments, rules
from foundation.assets.investments import InvestmentInput
from foundation.assets.models import InvestmentKind
from foundation.gifts.kinds import GiftKind
from tests import factories
from tests.factories import BANK
from tests.foundation.assets.asset_books import (
    DAY,
    LATER,
    discard,
    do,
    findings,
    gift,
    post,
    printed,
)
from tests.refusals import refused

PRODUCT = InvestmentInput(
    number="TZ-01",
    product="稳健一号",
    kind=InvestmentKind.WEALTH_PRODUCT,
    trustee="测试银行",
    licence="金融许可证 B0001",
    risk="R2",
    starts_on=date(2026, 1, 20),
    matures_on=date(2026, 7, 20),
    fund="GEN",
    cost_minor=200_000_00,
    evidence="申购确认书",
    resolution="理事会决议〔2026〕1号",
    account=BANK,
)
BACK: dict[str, Any] = {"on": LATER, "account": BANK, "evidence": "银行回单"}


@pytest.fixture
def funded(books: Engine) -> Engine:
    factories.post_gift(books, minor=1_000_000_00, fund="GEN", on=DAY)
    return books


def figures(engine: Engine) -> tuple[int, int, int]:
    with database.reading(engine) as session:
        found = investments.figures(session, investments.find(session, "TZ-01").id)
    return found.value_minor, found.income_minor, found.due_minor


def test_product_is_bought_yields_and_is_redeemed(funded: Engine) -> None:
    do(funded, investments.register, PRODUCT)
    got = do(funded, investment_moves.receive_income, "TZ-01", minor=1_000_00, **BACK)
    assert printed(funded, got.voucher_id) == [(BANK, 1_000_00), ("1101", -1_000_00)]
    assert figures(funded) == (199_000_00, 0, 0)
    back = do(funded, investment_moves.redeem, "TZ-01", proceeds_minor=202_000_00, **BACK)
    assert printed(funded, back.voucher_id) == [
        (BANK, 3_000_00),
        (BANK, 199_000_00),
        ("1101", -199_000_00),
        ("460101", -3_000_00),
    ] or printed(funded, back.voucher_id) == [
        (BANK, 202_000_00),
        ("1101", -199_000_00),
        ("460101", -3_000_00),
    ]
    assert figures(funded) == (0, 3_000_00, 0)
    with refused("invalid"):
        do(funded, investment_moves.redeem, "TZ-01", proceeds_minor=1, **BACK)


def test_registers_agree_once_everything_is_posted(funded: Engine) -> None:
    do(funded, investments.register, PRODUCT)
    with database.reading(funded) as session:
        (bought,) = session.query(investments.InvestmentMovement).all()
    post(funded, bought.voucher_id)
    assert findings(funded) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"resolution": None}, "investment_level_unknown"),
        ({"resolution": " "}, "investment_level_unknown"),
        (
            {"kind": InvestmentKind.EQUITY, "cost_minor": 1_00, "resolution": None},
            "investment_resolution_missing",
        ),
        ({"cost_minor": 0}, "invalid"),
        ({"matures_on": date(2026, 1, 1)}, "invalid"),
        ({"starts_on": date(2027, 1, 1), "matures_on": None}, "invalid"),
        ({"licence": ""}, "invalid"),
        ({"fund": "NONE"}, "unknown_fund"),
        ({"account": "1501"}, "invalid"),
    ],
)
def test_what_may_not_be_is_refused(funded: Engine, change: dict[str, Any], code: str) -> None:
    with refused(code):
        do(funded, investments.register, replace(PRODUCT, **change))
    with database.reading(funded) as session, refused("unknown_asset"):
        investments.find(session, "TZ-01")


def test_every_investment_needs_a_resolution_until_the_level_is_entered(funded: Engine) -> None:
    small = replace(PRODUCT, cost_minor=1_00, resolution=None)
    with refused("investment_level_unknown"):
        do(funded, investments.register, small)
    do(funded, rules.enter_level, from_on=LATER, from_minor=100_000_00, source="章程第三十条")
    # A level that begins later says nothing about what was bought before.
    with refused("investment_level_unknown"):
        do(funded, investments.register, small)


def test_small_product_needs_no_resolution(funded: Engine) -> None:
    do(funded, rules.enter_level, from_on=DAY, from_minor=100_000_00, source="章程第三十条")
    with refused("investment_resolution_missing"):
        do(funded, investments.register, replace(PRODUCT, cost_minor=100_000_00, resolution=None))
    do(funded, investments.register, replace(PRODUCT, cost_minor=99_999_99, resolution=None))
    assert figures(funded) == (99_999_99, 0, 0)


def test_donated_shares_pay_what_they_declared(funded: Engine) -> None:
    given = gift(funded, account="1401", minor=50_000_00, kind=GiftKind.EQUITY)
    shares = replace(
        PRODUCT,
        kind=InvestmentKind.EQUITY,
        cost_minor=50_000_00,
        gift=given,
        account="",
        resolution=None,
        matures_on=None,
    )
    do(funded, investments.register, shares)
    assert findings(funded) == []
    with refused("investment_short"):
        do(funded, investment_moves.receive_income, "TZ-01", minor=1, **BACK)
    told = do(
        funded, investment_moves.declare_income, "TZ-01", on=LATER, minor=800_00, evidence="公告"
    )
    assert printed(funded, told.voucher_id) == [("1122", 800_00), ("460101", -800_00)]
    do(funded, investment_moves.receive_income, "TZ-01", minor=800_00, **BACK)
    assert figures(funded) == (50_000_00, 800_00, 0)


def test_more_than_it_cost_is_not_taken_back(funded: Engine) -> None:
    do(funded, investments.register, PRODUCT)
    with refused("investment_short"):
        do(
            funded,
            investment_moves.redeem,
            "TZ-01",
            proceeds_minor=1,
            cost_minor=200_000_01,
            **BACK,
        )
    with refused("invalid"):
        do(funded, investment_moves.declare_income, "TZ-01", on=LATER, minor=1, evidence="公告")


def test_movement_is_undone_after_its_voucher(funded: Engine) -> None:
    do(funded, investments.register, PRODUCT)
    back = do(funded, investment_moves.redeem, "TZ-01", proceeds_minor=201_000_00, **BACK)
    with refused("asset_still_booked"):
        do(funded, investment_moves.undo, back.id, reason="有误")
    discard(funded, back.voucher_id)
    do(funded, investment_moves.undo, back.id, reason="有误")
    assert figures(funded) == (200_000_00, 0, 0)
    with refused("conflict"):
        do(funded, investment_moves.undo, back.id, reason="有误")
