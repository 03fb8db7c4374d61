"""What holds for every posting rule: a source, and balance within each fund."""

import inspect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import posting_rules
from foundation.gifts.kinds import RefundCause
from foundation.posting_rules import ReleaseCause
from ledger import drafting
from ledger.catalogue import Catalogue
from ledger.money import MAX_MINOR
from ledger.vouchers import Side, VoucherDraft
from tests.databases import Databases
from tests.foundation import posting_cases
from tests.foundation.posting_cases import (
    AGENCY_BANK,
    BANK,
    IN_2004,
    IN_2024,
    account,
    differences,
    event,
    part,
)


@pytest.fixture(scope="module")
def known(databases: Databases) -> Iterator[Catalogue]:
    yield from posting_cases.catalogue(databases)


RULES = [
    rule
    for name, rule in inspect.getmembers(posting_rules, inspect.isfunction)
    if not name.startswith("_") and rule.__module__ == posting_rules.__name__
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_names_its_event_in_chinese_and_its_source_with_a_grade(rule: Any) -> None:
    text = inspect.getdoc(rule) or ""

    assert re.match(r"[\u4e00-\u9fff]+: ", text), "the official name of the event comes first"
    assert re.search(r"\[[ABCI]\]", text), "how sure the source is"
    if "[I]" not in text:
        assert re.search(r"\bS[123]\b", text), "the regulation"


AMOUNT = st.integers(min_value=1, max_value=MAX_MINOR // 100)
ORDINARY = ("GEN", "SCHOL", "LAB", "ENDINC")
PARTS = st.dictionaries(st.sampled_from(ORDINARY), AMOUNT, min_size=1)
DAYS = st.sampled_from([IN_2004, IN_2024])
CASH_RULES = (
    posting_rules.cash_gift,
    posting_rules.in_kind_gift,
    posting_rules.equity_gift,
    posting_rules.refund_payment,
    posting_rules.grant,
    posting_rules.deposit_interest,
    posting_rules.short_term_yield,
    posting_rules.interest_received,
)


def balanced(known: Catalogue, drafts: Sequence[VoucherDraft]) -> None:
    """What a rule drafts can be submitted as it is."""
    for draft in drafts:
        assert differences(draft) == {}
        drafting.check(known, draft, complete=True)


@given(amounts=PARTS, on=DAYS, rule=st.sampled_from(CASH_RULES))
def test_rules_about_money_balance_within_each_fund(
    known: Catalogue, amounts: dict[str, int], on: date, rule: Any
) -> None:
    parts = [part(known, code, minor) for code, minor in amounts.items()]

    balanced(known, [rule(known, event(on), account(known, on, BANK), parts)])


@given(amounts=PARTS, on=DAYS, cause=st.sampled_from(RefundCause))
def test_other_rules_balance_within_each_fund(
    known: Catalogue, amounts: dict[str, int], on: date, cause: RefundCause
) -> None:
    parts = [part(known, code, minor) for code, minor in amounts.items()]
    bank, held = account(known, on, BANK), account(known, on, AGENCY_BANK)

    balanced(
        known,
        [
            posting_rules.refund_due(known, event(on), cause, parts),
            posting_rules.agency_receipt(known, event(on), held, parts),
            posting_rules.agency_handover(known, event(on), held, parts),
            posting_rules.spending(known, event(on), "programme_expense", bank, parts),
            posting_rules.investment_bought(known, event(on), "short_term_investment", bank, parts),
            posting_rules.interest_accrued(known, event(on), parts),
            posting_rules.registration_capital(known, event(on), bank, parts[0]),
        ],
    )


@given(
    fund=st.sampled_from(ORDINARY),
    income_fund=st.sampled_from([None, *ORDINARY]),
    cost=AMOUNT,
    proceeds=st.integers(min_value=0, max_value=MAX_MINOR // 100),
)
def test_redemption_balances_and_the_bank_moves_by_the_proceeds(
    known: Catalogue, fund: str, income_fund: str | None, cost: int, proceeds: int
) -> None:
    draft = posting_rules.investment_redeemed(
        known,
        event(IN_2024),
        "short_term_investment",
        account(known, IN_2024, BANK),
        fund=known.fund(fund).id,
        cost=cost,
        proceeds=proceeds,
        income_fund=None if income_fund is None else known.fund(income_fund).id,
    )

    balanced(known, [draft])
    bank = account(known, IN_2024, BANK)
    assert sum(line.amount_minor for line in draft.lines if line.account_id == bank) == proceeds
    assert all(line.side is Side.DEBIT for line in draft.lines if line.account_id == bank)


@given(
    amount=AMOUNT,
    on=DAYS,
    cause=st.sampled_from(
        [ReleaseCause.TIME_EXPIRED, ReleaseCause.PURPOSE_ACHIEVED, ReleaseCause.CANCELLED]
    ),
    tag=st.sampled_from([None, "donation_income", "grant_income"]),
)
def test_moves_between_funds_balance_and_leave_turnover_alone(
    known: Catalogue, amount: int, on: date, cause: ReleaseCause, tag: str | None
) -> None:
    bank = account(known, on, BANK)
    fund = {code: known.fund(code).id for code in ("GEN", "SCHOL", "ENDINC", "ENDOW")}
    drafts = [
        posting_rules.release(
            known,
            event(on),
            cause,
            source=fund["SCHOL"],
            target=fund["GEN"],
            amount=amount,
            held_in=bank,
            same_year_income_tag=tag,
        ),
        posting_rules.restrict(
            known,
            event(on),
            source=fund["GEN"],
            target=fund["SCHOL"],
            amount=amount,
            held_in=bank,
        ),
        posting_rules.endowment_addition(
            known,
            event(on),
            income_fund=fund["ENDINC"],
            principal=fund["ENDOW"],
            amount=amount,
            held_in=bank,
        ),
    ]

    balanced(known, drafts)
    for draft in drafts:
        moved = [line for line in draft.lines if line.account_id == bank]
        assert sum(line.amount_minor for line in moved) == 0
        assert {line.side for line in moved} == {Side.DEBIT}


@given(increase=AMOUNT, sign=st.sampled_from([1, -1]), on=DAYS, fund=st.sampled_from(ORDINARY))
def test_prior_period_items_balance_and_leave_3201_empty(
    known: Catalogue, increase: int, sign: int, on: date, fund: str
) -> None:
    drafts = posting_rules.prior_period_item(
        known,
        event(on),
        account(known, on, "2202"),
        fund=known.fund(fund).id,
        increase=sign * increase,
    )

    balanced(known, drafts)
    left: Counter[str] = Counter()
    for draft in drafts:
        for line in draft.lines:
            left[known.accounts[line.account_id].tag] += line.amount_minor
    assert left["prior_period_adjustment"] == 0
    assert left["accounts_payable"] == sign * increase
