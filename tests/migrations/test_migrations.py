"""The way of the schema, forwards and back, on both databases."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, inspect, text

import migrations
from foundation import database
from migrations import metadata
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.migrations.violations import documented, guard_files, present

FOLDER = Path(str(migrations.__file__)).parent
VERSIONS = FOLDER / "versions"
NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.py")


def steps() -> list[str]:
    """Return every revision from the first to the head."""
    script = ScriptDirectory(str(FOLDER))
    return [item.revision for item in reversed(list(script.walk_revisions()))]


def snapshot(connection: Connection) -> set[tuple[object, ...]]:
    """Return everything the schema consists of, as the database itself describes it."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(
            text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        )
        return {tuple(row) for row in rows}
    queries = (
        (
            "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,"
            " column_default FROM information_schema.columns WHERE table_schema = 'public'"
        ),
        (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
        ),
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        (
            "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
        ),
        "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    )
    return {tuple(row) for query in queries for row in connection.execute(text(query))}


def described(engine: Engine) -> set[tuple[object, ...]]:
    with engine.connect() as connection:
        return snapshot(connection)


@pytest.fixture(params=DIALECTS, name="empty")
def _empty(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.empty(request.param) as engine:
        yield engine


def test_files_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert names
    assert [NAME.fullmatch(name) is not None for name in names] == [True] * len(names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_file_that_says_which_is_last_is_right() -> None:
    assert (FOLDER / "HEAD").read_text(encoding="utf-8") == f"{steps()[-1]}\n"


def test_revisions_are_one_line_and_named_like_their_files() -> None:
    script = ScriptDirectory(str(FOLDER))
    assert len(script.get_heads()) == 1
    for revision in script.walk_revisions():
        assert Path(revision.path).name.startswith(f"{revision.revision}_")
        number = int(revision.revision)
        assert revision.down_revision == (f"{number - 1:04d}" if number > 1 else None)


def test_every_guard_file_exists_for_both_databases() -> None:
    assert guard_files("sqlite") == guard_files("postgresql")
    assert "ledger" in guard_files("sqlite")


def test_up_down_up_gives_the_same_schema(empty: Engine) -> None:
    nothing = described(empty)
    database.upgrade(empty)
    first = described(empty)
    assert database.at_head(empty)
    database.downgrade(empty, "base")
    left = {row for row in described(empty) if "alembic_version" not in str(row)}
    assert left == nothing
    assert not database.at_head(empty)
    database.upgrade(empty)
    assert described(empty) == first


def test_every_step_is_undone_by_its_own_downgrade(empty: Engine) -> None:
    seen = {"base": frozenset(described(empty))}
    previous = "base"
    for revision in steps():
        before = described(empty)
        database.upgrade(empty, revision)
        after = described(empty)
        database.downgrade(empty, previous)
        undone = {row for row in described(empty) if "alembic_version" not in str(row)}
        assert undone == {row for row in before if "alembic_version" not in str(row)}, revision
        database.upgrade(empty, revision)
        assert described(empty) == after
        seen[revision] = frozenset(after)
        previous = revision
    assert len(set(seen.values())) == len(steps()) + 1


def test_no_step_loses_a_guard(empty: Engine) -> None:
    """SQLite copies a table to change it, and its triggers go with the old one."""
    guards: set[tuple[str, str]] = set()
    for revision in steps():
        database.upgrade(empty, revision)
        with empty.connect() as connection:
            found = present(connection)
        assert guards <= found, revision
        guards = found
    assert guards == set(documented(empty.dialect.name))


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    before = described(engine)
    database.upgrade(engine)
    assert described(engine) == before


def test_books_survive_an_upgrade_that_has_nothing_to_do(books: Engine) -> None:
    factories.post_gift(books)
    database.upgrade(books)
    assert factories.findings(books) == []


# The pairs of letters in donors' names are indexed on PostgreSQL only; see ix_donor_grams.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_models_and_schema_do_not_differ(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata.everything()) == []


def test_models_and_schema_have_the_same_checks(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in metadata.everything().sorted_tables:
        stored = {check["name"] for check in inspector.get_check_constraints(table.name)}
        declared = {
            str(constraint.name)
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }
        assert stored == declared, table.name


def test_database_knows_whether_it_is_at_the_head(empty: Engine) -> None:
    assert not database.at_head(empty)
    database.upgrade(empty)
    assert database.at_head(empty)
