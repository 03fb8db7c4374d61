"""Rows of any table as lines of JSON, the same on both databases.

Tables are read from the database itself, not from the models, so that a backup holds whatever is
there. Timestamps are written in UTC, bytes in base64, dates in ISO.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, MetaData, Table, select

_CHUNK = 2000
# Alembic's own table says which schema it is; that is in the manifest.
_REVISION_TABLE = "alembic_version"


def tables(connection: Connection) -> list[Table]:
    """Return every table, those that are referred to before those that refer to them."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != _REVISION_TABLE]


def read(connection: Connection, table: Table) -> Iterator[bytes]:
    """Yield a line for each row, by primary key."""
    found = connection.execute(
        select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_CHUNK)
    )
    for row in found:
        values = [_written(value) for value in row]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def parse(lines: Iterable[bytes], table: Table, columns: Sequence[str]) -> Iterator[list[Any]]:
    """Read rows back as the table holds them; `columns` is their order in the file."""
    kinds = [table.c[name].type.python_type for name in columns]
    for line in lines:
        values = json.loads(line)
        yield [_parsed(value, kind) for value, kind in zip(values, kinds, strict=True)]


def own_references(table: Table) -> list[str]:
    """Return the columns that refer to the table itself."""
    return [
        key.parent.name
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table is table
    ]


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def _parsed(value: Any, kind: type) -> Any:
    if value is None:
        return None
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is bytes:
        return base64.b64decode(value)
    if kind is bool:
        return bool(value)
    return value
