"""Every guard of the ledger refuses what it is there for, also to raw SQL."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, Table, text
from sqlalchemy.exc import DBAPIError

from ledger.orm import guard_name
from ledger.vouchers import Voucher, VoucherLine
from tests.databases import DIALECTS, Databases
from tests.migrations import (
    guarded_books,
    line_violations,
    period_violations,
    sealing_violations,
    voucher_violations,
)
from tests.migrations.statements import FILE, LINE, POINT_BOTH, POINT_LINE, TAKE_NUMBERS, seal
from tests.migrations.violations import Case, documented, guard_of, present, run

CASES = (
    *voucher_violations.VOUCHERS,
    *sealing_violations.SEALS,
    *line_violations.LINES,
    *period_violations.PERIODS,
    *period_violations.TRAIL,
    *period_violations.MEANINGS,
)


@dataclass(frozen=True, slots=True)
class Guarded:
    """The books of guarded_books on one database."""

    engine: Engine
    names: dict[str, object]

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Guarded]:
    """Books that no test changes: whatever is tried is undone."""
    with databases.prepared(request.param, "guarded", guarded_books.build) as engine:
        yield Guarded(engine, guarded_books.names(engine))


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard_and_by_nothing_else(guarded: Guarded, case: Case) -> None:
    trigger = case.trigger(guarded.dialect)
    if not trigger:
        # The statement exists in the other database only; the names say which.
        assert case.trigger("sqlite") or case.trigger("postgresql")
        return
    assert guard_of(guarded.engine, case, guarded.names) == case.guard
    # Without the trigger the same statement gets past it: it is this guard that refuses.
    assert guard_of(guarded.engine, case, guarded.names, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_the_ledger_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {trigger for trigger, _ in documented(dialect, ["ledger"])}


def test_guards_in_the_database_are_those_of_the_files(guarded: Guarded) -> None:
    with guarded.engine.connect() as connection:
        assert present(connection) == set(documented(guarded.dialect))


def test_both_databases_have_the_same_guard_names() -> None:
    said = {
        dialect: {case.guard for case in CASES if case.trigger(dialect)} for dialect in DIALECTS
    }
    assert said["sqlite"] == said["postgresql"]


@pytest.mark.parametrize(
    ("table", "key", "guard"),
    [
        (Voucher.__table__, "id", "voucher_final"),
        (VoucherLine.__table__, "voucher_id", "voucher_line_sealed"),
    ],
    ids=["voucher", "voucher_line"],
)
def test_no_column_of_what_is_posted_can_be_written(
    guarded: Guarded, table: Table, key: str, guard: str
) -> None:
    for column in table.columns:
        same = f"UPDATE {table.name} SET {column.name} = {column.name} WHERE {key} = :posted"
        case = Case(f"write {column.name}", guard, same)
        assert guard_of(guarded.engine, case, guarded.names) == guard, column.name


def test_one_bad_voucher_in_a_set_refuses_the_whole_update(guarded: Guarded) -> None:
    case = Case(
        "touch every voucher",
        "voucher_final",
        "UPDATE voucher SET rule = 'changed' WHERE period_id = 202601",
    )
    assert guard_of(guarded.engine, case, guarded.names) == "voucher_final"


def test_conflict_clauses_do_not_get_around_a_guard(guarded: Guarded) -> None:
    line = LINE.format(key="posted", line=1)
    tricks = {
        f"{line} ON CONFLICT (voucher_id, line_no) DO UPDATE SET amount_minor = 1": (
            "voucher_line_sealed"
        )
    }
    if guarded.dialect == "sqlite":
        tricks[line.replace("INSERT", "INSERT OR REPLACE")] = "voucher_line_sealed"
        tricks["UPDATE OR IGNORE voucher SET summary = 'x' WHERE id = :posted"] = "voucher_final"
        tricks["INSERT OR IGNORE INTO voucher SELECT * FROM voucher WHERE id = :posted"] = (
            "voucher_born_final"
        )
    for statement, guard in tricks.items():
        case = Case("get around a guard", guard, statement)
        assert guard_of(guarded.engine, case, guarded.names) == guard


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE voucher SET summary = '改过', version = version + 1 WHERE id = :draft",
        "UPDATE voucher_line SET summary = '改过' WHERE voucher_id = :submitted",
        "DELETE FROM voucher_line WHERE voucher_id = :draft",
        "UPDATE voucher_series SET last_number = last_number + 1 WHERE period_id = 202601",
        "UPDATE period SET statements_issued_at = :now WHERE id = 202512",
        "UPDATE account SET name = '改名', full_name = '改名' WHERE id = :bank",
        "UPDATE fund SET name = '改名' WHERE id = :schol",
        FILE.format(key="posted"),
        LINE.format(key="draft", line=3),
    ],
)
def test_what_the_rules_allow_is_not_refused(guarded: Guarded, statement: str) -> None:
    allowed = Case("do what is allowed", "", statement)
    assert guard_of(guarded.engine, allowed, guarded.names) == ""


@pytest.mark.parametrize("kind", ["closing", "conversion"])
def test_generated_vouchers_reach_accounts_and_funds_out_of_use(
    guarded: Guarded, kind: str
) -> None:
    allowed = Case(
        "carry a balance",
        "",
        seal(),
        setup=(
            TAKE_NUMBERS,
            f"UPDATE voucher SET kind = '{kind}' WHERE id = :submitted",
            POINT_BOTH.format(change="fund_id = :endow"),
            POINT_LINE.format(change="account_id = :closed_account"),
        ),
    )
    assert guard_of(guarded.engine, allowed, guarded.names) == ""


def test_line_that_is_being_changed_holds_up_the_posting(databases: Databases) -> None:
    """On PostgreSQL a change of a line and the seal of its voucher wait for each other."""
    with databases.prepared("postgresql", "guarded", guarded_books.build) as engine:
        names = guarded_books.names(engine)
        with engine.connect() as first, engine.connect() as second:
            run(first, POINT_LINE.format(change="amount_minor = amount_minor + 1"), names)
            second.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(DBAPIError, match="lock timeout"):
                run(second, "SELECT id FROM voucher WHERE id = :submitted FOR UPDATE", names)
            second.rollback()
            first.rollback()


def test_name_of_the_guard_is_read_from_the_error(guarded: Guarded) -> None:
    with guarded.engine.connect() as connection:
        with pytest.raises(DBAPIError) as caught:
            run(connection, "DELETE FROM trail_head", guarded.names)
        assert guard_name(caught.value) == "trail_final"
        connection.rollback()
        with pytest.raises(DBAPIError) as other:
            run(connection, "SELECT nothing FROM nowhere", guarded.names)
        assert guard_name(other.value) is None
        connection.rollback()
