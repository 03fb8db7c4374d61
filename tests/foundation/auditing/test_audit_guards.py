"""Every guard of the auditor's desk refuses raw SQL, and nothing else does it in its place."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from foundation import database
from foundation.auditing import service
from foundation.auditing.models import AccessLog, AuditAnswerFile
from foundation.auditing.service import QueryInput
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.migrations.violations import Case, documented, guard_of


def build(engine: Engine) -> None:
    """Two questions, the second one answered and closed, and one line in the log."""
    factories.install_books(engine)
    with database.transaction(engine) as session:
        for topic in ("甲", "乙"):
            entry = QueryInput(topic, f"为什么{topic}？", "某会计师事务所", date(2026, 3, 1))
            service.record(session, entry, actor=PREPARER, clock=CLOCK)
        who: dict[str, Any] = {"actor": PREPARER, "clock": CLOCK}
        made = service.answer(session, "Q2026-0002", "因为", data_dir=Path(), **who)
        session.add(
            AuditAnswerFile(
                answer_id=made.id,
                file_name="a.pdf",
                media_type="application/pdf",
                size=1,
                digest="0" * 64,
            )
        )
        service.close(session, "Q2026-0002", **who)
        session.execute(
            insert(AccessLog).values(
                at=datetime(2026, 3, 1, tzinfo=UTC),
                actor="auditor",
                method="GET",
                endpoint="x",
                path="/x",
                subject="",
                status=200,
            )
        )


def _kept(table: str, guard: str, *, column: str = "") -> tuple[Case, ...]:
    """Change, delete and truncate a table whose rows are final."""
    change = (
        Case(
            f"change {table}",
            guard,
            f"UPDATE {table} SET {column} = {column}",
            f"{table}_update",
            f"{table}_update",
        ),
    )
    delete, empty = f"{table}_delete", f"{table}_truncate"
    return (
        *(change if column else ()),
        Case(f"delete {table}", guard, f"DELETE FROM {table}", delete, delete),
        Case(f"truncate {table}", guard, f"TRUNCATE {table} CASCADE", postgresql=empty),
    )


CASES = (
    Case(
        "rewrite a question",
        "audit_query_final",
        "UPDATE audit_query SET text = '另一个问题' WHERE id = 1",
        "audit_query_update",
        "audit_query_update",
    ),
    Case(
        "open a question again",
        "audit_query_final",
        "UPDATE audit_query SET closed_at = NULL, closed_by = NULL WHERE id = 2",
        "audit_query_update",
        "audit_query_update",
    ),
    Case(
        "let somebody else have closed it",
        "audit_query_final",
        "UPDATE audit_query SET closed_by = 'somebody' WHERE id = 2",
        "audit_query_update",
        "audit_query_update",
    ),
    Case(
        "answer a closed question",
        "audit_query_closed",
        "INSERT INTO audit_answer (query_id, text, answered_by, answered_at)"
        " SELECT 2, 'x', answered_by, answered_at FROM audit_answer",
        "audit_answer_insert",
        "audit_answer_insert",
    ),
    *_kept("audit_query", "audit_query_final"),
    *_kept("audit_answer", "audit_answer_final", column="text"),
    *_kept("audit_answer_file", "audit_paper_final", column="digest"),
    *_kept("access_log", "access_log_final", column="path"),
)


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "audit-guards", build) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard_and_by_nothing_else(guarded: Engine, case: Case) -> None:
    trigger = case.trigger(guarded.dialect.name)
    if not trigger:
        # The statement exists in the other database only.
        assert case.trigger("sqlite") or case.trigger("postgresql")
        return
    assert guard_of(guarded, case, {}) == case.guard
    assert guard_of(guarded, case, {}, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {name for name, _ in documented(dialect, ["auditing"])}


def test_closing_is_the_one_change_that_is_allowed(guarded: Engine) -> None:
    allowed = Case(
        "close a question",
        "",
        "UPDATE audit_query SET closed_at = recorded_at, closed_by = 'reviewer' WHERE id = 1",
    )
    assert guard_of(guarded, allowed, {}) == ""
