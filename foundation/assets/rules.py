"""The rules of investing as data: what needs a resolution of the board."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from foundation.assets.models import InvestmentKind
from ledger.errors import InvalidInput

_DATA = Path(__file__).parent / "data" / "rules.toml"


def needs_resolution(kind: InvestmentKind, minor: int, on: date) -> bool:
    """Tell whether an investment is major on a date. Raises InvalidInput without a rule."""
    found = [rule for rule in _rules()["major_investment"] if rule["from"] <= on]
    if not found:
        raise InvalidInput(field="日期", reason=f"{on} 没有适用的投资规则")
    rule = found[-1]
    return kind.value in rule["always"] or minor >= rule["from_minor"]


def source() -> tuple[str, str]:
    """Return source and grade of the rule in force last."""
    rule = _rules()["major_investment"][-1]
    return str(rule["source"]), str(rule["grade"])


@cache
def _rules() -> Mapping[str, list[dict[str, Any]]]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
