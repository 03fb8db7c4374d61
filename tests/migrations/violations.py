"""Raw SQL that breaks a rule on purpose, and how to run it.

A case says what it does, which guard must refuse, and which triggers of each database that
proves: the same statement has to get past the guard once they are dropped.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from ledger.orm import guard_name
from migrations import guarding

_PLACE = re.compile(r"(?<![:\w]):(\w+)")


@dataclass(frozen=True, slots=True)
class Case:
    """One violation. `sqlite` and `postgresql` name the triggers that must refuse it."""

    does: str
    guard: str
    statement: str
    sqlite: str = ""
    postgresql: str = ""
    setup: tuple[str, ...] = ()

    def trigger(self, dialect: str) -> str:
        """Return the trigger of a dialect; empty when the statement is not one of its own."""
        return self.sqlite if dialect == "sqlite" else self.postgresql


def run(connection: Connection, statement: str, names: Mapping[str, object]) -> None:
    """Execute a statement with those of the names that it uses."""
    wanted = {name: names[name] for name in _PLACE.findall(statement)}
    connection.execute(text(statement), wanted)


def guard_of(engine: Engine, case: Case, names: Mapping[str, object], *, dropped: str = "") -> str:
    """Run a case and undo it; return the guard that refused, the error, or nothing."""
    with engine.connect() as connection, connection.begin() as transaction:
        for statement in case.setup:
            run(connection, statement, names)
        if dropped:
            drop_trigger(connection, dropped)
        try:
            run(connection, case.statement, names)
        except DBAPIError as error:
            return guard_name(error) or str(error.orig)
        finally:
            transaction.rollback()
    return ""


def refusal(engine: Engine, statement: str, names: Mapping[str, object], *setup: str) -> str:
    """Run a statement that a constraint must refuse, undo it, and return what was said."""
    with engine.connect() as connection, connection.begin() as transaction:
        for line in setup:
            run(connection, line, names)
        with pytest.raises(DBAPIError) as caught:
            run(connection, statement, names)
        transaction.rollback()
    return str(caught.value.orig)


def drop_trigger(connection: Connection, trigger: str) -> None:
    """Drop one trigger of the guard files."""
    dialect = connection.dialect.name
    (table,) = (table for name, table in documented(dialect) if name == trigger)
    place = f" ON {table}" if dialect == "postgresql" else ""
    connection.execute(text(f"DROP TRIGGER {trigger}{place}"))


def drop_guards(connection: Connection) -> None:
    """Drop every guard, as somebody would who means harm."""
    for trigger, _ in documented(connection.dialect.name):
        drop_trigger(connection, trigger)


def guard_files(dialect: str) -> list[str]:
    """Return the names of the guard files of a dialect."""
    return sorted(
        path.name.removesuffix(f".{dialect}.sql")
        for path in guarding._FOLDER.glob(f"*.{dialect}.sql")
    )


def documented(dialect: str, files: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return (trigger, table) of every guard in the files, all of them by default."""
    return [
        pair for name in files or guard_files(dialect) for pair in guarding.triggers(name, dialect)
    ]


def present(connection: Connection) -> set[tuple[str, str]]:
    """Return (trigger, table) of every trigger in the database."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled = 'O'"
        )
    return {(row[0], row[1]) for row in connection.execute(text(query))}
