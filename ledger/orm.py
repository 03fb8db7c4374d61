"""What every table shares: the base class, column types, naming, and bulk writing.

A guard is a trigger or constraint of the database that refuses what the services should have
refused first. Its message starts with `guard:` and its name; `guard_name` reads it back, so a
guard that fires is logged as the fault of ours that it is.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any, TypeVar, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Enum,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")
# Up to this many keys in a list, a statement is one of the small ones that run all day.
_FEW = 20

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


def is_postgresql(connection: Connection) -> bool:
    """Tell the two databases apart."""
    return connection.dialect.name == "postgresql"


def connection_of(session: Session) -> Connection:
    """Return the connection of a session, the short way when the session was bound to one.

    `session.connection()` asks the session's state machine each time; the statements of a
    single act ask a dozen times.
    """
    bind = session.bind
    if isinstance(bind, Connection) and session.in_transaction():
        return bind
    return session.connection()


def reserve_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Reserve primary keys before the rows are written, so that sets need no RETURNING.

    PostgreSQL takes them from the sequence of the key; SQLite continues after the highest key,
    which is safe because its write transactions begin IMMEDIATE.
    """
    return ask_for_ids(connection, table, count)() if count > 0 else []


def ask_for_ids(connection: Connection, table: Table, count: int) -> Callable[[], list[int]]:
    """Ask for primary keys and return what reads the answer; see `reserve_ids`.

    What is asked before anything is read shares a round trip in a pipeline.
    """
    (key,) = table.primary_key.columns
    driver = cast(Any, connection.connection.driver_connection)
    if connection.dialect.name == "postgresql":
        cursor = driver.execute(
            f"SELECT nextval('{table.name}_{key.name}_seq') FROM generate_series(1, %s)",
            (count,),
        )
        return lambda: [row[0] for row in cursor.fetchall()]

    def continued() -> list[int]:
        (highest,) = driver.execute(f"SELECT MAX({key.name}) FROM {table.name}").fetchone()
        return list(range((highest or 0) + 1, (highest or 0) + 1 + count))

    return continued


def _stored(value: Any) -> Any:
    """Return a value as SQLAlchemy's own types store it in SQLite."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return json.dumps(value)
    return value


def among(column: Any, name: str, dialect: str) -> ColumnElement[bool]:
    """A condition for `Prepared`: the key is one of the list given as parameter `name`."""
    if dialect == "postgresql":
        keys = bindparam(name, type_=ARRAY(BigInteger))
        return cast("ColumnElement[bool]", column == any_(keys))
    listed = func.json_each(bindparam(name)).table_valued("value")
    return cast("ColumnElement[bool]", column.in_(select(listed.c.value)))


def read_date(value: Any) -> date:
    """Return a date as a driver gives it: SQLite stores ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def bulk_insert(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write many rows the fastest way the database has: COPY, or one prepared statement.

    Values are plain ints, strings, dates and aware timestamps in the order of `columns`.
    """
    driver = cast(Any, connection.connection.driver_connection)
    names = ", ".join(columns)
    places = ", ".join(["%s" if connection.dialect.name == "postgresql" else "?"] * len(columns))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({places})"
    if connection.dialect.name == "postgresql":
        if driver.info.pipeline_status:
            # COPY does not go through a pipeline; those are for single acts anyway.
            with driver.cursor() as cursor:
                cursor.executemany(statement, list(rows))
            return
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    kinds = [table.c[name].type for name in columns]
    dated = [i for i, kind in enumerate(kinds) if kind.python_type in (date, datetime)]
    driver.executemany(statement, _converted(rows, dated) if dated else rows)


def _converted(rows: Iterable[Sequence[Any]], dated: list[int]) -> Iterator[list[Any]]:
    for row in rows:
        converted = list(row)
        for i in dated:
            converted[i] = _stored(converted[i])
        yield converted


class Prepared:
    """A statement that is built once and then run by the driver itself.

    For the few statements that run for every single voucher: building and compiling an
    expression costs more than the database does. `build` makes the Core statement for a
    dialect name; its parameters are `bindparam`s by name. Values are plain ints, strings,
    booleans, dates and aware timestamps (enumerations by value).
    """

    def __init__(self, build: Callable[[str], ClauseElement]) -> None:
        self._build = build
        self._texts: dict[str, tuple[str, dict[str, Any]]] = {}

    def run(self, connection: Connection, **values: Any) -> Any:
        """Run the statement once and return the driver's cursor (rows are plain tuples)."""
        sql, constants = self._compiled(connection)
        driver = cast(Any, connection.connection.driver_connection)
        values |= constants
        if not is_postgresql(connection):
            return driver.execute(sql, {name: _stored(value) for name, value in values.items()})
        # A plan that the server made for one key and keeps is a bad plan for thousands.
        is_large = any(isinstance(value, list) and len(value) > _FEW for value in values.values())
        return driver.execute(sql, values, prepare=False if is_large else None)

    def run_each(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Run the statement for each of a few rows."""
        if not rows:
            return
        sql, constants = self._compiled(connection)
        rows = [row | constants for row in rows]
        driver = cast(Any, connection.connection.driver_connection)
        if not is_postgresql(connection):
            stored = [{name: _stored(value) for name, value in row.items()} for row in rows]
            driver.executemany(sql, stored)
        elif len(rows) == 1:
            driver.execute(sql, rows[0])
        else:
            with driver.cursor() as cursor:
                cursor.executemany(sql, rows)

    def _compiled(self, connection: Connection) -> tuple[str, dict[str, Any]]:
        """Return the text for a dialect and the constants that the expression itself brought."""
        name = connection.dialect.name
        compiled = self._texts.get(name)
        if compiled is None:
            made = self._build(name).compile(dialect=_DIALECTS[name]())
            constants = {key: value for key, value in made.params.items() if value is not None}
            compiled = self._texts[name] = (str(made), constants)
        return compiled


_DIALECTS: dict[str, Callable[[], Dialect]] = {
    "sqlite": lambda: sqlite.dialect(paramstyle="named"),
    "postgresql": psycopg.dialect,
}


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
