"""A list as people use it: its columns, which of them are hidden, its filters and their names.

A feature describes its list once, as a constant, and gets saved filters, sorting, hidden columns,
sums and exports from here; `parts/lists.html` draws them:

    LISTING = Listing(name="gifts", endpoint="gifts.index", filters=("q", "from", ...), columns=(
        Column("received_on", mark("收到日期"), lambda row: row.received_on, kind=Kind.DATE,
               is_sortable=True), ...))

    view = listing.view(session, LISTING, sort=asked.sort)
    render_template("gifts/index.html", view=view, ...)

The names in `columns` are those of the cells in the template and of `?sort=`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.http import context
from foundation.http.models import HiddenColumns, SavedFilter

SORT = "sort"
Value = str | int | date | None


class Kind(StrEnum):
    """What a column holds. Money is in minor units."""

    TEXT = "text"
    DATE = "date"
    MONEY = "money"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and the value of a row for exports."""

    name: str
    label: str
    value: Callable[[Any], Value]
    kind: Kind = Kind.TEXT
    is_sortable: bool = False
    # The column without which a row means nothing; it cannot be hidden.
    is_fixed: bool = False
    # Not shown until the person asks for it.
    starts_hidden: bool = False

    @property
    def style(self) -> str:
        """The classes of its cells."""
        kind = {Kind.MONEY: " amount", Kind.COUNT: " number"}.get(self.kind, "")
        return f"c-{self.name}{kind}"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of one kind of thing."""

    name: str
    endpoint: str
    # The parameters that narrow it.
    filters: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def sorts(self) -> tuple[str, ...]:
        """What `?sort=` may name."""
        return tuple(column.name for column in self.columns if column.is_sortable)


@dataclass(frozen=True, slots=True)
class Kept:
    """A filter that a person gave a name."""

    id: int
    name: str
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class View:
    """A list as one person sees it now."""

    listing: Listing
    columns: tuple[Column, ...]
    hidden: frozenset[str]
    kept: tuple[Kept, ...]
    sort: str
    # What narrows the list, and the same with the order, as the address has it.
    filters: dict[str, str]
    query: str

    @property
    def shown(self) -> dict[str, str]:
        """The parameters that lead to this list again, as an export needs them."""
        return self.filters | ({SORT: self.sort} if self.sort else {})

    @property
    def is_narrowed(self) -> bool:
        """Whether anything narrows the list, so that it is worth keeping."""
        return bool(self.filters)


def view(session: Session, listing: Listing, *, sort: str = "") -> View:
    """Read how the person wants to see a list."""
    user_id = context.require_user().user_id
    hidden = hidden_columns(session, listing, user_id=user_id)
    filters = filters_of(listing)
    query = query_of(listing)
    return View(
        listing=listing,
        columns=tuple(column for column in listing.columns if column.name not in hidden),
        hidden=hidden,
        kept=_kept(session, listing, user_id, query),
        sort=sort,
        filters=filters,
        query=query,
    )


def filters_of(listing: Listing) -> dict[str, str]:
    """Return what narrows the list that is asked for."""
    values = request.values
    return {name: values[name] for name in listing.filters if values.get(name)}


def query_of(listing: Listing) -> str:
    """Return the parameters that narrow and order the list, always in the same order."""
    names = (*listing.filters, SORT)
    return urlencode([(name, request.args[name]) for name in names if request.args.get(name)])


def hidden_columns(session: Session, listing: Listing, *, user_id: int) -> frozenset[str]:
    """Return the names of the columns that a person does not see."""
    chosen = session.get(HiddenColumns, (user_id, listing.name))
    if chosen is None:
        return frozenset(column.name for column in listing.columns if column.starts_hidden)
    wanted = set(chosen.columns.split(","))
    return frozenset(
        column.name for column in listing.columns if column.name in wanted and not column.is_fixed
    )


def _kept(session: Session, listing: Listing, user_id: int, query: str) -> tuple[Kept, ...]:
    rows: Sequence[SavedFilter] = (
        session.execute(
            select(SavedFilter)
            .where(SavedFilter.user_id == user_id, SavedFilter.listing == listing.name)
            .order_by(SavedFilter.name)
        )
        .scalars()
        .all()
    )
    return tuple(Kept(row.id, row.name, row.query, row.query == query) for row in rows)
