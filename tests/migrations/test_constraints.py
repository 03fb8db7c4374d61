"""Every CHECK of the ledger refuses what it is there for, and so do its keys."""

from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, Engine, ForeignKeyConstraint, UniqueConstraint

from ledger.orm import Base
from migrations import metadata
from tests.databases import DIALECTS, Databases
from tests.migrations import guarded_books
from tests.migrations.violations import refusal

NEW_VOUCHER = (
    "INSERT INTO voucher (id, period_id, word, booked_on, kind, state, summary, attachment_count,"
    " rule, total_minor, prepared_by, prepared_at, reverses_id) VALUES (9001, 202601, '记',"
    " '2026-01-05', '{kind}', 'draft', '直接写入', 1, 'raw', 1, 'a', :now, {reverses})"
)
NEW_LINE = (
    "INSERT INTO voucher_line (voucher_id, line_no, period_id, account_id, fund_id, side,"
    " amount_minor) VALUES (:draft, 3, 202601, {account}, :schol, {side}, {amount})"
)
NEW_ACCOUNT = (
    "INSERT INTO account (id, chart, code, name, full_name, category, side, tag, restriction,"
    " flags, grade, is_own, is_postable) VALUES (9001, '2024', '{code}', '新', '新', '{category}',"
    " '{side}', '', '', '', '', true, true)"
)
NEW_FUND = (
    "INSERT INTO fund (id, code, name, restriction) VALUES (9001, '{code}', '{name}', '{kind}')"
)
NEW_PERIOD = (
    "INSERT INTO period (id, year, month, state, closed_by) VALUES ({key}, 2026, {month},"
    " '{state}', {closed_by})"
)
ASKED = (
    "INSERT INTO period_reopening (id, period_id, reason, requested_by, requested_at,"
    " approved_by, approved_at) VALUES (901, 202512, '补记', 'a', :now, {by}, {at})"
)
DRAFT = "UPDATE voucher SET {change} WHERE id = :draft"

VIOLATIONS = {
    "ck_account_accountcategory": NEW_ACCOUNT.format(code="1999", category="gold", side="debit"),
    "ck_account_balanceside": NEW_ACCOUNT.format(code="1999", category="asset", side="left"),
    "ck_account_code_given": NEW_ACCOUNT.format(code="", category="asset", side="debit"),
    "ck_dimension_dimensionkind": (
        "INSERT INTO dimension (id, kind, code, name) VALUES (9001, 'colour', 'C', '红')"
    ),
    "ck_fund_named": NEW_FUND.format(code="NEW", name="", kind="none"),
    "ck_fund_restriction": NEW_FUND.format(code="NEW", name="新", kind="locked"),
    "ck_ledger_policy_closingfrequency": "UPDATE ledger_policy SET closing_frequency = 'weekly'",
    "ck_ledger_policy_one_row": (
        "INSERT INTO ledger_policy (id, separation_required, attachments_required,"
        " overspending_refused, closing_frequency, catalogue_token)"
        " VALUES (2, false, false, false, 'year', 'x')"
    ),
    "ck_period_periodstate": NEW_PERIOD.format(key=202604, month=4, state="ajar", closed_by="NULL"),
    "ck_period_key": NEW_PERIOD.format(key=202604, month=5, state="open", closed_by="NULL"),
    "ck_period_closed_is_complete": NEW_PERIOD.format(
        key=202604, month=4, state="closed", closed_by="'b'"
    ),
    "ck_period_reopening_approval": ASKED.format(by="'b'", at="NULL"),
    "ck_period_reopening_two_persons": ASKED.format(by="'a'", at=":now"),
    "ck_statement_movement_movementkind": (
        "INSERT INTO statement_movement (period_id, kind, account_id, item_key, debit_minor,"
        " credit_minor) VALUES (202601, 'luck', :bank, 0, 1, 0)"
    ),
    "ck_trail_head_one_row": (
        "INSERT INTO trail_head (id, sequence, digest) VALUES (2, 0, :digest)"
    ),
    "ck_voucher_voucherkind": NEW_VOUCHER.format(kind="secret", reverses="NULL"),
    "ck_voucher_voucherstate": DRAFT.format(change="state = 'lost'"),
    "ck_voucher_attachments": DRAFT.format(change="attachment_count = -1"),
    "ck_voucher_number_positive": DRAFT.format(change="number = 0"),
    "ck_voucher_posted_is_complete": DRAFT.format(
        change="number = 99, digest = :digest, posted_by = 'b', posted_at = :now"
    ),
    "ck_voucher_reviewer": DRAFT.format(change="reviewed_by = 'b', reviewed_at = :now"),
    "ck_voucher_reviewed_at": (
        "UPDATE voucher SET state = 'reviewed', reviewed_by = 'b' WHERE id = :submitted"
    ),
    "ck_voucher_reversal_link": NEW_VOUCHER.format(kind="reversal", reverses="NULL"),
    "ck_voucher_line_amount_not_zero": NEW_LINE.format(account=":bank", side=1, amount=0),
    "ck_voucher_line_side": NEW_LINE.format(account=":bank", side=2, amount=5),
}
UNIQUE = {
    "account": NEW_ACCOUNT.format(code="100201", category="asset", side="debit"),
    "dimension": (
        "INSERT INTO dimension (id, kind, code, name)"
        " VALUES (9001, 'donor', 'D', '甲'), (9002, 'donor', 'D', '乙')"
    ),
    "fund": NEW_FUND.format(code="SCHOL", name="又一个", kind="none"),
    "voucher.number": DRAFT.format(change="number = 1"),
    "voucher.reverses_id": NEW_VOUCHER.format(kind="reversal", reverses=":reversed"),
    "voucher_file": (
        "INSERT INTO voucher_file (id, voucher_id, file_name, media_type, size, digest,"
        " added_by, added_at) VALUES (1, :draft, 'a', 'b', 1, :digest, 'a', :now),"
        " (2, :draft, 'c', 'b', 1, :digest, 'a', :now)"
    ),
    "period_reopening": (
        f"{ASKED.format(by='NULL', at='NULL')}, (902, 202512, '再补', 'b', :now, NULL, NULL)"
    ),
}


