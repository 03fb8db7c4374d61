"""When a project is major and a payee large: dated data (criteria.toml), read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from ledger.charts.definitions import Grade

HEADINGS = ("beneficiaries", "wages", "office", "assets", "publicity", "travel", "other")
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class MajorProject:
    """Shares of the year's income and expense in hundredths of a percent, or how many years."""

    income_share: int
    expense_share: int
    years: int
    source: str
    grade: Grade

    def is_met(self, *, income: tuple[int, int], expense: tuple[int, int], years: int) -> bool:
        """Tell for (project, whole year) of income and expense, and years that it has run."""
        return (
            _reaches(*income, self.income_share)
            or _reaches(*expense, self.expense_share)
            or years >= self.years
        )


@dataclass(frozen=True, slots=True)
class LargePayee:
    """A share of the year's charitable spending, or an amount."""

    share: int
    amount_minor: int
    source: str
    grade: Grade

    def is_met(self, minor: int, whole: int) -> bool:
        """Tell for what one payee got."""
        return minor >= self.amount_minor or _reaches(minor, whole, self.share)


def major_project(on: date) -> MajorProject:
    """Return the rule in force on a day."""
    return MajorProject(**_in_force("major_project", on))


def large_payee(on: date) -> LargePayee:
    """Return the rule in force on a day."""
    return LargePayee(**_in_force("large_payee", on))


def heading_of(element: str) -> str:
    """Return the heading of table 24 under which an element stands."""
    headings: Mapping[str, str] = _data()["headings"]["of"]
    return headings.get(element, HEADINGS[-1])


def _reaches(part: int, whole: int, share: int) -> bool:
    return whole > 0 and part * _WHOLE >= whole * share


def _in_force(name: str, on: date) -> dict[str, Any]:
    rules = [rule for rule in _data()[name] if rule["from"] <= on]
    rule = (rules or _data()[name])[-1 if rules else 0]
    found = {key: value for key, value in rule.items() if key != "from"}
    return {**found, "grade": Grade(found["grade"])}


@cache
def _data() -> dict[str, Any]:
    text = resources.files("reports.audit_pack").joinpath("criteria.toml").read_text("utf-8")
    return tomllib.loads(text)
