"""What the database itself refuses about evidence: raw SQL, guard by guard, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from foundation import database
from foundation.evidence import explanations, packs, service
from foundation.evidence.explanations import Difference
from foundation.evidence.packs import Made
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.evidence import evidence_tables as tables
from tests.migrations.violations import Case, documented, guard_of

_ENDED = "ended_by = 'x', ended_at = CURRENT_TIMESTAMP, ended_reason = 'x'"
_NEW_ROW = (
    "INSERT INTO evidence_row (upload_id, line_no, sheet, source_row, cells)"
    " VALUES ((SELECT MIN(id) FROM evidence_upload), {line}, 1, 1, '[]')"
)
_NEW_EXPLANATION = (
    "INSERT INTO control_explanation (id, period, control, left_value, right_value, gaps_digest,"
    " reason, file_name, media_type, file_digest, made_by, made_at, approved_by, approved_at)"
    " VALUES (4711, '2025', 'CT01', 0, 1, 'x', 'x', '', '', '', 'a', CURRENT_TIMESTAMP, {by}, {at})"
)


def case(guard: str, trigger: str, statement: str, *setup: str, only: str = "") -> Case:
    """A violation whose trigger has one name; `only` names the database that has it."""
    return Case(
        statement,
        guard,
        statement,
        sqlite="" if only == "postgresql" else trigger,
        postgresql=trigger,
        setup=setup,
    )


CASES = (
    case("evidence_final", "evidence_upload_update", "UPDATE evidence_upload SET digest = 'x'"),
    case("evidence_final", "evidence_upload_update", "UPDATE evidence_upload SET year = 2020"),
    case("evidence_final", "evidence_upload_update",
         "UPDATE evidence_upload SET ended_at = NULL, ended_by = NULL, ended_reason = NULL",
         f"UPDATE evidence_upload SET {_ENDED}"),
    case("evidence_final", "evidence_waiver_update", "UPDATE evidence_waiver SET reason = 'y'"),
    case("evidence_final", "evidence_waiver_delete", "DELETE FROM evidence_waiver"),
    case("evidence_final", "evidence_row_update", "UPDATE evidence_row SET cells = '[]'"),
    case("evidence_final", "evidence_row_delete", "DELETE FROM evidence_row"),
    case("evidence_row_beyond", "evidence_row_insert", _NEW_ROW.format(line=99)),
    case("explanation_final", "control_explanation_update",
         "UPDATE control_explanation SET left_value = right_value"),
    case("explanation_final", "control_explanation_update",
         "UPDATE control_explanation SET approved_by = 'other'"),
    case("explanation_final", "control_explanation_delete", "DELETE FROM control_explanation"),
    case("explanation_born_approved", "control_explanation_insert",
         _NEW_EXPLANATION.format(by="'b'", at="CURRENT_TIMESTAMP")),
    case("audit_pack_final", "audit_pack_update", "UPDATE audit_pack SET state = 'final'"),
    case("audit_pack_final", "audit_pack_delete", "DELETE FROM audit_pack"),
    *(
        case(guard, f"{table}_truncate", f"TRUNCATE {table} CASCADE", only="postgresql")
        for table, guard in (
            ("evidence_waiver", "evidence_final"),
            ("evidence_row", "evidence_final"),
            ("control_explanation", "explanation_final"),
            ("audit_pack", "audit_pack_final"),
        )
    ),
)  # fmt: skip
# Rows point at their upload, so a foreign key or the guard of the rows would refuse these too;
# an upload without rows stands for itself.
ALONE = (
    case("evidence_final", "evidence_upload_delete",
         "DELETE FROM evidence_upload WHERE row_count = 0"),
)  # fmt: skip


@pytest.fixture(scope="module", params=DIALECTS, name="guarded")
def _guarded(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    """Books that no test changes: whatever is tried is undone."""
    folder = tmp_path_factory.mktemp("evidence")

    def build(engine: Engine) -> None:
        factories.install_books(engine)
        fill(engine, folder)

    with databases.prepared(request.param, "guarded-evidence", build) as engine:
        yield engine


def fill(engine: Engine, folder: Path) -> None:
    """One of everything."""
    tables.hand_in(engine, folder, "payroll", tables.payroll())
    tables.hand_in_paper(engine, folder, "minutes", b"%PDF", "纪要.pdf")
    manifest = {"years": [2025], "state": "draft", "files": [{}], "chain_head": "x"}
    with database.transaction(engine) as session:
        service.waive(session, "payroll", 2025, reason="无", actor=PREPARER, clock=CLOCK)
        now = Difference("2026", "CT11", 0, 5)
        made = explanations.explain(
            session, now, reason="x", data_dir=folder, actor=PREPARER, clock=CLOCK
        )
        explanations.approve(session, made.id, now, actor=REVIEWER, clock=CLOCK)
        packs.keep(session, Made("0" * 64, 1, manifest), actor=PREPARER, clock=CLOCK)


@pytest.mark.parametrize("one", [*CASES, *ALONE], ids=lambda one: str(one.does))
def test_raw_sql_about_evidence_is_refused_by_its_guard(guarded: Engine, one: Case) -> None:
    trigger = one.trigger(guarded.dialect.name)
    if not trigger:
        # The statement exists in the other database only.
        assert one.postgresql
        return
    assert guard_of(guarded, one, {}) == one.guard
    # Without the trigger the same statement gets past it: it is this guard that refuses.
    assert guard_of(guarded, one, {}, dropped=trigger) != one.guard


def test_tables_of_uploads_cannot_be_emptied(databases: Databases, tmp_path: Path) -> None:
    truncate = Case("", "", "TRUNCATE evidence_upload CASCADE")
    with databases.prepared("postgresql", "books", factories.install_books) as engine:
        fill(engine, tmp_path)
        assert guard_of(engine, truncate, {}, dropped="evidence_row_truncate") == "evidence_final"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_evidence_has_a_violation(dialect: str) -> None:
    tried = {one.trigger(dialect) for one in (*CASES, *ALONE)} - {""}
    if dialect == "postgresql":
        tried |= {"evidence_upload_truncate"}
    assert {name for name, _ in documented(dialect, ["evidence"])} == tried


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE evidence_upload SET {_ENDED}",
        f"UPDATE evidence_waiver SET {_ENDED}",
        f"UPDATE control_explanation SET {_ENDED}",
        _NEW_EXPLANATION.format(by="NULL", at="NULL"),
    ],
)
def test_what_the_rules_of_evidence_allow_is_not_refused(guarded: Engine, statement: str) -> None:
    assert guard_of(guarded, Case("", "", statement), {}) == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_upload SET ended_at = CURRENT_TIMESTAMP",
        (
            "UPDATE control_explanation SET approved_by = 'a', approved_at = CURRENT_TIMESTAMP"
            " WHERE id = 4711"
        ),
        (
            "INSERT INTO evidence_waiver (id, kind, year, reason, waived_by, waived_at)"
            " VALUES (4711, 'payroll', 2025, 'x', 'x', CURRENT_TIMESTAMP)"
        ),
        (
            "INSERT INTO evidence_waiver (id, kind, year, reason, waived_by, waived_at)"
            " VALUES (4711, 'payroll', 2026, '', 'x', CURRENT_TIMESTAMP)"
        ),
        (
            "INSERT INTO audit_pack (id, first_year, last_year, state, digest, size, file_count,"
            " chain_head, made_by, made_at) VALUES (4711, 2025, 2028, 'draft', 'x', 1, 1, 'x', 'x',"
            " CURRENT_TIMESTAMP)"
        ),
        (
            "INSERT INTO pack_job (id, first_year, last_year, wanted, state, done_steps,"
            " total_steps, problems, started_by, started_at, heard_at) VALUES (4711, 2025, 2025,"
            " 'draft', 'done', 0, 1, '[]', 'x', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
        ),
    ],
)
def test_constraints_of_evidence_refuse_what_makes_no_sense(
    guarded: Engine, statement: str
) -> None:
    with guarded.connect() as connection, connection.begin() as transaction:
        connection.execute(text(_NEW_EXPLANATION.format(by="NULL", at="NULL")))
        with pytest.raises(IntegrityError):
            connection.execute(text(statement))
        transaction.rollback()
