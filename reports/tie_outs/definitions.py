"""What a control total is: two sides, whether they agree, and the rows that explain a gap.

A computation answers with its two figures, or with None when the data it needs is not there; it
never answers with one side copied to the other. Others add computations in `registry`.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sqlalchemy.orm import Session

from ledger import money
from reports.parameters import Parameters
from reports.statements.frame import Frame
from reports.tables import Label


@dataclass(frozen=True, slots=True)
class Control:
    """One control total as the audit pack names it."""

    id: str
    left: Label
    right: Label
    needs: Label | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a computation is given: the books, the period, and the statements over them."""

    session: Session
    parameters: Parameters
    frame: Frame


@dataclass(frozen=True, slots=True)
class Gap:
    """One row that the two sides do not share, in words, and by how much."""

    words: str
    minor: int


@dataclass(frozen=True, slots=True)
class Sides:
    """The two figures, in fen or in items, and the rows in which they differ.

    `gaps` may be there although the figures agree: then two errors cancel and it does not hold.
    """

    left: int
    right: int
    gaps: tuple[Gap, ...] = ()
    note: str = ""
    is_count: bool = False


Compute = Callable[[Question], Sides | None]


@dataclass(frozen=True, slots=True)
class TieOut:
    """A control total of a period. `holds` is None when the data does not exist yet."""

    control: Control
    sides: Sides | None

    @property
    def holds(self) -> bool | None:
        """Whether the sides agree in sum and in every row."""
        if self.sides is None:
            return None
        return self.sides.left == self.sides.right and not self.sides.gaps

    @property
    def note(self) -> str:
        """What is missing, or in which rows the sides differ."""
        if self.sides is None:
            needs = self.control.needs.zh if self.control.needs is not None else "相关资料"
            return f"需要：{needs}"
        listed = "；".join(f"{gap.words} {_said(gap.minor, self.sides)}" for gap in self.sides.gaps)
        return "；".join(part for part in (self.sides.note, listed) if part)

    def said(self, side: int | None) -> str | None:
        """Write a figure of this control total."""
        return None if side is None or self.sides is None else _said(side, self.sides)


def _said(figure: int, sides: Sides) -> str:
    return str(figure) if sides.is_count else money.to_text(figure)


@cache
def controls() -> tuple[Control, ...]:
    """Return the control totals in their order."""
    text = resources.files("reports.tie_outs").joinpath("control_totals.toml")
    found = tomllib.loads(text.read_text(encoding="utf-8"))["control"]
    return tuple(
        Control(
            item["id"],
            Label(*item["left"]),
            Label(*item["right"]),
            Label(*item["needs"]) if "needs" in item else None,
        )
        for item in found
    )
