"""What an import says about figures: a flag names what was found, what was expected, and why.

A flag never changes a figure and never stops an import. Published figures often do not tie; the
difference is shown and kept, and a person writes down the reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a flag asks of the reader."""

    MISMATCH = "mismatch"
    """Figures contradict each other: correct the source or explain."""
    NOTE = "note"
    """Lawful or explicable, but a written note is needed."""
    INFO = "info"
    """Worth knowing when reading the ratios."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at."""

    code: str
    level: Level
    fields: tuple[str, ...]
    message: str
    found: str = ""
    expected: str = ""
    difference_minor: int | None = None
    explanation: str = ""


def ordered(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Put contradictions first, otherwise keep the order in which they were found."""
    ranks = list(Level)
    return tuple(sorted(flags, key=lambda flag: ranks.index(flag.level)))
