"""Related parties, large donors and ageing as reports, and the control totals that prove them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from sqlalchemy import Engine

from foundation import database
from foundation.parties import linking, queries
from foundation.parties.rules import Threshold, large_donation
from ledger.charts.definitions import Grade
from reports import ageing, registry
from reports.tables import Table, kept
from reports.tie_outs import registry as tie_outs
from reports.tie_outs.definitions import TieOut
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, CLOCK
from tests.foundation.gifts import gift_cases
from tests.foundation.parties import party_cases
from tests.foundation.parties.party_cases import COMPANY, UNIVERSITY, do

MARCH = date(2026, 3, 2)


def build(engine: Engine) -> None:
    """A declared university with a gift, a grant and an advance; donors large and small."""
    factories.install_books(engine)
    party_cases.give(engine, minor=600_000_00)
    party_cases.give(engine, COMPANY, minor=50_000_00, is_anonymous=True)
    who = gift_cases.donor(engine, name="林晓舟")
    gift_cases.post(
        engine, gift_cases.record(engine, gift_cases.entry(who, minor=1_000_00)).voucher_id
    )
    factories.post_gift(engine, minor=100_000_00, fund="GEN")
    party_cases.spend(engine, minor=10_000_00, resolution="决议 2 号")
    payee = party_cases.payee(engine)
    party_cases.declare(engine)
    party_cases.book(
        engine,
        factories.dr("1141", "GEN", 8_000_00, counterparty_id=payee),
        factories.cr(BANK, "GEN", 8_000_00),
    )


@pytest.fixture(scope="module", params=DIALECTS, name="told")
def _told(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "party-reports", build) as engine:
        yield engine


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "party-reports", build) as engine:
        yield engine


def run(engine: Engine, name: str, period: str = "2026", **given: str) -> Table:
    with database.reading(engine) as session:
        return kept(registry.run(session, name, {"period": period, **given}, clock=CLOCK))


def cells(table: Table, *names: str) -> list[tuple[Any, ...]]:
    places = [table.index(name) for name in names]
    return [tuple(row.cells[place] for place in places) for row in table.rows]


def tied(engine: Engine, name: str, period: str = "2026") -> TieOut:
    with database.reading(engine) as session:
        found = tie_outs.run(session, period, clock=CLOCK)
        return next(item for item in found if item.control.id == name)


def test_related_parties_list_each_dealing_with_what_stands_open(told: Engine) -> None:
    table = run(told, "related_parties")
    kinds = [(row[0].code, *row[1:]) for row in cells(table, "kind", "amount", "balance")]
    assert kinds == [
        ("donation", 600_000_00, 8_000_00),
        ("grant", 10_000_00, 8_000_00),
        ("other_flow", 8_000_00, 8_000_00),
    ]
    assert cells(table, "party", "relation", "decision")[1] == (UNIVERSITY, "发起人", "决议 2 号")
    assert table.totals == {"amount": 618_000_00}
    assert tied(told, "CT28").holds is True


def test_party_without_dealings_stands_in_the_list(told: Engine) -> None:
    table = run(told, "related_parties", "2026-03")
    assert [(row[0].zh, row[1]) for row in cells(table, "kind", "amount")] == [("本期无交易", 0)]
    assert run(told, "related_parties", "2025").totals == {"amount": 0}


def test_month_end_balances_of_a_year(told: Engine) -> None:
    (row,) = cells(run(told, "related_party_balances"), "number", "m1", "m2", "m12")
    assert row == ("R0001", 0, 8_000_00, 8_000_00)


def test_large_donors_pass_the_share_and_stand_under_a_code_when_not_named(told: Engine) -> None:
    table = run(told, "large_donations")
    rows = cells(table, "donor", "cash", "total", "purpose")
    assert rows[0] == (UNIVERSITY, 600_000_00, 600_000_00, "奖学金")
    assert rows[1][0].startswith("捐赠人")
    assert COMPANY not in str(rows)
    assert len(rows) == 2
    assert tied(told, "CT17").holds is True


@examples(
    sums=st.lists(st.integers(1, 10**12), min_size=1, max_size=8),
)
def test_threshold_is_strict_on_both_sides(sums: list[int]) -> None:
    rule, income = large_donation(MARCH), sum(sums)
    for minor in sums:
        assert rule.is_exceeded(minor, income) is (minor * 20 > income or minor > 500_000_000)
    exact = Threshold(500, 500_000_000, "", Grade.SECONDARY)
    assert not exact.is_exceeded(5, 100)
    assert exact.is_exceeded(6, 100)
    assert not exact.is_exceeded(500_000_000, 10**12)
    assert not exact.is_exceeded(0, -10)


def test_payee_of_the_same_name_that_was_unlinked_by_nobody_is_a_difference(local: Engine) -> None:
    party_cases.declare(local, COMPANY, party_cases.BOARD)
    party_cases.spend(local, COMPANY, minor=100_00)
    answer = tied(local, "CT28")
    assert answer.holds is False
    assert COMPANY in answer.note
    with database.reading(local) as session:
        (target,) = linking.certain(session, queries.get(session, 2).party)
    do(local, linking.link, 2, target)
    assert tied(local, "CT28").holds is True


def test_payee_that_a_request_calls_related_is_a_difference_until_declared(local: Engine) -> None:
    party_cases.spend(local, "附属医院", minor=100_00, relation="同一控制")
    assert "附属医院" in tied(local, "CT28").note
    party_cases.declare(local, "附属医院", party_cases.BOARD)
    assert tied(local, "CT28").holds is True


def test_control_total_of_parties_is_open_while_nobody_is_declared(databases: Databases) -> None:
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        assert tied(engine, "CT28").holds is None


def test_ageing_takes_the_oldest_first_and_ties_with_the_balance_sheet(local: Engine) -> None:
    payee = party_cases.payee(local, "某供应商")
    factories.book(local, factories.opening_voucher(local))
    factories.book(
        local,
        factories.voucher(
            local,
            factories.dr(BANK, "GEN", 9_000_00),
            factories.cr("2209", "GEN", 9_000_00, counterparty_id=payee),
            on=date(2025, 11, 3),
        ),
    )
    factories.close_periods(local, 202511, 202512)
    factories.convert_year(local)
    party_cases.book(
        local,
        factories.dr("2209", "GEN", 4_000_00, counterparty_id=payee),
        factories.cr(BANK, "GEN", 4_000_00),
    )
    party_cases.book(
        local,
        factories.dr(BANK, "GEN", 1_500_00),
        factories.cr("2209", "GEN", 1_500_00, counterparty_id=payee),
        on=MARCH,
    )
    party_cases.book(
        local,
        factories.dr("1122", "GEN", 700_00),
        factories.cr("490101", "GEN", 700_00),
        on=MARCH,
    )
    party_cases.book(
        local,
        factories.dr("550101", "GEN", 70_00),
        factories.cr("1131", "GEN", 70_00),
        on=MARCH,
    )
    table = run(local, "receivables_ageing")
    assert cells(table, "party", "year1", "year2", "total", "impairment") == [
        ("（未指定往来单位）", 700_00, 0, 700_00, 0),
        (UNIVERSITY, 8_000_00, 0, 8_000_00, 0),
        ("某供应商", 1_500_00, 5_000_00, 6_500_00, 0),
        ("（未指定往来单位）", 0, 0, 0, 70_00),
    ]
    answer = tied(local, "CT30")
    assert answer.note == ""
    assert answer.holds is True


@examples(
    moves=st.lists(
        st.tuples(st.integers(0, 2000), st.integers(-(10**9), 10**9).filter(bool)), max_size=25
    )
)
def test_ageing_keeps_every_fen_and_no_layer_of_the_other_sign(
    moves: list[tuple[int, int]],
) -> None:
    one = ageing.Open("other_payable", "甲")
    for days, minor in sorted(moves):
        one.move(date.fromordinal(date(2020, 1, 1).toordinal() + days), minor)
    assert one.total_minor == sum(minor for _, minor in moves)
    signs = {layer[1] > 0 for layer in one.layers}  # type: ignore[operator]
    assert len(signs) <= 1
    assert sum(one.aged(date(2026, 1, 1))) == one.total_minor


@pytest.mark.parametrize(
    ("day", "place"),
    [
        (date(2025, 3, 30), 1),
        (date(2025, 3, 31), 0),
        (date(2024, 3, 31), 1),
        (date(2024, 3, 30), 2),
        (date(2023, 3, 30), 3),
    ],
)
def test_age_is_counted_in_whole_years(day: date, place: int) -> None:
    one = ageing.Open("other_payable", "甲")
    one.move(day, 5)
    assert one.aged(date(2026, 3, 31)).index(5) == place
