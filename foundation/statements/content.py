"""What statements are made of when they are issued: composed above, stored by the service."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ledger.clock import Clock


@dataclass(frozen=True, slots=True)
class Signers:
    """Who signs; a name that is not known stays empty and is signed by hand."""

    legal_representative: str = ""
    accounting_head: str = ""
    preparer: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """What issued files carry at their foot."""

    digest: str
    chain_head: str
    issued_at: datetime
    signers: Signers


@dataclass(frozen=True, slots=True)
class StatementFile:
    """One file of an issued statement."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """The statements of a period as they were composed.

    `unequal` are the equalities that do not hold, in words; `files` draws the files once the
    digest is known.
    """

    period: str
    first: int
    last: int
    layout: str
    document: Mapping[str, Any]
    unequal: tuple[str, ...]
    files: Callable[[Seal], Iterable[StatementFile]]


Compose = Callable[[Session, str, str, Clock], Content]
"""Compose the statements of a period in a layout."""