def ledger_constraints(kind: type) -> Iterator[tuple[str, str]]:
    """Yield (table, constraint) of the ledger's own tables."""
    metadata.everything()
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__.startswith("ledger."):
            table = mapper.local_table
            for constraint in table.constraints:  # type: ignore[attr-defined]
                if isinstance(constraint, kind):
                    yield table.name, str(constraint.name)  # type: ignore[attr-defined]


@pytest.fixture(scope="module", params=DIALECTS, name="stored")
def _stored(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "guarded", guarded_books.build) as engine:
        yield engine


def test_every_check_of_the_ledger_has_a_violation() -> None:
    assert set(VIOLATIONS) == {name for _, name in ledger_constraints(CheckConstraint)}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_check_refuses_its_violation(stored: Engine, name: str) -> None:
    assert name in refusal(stored, VIOLATIONS[name], guarded_books.names(stored))


@pytest.mark.parametrize("what", UNIQUE)
def test_every_unique_key_refuses_a_second_row(stored: Engine, what: str) -> None:
    said = refusal(stored, UNIQUE[what], guarded_books.names(stored))
    assert "unique" in said.lower()


def test_every_unique_key_of_the_ledger_is_tried() -> None:
    tables = {table for table, _ in ledger_constraints(UniqueConstraint)}
    assert tables <= {what.split(".")[0] for what in UNIQUE}


@pytest.mark.parametrize(
    "statement",
    [
        NEW_LINE.format(account="424242", side=1, amount=5),
        NEW_LINE.format(account=":bank", side=1, amount=5).replace(":schol", "424242"),
        NEW_LINE.format(account=":bank", side=1, amount=5).replace(":draft", "424242"),
        NEW_VOUCHER.format(kind="reversal", reverses="424242"),
        (
            "INSERT INTO voucher_series (period_id, word, last_number, head)"
            " VALUES (203001, '记', 0, :digest)"
        ),
        "DELETE FROM fund WHERE id = :schol",
        "DELETE FROM account WHERE id = :bank",
        "DELETE FROM chart WHERE version = '2024'",
        "DELETE FROM fiscal_year WHERE year = 2026",
    ],
)
def test_nothing_points_at_what_is_not_there(stored: Engine, statement: str) -> None:
    said = refusal(stored, statement, guarded_books.names(stored))
    assert "foreign key" in said.lower()


def test_every_table_of_the_ledger_that_refers_to_another_has_a_foreign_key() -> None:
    """A column that ends in _id is a reference; the database keeps it."""
    kept = {table for table, _ in ledger_constraints(ForeignKeyConstraint)}
    for mapper in Base.registry.mappers:
        if not mapper.class_.__module__.startswith("ledger."):
            continue
        for column in mapper.local_table.columns:
            if column.name.endswith("_id"):
                assert column.foreign_keys, column
                assert mapper.local_table.name in kept  # type: ignore[attr-defined]
