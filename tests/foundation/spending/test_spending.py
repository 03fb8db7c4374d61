"""Money leaves after somebody asked, others agreed, and the cashier paid; then it is booked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.spending import approvals, drafts, integrity, paying, steps
from foundation.spending.drafts import BeneficiaryInput, PartInput, RequestInput
from foundation.spending.models import (
    ProcurementMethod,
    SpendingApproval,
    SpendingKind,
    SpendingRequest,
    SpendingState,
)
from ledger import integrity as ledger_integrity
from ledger import posting
from ledger.vouchers import VoucherState
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER
from tests.refusals import refused

CASHIER, SECOND = "cashier", "director"
DAY = date(2026, 1, 20)
GRANT = RequestInput(
    kind=SpendingKind.GRANT,
    payee_name="测试大学",
    summary="一季度助学金拨款",
    requested_on=DAY,
    parts=(PartInput("SCHOL", "grant", 30_000_00),),
    relation="发起人",
)


@pytest.fixture
def funded(books: Engine) -> Engine:
    """SCHOL holds 100,000 yuan, GEN and ENDOW 50,000 each."""
    factories.post_gift(books, minor=100_000_00)
    factories.post_gift(books, minor=50_000_00, fund="GEN")
    factories.post_gift(books, minor=50_000_00, fund="ENDOW")
    return books


def ask(engine: Engine, entry: RequestInput, *, by: str = PREPARER) -> int:
    with database.transaction(engine) as session:
        return drafts.save_draft(session, entry, actor=by, clock=CLOCK).id


def submit(engine: Engine, key: int, *, by: str = PREPARER) -> None:
    with database.transaction(engine) as session:
        approvals.submit(session, key, actor=by, clock=CLOCK)


def approve(engine: Engine, key: int, *, by: str = REVIEWER) -> None:
    with database.transaction(engine) as session:
        approvals.approve(session, key, actor=by, clock=CLOCK)


def pay(engine: Engine, key: int, *, by: str = CASHIER, on: date = DAY) -> None:
    with database.transaction(engine) as session:
        paying.pay(
            session,
            key,
            account_code=BANK,
            paid_on=on,
            payment_reference="ICBC-001",
            actor=by,
            clock=CLOCK,
        )


def book(engine: Engine, key: int, *, by: str = PREPARER) -> int:
    with database.transaction(engine) as session:
        return paying.book(session, key, actor=by, clock=CLOCK)


def request(engine: Engine, key: int) -> SpendingRequest:
    with database.reading(engine) as session:
        return steps.get_request(session, key)


def approved(engine: Engine, entry: RequestInput = GRANT) -> int:
    key = ask(engine, entry)
    submit(engine, key)
    approve(engine, key)
    return key


def findings(engine: Engine) -> list[str]:
    with database.reading(engine) as session:
        checks = (*ledger_integrity.CHECKS, *integrity.CHECKS)
        return [found.check for found in ledger_integrity.run(session, checks)]


def test_request_goes_all_the_way_to_a_posted_voucher(funded: Engine) -> None:
    key = approved(funded)
    pay(funded, key)
    voucher_id = book(funded, key)
    factories.post(funded, [voucher_id]).require()

    done = request(funded, key)
    assert (done.state, done.voucher_id) == (SpendingState.BOOKED, voucher_id)
    # 30 days to publish a dealing with a related party.
    assert done.disclose_by == date(2026, 2, 19)
    lines = factories.lines(funded, voucher_id)
    assert sorted(line.amount_minor for line in lines) == [-30_000_00, 30_000_00]
    assert {line.counterparty_id for line in lines} == {done.counterparty_id, None}
    assert findings(funded) == []


def test_several_costs_are_one_voucher_with_the_bank_once_for_each_fund(funded: Engine) -> None:
    parts = (
        PartInput("SCHOL", "grant", 1_000_00),
        PartInput("SCHOL", "project_staff", 200_00),
        PartInput("GEN", "admin_wages", 300_00),
    )
    key = approved(funded, replace(GRANT, kind=SpendingKind.STAFF, parts=parts, relation=None))
    pay(funded, key)
    lines = factories.lines(funded, book(funded, key))
    assert sorted(line.amount_minor for line in lines) == [
        -1_200_00,
        -300_00,
        200_00,
        300_00,
        1_000_00,
    ]
    assert request(funded, key).disclose_by is None


def test_large_amount_needs_two_people(funded: Engine) -> None:
    key = ask(funded, replace(GRANT, parts=(PartInput("SCHOL", "grant", 50_000_00),)))
    submit(funded, key)
    approve(funded, key)
    assert request(funded, key).state is SpendingState.SUBMITTED
    with refused("conflict"):
        approve(funded, key)
    with refused("wrong_spending_step"):
        pay(funded, key)
    approve(funded, key, by=SECOND)
    assert request(funded, key).state is SpendingState.APPROVED


def test_own_request_is_not_approved(funded: Engine) -> None:
    key = ask(funded, GRANT, by=REVIEWER)
    submit(funded, key, by=REVIEWER)
    with refused("own_spending_request"):
        approve(funded, key, by=REVIEWER)
    assert request(funded, key).state is SpendingState.SUBMITTED


def test_duties_are_separate(funded: Engine) -> None:
    key = approved(funded)
    with refused("not_allowed"):
        pay(funded, key, by=PREPARER)
    pay(funded, key)
    with refused("not_allowed"):
        book(funded, key, by=CASHIER)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (replace(GRANT, parts=(PartInput("ENDOW", "grant", 1_00),)), "principal_spent"),
        (replace(GRANT, parts=(PartInput("SCHOL", "grant", 100_000_01),)), "fund_short"),
        (replace(GRANT, kind=SpendingKind.SCHOLARSHIP), "invalid"),
        (replace(GRANT, kind=SpendingKind.PURCHASE), "invalid"),
        (
            replace(
                GRANT,
                kind=SpendingKind.PURCHASE,
                procurement=ProcurementMethod.DIRECT,
                parts=(PartInput("SCHOL", "premises_material", 100_000_00),),
            ),
            "invalid",
        ),
        (replace(GRANT, parts=(PartInput("GEN", "grant", 1_000_000_00),)), "invalid"),
    ],
)
def test_what_the_rules_forbid_is_not_submitted(
    funded: Engine, entry: RequestInput, code: str
) -> None:
    key = ask(funded, entry)
    with refused(code):
        submit(funded, key)
    assert request(funded, key).state is SpendingState.DRAFT


def test_what_others_were_promised_is_not_promised_twice(funded: Engine) -> None:
    approved(funded, replace(GRANT, parts=(PartInput("SCHOL", "grant", 40_000_00),)))
    key = ask(funded, replace(GRANT, parts=(PartInput("SCHOL", "grant", 60_000_01),)))
    with refused("fund_short"):
        submit(funded, key)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (replace(GRANT, parts=()), "invalid"),
        (replace(GRANT, parts=(PartInput("SCHOL", "grant", 0),)), "invalid"),
        (replace(GRANT, parts=(PartInput("SCHOL", "grant", -5),)), "invalid"),
        (replace(GRANT, parts=(PartInput("SCHOL", "nonsense", 5),)), "invalid"),
        (replace(GRANT, parts=(PartInput("NONE", "grant", 5),)), "unknown_fund"),
        (replace(GRANT, payee_name=" "), "invalid"),
        (replace(GRANT, relation=" "), "invalid"),
        (replace(GRANT, beneficiaries=(BeneficiaryInput("S1", "甲", 1),)), "invalid"),
    ],
)
def test_what_makes_no_sense_is_not_saved(funded: Engine, entry: RequestInput, code: str) -> None:
    with refused(code):
        ask(funded, entry)
    with database.reading(funded) as session:
        assert session.execute(select(SpendingRequest)).first() is None


def test_request_that_was_sent_back_is_changed_and_asked_again(funded: Engine) -> None:
    key = approved(funded)
    with database.transaction(funded) as session:
        approvals.send_back(session, key, remark="金额有误", actor=SECOND, clock=CLOCK)
    with database.transaction(funded) as session:
        smaller = replace(GRANT, parts=(PartInput("SCHOL", "grant", 20_000_00),))
        drafts.save_draft(session, smaller, request_id=key, actor=PREPARER, clock=CLOCK)
    submit(funded, key)
    # The approval of the first round does not count for the second.
    with refused("wrong_spending_step"):
        pay(funded, key)
    approve(funded, key)
    pay(funded, key)
    assert request(funded, key).total_minor == 20_000_00
    with database.reading(funded) as session:
        assert len(session.execute(select(SpendingApproval)).all()) == 3


def test_only_the_draft_of_ones_own_is_changed(funded: Engine) -> None:
    key = ask(funded, GRANT)
    with refused("not_allowed"), database.transaction(funded) as session:
        drafts.save_draft(session, GRANT, request_id=key, actor=SECOND, clock=CLOCK)
    submit(funded, key)
    with refused("wrong_spending_step"), database.transaction(funded) as session:
        drafts.save_draft(session, GRANT, request_id=key, actor=PREPARER, clock=CLOCK)


def test_discarded_voucher_can_be_made_again(funded: Engine) -> None:
    key = approved(funded)
    pay(funded, key)
    voucher_id = book(funded, key)
    with refused("conflict"), database.transaction(funded) as session:
        paying.unbook(session, key, actor=PREPARER, clock=CLOCK)
    with database.transaction(funded) as session:
        posting.discard(session, [voucher_id], reason="摘要有误", actor=PREPARER, clock=CLOCK)
        paying.unbook(session, key, actor=PREPARER, clock=CLOCK)
    again = book(funded, key)
    assert again != voucher_id
    assert factories.head(funded, again).state is VoucherState.SUBMITTED


def test_paid_request_is_not_cancelled(funded: Engine) -> None:
    key = approved(funded)
    pay(funded, key)
    with refused("wrong_spending_step"), database.transaction(funded) as session:
        paying.cancel(session, key, reason="不再需要", actor=PREPARER, clock=CLOCK)


@pytest.mark.parametrize(
    "on", [date(2026, 1, 19), date(2026, 11, 23)], ids=["before the request", "tomorrow"]
)
def test_day_of_payment_makes_sense(funded: Engine, on: date) -> None:
    key = approved(funded)
    with refused("invalid"):
        pay(funded, key, on=on)


@pytest.mark.parametrize("act", [submit, approve, pay, book])
def test_unknown_request_is_named(funded: Engine, act: Callable[..., object]) -> None:
    with refused("unknown_spending_request"):
        act(funded, 4711)
