"""The rules of related parties as data: thresholds of the year, and what a line of a voucher is."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from foundation.parties.models import DealingKind
from ledger.charts.definitions import Grade

_DATA = Path(__file__).parent / "data" / "rules.toml"
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which sum of a year on a donor stands out."""

    share_basis_points: int
    amount_minor: int
    source: str
    grade: Grade

    def is_exceeded(self, minor: int, income_minor: int) -> bool:
        """Whether a sum is more than the share of the income, or more than the amount."""
        is_share = minor * _WHOLE > income_minor * self.share_basis_points
        return minor > 0 and (is_share or minor > self.amount_minor)


@dataclass(frozen=True, slots=True)
class DealingRule:
    """What a line is, by the tag of its account."""

    tier: int
    kind: DealingKind
    sense: str
    source: str
    grade: Grade


def large_donation(on: date) -> Threshold:
    """Return the threshold of the table of large donations on a date."""
    return _threshold("large_donation", on)


def main_donor(on: date) -> Threshold:
    """Return from where on a donor may be a main donor (主要捐赠人)."""
    return _threshold("main_donor", on)


def of_tag(tag: str) -> DealingRule:
    """Return what a line on an account with this tag is."""
    rules, rest = _dealings()
    return rules.get(tag, rest)


def of_request(kind: str) -> DealingKind:
    """Return what a payment is by the kind of its request."""
    return _requests()[kind]


def sources() -> Sequence[tuple[DealingKind, str, Grade]]:
    """Return which text each kind of dealing follows, for pages that show it."""
    return [
        (DealingKind(item["kind"]), item["source"], Grade(item["grade"]))
        for item in _rules()["dealing"]
    ]


@cache
def open_tags() -> frozenset[str]:
    """Return the tags of the accounts whose balance is open with somebody."""
    return frozenset(_rules()["open"]["tags"])


def _threshold(name: str, on: date) -> Threshold:
    rule = [item for item in _rules()[name] if item["from"] <= on][-1]
    return Threshold(
        rule["share_basis_points"], rule["amount_minor"], rule["source"], Grade(rule["grade"])
    )


@cache
def _dealings() -> tuple[Mapping[str, DealingRule], DealingRule]:
    found: dict[str, DealingRule] = {}
    rest: DealingRule | None = None
    for item in _rules()["dealing"]:
        rule = DealingRule(
            item["tier"],
            DealingKind(item["kind"]),
            item["sense"],
            item["source"],
            Grade(item["grade"]),
        )
        found.update(dict.fromkeys(item["tags"], rule))
        rest = rule if not item["tags"] else rest
    assert rest is not None
    return found, rest


@cache
def _requests() -> Mapping[str, DealingKind]:
    return {
        kind: DealingKind(item["dealing"]) for item in _rules()["request"] for kind in item["kinds"]
    }


@cache
def _rules() -> Mapping[str, Any]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
