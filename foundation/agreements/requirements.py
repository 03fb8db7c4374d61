"""When the rules ask for a written agreement: dated data with sources, and what it says of a gift.

Pure. Nothing here refuses: law and house rules are shown beside the gift or pledge they concern,
and a person acts on them.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

FEN = 100


@dataclass(frozen=True, slots=True)
class Promise:
    """What is known of a gift or pledge before anything is signed."""

    on: date
    amount_minor: int | None = None
    is_in_kind: bool = False
    is_instalments: bool = False
    is_construction: bool = False
    is_overseas: bool = False
    is_asked_by_donor: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """A reason to have an agreement, as the rules give it."""

    code: str
    valid_from: date
    level: str
    title: str
    title_en: str
    source: str
    grade: str
    valid_to: date | None = None
    least_yuan: int | None = None

    @property
    def is_law(self) -> bool:
        """Whether the law asks for it and not only the house."""
        return self.level == "law"

    @property
    def least_minor(self) -> int | None:
        """The amount from which it applies, in fen."""
        return None if self.least_yuan is None else self.least_yuan * FEN


@cache
def shipped() -> tuple[Requirement, ...]:
    """Return every requirement of the data file."""
    text = (
        resources.files("foundation.agreements.data")
        .joinpath("requirements.toml")
        .read_text("utf-8")
    )
    return tuple(Requirement(**item) for item in tomllib.loads(text)["requirement"])


def required(promise: Promise) -> list[Requirement]:
    """Return the reasons for which an agreement is needed; the law first."""
    found = [
        item
        for item in shipped()
        if item.valid_from <= promise.on
        and (item.valid_to is None or promise.on <= item.valid_to)
        and _applies(item, promise)
    ]
    return sorted(found, key=lambda item: not item.is_law)


def _applies(item: Requirement, promise: Promise) -> bool:
    if item.least_minor is not None:
        return promise.amount_minor is not None and promise.amount_minor >= item.least_minor
    return bool(getattr(promise, f"is_{item.code}"))
