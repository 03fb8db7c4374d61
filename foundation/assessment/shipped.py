"""The rubrics, places for papers and word lists that come with the program."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from foundation.assessment import rubrics
from foundation.assessment.rubrics import Evidence, Rubric
from foundation.duties.loading import Words

_FILES = ("hubei.toml", "jiangsu.toml", "national.toml")


class Asks(StrEnum):
    """How often a place wants a paper."""

    CURRENT = "current"
    YEARS = "years"
    TERM = "term"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for papers."""

    id: str
    title: Words
    asks: Asks
    words: tuple[str, ...]


@cache
def list_rubrics() -> tuple[Rubric, ...]:
    """Return the rubrics of the data files. Raises BadRubric."""
    return tuple(rubrics.parse(_read(name)) for name in _FILES)


@cache
def slots() -> Mapping[str, Slot]:
    """Return every place for papers by id."""
    return {
        item["id"]: Slot(
            item["id"],
            Words(item["title"]["zh"], item["title"]["en"]),
            Asks(item["asks"]),
            tuple(item["words"]),
        )
        for item in _read("slots.toml")["slot"]
    }


def evidence_of(text: str) -> Evidence:
    """Return what is known to prove an indicator, by the words of its text."""
    found: dict[str, list[str]] = {"files": [], "reports": [], "probes": []}
    for item in _read("probe_words.toml")["evidence"]:
        if _has(text, item["words"]):
            for name, kept in found.items():
                kept += [one for one in item.get(name, []) if one not in kept]
    places = tuple(slot.id for slot in slots().values() if _has(text, slot.words))
    return Evidence(
        files=tuple(sorted(found["files"])),
        reports=tuple(found["reports"]),
        probes=tuple(found["probes"]),
        slots=places,
    )


def _has(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


@cache
def _read(name: str) -> dict[str, Any]:
    content = resources.files("foundation.assessment.data").joinpath(name)
    # Points such as 2.5 are exact; no float comes near them.
    return tomllib.loads(content.read_text(encoding="utf-8"), parse_float=Decimal)
