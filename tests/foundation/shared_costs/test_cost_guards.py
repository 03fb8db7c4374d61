"""Every guard of shared costs refuses raw SQL, and nothing else does it in its place."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation.shared_costs.models import Basis
from tests.databases import DIALECTS, Databases
from tests.foundation.shared_costs import cost_cases
from tests.foundation.shared_costs.cost_cases import CHARITABLE
from tests.migrations.violations import Case, documented, guard_of

KEY, RUN = "UPDATE cost_key SET", "UPDATE cost_run SET"
# Keys by number: one with a run, a draft, and one by working time with a run.
NAMES = {"key": 1, "draft": 2, "pay": 3, "run": 1, "worked": 2}
# What lets a run be taken back: its voucher is gone.
GONE = (
    "UPDATE voucher SET state = 'discarded'"
    " WHERE id = (SELECT voucher_id FROM cost_run WHERE id = :run)"
)
UNDO = f"{RUN} state = 'undone', undone_by = 'x', undone_at = created_at WHERE id = :run"
SHEET = "DELETE FROM time_sheet WHERE period_id"


def build(engine: Engine) -> None:
    """A key with a run, a draft, and a key by working time with a run."""
    cost_cases.build(engine)
    cost_cases.approve(engine, cost_cases.entry())
    cost_cases.draft_key(engine, cost_cases.entry("DRAFT"))
    cost_cases.approve(engine, cost_cases.entry("PAY", basis=Basis.STAFF_TIME, shares=()))
    cost_cases.allocate(engine)
    cost_cases.rent(engine, day=date(2026, 2, 10))
    for period in (202602, 202603):
        cost_cases.work(engine, ("P1", CHARITABLE, "SCHOL", 10_000), period=period)
    cost_cases.allocate(engine, "PAY", "2026-02")


def case(
    does: str, guard: str, statement: str, sqlite: str, postgresql: str = "", *setup: str
) -> Case:
    """A violation of a guard with the same name in both databases unless another is given."""
    return Case(does, guard, statement, sqlite, postgresql or sqlite, setup)


def truncation(table: str, guard: str) -> Case:
    """TRUNCATE, which only PostgreSQL has."""
    return Case(f"truncate {table}", guard, f"TRUNCATE {table} CASCADE", "", f"{table}_truncate")


CASES = (
    case(
        "insert a key that is approved already",
        "cost_key_step",
        "INSERT INTO cost_key (code, version, name, basis, fund_id, charitable_element,"
        " management_element, valid_from, paper, state, prepared_by, prepared_at, approved_by,"
        " approved_at) SELECT 'X', 1, name, basis, fund_id, charitable_element,"
        " management_element, valid_from, paper, state, prepared_by, prepared_at, approved_by,"
        " approved_at FROM cost_key WHERE id = :pay",
        "cost_key_insert",
    ),
    case(
        "change the paper of an approved key",
        "cost_key_frozen",
        f"{KEY} paper = 'x' WHERE id = :key",
        "cost_key_content",
    ),
    case(
        "change who prepared a draft",
        "cost_key_frozen",
        f"{KEY} prepared_by = 'x' WHERE id = :draft",
        "cost_key_content",
    ),
    case(
        "bring back a key that was ended",
        "cost_key_step",
        f"{KEY} state = 'approved' WHERE id = :key",
        "cost_key_step",
        "cost_key_step",
        f"{KEY} state = 'retired' WHERE id = :key",
    ),
    case(
        "approve shares that are not one",
        "cost_key_shares",
        f"{KEY} state = 'approved', approved_by = 'x', approved_at = prepared_at WHERE id = :draft",
        "cost_key_step",
        "cost_key_step",
        f"{KEY} denominator = 4 WHERE id = :draft",
    ),
    case("delete a key", "cost_key_kept", "DELETE FROM cost_key WHERE id = 2", "cost_key_delete"),
    case(
        "add a source to an approved key",
        "cost_key_frozen",
        "INSERT INTO cost_source (key_id, line_no, element) VALUES (:key, 9, 'office')",
        "cost_source_insert",
        "cost_source_content",
    ),
    case(
        "change a source of an approved key",
        "cost_key_frozen",
        "UPDATE cost_source SET line_no = 9 WHERE key_id = :key",
        "cost_source_update",
        "cost_source_content",
    ),
    case(
        "delete a source of an approved key",
        "cost_key_frozen",
        "DELETE FROM cost_source WHERE key_id = :key",
        "cost_source_delete",
        "cost_source_content",
    ),
    case(
        "add a share to an approved key",
        "cost_key_frozen",
        "INSERT INTO cost_share (key_id, line_no, function, fund_id, numerator)"
        " VALUES (:key, 9, 'other', 1, 1)",
        "cost_share_insert",
        "cost_share_content",
    ),
    case(
        "change a share of an approved key",
        "cost_key_frozen",
        "UPDATE cost_share SET numerator = 2 WHERE key_id = :key",
        "cost_share_update",
        "cost_share_content",
    ),
    case(
        "delete a share of an approved key",
        "cost_key_frozen",
        "DELETE FROM cost_share WHERE key_id = :key",
        "cost_share_delete",
        "cost_share_content",
    ),
    case(
        "add to a time sheet that was used",
        "time_sheet_used",
        "INSERT INTO time_sheet (period_id, person, function, fund_id, basis_points, entered_by,"
        " entered_at) SELECT 202602, 'P2', function, fund_id, basis_points, entered_by,"
        " entered_at FROM time_sheet WHERE period_id = 202603",
        "time_sheet_insert",
        "time_sheet_content",
    ),
    case(
        "change a time sheet that was used",
        "time_sheet_used",
        "UPDATE time_sheet SET basis_points = 1 WHERE period_id = 202602",
        "time_sheet_update",
        "time_sheet_content",
    ),
    case(
        "delete a time sheet that was used",
        "time_sheet_used",
        f"{SHEET} = 202602",
        "time_sheet_delete",
        "time_sheet_content",
    ),
    case(
        "run a draft",
        "cost_run_key",
        "INSERT INTO cost_run (key_id, first_period_id, last_period_id, total_minor, held_in_id,"
        " voucher_id, state, created_by, created_at) SELECT :draft, 202603, 202603, 1, held_in_id,"
        " 1, state, created_by, created_at FROM cost_run WHERE id = :run",
        "cost_run_insert",
    ),
    case(
        "change what was allocated",
        "cost_run_final",
        f"{RUN} total_minor = total_minor + 1 WHERE id = :run",
        "cost_run_update",
    ),
    case("take a run back whose voucher stands", "cost_run_voucher", UNDO, "cost_run_update"),
    case("delete a run", "cost_run_final", "DELETE FROM cost_run WHERE id = 1", "cost_run_delete"),
    case(
        "cover a month outside the run",
        "cost_month_run",
        "INSERT INTO cost_month (code, period_id, run_id) VALUES ('RENT', 202603, :run)",
        "cost_month_insert",
        "cost_month_change",
    ),
    case(
        "move a month",
        "cost_month_run",
        "UPDATE cost_month SET period_id = 202603 WHERE run_id = :run",
        "cost_month_update",
        "cost_month_change",
    ),
    case(
        "free a month of a run that stands",
        "cost_month_run",
        "DELETE FROM cost_month WHERE run_id = :run",
        "cost_month_delete",
        "cost_month_change",
    ),
    case(
        "charge more than was allocated",
        "cost_line_exceeds",
        "INSERT INTO cost_line (run_id, line_no, source_account_id, function, element,"
        " wanted_fund_id, fund_id, account_id, amount_minor) SELECT run_id, 99,"
        " source_account_id, function, element, wanted_fund_id, fund_id, account_id, 1"
        " FROM cost_line WHERE run_id = :run AND line_no = 1",
        "cost_line_insert",
    ),
    case(
        "change what a fund bears",
        "cost_run_final",
        "UPDATE cost_line SET amount_minor = 1 WHERE run_id = :run",
        "cost_line_update",
        "cost_line_change",
    ),
    case(
        "delete what a fund bears",
        "cost_run_final",
        "DELETE FROM cost_line WHERE run_id = :run",
        "cost_line_delete",
        "cost_line_change",
    ),
    truncation("cost_key", "cost_key_kept"),
    truncation("cost_source", "cost_key_frozen"),
    truncation("cost_share", "cost_key_frozen"),
    truncation("time_sheet", "time_sheet_used"),
    truncation("cost_run", "cost_run_final"),
    truncation("cost_month", "cost_month_run"),
    truncation("cost_line", "cost_run_final"),
)


@pytest.fixture(scope="module", params=DIALECTS, name="guarded")
def _guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "shared-cost-guards", build) as engine:
        yield engine


@pytest.mark.parametrize("violation", CASES, ids=[one.does for one in CASES])
def test_raw_sql_is_refused_by_its_guard_alone(guarded: Engine, violation: Case) -> None:
    trigger = violation.trigger(guarded.dialect.name)
    if not trigger:
        # The statement exists in the other database only.
        assert violation.trigger("postgresql")
        return
    assert guard_of(guarded, violation, NAMES) == violation.guard
    assert guard_of(guarded, violation, NAMES, dropped=trigger) != violation.guard


def test_run_is_taken_back_once_its_voucher_is_gone(guarded: Engine) -> None:
    allowed = Case("take a run back", "", UNDO, setup=(GONE,))
    assert guard_of(guarded, allowed, NAMES) == ""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_shared_costs_has_a_violation(dialect: str) -> None:
    tried = {one.trigger(dialect) for one in CASES} - {""}
    assert tried == {name for name, _ in documented(dialect, ["shared_costs"])}
