"""Ratios, rounding and pools: exact, and conserving."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.matching import amounts, dates, pools, rounding
from ledger.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1.20", Fraction(6, 5)),
        ("1/3", Fraction(1, 3)),
        (2, 2),
        ("0", 0),
        (" 0.5 ", Fraction(1, 2)),
    ],
)
def test_ratios_are_read_exactly(text, value):
    assert amounts.ratio(text, path="x") == value


@pytest.mark.parametrize(
    "text", ["", "-1", "1/0", "1/", "50%", "1e3", "0x1", ".5", None, True, [], "1/3/4"]
)
def test_what_is_no_ratio_is_refused(text):
    with pytest.raises(InvalidInput):
        amounts.ratio(text, path="x")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 2), "0.50"),
        (Fraction(1), "1.00"),
        (Fraction(1, 3), "1/3"),
        (Fraction(3, 8), "0.375"),
        (Fraction(6, 5), "1.20"),
    ],
)
def test_ratios_are_written_as_rules_print_them(value, text):
    assert amounts.ratio_text(value) == text


@pytest.mark.parametrize(
    ("mode", "results"),
    [
        ("half_up", (1, 2, 3, 1)), ("half_even", (0, 2, 2, 1)), ("half_down", (0, 1, 2, 1)),
        ("down", (0, 1, 2, 0)), ("up", (1, 2, 3, 1)),
    ],
)  # fmt: skip
def test_rounding_modes(mode, results):
    values = (Fraction(1, 2), Fraction(3, 2), Fraction(5, 2), Fraction(3, 4))
    assert tuple(rounding.to_place(value, mode=mode) for value in values) == results


def test_the_published_percentage_of_an_internal_fund_needs_half_up():
    assert rounding.to_place(Fraction(47573020) * Fraction(375, 1000)) == 17839883


def test_rounding_to_a_larger_place():
    assert rounding.to_place(1_500_000, place_minor=1_000_000) == 2_000_000
    assert rounding.to_place(1_499_999, place_minor=1_000_000) == 1_000_000


weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any)


@given(pool=st.integers(0, 10**13), parts=weights)
def test_shares_of_a_pool_sum_to_the_pool(pool, parts):
    shares = pools.proportional(pool, parts)
    assert sum(shares.awards) == pool
    assert shares.unused_minor == 0
    total = sum(parts)
    for award, part in zip(shares.awards, parts, strict=True):
        assert abs(award - Fraction(pool * part, total)) < 1


@given(
    pool=st.integers(0, 10**13),
    parts=weights,
    fills=st.booleans(),
    place=st.sampled_from([1, 100, 10**6]),
)
def test_shares_never_pass_their_ceilings_nor_the_pool(pool, parts, fills, place):
    ceilings = [part * Fraction(6, 5) for part in parts]
    shares = pools.proportional(pool, parts, ceilings=ceilings, fills_pool=fills, place_minor=place)
    assert sum(shares.awards) + shares.unused_minor == pool
    assert shares.unused_minor >= 0
    for award, ceiling in zip(shares.awards, ceilings, strict=True):
        assert award <= ceiling
        assert award % place == 0


def test_what_a_ceiling_cuts_off_goes_to_the_others_only_where_the_pool_must_be_used():
    weights_of_three, ceilings = [50, 30, 20], [10, None, None]
    kept = pools.proportional(100, weights_of_three, ceilings=ceilings)
    assert (kept.awards, kept.unused_minor) == ((10, 30, 20), 40)
    filled = pools.proportional(100, weights_of_three, ceilings=ceilings, fills_pool=True)
    assert (filled.awards, filled.unused_minor) == ((10, 54, 36), 0)


def test_a_pool_without_weights_is_refused():
    with pytest.raises(InvalidInput):
        pools.proportional(100, [0, 0])


@given(pool=st.integers(0, 10**9), asked=st.lists(st.integers(0, 10**8), min_size=1, max_size=8))
def test_a_cut_for_all_is_the_same_percentage(pool, asked):
    shares = pools.prorata(pool, asked)
    assert sum(shares.awards) + shares.unused_minor == pool
    if sum(asked) <= pool:
        assert list(shares.awards) == asked
    else:
        assert sum(shares.awards) == pool


days = st.dates(date(2025, 1, 1), date(2025, 12, 31))
queue = st.lists(st.tuples(st.sampled_from("ABC"), days, st.integers(0, 900)), max_size=12)


@given(pool=st.integers(600, 3000), asked=queue)
def test_a_queue_never_passes_the_pool_and_keeps_every_minimum_aside(pool, asked):
    requests = [
        pools.Request(str(index), claimant, day, amount)
        for index, (claimant, day, amount) in enumerate(asked)
    ]
    until = date(2025, 6, 30)
    grants = pools.in_order(
        pool, requests, reserve_minor=200, reserve_until=until, claimants=["A", "B", "C"]
    )
    assert sum(grant.granted_minor for grant in grants) <= pool
    by_id = {grant.id: grant for grant in grants}
    drawn = dict.fromkeys("ABC", 0)
    for request in requests:
        grant = by_id[request.id]
        assert grant.granted_minor + grant.rest_minor == request.amount_minor
    early = sorted((r for r in requests if r.requested_on <= until), key=lambda r: r.requested_on)
    for request in early:
        drawn[request.claimant] += by_id[request.id].granted_minor
        others = sum(
            max(200 - taken, 0) for name, taken in drawn.items() if name != request.claimant
        )
        if by_id[request.id].granted_minor:
            assert sum(drawn.values()) + others <= pool


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2018-11-28 (published)", date(2018, 11, 28), date(2018, 11, 28)),
        ("2020 (gifts of 2019)", date(2020, 1, 1), date(2020, 12, 31)),
        ("2016-01-21; revised 2020", date(2016, 1, 21), date(2016, 1, 21)),
        ("UNKNOWN", None, None), ("superseded by 2018", None, None), ("2018-13-01", None, None),
        ("20180101", None, None), (None, None, None), (2019, date(2019, 1, 1), date(2019, 12, 31)),
    ],
)  # fmt: skip
def test_dates_of_rule_texts(text, first, last):
    assert (dates.first_day(text), dates.last_day(text)) == (first, last)


def test_a_fiscal_year_is_named_by_the_year_in_which_it_begins():
    assert dates.fiscal_year(date(2024, 8, 31), starts="09-01") == 2023
    assert dates.fiscal_year(date(2024, 9, 1), starts="09-01") == 2024
    assert dates.fiscal_year(date(2024, 1, 1), starts="01-01") == 2024
