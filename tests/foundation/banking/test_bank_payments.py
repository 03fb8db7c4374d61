"""A payment on the statement pays the request that asked for it, and proves its voucher."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.banking import accounts, items, payments, queries
from foundation.banking.models import BankLine
from foundation.spending import approvals, drafts, paying
from foundation.spending import queries as spending
from foundation.spending.drafts import PartInput, RequestInput
from foundation.spending.models import SpendingKind, SpendingRequest, SpendingState, reference
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER
from tests.foundation.banking import bank_cases
from tests.foundation.banking.bank_cases import CASHIER
from tests.migrations.violations import Case, documented, guard_of
from tests.refusals import refused

ASKED, PAID = date(2026, 1, 20), date(2026, 1, 22)
OPENING = 100_000_00
ROWS: tuple[tuple[str, str, int, str, str], ...] = (
    ("2026-01-22", "转账 Z2026-000001", -300_00, "测试书店", "BANK000001"),
    ("2026-01-23", "转账", -700_00, "另一公司", "BANK000002"),
    ("2026-01-24", "捐款", 300_00, "甲公司", "BANK000003"),
)


def ask(engine: Engine, minor: int, *, payee: str = "测试书店", approved: bool = True) -> int:
    """Ask for money, approved unless told otherwise."""
    entry = RequestInput(
        kind=SpendingKind.EXPENSE,
        payee_name=payee,
        summary="买书",
        requested_on=ASKED,
        parts=(PartInput("GEN", "grant", minor),),
    )
    with database.transaction(engine) as session:
        key = drafts.save_draft(session, entry, actor=PREPARER, clock=CLOCK).id
        approvals.submit(session, key, actor=PREPARER, clock=CLOCK)
        if approved:
            approvals.approve(session, key, actor=REVIEWER, clock=CLOCK)
    return key


def build(engine: Engine) -> None:
    """A statement with two payments, and requests of 300, 500 and 200 that are approved."""
    factories.install_books(engine)
    factories.post_gift(engine, minor=OPENING, fund="GEN")
    bank_cases.bring(engine, bank_cases.csv_of(ROWS, opening=OPENING), opening=OPENING)
    for minor in (300_00, 500_00, 200_00):
        ask(engine, minor)


@pytest.fixture(name="paid", params=DIALECTS)
def _paid(request: pytest.FixtureRequest, databases: Databases) -> Any:
    with databases.prepared(request.param, "bank-payments", build) as engine:
        yield engine


@pytest.fixture(name="local")
def _local(databases: Databases) -> Any:
    with databases.prepared("sqlite", "bank-payments", build) as engine:
        yield engine


def line(engine: Engine, place: int) -> int:
    with database.reading(engine) as session:
        query = select(BankLine.id).where(BankLine.reference == ROWS[place][4])
        return session.execute(query).scalar_one()


def settle(engine: Engine, place: int, *requests: int, actor: str = CASHIER) -> None:
    with database.transaction(engine) as session:
        account = accounts.get_account(session, BANK)
        payments.settle(session, account, line(engine, place), requests, actor=actor, clock=CLOCK)


def hints(engine: Engine, place: int) -> list[payments.PaymentHint]:
    with database.reading(engine) as session:
        account = accounts.get_account(session, BANK)
        (item,) = items.bank_items(session, account, keys=[line(engine, place)])
        return payments.candidates(session, account, item)


def book(engine: Engine, key: int) -> int:
    with database.transaction(engine) as session:
        voucher_id = paying.book(session, key, actor=PREPARER, clock=CLOCK)
    factories.post(engine, [voucher_id]).require()
    return voucher_id


def request(engine: Engine, key: int) -> SpendingRequest:
    with database.reading(engine) as session:
        return spending.view(session, key).request


def test_candidate_is_found_by_number_payee_and_amount(local: Engine) -> None:
    (hint,) = hints(local, 0)
    assert hint.reference == "Z2026-000001"
    assert [reason.code for reason in hint.reasons] == ["amount", "request", "name"]
    assert hint.score == 100
    assert hints(local, 1) == []
    assert hints(local, 2) == []


def test_other_payee_of_the_same_amount_is_no_candidate(local: Engine) -> None:
    ask(local, 700_00, payee="无关单位")
    assert hints(local, 1) == []


def test_line_pays_the_request_and_then_proves_its_voucher(paid: Engine) -> None:
    settle(paid, 0, 1)
    found = request(paid, 1)
    assert (found.state, found.paid_on, found.payment_reference, found.paid_by) == (
        SpendingState.PAID,
        PAID,
        "BANK000001",
        CASHIER,
    )
    assert bank_cases.match(paid).matches == 0
    voucher_id = book(paid, 1)
    assert bank_cases.match(paid).matches == 1
    with database.reading(paid) as session:
        assert payments.lines_of_vouchers(session, [voucher_id]) == {voucher_id: (line(paid, 0),)}
        row = queries.get_line(session, line(paid, 0))
        assert row.match_id is not None
        view = queries.get_match(session, row.match_id)
        assert [reason.code for reason in view.reasons] == ["amount", "payment"]
        assert spending.view(session, 1).bank_line_id == row.id


def test_one_line_pays_several_requests_and_waits_for_all_vouchers(paid: Engine) -> None:
    settle(paid, 1, 2, 3)
    book(paid, 2)
    assert bank_cases.match(paid).matches == 0
    book(paid, 3)
    assert bank_cases.match(paid).matches == 1


def test_amounts_that_differ_are_refused(local: Engine) -> None:
    for chosen in ((2,), (1, 2), ()):
        with refused("bank_payment_refused", "不符"):
            settle(local, 1, *chosen)
    with refused("bank_payment_refused", "不符"):
        settle(local, 2, 1)


def test_request_is_paid_by_one_line_only(local: Engine) -> None:
    settle(local, 0, 1)
    with refused("bank_payment_refused"):
        settle(local, 0, 1)
    rows = [("2026-01-25", "转账", -300_00, "测试书店", "BANK000004")]
    opening = OPENING - 700_00
    bank_cases.bring(local, bank_cases.csv_of(rows, opening=opening))
    with database.reading(local) as session:
        other = session.execute(
            select(BankLine.id).where(BankLine.reference == "BANK000004")
        ).scalar_one()
        account = accounts.get_account(session, BANK)
    with (
        database.transaction(local) as session,
        refused("bank_payment_refused", "已由另一笔流水支付"),
    ):
        payments.settle(session, account, other, [1], actor=CASHIER, clock=CLOCK)


def test_who_asked_and_what_is_not_approved_is_not_paid(local: Engine) -> None:
    with refused("not_allowed"):
        settle(local, 0, 1, actor=PREPARER)
    waiting = ask(local, 700_00, approved=False)
    with refused("wrong_spending_step"):
        settle(local, 1, waiting)


def test_payment_noted_before_is_linked_when_the_account_agrees(local: Engine) -> None:
    with database.transaction(local) as session:
        paying.pay(
            session,
            1,
            account_code="1001",
            paid_on=PAID,
            payment_reference=None,
            actor=CASHIER,
            clock=CLOCK,
        )
    assert hints(local, 0) == []
    with refused("bank_payment_refused", "其他账户"):
        settle(local, 0, 1)


def test_link_is_taken_back_until_the_line_is_matched(local: Engine) -> None:
    settle(local, 0, 1)
    unlink(local, "错了")
    assert [hint.is_paid for hint in hints(local, 0)] == [True]
    settle(local, 0, 1)
    with refused("bank_payment_refused", "原因"):
        unlink(local, " ")
    book(local, 1)
    bank_cases.match(local)
    with refused("bank_payment_refused", "撤销勾对"):
        unlink(local, "错了")


def unlink(engine: Engine, reason: str) -> None:
    with database.transaction(engine) as session:
        payments.unlink(
            session, 1, line_id=line(engine, 0), reason=reason, actor=CASHIER, clock=CLOCK
        )


def test_serial_of_a_payment_finds_its_voucher_without_a_link(local: Engine) -> None:
    with database.transaction(local) as session:
        paying.pay(
            session,
            1,
            account_code=BANK,
            paid_on=PAID,
            payment_reference="bank000001",
            actor=CASHIER,
            clock=CLOCK,
        )
    book(local, 1)
    assert bank_cases.match(local).matches == 1


@pytest.fixture(name="served")
def _served(local: Engine) -> Engine:
    serving.add_people(local)
    return local


def test_cashier_pays_from_the_page_of_the_line(served: Engine, tmp_path: Path) -> None:
    app = serving.application(served, serving.settings(tmp_path))
    cashier = serving.signed_in(app, Role.CASHIER)
    address = f"/bank/lines/{line(served, 0)}"
    shown = cashier.get(address).text
    assert "Z2026-000001" in shown
    assert "附言中有支出申请编号" in shown
    wrong = cashier.post(f"{address}/pay", {"request": "Z2026-000002"})
    assert wrong.status_code == 409
    assert "不符" in wrong.text
    assert cashier.post(f"{address}/pay", {"request": "Z2026-000001"}).status_code == 303
    assert "已登记为支出申请的付款" in cashier.get(address).text
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    assert accountant.post(f"{address}/pay", {"request": "Z2026-000002"}).status_code == 403
    named = reference(1, ASKED)
    assert f"/bank/lines/{line(served, 0)}" in accountant.get(f"/spending/{named}").text


def test_programs_see_candidates_and_pay(served: Engine, tmp_path: Path) -> None:
    app = serving.application(served, serving.settings(tmp_path))
    cashier: Any = serving.Program(app, serving.issue_token(served, Role.CASHIER))
    address = f"/api/v1/bank-lines/{line(served, 0)}"
    (seen,) = cashier.get(f"{address}/suggestions").json["payments"]
    assert (seen["request"], seen["amount"], seen["paid"]) == ("Z2026-000001", "300.00", False)
    done = cashier.post(f"{address}/payments", {"requests": ["Z2026-000001"]})
    assert (done.status_code, done.json["payments"]) == (200, [])
    undone = cashier.post(f"{address}/payments/undo", {"request": "Z2026-000001", "reason": "错"})
    assert [hint["paid"] for hint in undone.json["payments"]] == [True]
    auditor = serving.Program(app, serving.issue_token(served, Role.AUDITOR))
    refusal = auditor.post(f"{address}/payments", {"requests": ["Z2026-000001"]})
    assert refusal.status_code == 403


GUARDS = (
    Case(
        "link more than the line paid",
        "bank_payment_exceeds",
        "INSERT INTO bank_payment SELECT 2, bank_line_id, linked_by, linked_at"
        " FROM bank_payment WHERE request_id = 1",
        "bank_payment_insert",
        "bank_payment_insert",
    ),
    Case(
        "move a link",
        "bank_payment_final",
        "UPDATE bank_payment SET linked_by = 'x'",
        "bank_payment_update",
        "bank_payment_update",
    ),
    Case(
        "take a link from a line that is matched",
        "bank_payment_final",
        "DELETE FROM bank_payment",
        "bank_payment_delete",
        "bank_payment_delete",
    ),
    Case(
        "truncate the links",
        "bank_payment_final",
        "TRUNCATE bank_payment",
        "",
        "bank_payment_truncate",
    ),
)


@pytest.mark.parametrize("violation", GUARDS, ids=[one.does for one in GUARDS])
def test_raw_sql_on_links_is_refused(paid: Engine, violation: Case) -> None:
    trigger = violation.trigger(paid.dialect.name)
    if not trigger:
        assert violation.postgresql
        return
    settle(paid, 0, 1)
    book(paid, 1)
    bank_cases.match(paid)
    assert guard_of(paid, violation, {}) == violation.guard
    assert guard_of(paid, violation, {}, dropped=trigger) != violation.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_links_has_a_violation(dialect: str) -> None:
    tried = {one.trigger(dialect) for one in GUARDS} - {""}
    assert tried == {name for name, _ in documented(dialect, ["bank_payments"])}
