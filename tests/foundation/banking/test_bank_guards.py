"""What the database itself refuses about the bank: raw SQL, guard by guard, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ledger.orm import guard_name
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.foundation.banking import bank_cases
from tests.foundation.banking.bank_cases import Row
from tests.migrations.violations import documented, drop_trigger

LINES: list[Row] = [
    ("2026-01-15", "捐款", 100_00, "王敏", "SN0000000001"),
    ("2026-02-10", "捐款", 300_00, "李强", "SN0000000002"),
    ("2026-02-11", "捐款", 400_00, "赵芳", "SN0000000003"),
    ("2026-03-02", "捐款", 500_00, "周宁", "SN0000000004"),
]
_NEW_LINE = (
    "INSERT INTO bank_line (id, bank_account_id, statement_id, row_no, booked_on, month, day_order,"
    " amount_minor, reference, name, account_masked, account_mark, summary, note, fingerprint)"
    " SELECT 4711, bank_account_id, statement_id, 9, '{day}', {month}, 9, 1, '', '', '', '', '',"
    " '', 'x' FROM bank_line WHERE reference = 'SN0000000004'"
)
_MATCH = (
    "INSERT INTO bank_match (id, bank_account_id, state, origin, score, reasons, settled_in,"
    " made_by, made_at) SELECT 4711, bank_account_id, '{state}', 'manual', 1, '[]', {settled},"
    " 'x', made_at FROM bank_match ORDER BY id LIMIT 1"
)
_OPEN = _MATCH.format(state="building", settled=202603)
_ADD_LINE = (
    "INSERT INTO bank_match_line (match_id, bank_line_id, is_live)"
    " SELECT {match}, id, {live} FROM bank_line WHERE reference = '{reference}'"
)
_ADD_SIDE = (
    "INSERT INTO bank_match_voucher (match_id, voucher_id, side, bank_account_id, amount_minor,"
    " is_live) SELECT {match}, v.id, 1, b.id, {minor}, {live} FROM voucher v, bank_account b"
    " WHERE v.summary LIKE '%{name}%'"
)
_SEAL = "UPDATE bank_match SET state = 'live' WHERE id = 4711"
_FIRST = "(SELECT MIN(id) FROM bank_match)"
_LAST = "(SELECT MAX(id) FROM bank_match)"
_UNDO = (
    "UPDATE bank_match SET state = 'undone', undone_by = 'x', undone_reason = 'x',"
    " undone_at = made_at WHERE id = {match}"
)
_RECONCILE = (
    "INSERT INTO bank_reconciliation (id, bank_account_id, period_id, state, books_minor,"
    " bank_minor, bank_received_minor, bank_paid_minor, books_received_minor, books_paid_minor,"
    " difference_minor, statement_through, prepared_by, prepared_at)"
    " SELECT 4711, bank_account_id, 202602, '{state}', 0, 0, 0, 0, 0, 0, 0, statement_through,"
    " 'x', prepared_at FROM bank_reconciliation WHERE period_id = 202601"
)
_ADD_ITEM = (
    "INSERT INTO bank_reconciliation_item (reconciliation_id, item_no, kind, happened_on,"
    " amount_minor, bank_line_id, text) SELECT {key}, 99, 'bank_paid', booked_on, 1, id, ''"
    " FROM bank_line WHERE reference = 'SN0000000002'"
)
_WITHDRAW = (
    "UPDATE bank_reconciliation SET state = 'withdrawn', withdrawn_by = 'x',"
    " withdrawn_at = prepared_at, withdrawn_reason = 'x' WHERE period_id = {month}"
)
_CLOSE = (
    "UPDATE period SET state = 'closed', closed_by = 'x', digest = 'x',"
    " closed_at = CURRENT_TIMESTAMP WHERE id = {month}"
)


@dataclass(frozen=True, slots=True)
class Case:
    """A violation: its guard, the trigger of each database, and what goes before."""

    does: str
    guard: str
    sqlite: str
    postgresql: str
    statement: str
    setup: tuple[str, ...] = ()


def case(guard: str, sqlite: str, postgresql: str, statement: str, *setup: str) -> Case:
    return Case(statement[:60], guard, sqlite, postgresql, statement, setup)


def member(table: str, change: str) -> str:
    return f"UPDATE {table} SET {change} WHERE match_id = {_LAST}"


CASES = (
    case(
        "bank_account_final",
        "bank_account_update",
        "bank_account_update",
        "UPDATE bank_account SET opening_minor = opening_minor + 1",
    ),
    case(
        "bank_account_final",
        "bank_account_delete",
        "bank_account_delete",
        "DELETE FROM bank_account",
    ),
    case(
        "bank_account_final",
        "bank_account_ledger_update",
        "bank_account_ledger_change",
        "UPDATE bank_account_ledger SET bank_account_id = bank_account_id",
    ),
    case(
        "bank_account_final",
        "bank_account_ledger_delete",
        "bank_account_ledger_change",
        "DELETE FROM bank_account_ledger",
    ),
    case(
        "bank_statement_final",
        "bank_statement_update",
        "bank_statement_change",
        "UPDATE bank_statement SET closing_minor = 0",
    ),
    case(
        "bank_statement_final",
        "bank_statement_delete",
        "bank_statement_change",
        "DELETE FROM bank_statement",
    ),
    case(
        "bank_line_final",
        "bank_line_update",
        "bank_line_change",
        "UPDATE bank_line SET amount_minor = 1 WHERE reference = 'SN0000000002'",
    ),
    case(
        "bank_line_final",
        "bank_line_delete",
        "bank_line_change",
        "DELETE FROM bank_line WHERE reference = 'SN0000000003'",
    ),
    case(
        "bank_month_reconciled",
        "bank_line_insert",
        "bank_line_insert",
        _NEW_LINE.format(day="2026-01-31", month=202601),
    ),
    case(
        "bank_line_wrong_month",
        "bank_line_insert",
        "bank_line_insert",
        _NEW_LINE.format(day="2026-01-31", month=202603),
    ),
    case(
        "bank_match_born_sealed",
        "bank_match_insert",
        "bank_match_insert",
        _MATCH.format(state="live", settled=202603),
    ),
    case(
        "bank_match_final",
        "bank_match_update",
        "bank_match_update",
        f"UPDATE bank_match SET score = 100 WHERE id = {_LAST}",
    ),
    case(
        "bank_match_final",
        "bank_match_delete",
        "bank_match_delete",
        "DELETE FROM bank_match WHERE id = 4711",
        _OPEN,
    ),
    case(
        "bank_month_reconciled",
        "bank_match_settled",
        "bank_match_seal",
        _UNDO.format(match=_FIRST),
    ),
    case("bank_match_differs", "bank_match_seal", "bank_match_seal", _SEAL, _OPEN),
    case(
        "bank_match_differs",
        "bank_match_seal",
        "bank_match_seal",
        _SEAL,
        _OPEN,
        _ADD_LINE.format(match=4711, live="TRUE", reference="SN0000000003"),
        _ADD_SIDE.format(match=4711, live="TRUE", minor=400_00, name="周宁"),
    ),
    case(
        "bank_match_not_posted",
        "bank_match_seal",
        "bank_match_seal",
        _SEAL,
        _OPEN,
        _ADD_LINE.format(match=4711, live="TRUE", reference="SN0000000003"),
        _ADD_SIDE.format(match=4711, live="TRUE", minor=400_00, name="赵芳"),
    ),
    case(
        "bank_match_settles_early",
        "bank_match_seal",
        "bank_match_seal",
        _SEAL,
        _MATCH.format(state="building", settled=202602),
        _ADD_LINE.format(match=4711, live="TRUE", reference="SN0000000004"),
        _ADD_SIDE.format(match=4711, live="TRUE", minor=500_00, name="周宁"),
    ),
    case(
        "bank_match_sealed",
        "bank_match_line_insert",
        "bank_match_line_insert",
        _ADD_LINE.format(match=_LAST, live="TRUE", reference="SN0000000003"),
    ),
    case(
        "bank_match_sealed",
        "bank_match_line_update",
        "bank_match_line_update",
        member("bank_match_line", "is_live = FALSE"),
    ),
    case(
        "bank_match_sealed",
        "bank_match_line_delete",
        "bank_match_line_delete",
        "DELETE FROM bank_match_line",
    ),
    case(
        "bank_match_sealed",
        "bank_match_voucher_insert",
        "bank_match_voucher_insert",
        _ADD_SIDE.format(match=_LAST, live="TRUE", minor=500_00, name="周宁"),
    ),
    case(
        "bank_match_sealed",
        "bank_match_voucher_update",
        "bank_match_voucher_update",
        member("bank_match_voucher", "amount_minor = 1"),
    ),
    case(
        "bank_match_sealed",
        "bank_match_voucher_delete",
        "bank_match_voucher_delete",
        "DELETE FROM bank_match_voucher",
    ),
    case(
        "bank_reconciliation_born_sealed",
        "bank_reconciliation_insert",
        "bank_reconciliation_insert",
        _RECONCILE.format(state="prepared"),
    ),
    case(
        "bank_reconciliation_final",
        "bank_reconciliation_update",
        "bank_reconciliation_update",
        "UPDATE bank_reconciliation SET explanation = 'x'",
    ),
    case(
        "bank_reconciliation_final",
        "bank_reconciliation_delete",
        "bank_reconciliation_delete",
        "DELETE FROM bank_reconciliation WHERE id = 4711",
        _RECONCILE.format(state="building"),
    ),
    case(
        "bank_reconciliation_differs",
        "bank_reconciliation_seal",
        "bank_reconciliation_update",
        "UPDATE bank_reconciliation SET state = 'prepared' WHERE id = 4711",
        _RECONCILE.format(state="building"),
        _ADD_ITEM.format(key=4711),
    ),
    case(
        "bank_month_reconciled",
        "bank_reconciliation_withdraw",
        "bank_reconciliation_update",
        _WITHDRAW.format(month=202601),
        _RECONCILE.format(state="building"),
    ),
    case(
        "bank_reconciliation_closed",
        "bank_reconciliation_withdraw",
        "bank_reconciliation_update",
        _WITHDRAW.format(month=202601),
        _CLOSE.format(month=202600),
        _CLOSE.format(month=202601),
    ),
    case(
        "bank_reconciliation_final",
        "bank_reconciliation_item_insert",
        "bank_reconciliation_item_insert",
        _ADD_ITEM.format(key="(SELECT MIN(id) FROM bank_reconciliation)"),
    ),
    case(
        "bank_reconciliation_final",
        "bank_reconciliation_item_update",
        "bank_reconciliation_item_change",
        "UPDATE bank_reconciliation_item SET text = 'x'",
    ),
    case(
        "bank_reconciliation_final",
        "bank_reconciliation_item_delete",
        "bank_reconciliation_item_change",
        "DELETE FROM bank_reconciliation_item",
    ),
    case(
        "bank_not_reconciled",
        "period_close_bank",
        "period_update_bank",
        _CLOSE.format(month=202602),
        _CLOSE.format(month=202600),
        _CLOSE.format(month=202601),
        "UPDATE voucher SET state = 'discarded' WHERE state = 'submitted'",
    ),
)
TRUNCATED = ("bank_line", "bank_match")


def _build(engine: Engine) -> None:
    """January matched, reconciled and reviewed with an item; February matched; March open."""
    factories.install_books(engine)
    factories.close_periods(engine, 202511, 202512)
    bank_cases.gift(engine, "王敏", 100_00, date(2026, 1, 15))
    factories.post_spending(engine, fund="GEN", minor=1_00, on=date(2026, 1, 31))
    bank_cases.gift(engine, "李强", 300_00, date(2026, 2, 10))
    bank_cases.gift(engine, "周宁", 500_00, date(2026, 3, 20))
    bank_cases.gift(engine, "赵芳", 400_00, date(2026, 2, 11), posted=False)
    bank_cases.bring(engine, bank_cases.csv_of(LINES))
    bank_cases.match(engine)
    bank_cases.prepare(engine, 202601)
    bank_cases.review(engine, 202601)


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "bank", _build) as engine:
        yield engine


def refused(engine: Engine, tried: Case, *, dropped: str = "") -> str:
    """Run a case and undo it; return the guard that refused, the error, or nothing."""
    with engine.connect() as connection, connection.begin() as transaction:
        try:
            for statement in tried.setup:
                connection.execute(text(statement))
            if dropped:
                drop_trigger(connection, dropped)
            connection.execute(text(tried.statement))
        except DBAPIError as error:
            return guard_name(error) or str(error.orig)
        finally:
            transaction.rollback()
    return ""


@pytest.mark.parametrize("tried", CASES, ids=[f"{one.guard}-{i}" for i, one in enumerate(CASES)])
def test_raw_sql_is_refused_by_its_guard(guarded: Engine, tried: Case) -> None:
    assert refused(guarded, tried) == tried.guard
    trigger = tried.sqlite if guarded.dialect.name == "sqlite" else tried.postgresql
    # Without the trigger the same statement gets past it: it is this guard that refuses.
    assert refused(guarded, tried, dropped=trigger) != tried.guard


@pytest.mark.parametrize("table", TRUNCATED)
def test_tables_of_the_bank_cannot_be_emptied(guarded: Engine, table: str) -> None:
    if guarded.dialect.name == "sqlite":
        assert refused(guarded, case("", "", "", f"DELETE FROM {table}")) == f"{table}_final"
    else:
        tried = case("", "", "", f"TRUNCATE {table} CASCADE")
        assert refused(guarded, tried) == f"{table}_final"


def test_every_guard_of_the_bank_has_a_violation() -> None:
    for dialect in DIALECTS:
        tried = {getattr(one, dialect) for one in CASES}
        emptied = {f"{table}_truncate" for table in TRUNCATED} if dialect == "postgresql" else set()
        assert tried | emptied == {trigger for trigger, _ in documented(dialect, ["banking"])}


@pytest.mark.parametrize(
    "statement",
    [
        _UNDO.format(match=_LAST),
        "UPDATE bank_account SET bank = '示例银行', required_from = 202602",
        _CLOSE.format(month=202600),
    ],
)
def test_what_the_rules_allow_is_not_refused(guarded: Engine, statement: str) -> None:
    assert refused(guarded, case("", "", "", statement)) == ""
