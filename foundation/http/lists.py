"""Lists in parts: a cursor names the last row shown, so rows that come later move nothing.

`page` cuts one part out of a statement, on pages and in the API alike:

    request = lists.of_request(default_sort="-received_on")
    part = lists.page(session, select(Gift.id, Gift.received_on, ...), keys=[Gift.received_on,
        Gift.id], request=request)
    part.items, part.next
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import Flask, request
from sqlalchemy import ColumnElement, Row, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

from ledger.errors import InvalidInput

DEFAULT_LIMIT, HIGHEST_LIMIT = 50, 500
_HIGHEST_NUMBER = 2**63 - 1
Item = TypeVar("Item")
Keys = Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]


class BadCursor(InvalidInput):
    """The cursor is not one that a list gave."""

    code = "bad_cursor"
    message = "分页游标无效，请从第一页重新开始"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is asked for."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    # The name of a column, with `-` before it for the other direction.
    sort: str = ""

    @property
    def column(self) -> str:
        """The column to sort by."""
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        """Whether the greatest comes first."""
        return self.sort.startswith("-")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One part of a list, and the cursor of the next part or None at the end."""

    items: Sequence[Item]
    next: str | None = None


def every(part_of: Callable[[PageRequest], Page[Item]], *, sort: str = "") -> Iterator[Item]:
    """Yield every row of a list, a part at a time."""
    cursor: str | None = None
    while True:
        part = part_of(PageRequest(limit=HIGHEST_LIMIT, cursor=cursor, sort=sort))
        yield from part.items
        if part.next is None:
            return
        cursor = part.next


def of_request(*, sorts: Sequence[str] = (), default_sort: str = "") -> PageRequest:
    """Read `limit`, `cursor` and `sort` from the address. Raises InvalidInput.

    A sort that the list does not offer is ignored, so that old bookmarks still open.
    """
    asked = request.args.get("sort", "")
    sort = asked if asked.removeprefix("-") in sorts else default_sort
    limit = request.args.get("limit", str(DEFAULT_LIMIT))
    if not (limit.isascii() and limit.isdigit()) or not 1 <= int(limit) <= HIGHEST_LIMIT:
        raise InvalidInput(field="limit", reason=f"应为 1 到 {HIGHEST_LIMIT}")
    return PageRequest(limit=int(limit), cursor=request.args.get("cursor") or None, sort=sort)


def here(**changes: str | int | None) -> str:
    """Return the address of this page with parameters changed; None takes one away.

    Any change but of the cursor goes back to the first part of the list.
    """
    arguments = request.args.to_dict()
    if "cursor" not in changes:
        arguments.pop("cursor", None)
    for name, value in changes.items():
        arguments.pop(name, None)
        if value is not None:
            arguments[name] = str(value)
    return f"{request.path}?{urlencode(arguments)}" if arguments else request.path


def install(app: Flask) -> None:
    """Give templates `here(...)`."""
    app.jinja_env.globals["here"] = here


def page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    *,
    keys: Keys,
    request: PageRequest,
    descending: bool | None = None,
) -> Page[Row[Any]]:
    """Return one part of a statement, ordered by `keys`, which together are unique and not null.

    Every key must be among the selected columns. Raises BadCursor.
    """
    falls = request.is_descending if descending is None else descending
    if request.cursor is not None:
        place = [
            literal(value, key.type)
            for value, key in zip(_read(request.cursor, keys), keys, strict=True)
        ]
        here = tuple_(*keys)
        statement = statement.where(here < tuple_(*place) if falls else here > tuple_(*place))
    order = [key.desc() if falls else key.asc() for key in keys]
    rows = session.execute(statement.order_by(*order).limit(request.limit + 1)).all()
    if len(rows) <= request.limit:
        return Page(rows)
    kept = rows[: request.limit]
    last = kept[-1]._mapping  # noqa: SLF001 (this is how rows are read by column)
    return Page(kept, _write([last[key] for key in keys]))


def _write(values: Sequence[Any]) -> str:
    plain = [
        value.isoformat()
        if isinstance(value, date)
        else value.value
        if isinstance(value, Enum)
        else value
        for value in values
    ]
    packed = json.dumps(plain, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read(cursor: str, keys: Keys) -> list[Any]:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(packed)
        if not isinstance(values, list) or len(values) != len(keys):
            raise BadCursor
        return [_typed(value, key) for value, key in zip(values, keys, strict=True)]
    except (binascii.Error, ValueError, TypeError):
        raise BadCursor from None


def _typed(value: Any, key: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Any:
    stored = key.type.impl_instance if isinstance(key.type, TypeDecorator) else key.type
    kind: Any = stored.python_type
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    if issubclass(kind, Enum):
        return kind(value)
    if not isinstance(value, kind):
        raise TypeError
    if isinstance(value, int) and abs(value) > _HIGHEST_NUMBER:
        raise ValueError
    if isinstance(value, str) and "\x00" in value.encode().decode():
        raise ValueError  # lone surrogates raise by themselves; neither can be in a database
    return value
