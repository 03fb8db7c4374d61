"""The arithmetic of samples: what is taken, why, and that anybody gets it again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.auditing import sampling
from foundation.auditing.sampling import Band, TooManySelected
from tests.refusals import refused

AMOUNTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=60)
SEEDS = st.text(min_size=1, max_size=12)


def test_numbers_are_those_that_sha_256_gives() -> None:
    """Those of `printf "2026|1" | sha256sum`: a change would change every sample ever drawn."""
    assert [sampling.number_of("2026", counter, 1000) for counter in (1, 2, 3)] == [863, 932, 214]
    assert sampling.number_of("2026", 1, 1000, stratum=2) == 726


def test_known_sample_of_units() -> None:
    amounts = [50_00, 120_00, 0, 999_00, 30_00, 70_00]

    sample = sampling.by_units(amounts, interval_minor=100_00, seed="审计2026")

    taken = {item.position: item.is_certain for item in sample.selected}
    assert taken[1] is True
    assert taken[3] is True
    assert 2 not in taken
    assert sample.certain_minor == 1119_00


@given(amounts=AMOUNTS, interval=st.integers(min_value=1, max_value=10**9), seed=SEEDS)
def test_every_item_is_taken_by_its_hit_point_or_with_certainty(
    amounts: list[int], interval: int, seed: str
) -> None:
    if sum(amounts) // interval > sampling.MOST_SELECTED:
        with pytest.raises(TooManySelected):
            sampling.by_units(amounts, interval_minor=interval, seed=seed)
        return
    sample = sampling.by_units(amounts, interval_minor=interval, seed=seed)

    certain = {place for place, amount in enumerate(amounts) if amount >= interval}
    rest = sum(amount for amount in amounts if amount < interval)
    assert {item.position for item in sample.selected if item.is_certain} == certain
    assert sample.certain_minor + rest == sample.total_minor == sum(amounts)
    hits = [item for item in sample.selected if not item.is_certain]
    assert sample.start_minor is not None
    assert 1 <= sample.start_minor <= interval
    points = list(sampling.hit_points(sample.start_minor, interval, rest))
    assert [item.hit_minor for item in hits] == points
    for item in hits:
        assert item.hit_minor is not None
        assert item.cumulative_minor is not None
        assert item.cumulative_minor - item.amount_minor < item.hit_minor <= item.cumulative_minor


@given(amounts=AMOUNTS, size=st.integers(min_value=1, max_value=80), seed=SEEDS)
def test_random_sample_has_its_size_and_comes_again(
    amounts: list[int], size: int, seed: str
) -> None:
    sample = sampling.at_random(amounts, size=size, seed=seed)

    places = [item.position for item in sample.selected]
    assert len(set(places)) == len(places) == min(size, len(amounts))
    assert places == sorted(places)
    assert sample == sampling.at_random(amounts, size=size, seed=seed)


@given(
    items=st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 3)), min_size=1, max_size=60),
    wanted=st.dictionaries(st.integers(0, 3), st.none() | st.integers(1, 10)),
    seed=SEEDS,
)
def test_strata_add_up_to_the_population_and_have_what_was_wanted(
    items: list[tuple[int, int]], wanted: dict[int, int | None], seed: str
) -> None:
    amounts, keys = [amount for amount, _ in items], [key for _, key in items]

    sample = sampling.stratified(amounts, keys, wanted=wanted, seed=seed)

    assert sum(stratum.count for stratum in sample.strata) == len(items)
    assert sum(stratum.total_minor for stratum in sample.strata) == sum(amounts)
    for stratum in sample.strata:
        size = wanted.get(stratum.key, 0)
        expected = stratum.count if size is None else min(size, stratum.count)
        taken = [item for item in sample.selected if item.stratum == stratum.key]
        assert len(taken) == stratum.taken == expected
        assert all(keys[item.position] == stratum.key for item in taken)


def test_one_more_stratum_does_not_change_the_others() -> None:
    few, many = [0] * 40, [0] * 40 + [1] * 25
    wanted: dict[int, int | None] = {0: 5, 1: 3}

    first = sampling.stratified([100] * 40, few, wanted=wanted, seed="x")
    second = sampling.stratified([100] * 65, many, wanted=wanted, seed="x")

    assert first.selected == tuple(item for item in second.selected if item.stratum == 0)


def test_other_seed_gives_another_sample() -> None:
    amounts = [100] * 1000
    drawn = {sampling.at_random(amounts, size=20, seed=seed).selected for seed in "abcdef"}

    assert len(drawn) == 6


def test_each_item_has_its_chance() -> None:
    """Over many seeds every one of ten items is drawn about as often as the others."""
    counts = [0] * 10
    for seed in range(2000):
        for item in sampling.at_random([1] * 10, size=3, seed=str(seed)).selected:
            counts[item.position] += 1

    assert all(500 < count < 700 for count in counts)


def test_threshold_takes_the_limit_itself() -> None:
    sample = sampling.above([99_99, 100_00, 100_01], least_minor=100_00)

    assert [item.position for item in sample.selected] == [1, 2]


def test_bands_include_their_limit_and_what_is_above_all_is_in_none() -> None:
    bands = [Band(100, 1), Band(200, 1)]

    assert [sampling.band_of(amount, bands) for amount in (0, 100, 101, 200, 201)] == [
        0,
        0,
        1,
        1,
        2,
    ]


def test_interval_follows_from_size_or_from_risk() -> None:
    assert sampling.interval_of_size(1_000_003, 10) == 100_000
    assert sampling.interval_of_size(5, 10) == 1
    # 300,000.00 tolerable at 95 %: a third of it.
    assert sampling.interval_of_risk(300_000_00, "95") == 100_000_00


@pytest.mark.parametrize("draw", ["above", "at_random", "by_units"])
def test_sample_that_nobody_reads_is_refused(draw: str) -> None:
    amounts = [100] * (sampling.MOST_SELECTED + 2)
    with refused("sample_too_large"):
        if draw == "above":
            sampling.above(amounts, least_minor=1)
        elif draw == "at_random":
            sampling.at_random(amounts, size=len(amounts), seed="x")
        else:
            sampling.by_units(amounts, interval_minor=1, seed="x")
