"""What every table shares: the base class, column types, naming, and bulk writing.

A guard is a trigger or constraint of the database that refuses what the services should have
refused first. Its message starts with `guard:` and its name; `guard_name` reads it back, so a
guard that fires is logged as the fault of ours that it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Enum,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware timestamp in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("timestamps must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite keeps no time zone; what we stored there is UTC.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite gives row ids only to INTEGER primary keys.
BigKey = BigInteger().with_variant(Integer(), "sqlite")

Key = Annotated[int, mapped_column(BigKey, primary_key=True)]
Minor = Annotated[int, mapped_column(BigInteger)]
Code = Annotated[str, mapped_column(String(32))]
Name = Annotated[str, mapped_column(String(200))]
Digest = Annotated[str, mapped_column(String(64))]


def choice(kind: type[StrEnum]) -> Enum:
    """Store an enumeration by value, with a CHECK that the migrations create."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        name=f"{kind.__name__.lower()}",
    )


class Base(DeclarativeBase):
    """The declarative base of every table in the project."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime(), str: Text()}  # noqa: RUF012 (SQLAlchemy reads it)


def guard_name(error: BaseException) -> str | None:
    """Return the name of the guard that refused, or None for any other failure."""
    message = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    if "guard:" not in message:
        return None
    return message.split("guard:", 1)[1].split()[0].strip("'\",.:")


def reserve_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Reserve primary keys before the rows are written, so that sets need no RETURNING.

    PostgreSQL takes them from the sequence of the key; SQLite continues after the highest key,
    which is safe because its write transactions begin IMMEDIATE.
    """
    if count <= 0:
        return []
    (key,) = table.primary_key.columns
    if connection.dialect.name == "postgresql":
        sequence = f"{table.name}_{key.name}_seq"
        rows = connection.execute(
            text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :count)"),
            {"sequence": sequence, "count": count},
        )
        return [row[0] for row in rows]
    highest = connection.execute(select(func.max(key))).scalar() or 0
    return list(range(highest + 1, highest + 1 + count))


def _stored(value: Any) -> Any:
    """Return a value as SQLAlchemy's own types store it in SQLite."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    return value


def bulk_insert(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write many rows the fastest way the database has: COPY, or one prepared statement.

    Values are plain ints, strings, dates and aware timestamps in the order of `columns`.
    """
    driver = cast(Any, connection.connection.driver_connection)
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    kinds = [table.c[name].type for name in columns]
    dated = [i for i, kind in enumerate(kinds) if kind.python_type in (date, datetime)]
    driver.executemany(
        f"INSERT INTO {table.name} ({names}) VALUES ({places})",
        _converted(rows, dated) if dated else rows,
    )


def _converted(rows: Iterable[Sequence[Any]], dated: list[int]) -> Iterator[list[Any]]:
    for row in rows:
        converted = list(row)
        for i in dated:
            converted[i] = _stored(converted[i])
        yield converted


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
