"""Engine, sessions and the one place that commits.

`transaction()` is called by views, commands and jobs, nowhere else. Leaving it by an exception
undoes everything. The trail is written last, right before the commit.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, cast

import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
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
_QUERY_ONLY = "books.query_only"
# A sync raises what it reads and may leave a rest for the next one.
_ANSWERING_ROUNDS = 3


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
    is_reading = connection.get_execution_options().get("reading") is True
    driver = cast(Any, connection.connection.driver_connection)
    # Said only when it changes: the pragma makes SQLite forget every prepared statement of the
    # connection, and preparing the seal with its guards costs more than running it.
    memory = connection.connection.info
    if memory.get(_QUERY_ONLY, False) is not is_reading:
        driver.execute(f"PRAGMA query_only = {'ON' if is_reading else 'OFF'}")
        memory[_QUERY_ONLY] = is_reading
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


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
        with (
            _errors_of_one_kind(engine),
            engine.connect() as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            driver = cast(Any, connection.connection.driver_connection)
            with driver.pipeline() if pipelined and not queued else nullcontext() as pipeline:
                session.info[trail.SINGLE_ACT] = pipelined
                try:
                    yield session
                    session.flush()
                    trail.flush(session)
                    if pipeline is not None:
                        _commit_without_holding(driver, pipeline)
                    session.commit()
                except BaseException:
                    trail.forget(session)
                    if pipeline is not None:
                        _take_answers(engine, pipeline)
                    session.rollback()
                    raise
    finally:
        if queued:
            _sqlite_writers.release()


def _commit_without_holding(driver: Any, pipeline: Any) -> None:
    """Commit, let the locks go, and only then wait until the disk has it.

    Locks are held until a commit returns, and a commit returns after the disk; so writers to one
    month would stand in line for the disk. This commit does not wait for the disk; the message
    after it does, and with it everything that was written before, this commit included. Whoever
    sees what is not on the disk yet cannot outlive it: a later commit is later in the log.
    """
    driver.execute("SET LOCAL synchronous_commit = off")
    driver.execute("COMMIT")
    driver.execute("SELECT pg_logical_emit_message(true, 'books', '')")
    pipeline.sync()


def _take_answers(engine: Engine, pipeline: Any) -> None:
    """Take what the server still has to answer in a pipeline that broke.

    All of it follows from the first failure, which is on its way up; left where it is, it would
    be raised by the rollback in its place.
    """
    for _ in range(_ANSWERING_ROUNDS):
        with suppress(_driver_error(engine)):
            pipeline.sync()
            return


@contextmanager
def _errors_of_one_kind(engine: Engine) -> Iterator[None]:
    """Raise what the driver raises as the error of SQLAlchemy that it is.

    Our prepared statements are run by the driver itself, and in a pipeline a statement fails
    whenever its answer is read, at the latest at the commit. Nobody above has to know.
    """
    driver_error = _driver_error(engine)
    try:
        yield
    except (DBAPIError, driver_error) as error:
        failure = _failure_behind(error)
        if isinstance(error, DBAPIError) and failure is error.orig:
            raise
        # Nothing is wrapped twice, and no statement comes along: its values are people's.
        known = DBAPIError.instance(None, None, failure, driver_error, dialect=engine.dialect)
        raise cast(DBAPIError, known) from failure


def _driver_error(engine: Engine) -> type[Exception]:
    return cast("type[Exception]", engine.dialect.loaded_dbapi.Error)


def _failure_behind(error: BaseException) -> BaseException:
    """Return what the driver said first; after that, a pipeline only says that it is broken."""
    found: BaseException | None = error
    while found is not None:
        said = found.orig if isinstance(found, DBAPIError) else found
        if isinstance(said, psycopg.Error | sqlite3.Error) and not isinstance(
            said, psycopg.errors.PipelineAborted
        ):
            return said
        found = found.__context__
    return (error.orig or error) if isinstance(error, DBAPIError) else error


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
    with _errors_of_one_kind(engine), Session(bound, expire_on_commit=False) as session:
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
