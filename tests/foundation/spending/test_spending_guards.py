"""Every guard of spending refuses raw SQL, and nothing else does it in its place."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.spending import approvals, drafts, paying
from foundation.spending.drafts import BeneficiaryInput, PartInput, RequestInput
from foundation.spending.models import SpendingKind
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER, SPENDING_DAY
from tests.migrations.violations import Case, documented, guard_of

STATES = ("draft", "submitted", "approved", "paid", "booked")


def build(engine: Engine) -> None:
    """One request in every state."""
    factories.install_books(engine)
    factories.post_gift(engine)
    for state in STATES:
        _request(engine, state)


def _request(engine: Engine, state: str) -> None:
    entry = RequestInput(
        kind=SpendingKind.GRANT,
        payee_name="测试大学",
        summary=state,
        requested_on=SPENDING_DAY,
        parts=(PartInput("SCHOL", "grant", 1_000_00),),
        beneficiaries=(BeneficiaryInput("S9", "某同学", 1_000_00),) if state == "paid" else (),
    )
    upto = STATES.index(state)
    with database.transaction(engine) as session:
        key = drafts.save_draft(session, entry, actor=PREPARER, clock=CLOCK).id
        if upto >= 1:
            approvals.submit(session, key, actor=PREPARER, clock=CLOCK)
        if upto >= 2:
            approvals.approve(session, key, actor=REVIEWER, clock=CLOCK)
        if upto >= 3:
            paying.pay(
                session,
                key,
                account_code=BANK,
                paid_on=SPENDING_DAY,
                payment_reference=None,
                actor="cashier",
                clock=CLOCK,
            )
        if upto >= 4:
            paying.book(session, key, actor=PREPARER, clock=CLOCK)


NAMES = {name: place for place, name in enumerate(STATES, start=1)}
REQUEST, PART = "UPDATE spending_request SET", "spending_part"
CASES = (
    Case(
        "insert a request that is approved already",
        "spending_step",
        "INSERT INTO spending_request (kind, state, payee_name, counterparty_id, is_related,"
        " summary, requested_on, total_minor, approvals_needed, round, requested_by, requested_at)"
        " SELECT kind, 'submitted', payee_name, counterparty_id, is_related, summary,"
        " requested_on, total_minor, 1, 1, requested_by, requested_at"
        " FROM spending_request WHERE id = :draft",
        "spending_request_insert",
        "spending_request_insert",
    ),
    Case(
        "raise the amount after submission",
        "spending_frozen",
        f"{REQUEST} total_minor = total_minor + 1 WHERE id = :approved",
        "spending_request_content",
        "spending_request_content",
    ),
    Case(
        "change who was paid",
        "spending_frozen",
        f"{REQUEST} payee_name = 'x' WHERE id = :booked",
        "spending_request_content",
        "spending_request_content",
    ),
    Case(
        "change the day of payment",
        "spending_frozen",
        f"{REQUEST} payment_reference = 'x' WHERE id = :paid",
        "spending_request_content",
        "spending_request_content",
    ),
    Case(
        "change who asked",
        "spending_frozen",
        f"{REQUEST} requested_by = 'x' WHERE id = :draft",
        "spending_request_content",
        "spending_request_content",
    ),
    Case(
        "jump over approval and payment",
        "spending_step",
        f"{REQUEST} state = 'approved', approvals_needed = 1 WHERE id = :draft",
        "spending_request_step",
        "spending_request_step",
    ),
    Case(
        "approve without an approval",
        "spending_unapproved",
        f"{REQUEST} state = 'approved' WHERE id = :submitted",
        "spending_request_step",
        "spending_request_step",
    ),
    Case(
        "submit with parts that differ",
        "spending_parts",
        f"{REQUEST} state = 'submitted', approvals_needed = 1 WHERE id = :draft",
        "spending_request_step",
        "spending_request_step",
        ("UPDATE spending_part SET amount_minor = 5 WHERE request_id = :draft",),
    ),
    Case(
        "pay for oneself",
        "spending_duty",
        f"{REQUEST} state = 'paid', paid_by = requested_by, paid_on = '2026-01-20',"
        " paid_at = requested_at, account_id = (SELECT MIN(id) FROM account)"
        " WHERE id = :approved",
        "spending_request_step",
        "spending_request_step",
    ),
    Case(
        "book with another voucher",
        "spending_voucher",
        f"{REQUEST} state = 'booked', voucher_id = (SELECT MIN(id) FROM voucher) WHERE id = :paid",
        "spending_request_step",
        "spending_request_step",
    ),
    Case(
        "unbook while the voucher stands",
        "spending_voucher",
        f"{REQUEST} state = 'paid', voucher_id = NULL WHERE id = :booked",
        "spending_request_step",
        "spending_request_step",
    ),
    Case(
        "delete a request",
        "spending_kept",
        "DELETE FROM spending_request WHERE id = :submitted",
        "spending_request_delete",
        "spending_request_delete",
    ),
    Case(
        "truncate the requests",
        "spending_kept",
        "TRUNCATE spending_request CASCADE",
        postgresql="spending_request_truncate",
    ),
    *(
        case
        for table, values in (
            ("spending_part", "(:paid, 9, 1, 'grant', 5)"),
            ("spending_beneficiary", "(:paid, 9, 'S1', 'x', NULL, 5)"),
        )
        for case in (
            Case(
                f"add to {table} after submission",
                "spending_frozen",
                f"INSERT INTO {table} VALUES {values}",
                f"{table}_insert",
                f"{table}_content",
            ),
            Case(
                f"change {table} after submission",
                "spending_frozen",
                f"UPDATE {table} SET request_id = :paid WHERE request_id = :draft",
                f"{table}_update",
                f"{table}_content",
                (f"INSERT INTO {table} VALUES {values}".replace(":paid", ":draft"),),
            ),
            Case(
                f"truncate {table}",
                "spending_frozen",
                f"TRUNCATE {table}",
                postgresql=f"{table}_truncate",
            ),
        )
    ),
    *(
        Case(
            f"take {table} away after submission",
            "spending_frozen",
            f"DELETE FROM {table} WHERE request_id = :paid",
            f"{table}_delete",
            f"{table}_content",
        )
        for table in ("spending_part", "spending_beneficiary")
    ),
    Case(
        "approve one's own request",
        "spending_self_approval",
        "INSERT INTO spending_approval (request_id, round, verdict, approved_by, approved_at)"
        " SELECT id, round, 'approved', requested_by, requested_at FROM spending_request"
        " WHERE id = :submitted",
        "spending_approval_insert",
        "spending_approval_insert",
    ),
    Case(
        "approve what was paid",
        "spending_step",
        "INSERT INTO spending_approval (request_id, round, verdict, approved_by, approved_at)"
        " SELECT id, round, 'approved', 'somebody', requested_at FROM spending_request"
        " WHERE id = :paid",
        "spending_approval_insert",
        "spending_approval_insert",
    ),
    Case(
        "change an approval",
        "spending_approval_final",
        "UPDATE spending_approval SET verdict = 'returned'",
        "spending_approval_update",
        "spending_approval_change",
    ),
    Case(
        "delete an approval",
        "spending_approval_final",
        "DELETE FROM spending_approval",
        "spending_approval_delete",
        "spending_approval_change",
    ),
    Case(
        "truncate the approvals",
        "spending_approval_final",
        "TRUNCATE spending_approval",
        postgresql="spending_approval_truncate",
    ),
)


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "spending-guards", build) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard_and_by_nothing_else(guarded: Engine, case: Case) -> None:
    trigger = case.trigger(guarded.dialect.name)
    if not trigger:
        # The statement exists in the other database only.
        assert case.trigger("sqlite") or case.trigger("postgresql")
        return
    assert guard_of(guarded, case, NAMES) == case.guard
    assert guard_of(guarded, case, NAMES, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {name for name, _ in documented(dialect, ["spending"])}
