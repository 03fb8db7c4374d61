"""The running meter: what is stated suffices, and one fen less does not."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reports.ratios import meter, rules
from reports.ratios.figures import History, YearFigures
from reports.ratios.measures import PaymentKind
from reports.ratios.meter import Payment, PaymentNotPlaced, WrongMeter
from reports.ratios.verdicts import Verdict, judge

RULES = rules.get_rule_set("minfa_2016_189")
SPENDING = RULES.requirement("spending")
MANAGEMENT = RULES.requirement("management")
TAX = rules.get_rule_set("tax_2020_27")
AMOUNTS = st.integers(min_value=0, max_value=10**12)


def year_of(**amounts: int) -> History:
    return {2026: YearFigures(2026, amounts)}


def verdict_after(
    history: History, amount: int, *, kind: PaymentKind, requirement: rules.Requirement
) -> Verdict:
    paid = meter.with_payment(history, Payment(kind, amount), fiscal_year=2026)
    return judge(RULES, requirement, paid, fiscal_year=2026).verdict


@given(opening=st.integers(min_value=1, max_value=10**12), spent=AMOUNTS)
def test_spending_what_remains_passes_and_one_fen_less_fails(opening: int, spent: int) -> None:
    history = year_of(
        opening_net_assets=opening, rpt_charity_expense=spent, rpt_total_expense=spent
    )
    found = meter.spending(RULES, SPENDING, history, fiscal_year=2026, on=date(2026, 11, 22))
    assert found.remaining_minor is not None
    kind = PaymentKind.CHARITY

    def verdict(amount: int) -> Verdict:
        return verdict_after(history, amount, kind=kind, requirement=SPENDING)

    assert verdict(found.remaining_minor) is Verdict.PASS
    if found.remaining_minor:
        assert verdict(found.remaining_minor - 1) is Verdict.FAIL
    else:
        assert found.finding.verdict is Verdict.PASS


@given(
    openings=st.tuples(*[st.integers(min_value=1, max_value=10**12)] * 3),
    spent=AMOUNTS,
)
def test_the_easier_of_one_year_and_mean_decides_what_remains(
    openings: tuple[int, int, int], spent: int
) -> None:
    history = {
        year: YearFigures(year, {"opening_net_assets": opening})
        for year, opening in zip((2024, 2025), openings, strict=False)
    }
    history[2026] = YearFigures(
        2026, {"opening_net_assets": openings[2], "rpt_charity_expense": spent}
    )
    found = meter.spending(RULES, SPENDING, history, fiscal_year=2026, on=date(2026, 6, 30))
    remaining = [option.remaining_minor for option in found.options]
    assert len(remaining) == 2
    assert found.remaining_minor == min(amount for amount in remaining if amount is not None)
    kind = PaymentKind.CHARITY
    amount = found.remaining_minor
    assert amount is not None
    assert verdict_after(history, amount, kind=kind, requirement=SPENDING) is Verdict.PASS
    if amount:
        less = verdict_after(history, amount - 1, kind=kind, requirement=SPENDING)
        assert less is Verdict.FAIL


@given(
    opening=st.integers(min_value=1, max_value=10**12),
    management=AMOUNTS,
    charity=AMOUNTS,
)
def test_management_headroom_passes_and_one_fen_more_fails(
    opening: int, management: int, charity: int
) -> None:
    history = year_of(
        opening_net_assets=opening,
        cost_unrestricted=charity,
        mgmt_expense_stmt=management,
    )
    found = meter.management(RULES, MANAGEMENT, history, fiscal_year=2026)
    assert found.headroom_minor is not None
    kind = PaymentKind.MANAGEMENT

    def verdict(amount: int) -> Verdict:
        return verdict_after(history, amount, kind=kind, requirement=MANAGEMENT)

    assume(management + charity + found.headroom_minor > 0)
    if found.finding.verdict is Verdict.PASS:
        assert verdict(found.headroom_minor) is Verdict.PASS
        assert verdict(found.headroom_minor + 1) is Verdict.FAIL
    else:
        assert found.headroom_minor == 0


@given(
    opening=st.integers(min_value=1, max_value=10**12),
    management=st.integers(min_value=1, max_value=10**11),
    charity=AMOUNTS,
)
def test_charity_spending_that_cures_management_passes_and_one_fen_less_fails(
    opening: int, management: int, charity: int
) -> None:
    history = year_of(
        opening_net_assets=opening,
        cost_unrestricted=charity,
        mgmt_expense_stmt=management,
    )
    found = meter.management(RULES, MANAGEMENT, history, fiscal_year=2026)
    assert found.cure_minor is not None
    if found.finding.verdict is Verdict.PASS:
        assert found.cure_minor == 0
        return
    kind = PaymentKind.CHARITY

    def verdict(amount: int) -> Verdict:
        return verdict_after(history, amount, kind=kind, requirement=MANAGEMENT)

    assert verdict(found.cure_minor) is Verdict.PASS
    assert verdict(found.cure_minor - 1) is Verdict.FAIL


def test_the_meter_says_how_much_by_when() -> None:
    history = year_of(opening_net_assets=1_000_000_01, rpt_charity_expense=20_000_00)
    found = meter.spending(RULES, SPENDING, history, fiscal_year=2026, on=date(2026, 11, 22))
    # 8 % of 1 000 000.01 is 80 000.0008, and a fen cannot be split.
    assert found.options[0].required_minor == 80_000_01
    assert found.remaining_minor == 60_000_01
    assert found.spent_minor == 20_000_00
    assert (found.year_end, found.days_left) == (date(2026, 12, 31), 39)
    assert found.options[1].remaining_minor is None


def test_after_the_year_no_days_are_left() -> None:
    history = year_of(opening_net_assets=100, rpt_charity_expense=0)
    found = meter.spending(RULES, SPENDING, history, fiscal_year=2026, on=date(2027, 3, 1))
    assert found.days_left == 0
    assert found.remaining_minor == 8


def test_a_first_year_has_nothing_to_spend() -> None:
    history = year_of(opening_net_assets=0, rpt_charity_expense=0)
    found = meter.spending(RULES, SPENDING, history, fiscal_year=2026, on=date(2026, 3, 1))
    assert found.finding.verdict is Verdict.NOT_APPLICABLE
    assert found.remaining_minor is None
    assert meter.management(RULES, MANAGEMENT, history, fiscal_year=2026).headroom_minor is None


def test_the_exemption_gives_room_that_the_ratio_does_not() -> None:
    history = year_of(
        opening_net_assets=10_000_000_000, cost_unrestricted=100_00, mgmt_expense_stmt=50_000_00
    )
    general = meter.management(RULES, MANAGEMENT, history, fiscal_year=2026)
    assert general.headroom_minor == 199_999_99 - 50_000_00
    tax = meter.management(TAX, TAX.requirement("management"), history, fiscal_year=2026)
    assert tax.headroom_minor == 0
    assert tax.cure_minor is not None
    assert tax.cure_minor > 0


def test_a_payment_is_shown_before_and_after() -> None:
    history = year_of(opening_net_assets=100_00, rpt_charity_expense=7_99, rpt_total_expense=7_99)
    effect = meter.payment_effect(
        RULES, SPENDING, history, Payment(PaymentKind.CHARITY, 1), fiscal_year=2026
    )
    assert (effect.before.verdict, effect.after.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert effect.changes_verdict
    assert effect.after.bases[0].ratio.value == Fraction(8, 100)


def test_a_payment_that_changes_nothing_says_so() -> None:
    history = year_of(opening_net_assets=100_00, rpt_charity_expense=50_00)
    effect = meter.payment_effect(
        RULES, SPENDING, history, Payment(PaymentKind.CHARITY, 100), fiscal_year=2026
    )
    assert not effect.changes_verdict


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        (PaymentKind.CHARITY, {"rpt_charity_expense", "cost_unrestricted"}),
        (PaymentKind.MANAGEMENT, {"rpt_admin_office", "mgmt_expense_stmt"}),
        (PaymentKind.FUNDRAISING, {"rpt_other_expense", "fundraising_expense_stmt"}),
        (PaymentKind.OTHER, {"rpt_other_expense", "other_expense_stmt"}),
    ],
)
def test_a_payment_raises_its_line_and_the_totals_of_report_and_statement(
    kind: PaymentKind, raised: set[str]
) -> None:
    names = [
        "rpt_charity_expense",
        "rpt_wages",
        "rpt_admin_office",
        "rpt_other_expense",
        "rpt_total_expense",
        "cost_restricted",
        "cost_unrestricted",
        "mgmt_expense_stmt",
        "fundraising_expense_stmt",
        "other_expense_stmt",
        "expense_total_stmt",
    ]
    history = year_of(**dict.fromkeys(names, 100))
    paid = meter.with_payment(history, Payment(kind, 5), fiscal_year=2026)
    changed = {name for name, amount in paid[2026].amounts.items() if amount == 105}
    assert changed == raised | {"rpt_total_expense", "expense_total_stmt"}
    assert history[2026].amounts["rpt_total_expense"] == 100


def test_a_payment_without_a_known_line_is_refused() -> None:
    with pytest.raises(PaymentNotPlaced):
        meter.with_payment(
            year_of(rpt_total_expense=5), Payment(PaymentKind.CHARITY, 1), fiscal_year=2026
        )


def test_each_meter_reads_its_own_kind_of_requirement() -> None:
    history = year_of(opening_net_assets=100)
    with pytest.raises(WrongMeter):
        meter.spending(RULES, MANAGEMENT, history, fiscal_year=2026, on=date(2026, 1, 1))
    with pytest.raises(WrongMeter):
        meter.management(RULES, SPENDING, history, fiscal_year=2026)
