"""The rules of spending as data: approvals by amount, procurement, disclosure, cost elements."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ledger.charts.definitions import Grade
from ledger.errors import InvalidInput

_DATA = Path(__file__).parent / "data" / "rules.toml"


@dataclass(frozen=True, slots=True)
class Level:
    """What a request of this size needs: different people who approve, and a resolution."""

    from_minor: int
    approvals: int
    needs_resolution: bool


@dataclass(frozen=True, slots=True)
class Element:
    """A kind of cost as 189号 counts it, and the account that it is charged to."""

    code: str
    zh: str
    en: str
    tag: str
    source: str
    grade: Grade


def level_for(minor: int, on: date) -> Level:
    """Return what a request of an amount needs on a date."""
    rule = _in_force("approval", on)
    levels = [Level(**item) for item in rule["levels"]]
    return max(
        (level for level in levels if level.from_minor <= minor), key=lambda level: level.from_minor
    )


def methods_for(minor: int, on: date) -> Sequence[str]:
    """Return the procurement methods that an amount allows, the usual one first."""
    rule = _in_force("procurement", on)
    steps = sorted(rule["steps"], key=lambda step: int(step["from_minor"]), reverse=True)
    found = next(step for step in steps if step["from_minor"] <= minor)
    methods: Sequence[str] = found["methods"]
    return methods


def disclosure_days(on: date) -> int | None:
    """Return within how many days a dealing with a related party is published, if at all."""
    found = [rule for rule in _rules()["related_party"] if rule["from"] <= on]
    return int(found[-1]["disclosure_days"]) if found else None


def sources() -> Mapping[str, tuple[str, str]]:
    """Return (source, grade) of the rule in force last, by name, for pages that show it."""
    data = _rules()
    return {
        name: (data[name][-1]["source"], data[name][-1]["grade"])
        for name in ("approval", "procurement", "related_party")
    }


@cache
def elements() -> Mapping[str, Element]:
    """Return every cost element by code."""
    return {
        item["code"]: Element(**{**item, "grade": Grade(item["grade"])})
        for item in _rules()["element"]
    }


def get_element(code: str) -> Element:
    """Return a cost element. Raises InvalidInput."""
    found = elements().get(code)
    if found is None:
        raise InvalidInput(field="费用要素", reason=f"没有“{code}”")
    return found


def _in_force(name: str, on: date) -> Mapping[str, Any]:
    found = [rule for rule in _rules()[name] if rule["from"] <= on]
    if not found:
        raise InvalidInput(field="日期", reason=f"{on} 没有适用的支出规则")
    rule: Mapping[str, Any] = found[-1]
    return rule


@cache
def _rules() -> Mapping[str, list[dict[str, Any]]]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
