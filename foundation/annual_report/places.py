"""The places of the annual report that people fill in. The format is in data/places.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ledger.charts.definitions import Grade
from ledger.errors import NotFound


@dataclass(frozen=True, slots=True)
class Place:
    """One place: what belongs there, whether with an amount, and which form asks for it."""

    code: str
    zh: str
    en: str
    has_amount: bool
    source: str
    grade: Grade
    # The line of the spending table that the amount is added to.
    adjusts: str = ""

    def of(self, language: str) -> str:
        """Return what belongs there in a language."""
        return self.en if language == "en" else self.zh


@cache
def places() -> Mapping[str, Place]:
    """Return every place by its code, in the order of the form."""
    text = resources.files("foundation.annual_report.data").joinpath("places.toml")
    found = tomllib.loads(text.read_text(encoding="utf-8"))["place"]
    return {item["code"]: Place(**{**item, "grade": Grade(item["grade"])}) for item in found}


def get_place(code: str) -> Place:
    """Return a place. Raises NotFound."""
    found = places().get(code)
    if found is None:
        raise NotFound(what="年报填写项", name=code[:60])
    return found
