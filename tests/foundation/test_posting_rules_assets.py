"""Rules for other income, net assets, releases, spending, investments and earlier years."""

from collections.abc import Iterator
from datetime import date

import pytest

from foundation import posting_rules
from foundation.posting_rules import NotRecognised, ReleaseCause, RestrictionMismatch
from ledger.catalogue import Catalogue
from ledger.vouchers import VoucherDraft, VoucherKind
from tests.databases import Databases
from tests.foundation import posting_cases
from tests.foundation.posting_cases import (
    BANK,
    IN_2004,
    IN_2024,
    account,
    differences,
    event,
    part,
    printed,
)


@pytest.fixture(scope="module")
def known(databases: Databases) -> Iterator[Catalogue]:
    yield from posting_cases.catalogue(databases)


@pytest.mark.parametrize("on", [IN_2004, IN_2024])
@pytest.mark.parametrize(("fund", "income"), [("GEN", "440101"), ("SCHOL", "440102")])
def test_grant_is_income_as_its_fund_is_restricted(
    known: Catalogue, on: date, fund: str, income: str
) -> None:
    draft = posting_rules.grant(
        known, event(on), account(known, on, BANK), [part(known, fund, 150_00)]
    )

    assert printed(known, draft) == [("借", BANK, fund, 150_00), ("贷", income, fund, 150_00)]


@pytest.mark.parametrize("on", [IN_2004, IN_2024])
def test_interest_on_deposits_is_other_income(known: Catalogue, on: date) -> None:
    draft = posting_rules.deposit_interest(
        known, event(on), account(known, on, BANK), [part(known, "GEN", 125_00)]
    )

    assert printed(known, draft) == [("借", BANK, "GEN", 125_00), ("贷", "490101", "GEN", 125_00)]


@pytest.mark.parametrize(("fund", "net"), [("GEN", "3101"), ("ENDOW", "3102")])
def test_registration_capital_is_no_income(known: Catalogue, fund: str, net: str) -> None:
    draft = posting_rules.registration_capital(
        known, event(IN_2024), account(known, IN_2024, BANK), part(known, fund, 200_00)
    )

    assert printed(known, draft) == [("借", BANK, fund, 200_00), ("贷", net, fund, 200_00)]


def released(
    known: Catalogue,
    on: date,
    cause: ReleaseCause = ReleaseCause.TIME_EXPIRED,
    *,
    source: str = "LAB",
    target: str = "GEN",
    same_year_income_tag: str | None = None,
) -> VoucherDraft:
    return posting_rules.release(
        known,
        event(on),
        cause,
        source=known.fund(source).id,
        target=known.fund(target).id,
        amount=600_00,
        held_in=account(known, on, BANK),
        same_year_income_tag=same_year_income_tag,
    )


@pytest.mark.parametrize("on", [IN_2004, IN_2024])
@pytest.mark.parametrize(
    "cause", [ReleaseCause.TIME_EXPIRED, ReleaseCause.PURPOSE_ACHIEVED, ReleaseCause.CANCELLED]
)
def test_release_moves_net_assets_and_the_money_with_them(
    known: Catalogue, on: date, cause: ReleaseCause
) -> None:
    draft = released(known, on, cause)

    assert printed(known, draft) == [
        ("借", "3102", "LAB", 600_00),
        ("贷", "3101", "GEN", 600_00),
        ("借", BANK, "GEN", 600_00),
        ("借", BANK, "LAB", -600_00),
    ]
    assert differences(draft) == {}
    assert draft.rule == f"release.{cause.value}"


def test_restriction_lifted_in_the_year_of_the_income_moves_inside_income(
    known: Catalogue,
) -> None:
    draft = released(known, IN_2024, ReleaseCause.CANCELLED, same_year_income_tag="grant_income")

    assert printed(known, draft)[:2] == [
        ("借", "440102", "LAB", 600_00),
        ("贷", "440101", "GEN", 600_00),
    ]


def test_use_releases_under_2004_and_is_an_expense_under_2024(known: Catalogue) -> None:
    draft = released(known, IN_2004, ReleaseCause.USED, source="SCHOL", target="SCHOL")

    assert printed(known, draft) == [
        ("借", "3102", "SCHOL", 600_00),
        ("贷", "3101", "SCHOL", 600_00),
    ]
    with pytest.raises(NotRecognised, match="限定性费用"):
        released(known, IN_2024, ReleaseCause.USED, source="SCHOL", target="SCHOL")


@pytest.mark.parametrize("cause", list(ReleaseCause))
@pytest.mark.parametrize("on", [IN_2004, IN_2024])
def test_endowment_principal_is_never_released(
    known: Catalogue, on: date, cause: ReleaseCause
) -> None:
    with pytest.raises(RestrictionMismatch, match="ENDOW"):
        released(known, on, cause, source="ENDOW")


