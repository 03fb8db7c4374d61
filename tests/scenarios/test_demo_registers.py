"""The registers of the demo hold what its books hold, in both years."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.assets import given, integrity, queries, stock_list
from foundation.assets.models import StockItem
from ledger import integrity as ledger_integrity
from reports.tie_outs import registry
from tests.databases import Databases
from tests.foundation.demo import demo_cases
from tests.foundation.demo.demo_cases import TODAY, clock_of


@pytest.fixture(scope="module")
def loaded(databases: Databases) -> Iterator[Engine]:
    """The demo foundation on 22 November 2026; these tests only read it."""
    with databases.prepared("sqlite", "demo", demo_cases.build) as engine:
        yield engine


@pytest.mark.parametrize("period", ["2025", "2026", "2026-06"])
def test_assets_and_investments_tie_to_the_books(loaded: Engine, period: str) -> None:
    with database.reading(loaded) as session:
        found = {t.control.id: t for t in registry.run(session, period, clock=clock_of(TODAY))}
    for key in ("CT29", "CT31"):
        assert found[key].holds is True, found[key].note
        assert found[key].sides is not None
        assert found[key].sides.left > 0


def test_every_thing_of_the_story_is_in_its_register(loaded: Engine) -> None:
    with database.reading(loaded) as session:
        assert list(ledger_integrity.run(session, integrity.CHECKS)) == []
        assert sum(row.open_minor for row in given.list_given(session)) == 0
        assert len(queries.list_cards(session, TODAY)) == 3
        moved = [
            len(stock_list.card(session, number)[1])
            for number in session.scalars(select(StockItem.number).order_by(StockItem.number))
        ]
        assert moved == [4, 2, 2]
        held = [
            row for row in queries.list_investments(session, TODAY, TODAY) if row.value_minor > 0
        ]
        assert {row.investment.kind.value for row in held} == {
            "wealth_product",
            "long_term_bond",
            "equity",
        }
