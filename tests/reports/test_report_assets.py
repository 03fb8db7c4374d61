"""Registers of assets as reports and as files of the audit pack, and CT29 and CT31 over them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.assets import (
    card_changes,
    cards,
    depreciation,
    investment_moves,
    investments,
    stock,
)
from foundation.assets.models import AssetKind, InvestmentKind
from foundation.gifts.kinds import GiftKind
from ledger.vouchers import Voucher, VoucherState
from reports import assets, parameters
from reports.audit_pack import asset_files
from reports.parameters import PERIOD
from reports.tables import Table
from reports.tie_outs import registry
from reports.tie_outs.definitions import TieOut
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, CLOCK
from tests.foundation.assets.asset_books import CARD, LATER, buy, do, gift, stocked
from tests.foundation.assets.test_investments import PRODUCT

END = date(2026, 2, 28)
BACK = {"on": LATER, "account": BANK, "evidence": "回单"}


def build(engine: Engine) -> None:
    """Cards of which a part left, goods that moved, and investments that earned; all posted."""
    factories.install_books(engine)
    factories.post_gift(engine, minor=1_000_000_00, fund="GEN", on=date(2026, 1, 15))
    buy(engine)
    do(engine, cards.register, replace(CARD, units=4, life_months=10))
    buy(engine, minor=600_00, account="1601")
    software = replace(
        CARD, number="IA-1", name="软件", kind=AssetKind.INTANGIBLE, cost_minor=600_00
    )
    do(engine, cards.register, software)
    run = do(engine, depreciation.run, 202602)
    factories.post(engine, [run.voucher_id]).require()
    do(
        engine, card_changes.dispose_part, "FA-001", on=END, units=1, reason="损坏",
        evidence="报废单",
    )  # fmt: skip
    goods = stocked(engine)
    do(engine, stock.issue, goods, quantity=3, on=LATER, party="某校", evidence="签收单")
    do(engine, stock.count, goods, on=END, counted=7, party="赵六（虚构）", evidence="盘点表")
    held = gift(engine, account="1801", minor=500_00, kind=GiftKind.AGENCY)
    item = {"name": "电脑", "unit": "台", "fund": "GEN", "custody": "仓库", "on": LATER}
    do(engine, stock.open_item, number="DL-1", recipient="某某同学", **item)
    do(
        engine, stock.receive, "DL-1", on=LATER, quantity=5, value_minor=500_00, gift=held,
        evidence="验收单",
    )  # fmt: skip
    do(engine, investments.register, PRODUCT)
    do(engine, investment_moves.receive_income, "TZ-01", minor=1_000_00, **BACK)
    do(engine, investment_moves.impair, "TZ-01", on=LATER, minor=2_000_00, evidence="估值表")
    do(
        engine, investment_moves.redeem, "TZ-01", proceeds_minor=100_000_00,
        cost_minor=99_500_00, **BACK,
    )  # fmt: skip
    bond = replace(PRODUCT, number="TZ-02", product="国债", kind=InvestmentKind.LONG_TERM_BOND)
    do(engine, investments.register, bond)
    do(engine, investment_moves.declare_income, "TZ-02", on=LATER, minor=800_00, evidence="公告")
    with database.reading(engine) as session:
        waiting = session.scalars(
            select(Voucher.id)
            .where(Voucher.state == VoucherState.SUBMITTED)
            .order_by(Voucher.booked_on, Voucher.id)
        ).all()
    factories.post(engine, list(waiting)).require()


@pytest.fixture(scope="module", params=DIALECTS, name="told")
def _told(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "asset-reports", build) as engine:
        yield engine


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "asset-reports", build) as engine:
        yield engine


def table(engine: Engine, make: object, period: str = "2026") -> list[tuple[object, ...]]:
    """The rows of a report or of a file of the pack."""
    assert callable(make)
    with database.reading(engine) as session:
        asked = parameters.resolve(session, (PERIOD,), {"period": period}, clock=CLOCK)
        made: Table = make(session, asked)
        return [row.cells for row in made.rows]


def tied(engine: Engine, key: str, period: str = "2026") -> TieOut:
    with database.reading(engine) as session:
        return {t.control.id: t for t in registry.run(session, period, clock=CLOCK)}[key]


def test_file_32_lists_fixed_assets_with_what_they_bore(told: Engine) -> None:
    # Three of four pieces of 10,000.00, of which two tenths of a month's share were borne.
    assert table(told, asset_files.fixed_assets) == [
        ("FA-001", "复印机（3 件）", CARD.acquired_on, "购入", 7_500_00, 750_00, 6_750_00, "办公室")
    ]
    both = table(told, assets.run_fixed)
    assert [(row[0], row[-1]) for row in both] == [("FA-001", "固定资产"), ("IA-1", "无形资产")]
    assert table(told, asset_files.fixed_assets, "2026-01") == [
        ("FA-001", "复印机（4 件）", CARD.acquired_on, "购入", 10_000_00, 0, 10_000_00, "办公室")
    ]


def test_file_33_lists_our_goods_and_not_those_of_others(told: Engine) -> None:
    ours = ("W-01 棉衣", 0, 1_000_01, 300_00, 700_01, "7件，2026-02-28 盘点")
    assert table(told, asset_files.stock) == [ours]
    assert table(told, assets.run_stock) == [ours]
    assert table(told, assets.run_agency) == [("DL-1 电脑", 0, 500_00, 0, 500_00, "5台")]


def test_file_30_lists_investments_by_what_they_are_worth(told: Engine) -> None:
    product, bond = table(told, asset_files.investments)
    # Cost 200,000.00; less 1,000.00 yield and half redeemed; half of the allowance is left.
    assert product[5:9] == (200_000_00, 98_500_00, 1_500_00, 100_000_00)
    assert product[9:] == ("理事会决议〔2026〕1号", "R2")
    assert bond[5:9] == (200_000_00, 200_000_00, 800_00, 0)


def test_registers_tie_to_the_books(told: Engine) -> None:
    for key in ("CT29", "CT31"):
        answer = tied(told, key)
        assert answer.holds is True, answer.note
        assert answer.sides is not None
        assert answer.sides.left > 0
    assert tied(told, "CT31", "2026-01").holds is True


@pytest.mark.parametrize(
    ("account", "key", "said"),
    [
        ("1501", "CT31", "原价 -5.00"),
        ("1502", "CT31", "累计折旧 5.00"),
        ("1101", "CT29", "账面价值 -5.00"),
        ("1102", "CT29", "账面价值 -5.00"),
        ("460101", "CT29", "投资收益 5.00"),
    ],
)
def test_voucher_beside_the_register_is_found(
    local: Engine, account: str, key: str, said: str
) -> None:
    rows = (factories.dr(account, "GEN", 5_00), factories.cr(BANK, "GEN", 5_00))
    factories.book(local, factories.voucher(local, *rows, on=LATER, summary="手工"))
    answer = tied(local, key)
    assert answer.holds is False
    assert said in answer.note


def test_books_without_a_register_prove_nothing(databases: Databases) -> None:
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        assert tied(engine, "CT31").holds is True
        factories.post_gift(engine, minor=10_000_00, fund="GEN", on=LATER)
        rows = (factories.dr("1501", "GEN", 5_00), factories.cr(BANK, "GEN", 5_00))
        factories.book(engine, factories.voucher(engine, *rows, on=LATER, summary="手工"))
        assert tied(engine, "CT31").holds is None
        assert tied(engine, "CT31").note == "需要：固定资产卡片"
