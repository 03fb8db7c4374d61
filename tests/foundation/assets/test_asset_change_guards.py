"""Every guard of changes, impairment and levels refuses raw SQL, and nothing else in its place."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation.assets import card_changes, cards, investment_moves, investments, rules
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.foundation.assets.asset_books import CARD, DAY, LATER, do
from tests.foundation.assets.test_investments import PRODUCT
from tests.migrations.violations import Case, documented, guard_of

PART = {"on": date(2026, 1, 20), "reason": "损坏", "evidence": "报废单"}


def build(engine: Engine) -> None:
    """A card of four pieces of which one left, an impaired investment and a level."""
    factories.install_books(engine)
    factories.post_gift(engine, minor=1_000_000_00, fund="GEN", on=DAY)
    do(engine, cards.register, replace(CARD, units=4))
    do(engine, card_changes.dispose_part, "FA-001", units=1, **PART)
    do(engine, investments.register, PRODUCT)
    do(engine, investment_moves.impair, "TZ-01", on=LATER, minor=100_00, evidence="估值表")
    do(engine, rules.enter_level, from_on=DAY, from_minor=1_00, source="章程")


_CHANGE = (
    "INSERT INTO asset_change (card_id, kind, changed_on, units, cost_minor, charged_minor,"
    " impaired_minor, proceeds_minor, reason, evidence, voucher_id, created_by, created_at)"
    " SELECT card_id, kind, changed_on, {}, {}, charged_minor, {}, 0, reason, evidence,"
    " (SELECT MIN(id) FROM voucher), created_by, created_at FROM asset_change"
)
_DOWN = (
    "INSERT INTO investment_impairment (investment_id, booked_on, amount_minor, evidence,"
    " voucher_id, created_by, created_at) SELECT investment_id, booked_on, {}, evidence,"
    " (SELECT MIN(id) FROM voucher), created_by, created_at FROM investment_impairment"
)
CASES = (
    Case(
        "change the pieces of a card",
        "asset_frozen",
        "UPDATE asset_card SET units = 9",
        "asset_card_units",
        "asset_card_units",
    ),
    Case(
        "change the method of an investment",
        "investment_frozen",
        "UPDATE investment SET uses_equity_method = NOT uses_equity_method",
        "investment_method",
        "investment_method",
    ),
    *(
        Case(
            f"take off a card more than there is: {figures}",
            "asset_change_too_much",
            _CHANGE.format(*figures),
            "asset_change_insert",
            "asset_change_insert",
        )
        for figures in (("3", "1", "0"), ("1", "750000", "0"), ("1", "1", "-1"))
    ),
    *(
        Case(
            f"write an investment down by {amount}",
            "impairment_too_much",
            _DOWN.format(amount),
            "investment_impairment_insert",
            "investment_impairment_insert",
        )
        for amount in ("-10001", "20000000")
    ),
    *(
        case
        for table, guard in (
            ("asset_change", "asset_change_final"),
            ("investment_impairment", "impairment_final"),
        )
        for case in (
            Case(
                f"change {table}",
                guard,
                f"UPDATE {table} SET evidence = 'x'",
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
            Case(f"truncate {table}", guard, f"TRUNCATE {table}", postgresql=f"{table}_truncate"),
        )
    ),
    Case(
        "change a level",
        "level_final",
        "UPDATE investment_level SET from_minor = 5",
        "investment_level_update",
        "investment_level_change",
    ),
    Case(
        "delete a level",
        "level_final",
        "DELETE FROM investment_level",
        "investment_level_delete",
        "investment_level_change",
    ),
    Case(
        "truncate levels",
        "level_final",
        "TRUNCATE investment_level",
        postgresql="investment_level_truncate",
    ),
)


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "asset-change-guards", build) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard(guarded: Engine, case: Case) -> None:
    trigger = case.trigger(guarded.dialect.name)
    if not trigger:
        # The statement exists in the other database only.
        assert case.trigger("sqlite") or case.trigger("postgresql")
        return
    assert guard_of(guarded, case, {}) == case.guard
    assert guard_of(guarded, case, {}, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_changes_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {name for name, _ in documented(dialect, ["asset_changes"])}