def test_release_needs_a_restricted_source_and_an_unrestricted_target(known: Catalogue) -> None:
    with pytest.raises(RestrictionMismatch, match="OPEN2"):
        released(known, IN_2024, source="OPEN2")
    with pytest.raises(RestrictionMismatch, match="SCHOL"):
        released(known, IN_2024, source="LAB", target="SCHOL")


def restricted(known: Catalogue, source: str, target: str) -> VoucherDraft:
    return posting_rules.restrict(
        known,
        event(IN_2024),
        source=known.fund(source).id,
        target=known.fund(target).id,
        amount=50_00,
        held_in=account(known, IN_2024, BANK),
    )


def test_provider_may_restrict_later(known: Catalogue) -> None:
    draft = restricted(known, "GEN", "SCHOL")

    assert printed(known, draft) == [
        ("借", "3101", "GEN", 50_00),
        ("贷", "3102", "SCHOL", 50_00),
        ("借", BANK, "SCHOL", 50_00),
        ("借", BANK, "GEN", -50_00),
    ]
    assert differences(draft) == {}


@pytest.mark.parametrize(("source", "target"), [("SCHOL", "LAB"), ("GEN", "OPEN2")])
def test_restricting_goes_from_unrestricted_to_restricted(
    known: Catalogue, source: str, target: str
) -> None:
    with pytest.raises(RestrictionMismatch):
        restricted(known, source, target)


def added_to_principal(known: Catalogue, income_fund: str, principal: str) -> VoucherDraft:
    return posting_rules.endowment_addition(
        known,
        event(IN_2024),
        income_fund=known.fund(income_fund).id,
        principal=known.fund(principal).id,
        amount=20_00,
        held_in=account(known, IN_2024, BANK),
    )


def test_income_added_to_principal_moves_between_funds_inside_3102(known: Catalogue) -> None:
    draft = added_to_principal(known, "ENDINC", "ENDOW")

    assert printed(known, draft) == [
        ("借", "3102", "ENDINC", 20_00),
        ("贷", "3102", "ENDOW", 20_00),
        ("借", BANK, "ENDOW", 20_00),
        ("借", BANK, "ENDINC", -20_00),
    ]
    assert differences(draft) == {}


@pytest.mark.parametrize(("income_fund", "principal"), [("GEN", "ENDOW"), ("ENDINC", "SCHOL")])
def test_only_restricted_income_is_added_to_an_endowment(
    known: Catalogue, income_fund: str, principal: str
) -> None:
    with pytest.raises(RestrictionMismatch):
        added_to_principal(known, income_fund, principal)


# --- Spending and investments ---


@pytest.mark.parametrize(
    ("on", "tag", "fund", "expense"),
    [
        (IN_2024, "programme_expense", "SCHOL", "510102"),
        (IN_2024, "programme_expense", "GEN", "510101"),
        (IN_2024, "management_expense", "GEN", "530101"),
        (IN_2024, "fundraising_expense", "GEN", "540101"),
        (IN_2024, "other_expense", "GEN", "590101"),
        (IN_2004, "programme_expense", "SCHOL", "5101"),
        (IN_2004, "management_expense", "GEN", "5201"),
        (IN_2004, "fundraising_expense", "GEN", "5301"),
    ],
)
def test_spending_is_charged_to_the_detail_of_its_fund(
    known: Catalogue, on: date, tag: str, fund: str, expense: str
) -> None:
    draft = posting_rules.spending(
        known, event(on), tag, account(known, on, BANK), [part(known, fund, 45_00)]
    )

    assert printed(known, draft) == [("借", expense, fund, 45_00), ("贷", BANK, fund, 45_00)]


@pytest.mark.parametrize("on", [IN_2004, IN_2024])
def test_endowment_principal_is_never_spent(known: Catalogue, on: date) -> None:
    with pytest.raises(RestrictionMismatch, match="ENDOW"):
        posting_rules.spending(
            known,
            event(on),
            "programme_expense",
            account(known, on, BANK),
            [part(known, "SCHOL", 1_00), part(known, "ENDOW", 1_00)],
        )


@pytest.mark.parametrize(
    ("tag", "asset"), [("short_term_investment", "1101"), ("long_term_debt_investment", "1402")]
)
def test_investment_is_bought_at_cost(known: Catalogue, tag: str, asset: str) -> None:
    draft = posting_rules.investment_bought(
        known, event(IN_2024), tag, account(known, IN_2024, BANK), [part(known, "ENDOW", 100_00)]
    )

    assert printed(known, draft) == [
        ("借", asset, "ENDOW", 100_00),
        ("贷", BANK, "ENDOW", 100_00),
    ]


