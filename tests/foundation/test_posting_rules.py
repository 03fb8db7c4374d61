"""Accounting rules for gifts, one by one: what each books, under which chart, what it refuses."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from foundation import posting_rules
from foundation.gifts.kinds import RefundCause
from foundation.posting_rules import NotRecognised, RestrictionMismatch
from ledger import periods
from ledger.catalogue import Catalogue
from ledger.errors import InvalidInput
from ledger.vouchers import VoucherKind
from tests.databases import Databases
from tests.foundation import posting_cases
from tests.foundation.posting_cases import (
    AGENCY_BANK,
    BANK,
    IN_2004,
    IN_2024,
    account,
    event,
    part,
    printed,
)


@pytest.fixture(scope="module")
def known(databases: Databases) -> Iterator[Catalogue]:
    yield from posting_cases.catalogue(databases)


@pytest.mark.parametrize("on", [IN_2004, IN_2024])
@pytest.mark.parametrize(
    ("fund", "income"),
    [("GEN", "410101"), ("SCHOL", "410102"), ("LAB", "410102"), ("ENDOW", "410102")],
)
def test_cash_gift_is_income_as_its_fund_is_restricted(
    known: Catalogue, on: date, fund: str, income: str
) -> None:
    draft = posting_rules.cash_gift(
        known, event(on), account(known, on, BANK), [part(known, fund, 500_00)]
    )

    assert printed(known, draft) == [("借", BANK, fund, 500_00), ("贷", income, fund, 500_00)]
    assert (draft.rule, draft.kind, draft.booked_on) == ("gift.cash", VoucherKind.ORDINARY, on)


def test_cash_gift_to_two_funds_has_a_pair_of_lines_for_each(known: Catalogue) -> None:
    parts = [part(known, "GEN", 300_00), part(known, "SCHOL", 200_00)]
    draft = posting_rules.cash_gift(known, event(IN_2024), account(known, IN_2024, "1001"), parts)

    assert printed(known, draft) == [
        ("借", "1001", "GEN", 300_00),
        ("借", "1001", "SCHOL", 200_00),
        ("贷", "410101", "GEN", 300_00),
        ("贷", "410102", "SCHOL", 200_00),
    ]


def test_money_carries_the_cash_flow_item_and_income_the_donor(known: Catalogue) -> None:
    draft = posting_rules.cash_gift(
        known,
        event(IN_2024, donor_id=7, counterparty_id=8, cash_flow_item_id=9),
        account(known, IN_2024, BANK),
        [part(known, "GEN", 1)],
    )

    bank, income = draft.lines
    assert (bank.cash_flow_item_id, bank.donor_id, bank.counterparty_id) == (9, None, None)
    assert (income.cash_flow_item_id, income.donor_id, income.counterparty_id) == (None, 7, 8)


@pytest.mark.parametrize("rule", [posting_rules.cash_gift, posting_rules.conditional_gift])
def test_money_held_for_others_is_no_income(known: Catalogue, rule: Any) -> None:
    with pytest.raises(InvalidInput, match="受托代理"):
        rule(
            known,
            event(IN_2024),
            account(known, IN_2024, AGENCY_BANK),
            [part(known, "SCHOL", 500_00)],
        )


@pytest.mark.parametrize("on", [IN_2004, IN_2024])
def test_conditional_gift_is_restricted_income(known: Catalogue, on: date) -> None:
    draft = posting_rules.conditional_gift(
        known, event(on), account(known, on, BANK), [part(known, "SCHOL", 100_00)]
    )

    assert printed(known, draft) == [
        ("借", BANK, "SCHOL", 100_00),
        ("贷", "410102", "SCHOL", 100_00),
    ]


def test_conditional_gift_refuses_an_unrestricted_fund(known: Catalogue) -> None:
    parts = [part(known, "SCHOL", 100_00), part(known, "GEN", 100_00)]
    with pytest.raises(RestrictionMismatch, match="GEN"):
        posting_rules.conditional_gift(known, event(IN_2024), account(known, IN_2024, BANK), parts)


@pytest.mark.parametrize("on", [IN_2004, IN_2024])
@pytest.mark.parametrize("asset", ["1201", "1501", "1601", "1506", "1101"])
def test_gift_in_kind_is_the_asset_against_income(known: Catalogue, on: date, asset: str) -> None:
    draft = posting_rules.in_kind_gift(
        known, event(on), account(known, on, asset), [part(known, "SCHOL", 300_00)]
    )

    assert printed(known, draft) == [
        ("借", asset, "SCHOL", 300_00),
        ("贷", "410102", "SCHOL", 300_00),
    ]


def test_nominal_gift_is_one_yuan(known: Catalogue) -> None:
    asset = account(known, IN_2024, "1506")
    draft = posting_rules.nominal_gift(known, event(IN_2024), asset, [part(known, "GEN", 100)])

    assert printed(known, draft) == [("借", "1506", "GEN", 100), ("贷", "410101", "GEN", 100)]
    for amount in (99, 101, 50_000_00):
        with pytest.raises(InvalidInput, match="名义金额"):
            posting_rules.nominal_gift(known, event(IN_2024), asset, [part(known, "GEN", amount)])


def test_2004_regime_books_no_nominal_amounts(known: Catalogue) -> None:
    with pytest.raises(NotRecognised, match="第十七条"):
        posting_rules.nominal_gift(
            known, event(IN_2004), account(known, IN_2004, "1506"), [part(known, "GEN", 100)]
        )


@pytest.mark.parametrize("on", [IN_2004, IN_2024])
def test_gift_of_equity_is_a_long_term_investment(known: Catalogue, on: date) -> None:
    draft = posting_rules.equity_gift(
        known, event(on), account(known, on, "1401"), [part(known, "GEN", 300_00)]
    )

    assert printed(known, draft) == [
        ("借", "1401", "GEN", 300_00),
        ("贷", "410101", "GEN", 300_00),
    ]


@pytest.mark.parametrize(
    ("tag", "fund", "expense", "income"),
    [
        ("management_expense", "GEN", "530101", "410101"),
        ("programme_expense", "SCHOL", "510102", "410102"),
        ("fundraising_expense", "GEN", "540101", "410101"),
    ],
)
def test_donated_service_is_the_expense_it_served(
    known: Catalogue, tag: str, fund: str, expense: str, income: str
) -> None:
    draft = posting_rules.service_gift(known, event(IN_2024), tag, [part(known, fund, 60_00)])

    assert printed(known, draft) == [("借", expense, fund, 60_00), ("贷", income, fund, 60_00)]


def test_2004_regime_books_no_donated_services(known: Catalogue) -> None:
    with pytest.raises(NotRecognised, match="第十六条"):
        posting_rules.service_gift(
            known, event(IN_2004), "management_expense", [part(known, "GEN", 60_00)]
        )


@pytest.mark.parametrize(
    ("on", "goods"),
    [(IN_2004, "1701"), (IN_2024, "1801"), (IN_2004, AGENCY_BANK), (IN_2024, AGENCY_BANK)],
)
def test_what_is_held_for_others_is_a_liability_until_it_is_passed_on(
    known: Catalogue, on: date, goods: str
) -> None:
    place, parts = account(known, on, goods), [part(known, "GEN", 200_00)]
    received = posting_rules.agency_receipt(known, event(on), place, parts)
    passed = posting_rules.agency_handover(known, event(on), place, parts)

    assert printed(known, received) == [
        ("借", goods, "GEN", 200_00),
        ("贷", "2601", "GEN", 200_00),
    ]
    assert printed(known, passed) == [
        ("借", "2601", "GEN", 200_00),
        ("贷", goods, "GEN", 200_00),
    ]


@pytest.mark.parametrize("rule", [posting_rules.agency_receipt, posting_rules.agency_handover])
@pytest.mark.parametrize("place", [BANK, "1001", "1201"])
def test_what_is_held_for_others_never_mixes_with_our_own(
    known: Catalogue, rule: Any, place: str
) -> None:
    with pytest.raises(InvalidInput, match="受托代理资产"):
        rule(known, event(IN_2024), account(known, IN_2024, place), [part(known, "GEN", 1_00)])


@pytest.mark.parametrize(
    ("on", "cause", "fund", "account_code"),
    [
        (IN_2024, RefundCause.EXTERNAL, "SCHOL", "410102"),
        (IN_2024, RefundCause.EXTERNAL, "GEN", "410101"),
        (IN_2024, RefundCause.OWN, "SCHOL", "530102"),
        (IN_2024, RefundCause.OWN, "GEN", "530101"),
        (IN_2004, RefundCause.EXTERNAL, "SCHOL", "5201"),
        (IN_2004, RefundCause.OWN, "SCHOL", "5201"),
    ],
)
def test_cause_of_a_refund_decides_what_it_is_charged_to(
    known: Catalogue, on: date, cause: RefundCause, fund: str, account_code: str
) -> None:
    draft = posting_rules.refund_due(known, event(on), cause, [part(known, fund, 60_00)])

    assert printed(known, draft) == [
        ("借", account_code, fund, 60_00),
        ("贷", "2209", fund, 60_00),
    ]
    assert draft.rule == f"refund.{cause.value}"


@pytest.mark.parametrize("on", [IN_2004, IN_2024])
def test_payment_of_a_refund_settles_what_is_owed(known: Catalogue, on: date) -> None:
    draft = posting_rules.refund_payment(
        known, event(on), account(known, on, BANK), [part(known, "SCHOL", 60_00)]
    )

    assert printed(known, draft) == [("借", "2209", "SCHOL", 60_00), ("贷", BANK, "SCHOL", 60_00)]


def test_unknown_period_is_refused(known: Catalogue) -> None:
    with pytest.raises(periods.UnknownPeriod):
        posting_rules.cash_gift(
            known,
            event(date(2031, 1, 1)),
            account(known, IN_2024, BANK),
            [part(known, "GEN", 1_00)],
        )
