"""Every guard of the workspace refuses raw SQL, and nothing else does it in its place."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from tests.databases import DIALECTS, Databases
from tests.migrations.violations import Case, documented, guard_of

NAMES: dict[str, object] = {"now": "2026-11-22 02:00:00.000000", "digest": "0" * 64}
_ROWS = (
    (
        "INSERT INTO assessment_rubric (id, version, title, content, file_name, digest,"
        " imported_by, imported_at) VALUES (1, 'v', '细则', '{}', 'a.toml', :digest, 'admin', :now)"
    ),
    (
        "INSERT INTO assessment_choice (id, version, first_year, last_year, reason, chosen_by,"
        " chosen_at) VALUES (1, 'v', 2025, 2026, '', 'admin', :now)"
    ),
    (
        "INSERT INTO assessment_run (id, version, first_year, last_year, content, run_by, run_at)"
        " VALUES (1, 'v', 2025, 2026, '{}', 'accountant', :now)"
    ),
    *(
        "INSERT INTO assessment_score (id, version, last_year, indicator, points_hundredths, note,"
        f" scored_by, scored_at) VALUES ({key}, 'v', 2026, '1', 400, '', 'accountant', :now)"
        for key in (1, 2)
    ),
    (
        "INSERT INTO assessment_confirmation (score_id, verdict, note, confirmed_by, confirmed_at)"
        " VALUES (1, 'confirmed', '', 'reviewer', :now)"
    ),
    *(
        "INSERT INTO assessment_paper (id, title, slot, document_number, issuer, file_name,"
        " media_type, size, digest, added_by, added_at) VALUES"
        f" ({key}, '审计报告', '', '', '', 'a.pdf', 'application/pdf', 1, :digest, 'a', :now)"
        for key in (1, 2)
    ),
    (
        "UPDATE assessment_paper SET ended_reason = '换新', ended_by = 'a', ended_at = :now"
        " WHERE id = 2"
    ),
    *(
        "INSERT INTO assessment_task (id, version, last_year, indicator, title, gap, assignee,"
        " due_on, state, note, created_by, created_at)"
        f" VALUES ({key}, 'v', 2026, '1', '补材料', '', 'a', '2026-12-01', 'task_open', '', 'a',"
        " :now)"
        for key in (1, 2)
    ),
    (
        "UPDATE assessment_task SET state = 'task_done', closed_by = 'a', closed_at = :now"
        " WHERE id = 2"
    ),
)


def _final(table: str, column: str) -> tuple[Case, ...]:
    """What is only ever added: no change, no deletion, no emptying."""
    name, guard = f"assessment_{table}", f"assessment_{table}_final"
    whole = f"TRUNCATE {name}{' CASCADE' if table in ('score', 'paper') else ''}"
    return (
        Case(
            f"change a {table}",
            guard,
            f"UPDATE {name} SET {column} = 'x'",
            f"{name}_update",
            f"{name}_update",
        ),
        Case(f"delete a {table}", guard, f"DELETE FROM {name}", f"{name}_delete", f"{name}_delete"),
        Case(f"empty the {table}s", guard, whole, postgresql=f"{name}_truncate"),
    )


CASES = (
    *_final("rubric", "title"),
    *_final("choice", "reason"),
    *_final("run", "content"),
    *_final("score", "note"),
    *_final("confirmation", "note"),
    *_final("paper", "title"),
    *_final("task", "title"),
    Case(
        "confirm the own score",
        "assessment_confirmed_by_scorer",
        "INSERT INTO assessment_confirmation (score_id, verdict, note, confirmed_by, confirmed_at)"
        " VALUES (2, 'confirmed', '', 'accountant', :now)",
        "assessment_confirmation_insert",
        "assessment_confirmation_insert",
    ),
    Case(
        "bring a withdrawn paper back",
        "assessment_paper_final",
        "UPDATE assessment_paper SET ended_reason = NULL, ended_by = NULL, ended_at = NULL"
        " WHERE id = 2",
        "assessment_paper_update",
        "assessment_paper_update",
    ),
    Case(
        "open a task that is done",
        "assessment_task_final",
        "UPDATE assessment_task SET state = 'task_open', closed_by = NULL, closed_at = NULL"
        " WHERE id = 2",
        "assessment_task_update",
        "assessment_task_update",
    ),
)


def build(engine: Engine) -> None:
    """One row of everything, one paper that ended, one task that is done."""
    with engine.begin() as connection:
        for row in _ROWS:
            wanted = {name: value for name, value in NAMES.items() if f":{name}" in row}
            connection.execute(text(row), wanted)


@pytest.fixture(scope="module", params=DIALECTS)
def kept(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """Rows that no test changes: whatever is tried is undone."""
    with databases.prepared(request.param, "guarded-assessment", build) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_on_the_workspace_is_refused_by_its_guard(kept: Engine, case: Case) -> None:
    trigger = case.trigger(kept.dialect.name)
    if not trigger:
        assert case.trigger("sqlite") or case.trigger("postgresql")
        return
    assert guard_of(kept, case, NAMES) == case.guard
    assert guard_of(kept, case, NAMES, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_the_workspace_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {trigger for trigger, _ in documented(dialect, ["assessment"])}


def test_open_task_may_change_hands_and_day(kept: Engine) -> None:
    allowed = Case(
        "move a task",
        "",
        "UPDATE assessment_task SET assignee = 'b', due_on = '2027-01-10' WHERE id = 1",
    )
    assert guard_of(kept, allowed, NAMES) == ""
