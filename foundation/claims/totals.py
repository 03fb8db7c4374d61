"""What the lines of a claim add up to, kept so that one changed line changes it at once.

The engine adds up while gifts stream through it; here the same sums are held as data. Taking a
line out and putting its successor in gives what a whole computation would give.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from foundation.claims import lines
from foundation.claims.lines import PROJECT, LineRow
from foundation.matching import plan as plans
from foundation.matching import rounding
from foundation.matching.amounts import Exact
from foundation.matching.claim import ROUNDED_EACH, Run
from foundation.matching.plan import Plan, Totals
from foundation.matching.results import GiftStatus
from ledger import trail


@dataclass(slots=True)
class Reading:
    """The sums of one reading of the gifts: strict or generous."""

    recognised: int = 0
    counted_gifts: int = 0
    matched: Exact = 0
    matched_gifts: int = 0
    by_gift_minor: int = 0
    by_project: dict[str, Exact] = field(default_factory=dict)


@dataclass(slots=True)
class Sums:
    """The sums of a claim."""

    low: Reading = field(default_factory=Reading)
    high: Reading = field(default_factory=Reading)
    counts: dict[str, int] = field(default_factory=dict)
    unbounded: int = 0
    capped: int = 0

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return sum(self.counts.values())

    def count(self, status: GiftStatus) -> int:
        """How many lines have a status."""
        return self.counts.get(status.value, 0)

    def change(self, row: LineRow | Any, plan: Plan, *, sign: int) -> None:
        """Put a line in, or take one out."""
        status = GiftStatus(row.status)
        count = self.counts.pop(status.value, 0) + sign
        if count:
            self.counts[status.value] = count
        if status is GiftStatus.INELIGIBLE:
            return
        self.capped += sign * bool(row.cap_code)
        self.unbounded += sign * (row.counted_high is None)
        project = lines.facts_of(row.facts).get(PROJECT)
        low = lines.joined(row.low_minor, row.low_rest)
        high = lines.joined(row.high_minor, row.high_rest)
        _change(self.low, row.counted_low, low, project, plan, sign)
        _change(self.high, row.counted_high or 0, high, project, plan, sign)

    def engine_totals(self, plan: Plan, *, prior: "Sums | None" = None) -> Totals:
        """Give the sums to the engine. What earlier claims of the year counted comes on top."""
        totals = plans.new_totals(plan)
        open_count = self.count(GiftStatus.NEEDS_DECISION)
        _fill(totals.strict, self.low, prior.low if prior else None)
        if open_count:
            totals.generous = totals.strict.copy()
            _fill(totals.generous, self.high, prior.low if prior else None)
            totals.generous.is_bounded = self.unbounded == 0
        is_cut = self.capped or (prior is not None and prior.capped)
        for run in (totals.strict, totals.generous):
            run.cut = {"CAP"} if is_cut else set()
        totals.questions = open_count
        totals.counts = {GiftStatus(name): count for name, count in self.counts.items() if count}
        return totals

    def dump(self) -> str:
        """Write the sums as JSON."""
        return trail.canonical(
            {
                "low": _dumped(self.low),
                "high": _dumped(self.high),
                "counts": self.counts,
                "unbounded": self.unbounded,
                "capped": self.capped,
            }
        )


def load(text: str) -> Sums:
    """Read sums."""
    data = json.loads(text)
    return Sums(
        low=_loaded(data["low"]),
        high=_loaded(data["high"]),
        counts=dict(data["counts"]),
        unbounded=data["unbounded"],
        capped=data["capped"],
    )


def of_run(totals: Totals, *, unbounded: int, capped: int) -> Sums:
    """Take over what the engine added up while gifts streamed through it."""
    return Sums(
        low=_of(totals.strict),
        high=_of(totals.generous),
        counts={status.value: count for status, count in totals.counts.items()},
        unbounded=unbounded,
        capped=capped,
    )


def together(parts: Iterable[Sums]) -> Sums:
    """Add the sums of several claims."""
    whole = Sums()
    for part in parts:
        whole.capped += part.capped
        for mine, other in ((whole.low, part.low), (whole.high, part.high)):
            mine.recognised += other.recognised
            mine.counted_gifts += other.counted_gifts
            mine.matched += other.matched
            mine.matched_gifts += other.matched_gifts
            mine.by_gift_minor += other.by_gift_minor
            for name, value in other.by_project.items():
                mine.by_project[name] = mine.by_project.get(name, 0) + value
    return whole


def _of(run: Run) -> Reading:
    return Reading(
        recognised=run.recognised,
        counted_gifts=run.counted_gifts,
        matched=run.matched,
        matched_gifts=run.matched_gifts,
        by_gift_minor=run.by_gift_minor,
        by_project=dict(run.by_project),
    )


def _fill(run: Run, part: Reading, prior: Reading | None) -> None:
    whole = Reading() if prior is None else prior
    run.recognised = part.recognised + whole.recognised
    run.counted_gifts = part.counted_gifts + whole.counted_gifts
    run.matched = part.matched + whole.matched
    run.matched_gifts = part.matched_gifts + whole.matched_gifts
    run.by_gift_minor = part.by_gift_minor + whole.by_gift_minor
    run.by_project = dict(part.by_project)
    for name, value in whole.by_project.items():
        run.by_project[name] = run.by_project.get(name, 0) + value


def _change(
    part: Reading, counted: int, matched: Exact | None, project: str | None, plan: Plan, sign: int
) -> None:
    if not counted:
        return
    part.recognised += sign * counted
    part.counted_gifts += sign
    if matched is None:
        return
    part.matched_gifts += sign
    part.matched += sign * matched
    rule = plans.new_totals(plan).strict.rule
    if rule.at in ROUNDED_EACH:
        part.by_gift_minor += sign * rounding.to_place(
            matched, place_minor=rule.place_minor, mode=rule.mode
        )
    if project is not None:
        left = part.by_project.get(project, 0) + sign * matched
        part.by_project[project] = left
        if not left:
            del part.by_project[project]


def _dumped(part: Reading) -> dict[str, Any]:
    return {
        "recognised": part.recognised,
        "counted_gifts": part.counted_gifts,
        "matched": str(part.matched),
        "matched_gifts": part.matched_gifts,
        "by_gift_minor": part.by_gift_minor,
        "by_project": {name: str(value) for name, value in sorted(part.by_project.items())},
    }


def _loaded(data: dict[str, Any]) -> Reading:
    return Reading(
        recognised=data["recognised"],
        counted_gifts=data["counted_gifts"],
        matched=_exact(data["matched"]),
        matched_gifts=data["matched_gifts"],
        by_gift_minor=data["by_gift_minor"],
        by_project={name: _exact(value) for name, value in data["by_project"].items()},
    )


def _exact(text: str) -> Exact:
    found = Fraction(text)
    return found.numerator if found.denominator == 1 else found
