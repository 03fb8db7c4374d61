"""Refunds: charged by their cause, spread over the funds, and never more than was given."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from foundation import database
from foundation.gifts import changes
from foundation.gifts.kinds import ChangeKind, GiftKind, RefundCause
from foundation.gifts.service import OTHER_PAID
from ledger.dimensions import Dimension
from ledger.errors import DomainError
from ledger.vouchers import VoucherLine, VoucherState
from tests.factories import AGENCY_BANK, BANK, CLOCK
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import (
    DAY,
    LATER,
    changes_of,
    posted,
    printed,
    recorded,
    refund,
)
from tests.refusals import refused


def owed(minor: int, account: str = "410102", fund: str = "SCHOL") -> list[gift_cases.Printed]:
    return [("借", account, fund, minor), ("贷", "2209", fund, minor)]


@pytest.mark.parametrize(
    ("cause", "fund", "account"),
    [
        (RefundCause.EXTERNAL, "SCHOL", "410102"),
        (RefundCause.EXTERNAL, "GEN", "410101"),
        (RefundCause.OWN, "SCHOL", "530102"),
        (RefundCause.OWN, "GEN", "530101"),
    ],
)
def test_cause_decides_what_a_refund_is_charged_to(
    books: Engine, cause: RefundCause, fund: str, account: str
) -> None:
    made = posted(books, allocations=((fund, 120_000_00),))
    done = refund(books, made.gift_id, 20_000_00, cause=cause)

    assert printed(books, done.due_voucher_id) == owed(20_000_00, account, fund)
    assert done.payment_voucher_id is None
    (change,) = changes_of(books, made.gift_id)
    assert (change.kind, change.cause, change.amount_minor) == (
        ChangeKind.REFUNDED,
        cause,
        20_000_00,
    )
    assert gift_cases.remaining(books, made.gift_id) == 100_000_00
    gift_cases.post(books, done.due_voucher_id)
    gift_cases.everything_holds(books)


def test_refund_under_the_regime_of_2004_is_a_management_expense(books: Engine) -> None:
    made = posted(books, received_on=date(2025, 12, 1))
    done = refund(books, made.gift_id, 5_00, refunded_on=date(2025, 12, 20))

    assert printed(books, done.due_voucher_id) == owed(5_00, "5201")


def test_payment_is_a_voucher_of_its_own(books: Engine) -> None:
    made = posted(books)
    done = refund(books, made.gift_id, 20_000_00, pay_from=BANK)

    assert done.payment_voucher_id is not None
    assert printed(books, done.payment_voucher_id) == [
        ("借", "2209", "SCHOL", 20_000_00),
        ("贷", BANK, "SCHOL", 20_000_00),
    ]
    with database.reading(books) as session:
        item = session.execute(
            select(Dimension.name)
            .join(VoucherLine, VoucherLine.cash_flow_item_id == Dimension.id)
            .where(VoucherLine.voucher_id == done.payment_voucher_id)
        ).scalar_one()
    assert item == OTHER_PAID
    gift_cases.post(books, done.due_voucher_id, done.payment_voucher_id)
    gift_cases.everything_holds(books)


def test_refund_is_spread_over_the_funds_as_the_gift_was(books: Engine) -> None:
    made = posted(books, minor=100_00, allocations=(("SCHOL", 75_00), ("LAB", 25_00)))
    done = refund(books, made.gift_id, 10_00)

    assert sorted(printed(books, done.due_voucher_id)) == sorted(
        owed(7_50, fund="SCHOL") + owed(2_50, fund="LAB")
    )


def test_rounding_never_asks_more_of_a_fund_than_it_got(books: Engine) -> None:
    made = posted(books, minor=3, allocations=(("SCHOL", 2), ("LAB", 1)))
    taken: dict[str, int] = {"SCHOL": 0, "LAB": 0}
    for _ in range(3):
        done = refund(books, made.gift_id, 1)
        gift_cases.post(books, done.due_voucher_id)
        for side, _account, fund, minor in printed(books, done.due_voucher_id):
            if side == "贷":
                taken[fund] += minor

    assert taken == {"SCHOL": 2, "LAB": 1}
    assert gift_cases.remaining(books, made.gift_id) == 0
    gift_cases.everything_holds(books)


@given(
    parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=4),
    shares=st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
)
def test_refunds_one_after_another_take_exactly_what_was_given(
    parts: list[int], shares: list[int]
) -> None:
    left = list(enumerate(parts))
    for share in [*shares, sum(parts)]:
        amount = min(share, sum(minor for _, minor in left))
        if amount == 0:
            continue
        taken = dict(changes._share(left, amount))
        assert sum(taken.values()) == amount
        left = [(fund, minor - taken.get(fund, 0)) for fund, minor in left]
        assert all(minor >= 0 for _, minor in left)
    assert sum(minor for _, minor in left) == 0


@pytest.mark.parametrize("minor", [0, -1, 120_000_01])
def test_refund_is_positive_and_within_what_is_left(books: Engine, minor: int) -> None:
    made = posted(books)

    with refused("invalid", "120000.00"):
        refund(books, made.gift_id, minor)
    assert changes_of(books, made.gift_id) == []


def test_second_refund_is_limited_by_the_first(books: Engine) -> None:
    made = posted(books)
    refund(books, made.gift_id, 100_000_00)

    with refused("invalid", "20000.00"):
        refund(books, made.gift_id, 20_000_01)
    refund(books, made.gift_id, 20_000_00)
    with refused("invalid"):
        refund(books, made.gift_id, 1)


def test_discarded_refund_gives_the_amount_back(books: Engine) -> None:
    made = posted(books)
    done = refund(books, made.gift_id, 120_000_00)
    gift_cases.withdraw(books, done.due_voucher_id)

    assert gift_cases.remaining(books, made.gift_id) == 120_000_00
    refund(books, made.gift_id, 120_000_00)
    gift_cases.everything_holds(books)


@pytest.mark.parametrize(
    ("changed", "code", "saying"),
    [
        ({"refunded_on": DAY - timedelta(days=1)}, "invalid", "收到日期"),
        ({"refunded_on": CLOCK.today() + timedelta(days=1)}, "invalid", "今天"),
        ({"refunded_on": date(2026, 5, 1)}, "unknown_period", "2026-05"),
        ({"pay_from": "1201"}, "invalid", "付款科目"),
        ({"pay_from": AGENCY_BANK}, "invalid", "付款科目"),
        ({"pay_from": "9999"}, "unknown_account", "9999"),
    ],
)
def test_refund_that_cannot_be_booked_leaves_nothing(
    books: Engine, changed: dict[str, Any], code: str, saying: str
) -> None:
    made = posted(books)
    before = gift_cases.counts(books)

    with refused(code, saying):
        refund(books, made.gift_id, 1_00, **changed)
    assert gift_cases.counts(books) == before


def test_gift_that_is_not_posted_is_cancelled_and_not_refunded(books: Engine) -> None:
    made = recorded(books)

    with refused("conflict", "作废"):
        refund(books, made.gift_id, 1_00)


@pytest.mark.parametrize(
    "given_kind",
    [
        {
            "kind": GiftKind.IN_KIND,
            "account_code": "1201",
            "item": "图书",
            "value_evidence": "发票",
        },
        {"kind": GiftKind.AGENCY, "account_code": AGENCY_BANK, "recipient": "受助学生"},
    ],
)
def test_only_money_of_ours_is_refunded(books: Engine, given_kind: dict[str, Any]) -> None:
    made = posted(books, **given_kind)

    with refused("conflict", "货币捐赠"):
        refund(books, made.gift_id, 1_00)


def test_two_refunds_at_once_never_exceed_the_gift(books: Engine) -> None:
    made = posted(books, minor=100_00)
    together = threading.Barrier(3)
    outcomes: list[str] = []

    def work() -> None:
        together.wait()
        try:
            refund(books, made.gift_id, 40_00)
            outcomes.append("refunded")
        except DomainError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["invalid", "refunded", "refunded"]
    assert gift_cases.remaining(books, made.gift_id) == 20_00


def test_refund_waits_for_review_like_any_voucher(books: Engine) -> None:
    made = posted(books)
    done = refund(books, made.gift_id, 1_00, reason="赛事取消")

    voucher = gift_cases.voucher(books, done.due_voucher_id)
    assert (voucher.state, voucher.booked_on) == (VoucherState.SUBMITTED, LATER)
    assert made.reference in voucher.summary
