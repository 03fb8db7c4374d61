"""Shares are exactly one, and every fen of a cost arrives somewhere."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.shared_costs import allocating
from foundation.shared_costs.allocating import Cost, Held, Room, Target
from foundation.shared_costs.models import Function
from ledger.errors import InvalidInput

HOME = 1
COSTS = st.lists(st.integers(1, 10**12), min_size=1, max_size=4)
TARGETS = st.lists(
    st.tuples(st.sampled_from(Function), st.integers(1, 4), st.integers(0, 10**6)),
    min_size=1,
    max_size=8,
    unique_by=lambda item: item[:2],
).filter(lambda rows: any(row[2] for row in rows))
ROOMS = st.dictionaries(
    st.integers(2, 4), st.tuples(st.integers(0, 10**12), st.integers(0, 10**12))
)


@given(COSTS, TARGETS, ROOMS)
def test_nothing_is_lost_and_no_limit_is_passed(
    costs: list[int], targets: list[tuple[Function, int, int]], rooms: dict[int, tuple[int, int]]
) -> None:
    given_costs = [Cost(100 + place, None, minor) for place, minor in enumerate(costs)]
    given_targets = [Target(*row) for row in targets]
    limits = {fund: Room(*room) for fund, room in rooms.items()}
    charges = allocating.allocate(given_costs, given_targets, limits, home=HOME)
    whole = sum(weight for _, _, weight in targets)
    for cost in given_costs:
        mine = [charge for charge in charges if charge.cost == cost]
        assert sum(charge.minor for charge in mine) == cost.minor
        assert min(charge.minor for charge in mine) > 0
        for target in given_targets:
            part = sum(
                charge.minor
                for charge in mine
                if (charge.function, charge.wanted_fund_id) == (target.function, target.fund_id)
            )
            # Less than one fen from the exact share, whoever bears it in the end.
            assert abs(part * whole - cost.minor * target.weight) < whole
    for fund, room in limits.items():
        borne = [charge for charge in charges if charge.fund_id == fund]
        fees = [charge for charge in borne if charge.function is not Function.CHARITABLE]
        assert sum(charge.minor for charge in borne) <= room.held_minor
        assert sum(charge.minor for charge in fees) <= room.fee_minor
        assert all(charge.function is not Function.OTHER for charge in borne)


@given(COSTS, TARGETS, ROOMS)
def test_limits_change_who_bears_it_but_not_what_it_is_for(
    costs: list[int], targets: list[tuple[Function, int, int]], rooms: dict[int, tuple[int, int]]
) -> None:
    given_costs = [Cost(100 + place, None, minor) for place, minor in enumerate(costs)]
    given_targets = [Target(*row) for row in targets]
    limits = {fund: Room(*room) for fund, room in rooms.items()}
    held, free = (
        allocating.allocate(given_costs, given_targets, found, home=HOME) for found in (limits, {})
    )
    for function in Function:
        assert sum(c.minor for c in held if c.function is function) == sum(
            c.minor for c in free if c.function is function
        )
    for charge in held:
        assert (charge.held is None) == (charge.fund_id == charge.wanted_fund_id)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_shares_that_are_one_become_whole_numbers(parts: list[int]) -> None:
    exact = [Fraction(part, sum(parts)) for part in parts]
    numerators, denominator = allocating.shares_of(exact)
    assert sum(numerators) == denominator
    assert [Fraction(one, denominator) for one in numerators] == exact


@pytest.mark.parametrize("texts", [("33%", "33%", "33%"), ("1/3", "1/3"), ("50%", "50.01%")])
def test_shares_that_are_nearly_one_are_refused(texts: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="合计应正好为 100%"):
        allocating.shares_of([allocating.read_share(text) for text in texts])


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("25%", Fraction(1, 4)),
        ("33.4 %", Fraction(334, 1000)),
        ("1/3", Fraction(1, 3)),
        ("1,250.5", Fraction(2501, 2)),
        ("５０%", None),
        ("0", None),
        ("-1/2", None),
        ("1/0", None),
        ("1e3", None),
        ("", None),
        ("9" * 25, None),
    ],
)
def test_shares_are_read_exactly_or_refused(text: str, share: Fraction | None) -> None:
    if share is not None:
        assert allocating.read_share(text) == share
        return
    with pytest.raises(InvalidInput, match="分配比例"):
        allocating.read_share(text)


def test_percent_says_when_it_is_rounded() -> None:
    assert allocating.percent(Fraction(1, 4)) == "25%"
    assert allocating.percent(Fraction(1, 3)) == "约 33.3333%"


def test_management_of_a_restricted_fund_stops_at_its_fee_cap() -> None:
    charges = allocating.allocate(
        [Cost(7, None, 100)],
        [Target(Function.MANAGEMENT, 2, 1)],
        {2: Room(held_minor=1000, fee_minor=30)},
        home=HOME,
    )
    assert [(c.fund_id, c.minor, c.held) for c in charges] == [(2, 30, None), (1, 70, Held.FEE_CAP)]
