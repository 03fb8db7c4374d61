"""The worked year of a small foundation: our rules book its events as it does, to the fen."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from foundation import posting_rules
from foundation.gifts.kinds import RefundCause
from foundation.posting_lines import Event
from foundation.posting_rules import ReleaseCause
from ledger import money
from ledger.catalogue import Catalogue
from ledger.vouchers import Side, VoucherDraft
from tests.databases import Databases
from tests.foundation import posting_cases

WORKED_YEAR = Path(__file__).parents[3] / "shared" / "data" / "worked_year.json"
Drafts = VoucherDraft | tuple[VoucherDraft, ...]
Totals = dict[tuple[str, str], int]


class Case:
    """One voucher of the worked year, and what the rules need of it."""

    def __init__(self, known: Catalogue, voucher: dict[str, Any]) -> None:
        self.known = known
        self.on = date.fromisoformat(voucher["date"])
        self.event = Event(on=self.on, summary=voucher["summary"])
        self.minor = money.parse(voucher["total"])
        self.lines = voucher["lines"]
        named = [line["fund"] for line in self.lines if "fund" in line]
        self.fund = known.fund(named[0] if named else "GEN").id
        self.parts = [(self.fund, self.minor)]

    def account(self, place: int) -> int:
        """The account of a line of the voucher."""
        return self.known.account("2024", self.lines[place]["account"]).id


def rule_and_place(rule: Any, place: int) -> Callable[[Case], Drafts]:
    """A rule that takes the account of one line and the parts."""
    return lambda case: rule(case.known, case.event, case.account(place), case.parts)


def spending(tag: str) -> Callable[[Case], Drafts]:
    return lambda case: posting_rules.spending(
        case.known, case.event, tag, case.account(1), case.parts
    )


def refund(cause: RefundCause) -> Callable[[Case], Drafts]:
    return lambda case: posting_rules.refund_due(case.known, case.event, cause, case.parts)


def bought(tag: str) -> Callable[[Case], Drafts]:
    return lambda case: posting_rules.investment_bought(
        case.known, case.event, tag, case.account(1), case.parts
    )


def released(cause: ReleaseCause, tag: str | None) -> Callable[[Case], Drafts]:
    def draft(case: Case) -> Drafts:
        source, target = (case.known.fund(line["fund"]).id for line in case.lines)
        return posting_rules.release(
            case.known,
            case.event,
            cause,
            source=source,
            target=target,
            amount=case.minor,
            held_in=case.known.account("2024", "100201").id,
            same_year_income_tag=tag,
        )

    return draft


def redeemed(case: Case) -> Drafts:
    return posting_rules.investment_redeemed(
        case.known,
        case.event,
        "short_term_investment",
        case.account(0),
        fund=case.fund,
        cost=money.parse(case.lines[1]["credit"]),
        proceeds=money.parse(case.lines[0]["debit"]),
    )


def prior_period(case: Case) -> Drafts:
    return posting_rules.prior_period_item(
        case.known, case.event, case.account(1), fund=case.fund, increase=-case.minor
    )


CASES: dict[str, Callable[[Case], Drafts]] = {
    "cash_donation_unrestricted": rule_and_place(posting_rules.cash_gift, 0),
    "cash_donation_restricted": rule_and_place(posting_rules.cash_gift, 0),
    "endowment_principal": rule_and_place(posting_rules.cash_gift, 0),
    "error_blue_correction": rule_and_place(posting_rules.cash_gift, 0),
    "conditional_gift_receive": rule_and_place(posting_rules.conditional_gift, 0),
    "in_kind_fixed_asset": rule_and_place(posting_rules.in_kind_gift, 0),
    "in_kind_inventory_fair_value": rule_and_place(posting_rules.in_kind_gift, 0),
    "donated_equity": rule_and_place(posting_rules.equity_gift, 0),
    "donated_service": lambda case: posting_rules.service_gift(
        case.known, case.event, "management_expense", case.parts
    ),
    "agency_receive_cash": rule_and_place(posting_rules.agency_receipt, 0),
    "agency_receive_goods": rule_and_place(posting_rules.agency_receipt, 0),
    "agency_pay_cash": rule_and_place(posting_rules.agency_handover, 1),
    "agency_deliver_goods": rule_and_place(posting_rules.agency_handover, 1),
    "refund_external_cause": refund(RefundCause.EXTERNAL),
    "refund_own_cause": refund(RefundCause.OWN),
    "refund_payment": rule_and_place(posting_rules.refund_payment, 1),
    "government_grant": rule_and_place(posting_rules.grant, 0),
    "deposit_interest": rule_and_place(posting_rules.deposit_interest, 0),
    "time_restriction_lapse": released(ReleaseCause.TIME_EXPIRED, None),
    "restriction_cancelled_in_year": released(ReleaseCause.CANCELLED, "grant_income"),
    "restricted_spending": spending("programme_expense"),
    "grant_spending": spending("programme_expense"),
    "conditional_gift_spending": spending("programme_expense"),
    "endowment_income_spending": spending("programme_expense"),
    "spending_after_lapse": spending("programme_expense"),
    "in_kind_distribution": spending("programme_expense"),
    "in_kind_transport_cost": spending("fundraising_expense"),
    "fundraising_cost": spending("fundraising_expense"),
    "cash_office_expense": spending("management_expense"),
    "stamp_tax": spending("business_tax"),
    "endowment_investment": bought("long_term_debt_investment"),
    "short_term_investment_purchase": bought("short_term_investment"),
    "investment_income_short": redeemed,
    "investment_income_endowment_accrue": lambda case: posting_rules.interest_accrued(
        case.known, case.event, case.parts
    ),
    "investment_income_endowment_receive": rule_and_place(posting_rules.interest_received, 0),
    "prior_period_error": prior_period,
}


@pytest.fixture(scope="module")
def known(databases: Databases) -> Iterator[Catalogue]:
    yield from posting_cases.catalogue(databases)


@pytest.fixture(scope="module")
def worked_year() -> dict[str, dict[str, Any]]:
    """The vouchers of the worked year by case."""
    if not WORKED_YEAR.is_file():
        pytest.skip("the worked year is not beside the project")
    document = json.loads(WORKED_YEAR.read_text(encoding="utf-8"))
    return {voucher["case"]: voucher for voucher in document["vouchers"]}


def expected(vouchers: list[dict[str, Any]]) -> Totals:
    """What stands on each side of each account."""
    totals: Counter[tuple[str, str]] = Counter()
    for voucher in vouchers:
        for line in voucher["lines"]:
            totals["借", line["account"]] += money.parse(line["debit"])
            totals["贷", line["account"]] += money.parse(line["credit"])
    return {key: amount for key, amount in totals.items() if amount}


def booked(known: Catalogue, drafts: tuple[VoucherDraft, ...]) -> Totals:
    totals: Counter[tuple[str, str]] = Counter()
    for draft in drafts:
        for line in draft.lines:
            side = "借" if line.side is Side.DEBIT else "贷"
            code = known.accounts[line.account_id].code
            totals[side, code] += line.amount_minor * int(line.side)
    return {key: amount for key, amount in totals.items() if amount}


@pytest.mark.parametrize("case", CASES)
def test_rule_books_the_event_as_the_worked_year_does(
    known: Catalogue, worked_year: dict[str, dict[str, Any]], case: str
) -> None:
    vouchers = [worked_year[case]]
    if case == "prior_period_error":
        vouchers.append(worked_year["prior_period_error_transfer"])
    given = Case(known, vouchers[0])
    drafts = CASES[case](given)
    drafts = drafts if isinstance(drafts, tuple) else (drafts,)

    assert booked(known, drafts) == expected(vouchers)
    named = {(line["account"], line["fund"]) for line in vouchers[0]["lines"] if "fund" in line}
    ours = {
        (known.accounts[line.account_id].code, known.funds[line.fund_id].code)
        for line in drafts[0].lines
    }
    assert named <= ours
