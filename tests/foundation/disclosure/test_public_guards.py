"""What the database itself refuses about publications, use reports and recognition levels."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from foundation import database
from foundation.uses import service
from foundation.uses.models import Way
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.disclosure import disclosure_cases
from tests.foundation.uses import test_use_reports
from tests.migrations.violations import Case, documented, guard_of

_NOW = "'2026-11-22 02:00:00.000000'"


def _case(guard: str, trigger: str, statement: str, *, postgresql: str = "") -> Case:
    return Case(statement[:60], guard, statement, trigger, postgresql or trigger)


CASES = (
    _case(
        "disclosure_final",
        "disclosure_version_update",
        "UPDATE disclosure_version SET title = 'x' WHERE state = 'published'",
    ),
    _case(
        "disclosure_final",
        "disclosure_version_update",
        "UPDATE disclosure_version SET content = 'x' WHERE state = 'prepared'",
    ),
    _case(
        "disclosure_final",
        "disclosure_version_delete",
        "DELETE FROM disclosure_version WHERE state = 'prepared'",
    ),
    _case(
        "disclosure_final",
        "disclosure_file_insert",
        "INSERT INTO disclosure_file (id, version_id, name, media_type, digest, data)"
        " SELECT 99, id, 'x', 'x', 'x', '' FROM disclosure_version WHERE state = 'published'"
        " LIMIT 1",
    ),
    _case(
        "disclosure_final",
        "disclosure_file_update",
        "UPDATE disclosure_file SET name = 'x'",
        postgresql="disclosure_file_change",
    ),
    _case(
        "disclosure_final",
        "disclosure_file_delete",
        "DELETE FROM disclosure_file",
        postgresql="disclosure_file_change",
    ),
    _case(
        "use_report_final",
        "use_report_update",
        "UPDATE use_report SET content = 'x'",
        postgresql="use_report_change",
    ),
    _case(
        "use_report_final",
        "use_report_delete",
        "DELETE FROM use_report WHERE id NOT IN (SELECT report_id FROM use_report_delivery)",
        postgresql="use_report_change",
    ),
    _case(
        "use_report_final",
        "use_report_delivery_update",
        "UPDATE use_report_delivery SET note = 'x'",
        postgresql="use_report_delivery_change",
    ),
    _case(
        "use_report_final",
        "use_report_delivery_delete",
        "DELETE FROM use_report_delivery",
        postgresql="use_report_delivery_change",
    ),
    _case(
        "recognition_level_final",
        "recognition_level_update",
        "UPDATE recognition_level SET from_minor = 1 WHERE last_on IS NULL",
    ),
    _case(
        "recognition_level_final",
        "recognition_level_delete",
        "DELETE FROM recognition_level WHERE last_on IS NULL",
    ),
)
EMPTIED = {
    "disclosure_version": "disclosure_final",
    "disclosure_file": "disclosure_final",
    "use_report": "use_report_final",
    "use_report_delivery": "use_report_final",
    "recognition_level": "recognition_level_final",
}
REFUSED = (
    # One person alone publishes nothing.
    (
        "UPDATE disclosure_version SET state = 'published', number = 7, address = 'x',"
        f" decided_by = prepared_by, decided_at = {_NOW} WHERE state = 'prepared'"
    ),
    # A correction without its explanation.
    (
        "UPDATE disclosure_version SET state = 'published', number = 7, address = 'x',"
        f" decided_by = 'b', decided_at = {_NOW} WHERE state = 'prepared'"
    ),
    (
        "INSERT INTO recognition_level (id, basis, name, from_minor, first_on, set_by, set_at)"
        f" VALUES (99, 'yearly', 'x', 0, '2026-01-01', 'x', {_NOW})"
    ),
    (
        "INSERT INTO alumnus_match (id, alumnus_id, donor_id, score, reasons, state)"
        " VALUES (99, 1, 1, 500, 'x', 'proposed')"
    ),
)


def build(engine: Engine) -> None:
    """One version that waits, one that is public with a file, one report that was handed over."""
    disclosure_cases.build(engine)
    disclosure_cases.published(engine, "papers", files=disclosure_cases.statutes())
    disclosure_cases.prepare(engine, "basic")
    key = test_use_reports.make(engine, 1)
    test_use_reports.make(engine, 2)
    with database.transaction(engine) as session:
        service.log(session, key, Way.HANDED, actor=PREPARER, clock=CLOCK)


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "public_guards", build) as found:
        yield found


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard_and_by_nothing_else(guarded: Engine, case: Case) -> None:
    trigger = case.trigger(guarded.dialect.name)
    assert guard_of(guarded, case, {}) == case.guard
    # Without the trigger the same statement gets past it: it is this guard that refuses.
    assert guard_of(guarded, case, {}, dropped=trigger) == ""


@pytest.mark.parametrize("statement", REFUSED, ids=[row[:40] for row in REFUSED])
def test_row_that_makes_no_sense_is_refused(guarded: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError), guarded.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("table", EMPTIED)
def test_table_is_not_emptied(guarded: Engine, table: str) -> None:
    if guarded.dialect.name == "sqlite":
        # SQLite empties a table by DELETE, which the cases above try.
        assert any(table in name for name, _ in documented("sqlite", ["public"]))
        return
    case = Case("empty", EMPTIED[table], f"TRUNCATE {table} CASCADE", "", f"{table}_truncate")
    assert guard_of(guarded, case, {}) == EMPTIED[table]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_these_features_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES}
    if dialect == "postgresql":
        tried |= {f"{table}_truncate" for table in EMPTIED}
    assert tried == {name for name, _ in documented(dialect, ["public"])}
