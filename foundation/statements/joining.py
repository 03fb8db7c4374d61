"""What pages and API of issued statements are given from above, and where an application keeps it.

What composes the statements reads the books in reports, above this package, and is handed in by
whoever joins the two.
"""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from foundation.statements.content import Compose
from ledger.integrity import Check

_EXTENSION = "foundation.statements"


@dataclass(frozen=True, slots=True)
class Joined:
    """What composes and what checks; `reclassifications` are (from, to, title)."""

    compose: Compose
    checks: tuple[Check, ...]
    reclassifications: tuple[tuple[str, str, str], ...]


def keep(app: Flask, joined: Joined) -> None:
    """Give an application what it needs."""
    app.extensions[_EXTENSION] = joined


def joined() -> Joined:
    """Return what the current application was given."""
    return cast(Joined, current_app.extensions[_EXTENSION])
