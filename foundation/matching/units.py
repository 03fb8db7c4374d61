"""What counts as one gift, and whether it is large enough (step 8).

Each gift is weighed twice: strictly, where everything still open goes against the claim, and
generously, where it goes for it. Both agree on a settled gift; where they differ a person must
decide, and the result is the range between them. An unknown 单笔 is read the same way: each
receipt alone, or all receipts of one agreement in a year.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from foundation.matching import facts, predicates
from foundation.matching import vocabulary as words
from foundation.matching.eligibility import Judgement
from foundation.matching.predicates import Facts
from foundation.matching.schemes import (
    UNKNOWN,
    Minimum,
    MinimumClass,
    Scheme,
    Unit,
    UnknownType,
    Whole,
)


class Weighed(NamedTuple):
    """A unit's amount as the strict and as the generous reading see it."""

    strict: int
    generous: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A minimum for this claimant: what is certainly enough, and what is certainly not."""

    enough: MinimumClass
    too_little: MinimumClass
    is_soft: bool
    questions: tuple[str, ...]


def limit_for(minimum: Minimum | UnknownType | None, *, claimant: Facts) -> Limit | None:
    """Find the minimum that holds for a claimant; None where there is none or it is unknown."""
    if not isinstance(minimum, Minimum):
        return None
    possible: list[MinimumClass] = []
    questions: list[str] = []
    for step in minimum.classes:
        answer: bool | None = True
        if step.when is not None:
            answer = predicates.compiled(step.when, claimant=claimant)({})
        if answer is None and step.when is not None:
            named = predicates.facts_of(step.when)
            questions += [name for name in named if not predicates.is_present(claimant.get(name))]
        if answer is not False:
            possible.append(step)
        if answer:
            break
    if not possible:
        return None

    def height(step: MinimumClass) -> tuple[int, bool]:
        return (_value(step), not step.is_inclusive)

    return Limit(
        enough=max(possible, key=height),
        too_little=min(possible, key=height),
        is_soft=minimum.is_soft,
        questions=tuple(dict.fromkeys(questions)) if len(possible) > 1 else (),
    )


def _value(step: MinimumClass) -> int:
    return step.value_minor if isinstance(step.value_minor, int) else 0


def reaches(step: MinimumClass, amount_minor: int) -> bool:
    """Whether an amount reaches a minimum."""
    least = _value(step)
    return amount_minor >= least if step.is_inclusive else amount_minor > least


def has_single_units(scheme: Scheme) -> bool:
    """Whether every gift can be weighed by itself, without seeing the others."""
    weighs = scheme.minimum is not None and scheme.minimum is not UNKNOWN
    if not weighs and not isinstance(scheme.method, Whole):
        return True
    return scheme.unit is None or (
        isinstance(scheme.unit, Unit) and scheme.unit.kind in words.SINGLE_UNITS
    )


@dataclass(slots=True)
class Units:
    """The sums of every counting unit; empty where each gift is its own."""

    scheme: Scheme
    totals: dict[Hashable, list[int]] = field(default_factory=dict)
    bundles: dict[str, tuple[Hashable, Hashable]] = field(default_factory=dict)

    def weigh(self, judgement: Judgement) -> Weighed:
        """Give the amount of the unit that a gift belongs to."""
        own = judgement.counted or 0
        if not self.totals:
            return Weighed(own, own)
        strict_key, generous_key = self.keys(judgement)
        strict = self.totals[strict_key][0] if strict_key in self.totals else own
        generous = self.totals[generous_key][1] if generous_key in self.totals else own
        return Weighed(strict, generous)

    def others(self, judgement: Judgement) -> int:
        """What the other gifts of the unit of a refused gift come to at most."""
        _, generous_key = self.keys(judgement)
        return self.totals[generous_key][1] if generous_key in self.totals else 0

    def keys(self, judgement: Judgement) -> tuple[Hashable, Hashable]:
        """The unit of a gift under the strict and the generous reading; None is its own."""
        if judgement.gift.id in self.bundles:
            return self.bundles[judgement.gift.id]
        unit = self.scheme.unit
        if unit is UNKNOWN:
            return None, _summed_key("agreement_year", judgement)
        if unit is None or unit.kind in words.SINGLE_UNITS or unit.kind == words.BUNDLE:
            return None, None
        key = _summed_key(unit.kind, judgement)
        return key, key


def summed(scheme: Scheme, judgements: Iterable[Judgement]) -> Units:
    """Add up the counting units of all gifts that are not refused already."""
    units = Units(scheme=scheme)
    if has_single_units(scheme):
        return units
    if isinstance(scheme.unit, Unit) and scheme.unit.kind == words.BUNDLE:
        judgements = list(judgements)
        units.bundles = _bundles(scheme.unit, judgements)
    for judgement in judgements:
        if judgement.codes:
            continue
        strict_key, generous_key = units.keys(judgement)
        counted = judgement.counted or 0
        if strict_key is not None and not judgement.questions:
            units.totals.setdefault(strict_key, [0, 0])[0] += counted
        if generous_key is not None:
            units.totals.setdefault(generous_key, [0, 0])[1] += counted
    return units


def _summed_key(kind: str, judgement: Judgement) -> Hashable:
    gift, day = judgement.gift, judgement.counted_on
    year = day.year if day and kind.endswith("_year") else None
    named: object = {
        "agreement": gift.agreement,
        "project": gift.project,
        "donor": judgement.facts.get(facts.DONOR),
        "claimant": "claimant",
    }[kind.partition("_")[0]]
    # Nobody can say that two gifts without an agreement, or without a donor, belong together.
    return None if named is None or named == "" else (kind, named, year)


def _bundles(unit: Unit, judgements: list[Judgement]) -> dict[str, tuple[Hashable, Hashable]]:
    certain = [item for item in judgements if not item.codes and not item.questions]
    possible = [item for item in judgements if not item.codes]
    strict = _bundle_keys(unit, certain, "strict")
    generous = _bundle_keys(unit, possible, "generous")
    return {key: (strict.get(key), generous[key]) for key in generous}


def _bundle_keys(unit: Unit, judgements: list[Judgement], reading: str) -> dict[str, Hashable]:
    keys: dict[str, Hashable] = {}
    open_until: dict[Hashable, tuple[date, Hashable]] = {}
    ordered = sorted(
        judgements, key=lambda item: facts.order_of_receipt(item.gift.id, item.counted_on)
    )
    for item in ordered:
        group, day = _bundle_group(unit, item), item.counted_on
        if group is None or day is None:
            keys[item.gift.id] = (reading, item.gift.id)
            continue
        starts_on, key = open_until.get(group, (date.min, None))
        if key is None or (day - starts_on).days > unit.within_days:
            key = (reading, item.gift.id)
            starts_on = day
        elif unit.counted_from == "last_deposit":
            starts_on = day
        open_until[group] = (starts_on, key)
        keys[item.gift.id] = key
    return keys


def _bundle_group(unit: Unit, judgement: Judgement) -> Hashable:
    gift = judgement.gift
    named = {
        "donor": judgement.facts.get(facts.DONOR),
        "agreement": gift.agreement,
        "project": gift.project,
    }
    parts = tuple(named[name] if name in named else judgement.facts.get(name) for name in unit.same)
    return None if any(part is None or part == "" for part in parts) else parts