def redeemed(
    known: Catalogue, fund: str, proceeds: int, income_fund: str | None = None
) -> VoucherDraft:
    return posting_rules.investment_redeemed(
        known,
        event(IN_2024, cash_flow_item_id=9),
        "short_term_investment",
        account(known, IN_2024, BANK),
        fund=known.fund(fund).id,
        cost=100_00,
        proceeds=proceeds,
        income_fund=None if income_fund is None else known.fund(income_fund).id,
    )


def test_gain_is_investment_income(known: Catalogue) -> None:
    assert printed(known, redeemed(known, "GEN", 106_00)) == [
        ("借", BANK, "GEN", 106_00),
        ("贷", "1101", "GEN", 100_00),
        ("贷", "460101", "GEN", 6_00),
    ]


def test_loss_stands_red_in_investment_income(known: Catalogue) -> None:
    assert printed(known, redeemed(known, "SCHOL", 94_00)) == [
        ("借", BANK, "SCHOL", 94_00),
        ("贷", "1101", "SCHOL", 100_00),
        ("贷", "460102", "SCHOL", -6_00),
    ]


def test_redemption_at_cost_has_no_income(known: Catalogue) -> None:
    assert printed(known, redeemed(known, "GEN", 100_00)) == [
        ("借", BANK, "GEN", 100_00),
        ("贷", "1101", "GEN", 100_00),
    ]


def test_total_loss_brings_no_money(known: Catalogue) -> None:
    assert printed(known, redeemed(known, "GEN", 0)) == [
        ("贷", "1101", "GEN", 100_00),
        ("贷", "460101", "GEN", -100_00),
    ]


@pytest.mark.parametrize("proceeds", [104_00, 97_00])
def test_income_fund_bears_gain_and_loss_of_an_endowment(known: Catalogue, proceeds: int) -> None:
    draft = redeemed(known, "ENDOW", proceeds, "ENDINC")

    assert printed(known, draft) == [
        ("借", BANK, "ENDOW", 100_00),
        ("借", BANK, "ENDINC", proceeds - 100_00),
        ("贷", "1101", "ENDOW", 100_00),
        ("贷", "460102", "ENDINC", proceeds - 100_00),
    ]
    assert differences(draft) == {}
    assert {line.cash_flow_item_id for line in draft.lines[:2]} == {9}


def test_yield_of_a_short_term_investment_lowers_its_cost(known: Catalogue) -> None:
    draft = posting_rules.short_term_yield(
        known, event(IN_2024), account(known, IN_2024, BANK), [part(known, "GEN", 5_00)]
    )

    assert printed(known, draft) == [("借", BANK, "GEN", 5_00), ("贷", "1101", "GEN", 5_00)]


def test_interest_on_bonds_is_income_when_accrued_and_not_when_received(
    known: Catalogue,
) -> None:
    parts = [part(known, "ENDINC", 140_00)]
    accrued = posting_rules.interest_accrued(known, event(IN_2024), parts)
    received = posting_rules.interest_received(
        known, event(IN_2024), account(known, IN_2024, BANK), parts
    )

    assert printed(known, accrued) == [
        ("借", "1122", "ENDINC", 140_00),
        ("贷", "460102", "ENDINC", 140_00),
    ]
    assert printed(known, received) == [
        ("借", BANK, "ENDINC", 140_00),
        ("贷", "1122", "ENDINC", 140_00),
    ]


# --- Earlier years ---


def prior(known: Catalogue, on: date, fund: str, increase: int) -> tuple[VoucherDraft, ...]:
    return posting_rules.prior_period_item(
        known,
        event(on),
        account(known, on, "2202"),
        fund=known.fund(fund).id,
        increase=increase,
    )


def test_earlier_years_are_adjusted_through_3201(known: Catalogue) -> None:
    adjusted, carried = prior(known, IN_2024, "GEN", -15_00)

    assert printed(known, adjusted) == [
        ("借", "320101", "GEN", 15_00),
        ("贷", "2202", "GEN", 15_00),
    ]
    assert printed(known, carried) == [
        ("借", "3101", "GEN", 15_00),
        ("贷", "320101", "GEN", 15_00),
    ]
    assert (carried.kind, carried.attachment_count) == (VoucherKind.TRANSFER, 0)


def test_gain_of_earlier_years_goes_the_other_way(known: Catalogue) -> None:
    adjusted, carried = prior(known, IN_2024, "SCHOL", 15_00)

    assert printed(known, adjusted) == [
        ("借", "2202", "SCHOL", 15_00),
        ("贷", "320102", "SCHOL", 15_00),
    ]
    assert printed(known, carried) == [
        ("借", "320102", "SCHOL", 15_00),
        ("贷", "3102", "SCHOL", 15_00),
    ]


def test_2004_regime_adjusts_net_assets_directly(known: Catalogue) -> None:
    (adjusted,) = prior(known, IN_2004, "GEN", -15_00)

    assert printed(known, adjusted) == [
        ("借", "3101", "GEN", 15_00),
        ("贷", "2202", "GEN", 15_00),
    ]
