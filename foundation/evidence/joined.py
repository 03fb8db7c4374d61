"""What the pages and programs of evidence are given from above, where the reports stand.

Control totals, the rows of the statements and the making of a pack read more than this package
may know, so `wsgi` hands them in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from foundation.evidence.explanations import Difference, Explained
from ledger.clock import Clock

_EXTENSION = "foundation.evidence"


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One control total as a page shows it; titles are (Chinese, English), figures are texts.

    `now` is what there is to explain, None when it holds or lacks data.
    """

    id: str
    left_title: tuple[str, str]
    right_title: tuple[str, str]
    left: str
    right: str
    difference: str
    holds: bool | None
    note: str
    gaps: tuple[tuple[str, str], ...]
    now: Difference | None
    explained: Explained | None


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One row of a statement with its figure, for the figures of the audit report."""

    statement: str
    item: str
    minor: int

    @property
    def name(self) -> str:
        """The row as a table names it."""
        return f"{self.statement}/{self.item}"


@dataclass(frozen=True, slots=True)
class PackQuestion:
    """Which pack is to be made, and where the files lie that were handed in."""

    first: int
    last: int
    data_dir: Path
    is_final: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """See the top of this module."""

    control_rows: Callable[[Session, str, Clock], Sequence[ControlRow]]
    statement_rows: Callable[[Session, int, Clock], Sequence[StatementRow]]
    # What keeps a pack of these years from being final, without the integrity suite.
    obstacles: Callable[[Session, int, int, Clock], Sequence[str]]
    make: Callable[[Session, BinaryIO, PackQuestion, Clock, Callable[[int], None]], dict[str, Any]]
    steps: Callable[[int], int]


def join(app: Flask, joined: Joined) -> None:
    """Give an application what stands above."""
    app.extensions[_EXTENSION] = joined


def joined() -> Joined:
    """Return what stands above."""
    return cast(Joined, current_app.extensions[_EXTENSION])
