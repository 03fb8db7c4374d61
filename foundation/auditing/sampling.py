"""Drawing audit samples: pure, in whole fen, and the same for everybody who asks again.

A population is a sequence of amounts, none of them negative, in an order that the books give. The
numbers come from SHA-256 of `seed|counter`, so that a sample can be drawn again on any database,
with any version of Python, and by an auditor with tools of their own:

- random: items are numbered from 1; the number drawn next is 1 + SHA-256(`seed|counter`) mod N
  for counters 1, 2, 3 …; a number that came before is skipped;
- stratified: the same within each stratum, its own number between seed and counter
  (`seed|stratum|counter`);
- monetary unit (货币单元抽样): items of at least the interval are taken with certainty; over what
  is left, amounts are added up in order, and the item is taken in which a hit point lies. The
  first point is 1 + SHA-256(`seed|1`) mod interval, each next one an interval further.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.errors import InvalidInput

# More than a person looks through; the reports list whole populations.
MOST_SELECTED = 5000
LONGEST_SEED = 64
# Reliability factors in hundredths at no expected misstatement: the mean of a Poisson
# distribution whose chance of no event is one minus the confidence (mathematics, not law).
CONFIDENCE_FACTORS: Mapping[str, int] = {
    "80": 161,
    "85": 190,
    "90": 231,
    "95": 300,
    "97.5": 369,
    "99": 461,
}


class Method(StrEnum):
    """How the items are chosen."""

    UNITS = "units"
    RANDOM = "random"
    BANDS = "bands"
    GROUPS = "groups"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True)
class Selected:
    """One item of a sample: its place in the population, from 0, and why it was taken."""

    position: int
    amount_minor: int
    stratum: int = 0
    is_certain: bool = False
    # The amount counted up to this item, and the point that hit it.
    hit_minor: int | None = None
    cumulative_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the population, and how many of it were wanted and taken."""

    key: int
    count: int
    total_minor: int
    wanted: int
    taken: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, in the order of the population, and what it was drawn from."""

    selected: tuple[Selected, ...]
    count: int
    total_minor: int
    strata: tuple[Stratum, ...] = ()
    interval_minor: int | None = None
    start_minor: int | None = None
    certain_minor: int = 0

    @property
    def selected_minor(self) -> int:
        """The sum of what was drawn."""
        return sum(item.amount_minor for item in self.selected)


@dataclass(frozen=True, slots=True)
class Band:
    """A stratum of amounts up to a limit (None: the rest); `size` None takes all of it."""

    upto_minor: int | None
    size: int | None


class TooManySelected(InvalidInput):
    """The sample would be longer than anybody looks through."""

    code = "sample_too_large"
    message = "样本将超过 {most} 项，请提高金额起点或减少抽取数量"

    def __init__(self) -> None:
        super().__init__(most=MOST_SELECTED)


def number_of(seed: str, counter: int, below: int, *, stratum: int | None = None) -> int:
    """Return the number that a seed and a counter stand for, from 0 and below a limit."""
    text = f"{seed}|{counter}" if stratum is None else f"{seed}|{stratum}|{counter}"
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % below


def draw_places(seed: str, size: int, count: int, *, stratum: int | None = None) -> list[int]:
    """Return `size` different places below `count` in ascending order; all when there are fewer."""
    if size >= count:
        _refuse_too_many(count)
        return list(range(count))
    _refuse_too_many(size)
    found: set[int] = set()
    counter = 0
    while len(found) < size:
        counter += 1
        found.add(number_of(seed, counter, count, stratum=stratum))
    return sorted(found)


def above(amounts: Sequence[int], *, least_minor: int) -> Sample:
    """Take every item of at least an amount. Raises TooManySelected."""
    places = []
    for place, amount in enumerate(amounts):
        if amount >= least_minor:
            places.append(place)
            _refuse_too_many(len(places))
    selected = tuple(Selected(place, amounts[place], is_certain=True) for place in places)
    return Sample(selected, len(amounts), sum(amounts))


def at_random(amounts: Sequence[int], *, size: int, seed: str) -> Sample:
    """Take so many items, each with the same chance. Raises TooManySelected."""
    places = draw_places(seed, size, len(amounts))
    selected = tuple(Selected(place, amounts[place]) for place in places)
    return Sample(selected, len(amounts), sum(amounts))


def stratified(
    amounts: Sequence[int],
    keys: Sequence[int],
    *,
    wanted: Mapping[int, int | None],
    seed: str,
) -> Sample:
    """Take so many items at random of each stratum; None takes all of it, a key left out none.

    `keys` says for each item which stratum it is in. Raises TooManySelected.
    """
    members: dict[int, list[int]] = {}
    for place, key in enumerate(keys):
        members.setdefault(key, []).append(place)
    selected: list[Selected] = []
    strata = []
    for key in sorted(members):
        places = members[key]
        size = wanted.get(key, 0)
        chosen = draw_places(seed, len(places) if size is None else size, len(places), stratum=key)
        selected += [
            Selected(places[i], amounts[places[i]], key, is_certain=len(chosen) == len(places))
            for i in chosen
        ]
        _refuse_too_many(len(selected))
        total = sum(amounts[place] for place in places)
        asked = len(places) if size is None else size
        strata.append(Stratum(key, len(places), total, asked, len(chosen)))
    selected.sort(key=lambda item: item.position)
    return Sample(tuple(selected), len(amounts), sum(amounts), tuple(strata))


def band_of(amount: int, bands: Sequence[Band]) -> int:
    """Return the place of the band an amount lies in; one beyond the last when it is in none."""
    for place, band in enumerate(bands):
        if band.upto_minor is None or amount <= band.upto_minor:
            return place
    return len(bands)


def interval_of_size(total_minor: int, size: int) -> int:
    """Return the interval that gives about so many hits over a population."""
    return max(1, total_minor // size)


def interval_of_risk(tolerable_minor: int, confidence: str) -> int:
    """Return the interval for a tolerable misstatement: divided by the factor of the confidence."""
    return max(1, tolerable_minor * 100 // CONFIDENCE_FACTORS[confidence])


def by_units(amounts: Sequence[int], *, interval_minor: int, seed: str) -> Sample:
    """Take items in proportion to their amounts: monetary unit sampling.

    Raises TooManySelected.
    """
    total = sum(amounts)
    start = 1 + number_of(seed, 1, interval_minor)
    if total // interval_minor > MOST_SELECTED:
        raise TooManySelected
    selected: list[Selected] = []
    certain = counted = 0
    point = start
    for place, amount in enumerate(amounts):
        if amount >= interval_minor:
            certain += amount
            selected.append(Selected(place, amount, is_certain=True))
            continue
        counted += amount
        # An item below the interval is hit once at most.
        if point <= counted:
            selected.append(Selected(place, amount, hit_minor=point, cumulative_minor=counted))
            point += interval_minor
    return Sample(
        tuple(selected),
        len(amounts),
        total,
        interval_minor=interval_minor,
        start_minor=start,
        certain_minor=certain,
    )


def hit_points(start_minor: int, interval_minor: int, total_minor: int) -> Iterator[int]:
    """Yield the points that fall on a total: how a drawn sample is proved."""
    return iter(range(start_minor, total_minor + 1, interval_minor))


def _refuse_too_many(count: int) -> None:
    if count > MOST_SELECTED:
        raise TooManySelected
