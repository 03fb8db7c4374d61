"""Every guard of the registers refuses raw SQL, and nothing else does it in its place."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation.assets import cards, depreciation, investments, stock
from foundation.assets.investments import InvestmentInput
from foundation.assets.models import InvestmentKind
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import BANK
from tests.foundation.assets.asset_books import CARD, DAY, LATER, do, stocked
from tests.migrations.violations import Case, documented, guard_of


def build(engine: Engine) -> None:
    """Two cards, of which one left; a run, goods that went out, and an investment."""
    factories.install_books(engine)
    factories.post_gift(engine, minor=1_000_00, fund="GEN", on=DAY)
    do(engine, cards.register, CARD)
    do(engine, cards.register, replace(CARD, number="FA-002", acquired_on=date(2026, 2, 1)))
    do(engine, depreciation.run, 202602)
    do(engine, cards.dispose, "FA-002", on=date(2026, 2, 20), reason="报废")
    do(engine, stock.issue, stocked(engine), quantity=3, on=LATER, party="某校", evidence="签收单")
    product = InvestmentInput(
        number="TZ-01",
        product="稳健一号",
        kind=InvestmentKind.WEALTH_PRODUCT,
        trustee="测试银行",
        licence="B0001",
        risk="R2",
        starts_on=DAY,
        matures_on=None,
        fund="GEN",
        cost_minor=500_00,
        evidence="确认书",
        account=BANK,
        resolution="理事会决议〔2026〕1号",
    )
    do(engine, investments.register, product)


def _movements(table: str, guard: str, key: str, values: str) -> tuple[Case, ...]:
    """The same violations for both kinds of movement."""
    copied = (
        f"INSERT INTO {table} ({key}, kind, moved_on, {values}, evidence, voucher_id, reverses_id,"
        f" created_by, created_at) SELECT {key}, "
    )
    columns = values.split(", ")
    below = ", ".join(
        "value_minor - 99999999" if name == "value_minor" else name for name in columns
    )
    mirror = ", ".join(name if name == "party" else f"-{name}" for name in columns)
    return (
        Case(
            "take out more than there is",
            f"{guard}_below_zero",
            copied
            + f"'undone', moved_on, {below}, evidence, voucher_id, id, created_by, created_at"
            + f" FROM {table} WHERE id = (SELECT MIN(id) FROM {table})",
            f"{table}_insert",
            f"{table}_insert",
        ),
        Case(
            "undo what is still booked",
            f"{guard}_undone",
            copied
            + f"'undone', moved_on, {mirror}, evidence, voucher_id, id, created_by, created_at"
            + f" FROM {table} WHERE id = (SELECT MAX(id) FROM {table})",
            f"{table}_insert",
            f"{table}_insert",
        ),
        Case(
            f"change a {table}",
            f"{guard}_final",
            f"UPDATE {table} SET evidence = 'x'",
            f"{table}_update",
            f"{table}_change",
        ),
        Case(
            f"delete a {table}",
            f"{guard}_final",
            f"DELETE FROM {table}",
            f"{table}_delete",
            f"{table}_change",
        ),
    )


CASES = (
    *(
        Case(
            f"change {column} of {table}",
            guard,
            f"UPDATE {table} SET {column} = {value}",
            f"{table}_update",
            f"{table}_update",
        )
        for table, guard, column, value in (
            ("asset_card", "asset_frozen", "cost_minor", "cost_minor + 1"),
            ("asset_card", "asset_frozen", "acquired_on", "'2026-01-02'"),
            ("stock_item", "stock_frozen", "fund_id", "fund_id + 1"),
            ("investment", "investment_frozen", "resolution", "'x'"),
        )
    ),
    Case(
        "charge an earlier month after a later one",
        "depreciation_order",
        "INSERT INTO depreciation_run SELECT 202601, 1, total_minor, created_by, created_at"
        " FROM depreciation_run",
        "depreciation_run_insert",
        "depreciation_run_insert",
    ),
    Case(
        "charge another total than the voucher's",
        "depreciation_voucher",
        "INSERT INTO depreciation_run SELECT 202603, 1, total_minor + 1, created_by, created_at"
        " FROM depreciation_run",
        "depreciation_run_insert",
        "depreciation_run_insert",
    ),
    Case(
        "let lines exceed their run",
        "depreciation_total",
        "INSERT INTO depreciation_line SELECT 202602, id, 5 FROM asset_card"
        " WHERE number = 'FA-002'",
        "depreciation_line_insert",
        "depreciation_line_insert",
    ),
    *(
        case
        for table, guard in (
            ("depreciation_run", "depreciation_final"),
            ("depreciation_line", "depreciation_final"),
            ("asset_disposal", "disposal_final"),
        )
        for case in (
            Case(
                f"change {table}",
                guard,
                f"UPDATE {table} SET "
                + ("created_by = 'x'" if table != "depreciation_line" else "amount_minor = 1"),
                f"{table}_update",
                f"{table}_update",
            ),
            Case(
                f"delete {table} while its voucher stands",
                guard,
                f"DELETE FROM {table}",
                f"{table}_delete",
                f"{table}_delete",
            ),
            Case(
                f"truncate {table}",
                guard,
                f"TRUNCATE {table} CASCADE",
                # Runs go only together with their lines, whose guard refuses.
                postgresql=f"{table}_truncate".replace("_run_", "_line_"),
            ),
        )
    ),
    *_movements(
        "stock_movement", "stock", "item_id", "quantity, value_minor, proceeds_minor, party"
    ),
    *_movements(
        "investment_movement",
        "investment",
        "investment_id",
        "value_minor, income_minor, due_minor, cash_minor",
    ),
    *(
        Case(f"truncate {table}", guard, f"TRUNCATE {table}", postgresql=f"{table}_truncate")
        for table, guard in (
            ("stock_movement", "stock_final"),
            ("investment_movement", "investment_final"),
        )
    ),
)


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "asset-guards", build) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard_and_by_nothing_else(guarded: Engine, case: Case) -> None:
    trigger = case.trigger(guarded.dialect.name)
    if not trigger:
        # The statement exists in the other database only.
        assert case.trigger("sqlite") or case.trigger("postgresql")
        return
    assert guard_of(guarded, case, {}) == case.guard
    assert guard_of(guarded, case, {}, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {name for name, _ in documented(dialect, ["assets"])}
