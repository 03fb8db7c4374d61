"""Engine, sessions and the one place that commits.

`transaction()` is called by views, commands and jobs, nowhere else. Leaving it by an exception
undoes everything. The trail is written last, right before the commit.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from ledger import trail

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA busy_timeout = 30000",
    "PRAGMA cache_size = -65536",
)
# SQLite's own waiting is not fair: with many threads some starve for seconds. Writers of one
# process queue here instead.
_sqlite_writers = threading.Lock()


def create(url: str, *, pool_size: int = 8) -> Engine:
    """Create an engine for an SQLite or PostgreSQL URL, set up as the books need it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": 30})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
    event.listen(engine, "after_cursor_execute", _wait_for_answer)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's implicit BEGIN is deferred and would fail to upgrade under load; we begin
    # ourselves (see _begin_sqlite).
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("reading") is not True
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def transaction(engine: Engine, *, pipelined: bool = False) -> Iterator[Session]:
    """Open a session that writes, and commit it on leaving; any exception undoes everything.

    `pipelined` is for single acts that run all day, such as recording one gift: on PostgreSQL
    the statements that wait for nothing are sent together.
    """
    queued = engine.dialect.name == "sqlite"
    if queued:
        _sqlite_writers.acquire()
    try:
        with engine.connect() as connection, Session(connection, expire_on_commit=False) as session:
            driver = cast(Any, connection.connection.driver_connection)
            with driver.pipeline() if pipelined and not queued else nullcontext():
                session.info[trail.SINGLE_ACT] = pipelined
                try:
                    yield session
                    session.flush()
                    trail.flush(session)
                    session.commit()
                except BaseException:
                    trail.forget(session)
                    session.rollback()
                    raise
    finally:
        if queued:
            _sqlite_writers.release()


def _wait_for_answer(_connection: Any, cursor: Any, *_rest: Any) -> None:
    # SQLAlchemy looks at the answer as soon as a statement was sent; in a pipeline it has not
    # come by then. Our prepared statements read theirs when they need them.
    cursor._fetch_pipeline()  # noqa: SLF001 (the driver has no public name for it)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session that only reads, in one consistent snapshot."""
    if engine.dialect.name == "postgresql":
        bound = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    else:
        bound = engine.execution_options(reading=True)
    with Session(bound, expire_on_commit=False) as session:
        try:
            yield session
        finally:
            trail.forget(session)
            # Rolling back would expire what was read; the caller may still look at it.
            session.expunge_all()
            session.rollback()


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision. Two upgrades at once wait for each other."""
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision."""
    _run(engine, command.downgrade, revision)


def _run(engine: Engine, step: Any, revision: str) -> None:
    config = _alembic()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7305120119)"))
        config.attributes["connection"] = connection
        step(config, revision)


def at_head(engine: Engine) -> bool:
    """Tell whether every migration has been applied."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    return set(current) == set(ScriptDirectory.from_config(_alembic()).get_heads())
