"""Every requirement at, above and below its limit, its bands, conditions and exemptions."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest

from ledger.errors import NotFound
from reports.ratios import rules
from reports.ratios.figures import History
from reports.ratios.rules import Organisation, Profile
from reports.ratios.verdicts import Finding, Verdict, judge, judge_all, judge_consecutive

Years = Callable[..., History]

BANDS = [
    # net assets at the end of last year, band, least charity, most management, in percent
    ("60000000.00", ">=6000万", 6, 12),
    ("123456789.01", ">=6000万", 6, 12),
    ("59999999.99", "800-6000万", 6, 13),
    ("8000000.00", "800-6000万", 6, 13),
    ("7999999.99", "400-800万", 7, 15),
    ("4000000.00", "400-800万", 7, 15),
    ("3999999.99", "<400万", 8, 20),
    ("0.01", "<400万", 8, 20),
]
OTHER_BANDS = [
    ("10000000.00", ">=1000万", 6, 13),
    ("9999999.99", "500-1000万", 7, 14),
    ("5000000.00", "500-1000万", 7, 14),
    ("4999999.99", "100-500万", 8, 15),
    ("1000000.00", "100-500万", 8, 15),
    ("999999.99", "<100万", 8, 20),
]


def hold(rule_set_id: str, requirement_id: str, history: History, year: int = 2020) -> Finding:
    rule_set = rules.get_rule_set(rule_set_id)
    return judge(rule_set, rule_set.requirement(requirement_id), history, fiscal_year=year)


@pytest.mark.parametrize(("opening", "band", "charity", "management"), BANDS)
def test_bands_of_a_foundation_include_their_lower_bound(
    opening: str, band: str, charity: int, management: int, years: Years
) -> None:
    history = years({2020: {"opening_net_assets": opening}})
    spending = hold("minfa_2016_189", "spending", history)
    cost = hold("minfa_2016_189", "management", history)
    assert spending.band is not None
    assert (spending.band.label, spending.share) == (band, Fraction(charity, 100))
    assert cost.band is not None
    assert (cost.band.label, cost.share) == (band, Fraction(management, 100))


@pytest.mark.parametrize(("opening", "band", "charity", "management"), OTHER_BANDS)
def test_bands_of_associations_and_service_institutions(
    opening: str, band: str, charity: int, management: int, years: Years
) -> None:
    history = years({2020: {"opening_net_assets": opening}})
    spending = hold("minfa_2016_189", "spending_other", history)
    cost = hold("minfa_2016_189", "management_other", history)
    assert spending.band is not None
    assert (spending.band.label, spending.share) == (band, Fraction(charity, 100))
    assert cost.share == Fraction(management, 100)


def test_half_of_income_is_asked_only_of_the_smallest_association(years: Years) -> None:
    figures = {2019: {"income_unrestricted": "100.00"}}
    small = years(
        figures | {2020: {"opening_net_assets": "999999.99", "rpt_charity_expense": "49.99"}}
    )
    larger = years(
        figures | {2020: {"opening_net_assets": "1000000.00", "rpt_charity_expense": "49.99"}}
    )
    assert hold("minfa_2016_189", "spending_other_income", small).verdict is Verdict.FAIL
    assert hold("minfa_2016_189", "spending_other_income", larger).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("spent", "verdict"),
    [
        ("80000.00", Verdict.PASS),
        ("79999.99", Verdict.FAIL),
        ("79960.00", Verdict.FAIL),
    ],
)
def test_eight_percent_is_compared_unrounded(spent: str, verdict: Verdict, years: Years) -> None:
    history = years({2020: {"opening_net_assets": "1000000.00", "rpt_charity_expense": spent}})
    finding = hold("tax_2020_27", "spending", history)
    assert finding.verdict is verdict
    assert finding.bases[0].ratio.printed == "8"


@pytest.mark.parametrize(
    ("management", "verdict"), [("240000.00", Verdict.PASS), ("240000.01", Verdict.FAIL)]
)
def test_twelve_percent_is_compared_unrounded(
    management: str, verdict: Verdict, years: Years
) -> None:
    history = years(
        {
            2020: {
                "opening_net_assets": "100000000.00",
                "mgmt_expense_stmt": management,
                "expense_total_stmt": "2000000.00",
            }
        }
    )
    for rule_set_id in ("minfa_2016_189", "tax_2020_27"):
        assert hold(rule_set_id, "management", history).verdict is verdict


@pytest.mark.parametrize(
    ("management", "exempt", "verdict"),
    [
        ("199999.99", True, Verdict.PASS),
        ("200000.00", False, Verdict.FAIL),
        ("198392.00", True, Verdict.PASS),
    ],
)
def test_management_strictly_below_200000_is_exempt_under_189_only(
    management: str, exempt: bool, verdict: Verdict, years: Years
) -> None:
    history = years(
        {
            2020: {
                "opening_net_assets": "100000000.00",
                "mgmt_expense_stmt": management,
                "expense_total_stmt": "1000000.00",
            }
        }
    )
    general = hold("minfa_2016_189", "management", history)
    assert (general.exempt, general.verdict) == (exempt, verdict)
    tax = hold("tax_2020_27", "management", history)
    assert (tax.exempt, tax.verdict) == (None, Verdict.FAIL)


def test_exemption_needs_no_total(years: Years) -> None:
    history = years({2020: {"opening_net_assets": "1.00", "mgmt_expense_stmt": "5.00"}})
    assert hold("minfa_2016_189", "management", history).verdict is Verdict.PASS
    assert hold("tax_2020_27", "management", history).verdict is Verdict.UNDETERMINED


def test_three_year_mean_saves_a_year_that_fails_alone(years: Years) -> None:
    history = years(
        {
            2018: {"opening_net_assets": "3000000.00"},
            2019: {"opening_net_assets": "3000000.00"},
            2020: {"opening_net_assets": "9000000.00", "rpt_charity_expense": "400000.00"},
        }
    )
    finding = hold("minfa_2016_189", "spending", history)
    assert [basis.meets for basis in finding.bases] == [False, True]
    assert finding.verdict is Verdict.PASS
    # The band stays that of last year's net assets, although the mean is below 800万.
    assert finding.band is not None
    assert finding.band.label == "800-6000万"


def test_a_mean_that_lacks_years_saves_nobody_but_is_mentioned(years: Years) -> None:
    history = years(
        {2020: {"opening_net_assets": "9000000.00", "rpt_charity_expense": "400000.00"}}
    )
    finding = hold("minfa_2016_189", "spending", history)
    assert finding.verdict is Verdict.FAIL
    assert "2019年度" in finding.reason


@pytest.mark.parametrize(
    ("opening", "verdict"),
    [
        ({"opening_net_assets": "0.00"}, Verdict.NOT_APPLICABLE),
        ({"opening_net_assets": "-1.00"}, Verdict.NOT_APPLICABLE),
        ({}, Verdict.UNDETERMINED),
    ],
)
def test_without_net_assets_nothing_is_judged(
    opening: dict[str, str], verdict: Verdict, years: Years
) -> None:
    history = years(
        {
            2020: opening
            | {
                "rpt_charity_expense": "5.00",
                "mgmt_expense_stmt": "1.00",
                "expense_total_stmt": "6.00",
            }
        }
    )
    for rule_set_id in ("minfa_2016_189", "tax_2020_27"):
        for requirement_id in ("spending", "management"):
            finding = hold(rule_set_id, requirement_id, history)
            assert finding.verdict is verdict
            assert finding.reason


@pytest.mark.parametrize(
    ("spent", "verdict"), [("700000.00", Verdict.PASS), ("699999.99", Verdict.FAIL)]
)
def test_public_fundraising_asks_seventy_percent_of_last_years_income(
    spent: str, verdict: Verdict, years: Years
) -> None:
    history = years(
        {
            2023: {"income_restricted": "400000.00", "income_unrestricted": "600000.00"},
            2024: {"rpt_charity_expense": spent},
        }
    )
    for rule_set_id, requirement_id in (
        ("charity_law_2023", "spending"),
        ("foundation_regulation_2004", "spending_public"),
        ("minfa_2016_189", "spending_public"),
        ("tax_2020_27", "spending_public"),
    ):
        assert hold(rule_set_id, requirement_id, history, 2024).verdict is verdict


@pytest.mark.parametrize(
    ("rule_set_id", "requirement_id", "limit"),
    [
        ("charity_law_2016", "management", 10),
        ("charity_law_2023", "management", 10),
        ("minfa_2016_189", "management_public", 10),
        ("minfa_2016_189", "management_public_other", 13),
        ("tax_2020_27", "management_public", 10),
    ],
)
def test_public_management_limits(
    rule_set_id: str, requirement_id: str, limit: int, years: Years
) -> None:
    def verdict(management: str) -> Verdict:
        history = years(
            {
                2020: {
                    "mgmt_expense_stmt": management,
                    "expense_total_stmt": "100000000.00",
                }
            }
        )
        return hold(rule_set_id, requirement_id, history).verdict

    assert verdict(f"{limit}000000.00") is Verdict.PASS
    assert verdict(f"{limit}000000.01") is Verdict.FAIL


def test_regulation_measures_wages_and_office_not_management(years: Years) -> None:
    history = years(
        {
            2020: {
                "opening_net_assets": "100.00",
                "rpt_charity_expense": "8.00",
                "rpt_wages": "6.00",
                "rpt_admin_office": "4.00",
                "mgmt_expense_stmt": "90.00",
                "rpt_total_expense": "100.00",
            }
        }
    )
    assert hold("foundation_regulation_2004", "wages_admin", history).verdict is Verdict.PASS
    assert hold("foundation_regulation_2004", "spending", history).verdict is Verdict.PASS
    worse = years({2020: {"rpt_wages": "10.01", "rpt_total_expense": "100.00"}})
    assert hold("foundation_regulation_2004", "wages_admin", worse).verdict is Verdict.FAIL


def test_regulation_knows_no_three_year_mean() -> None:
    requirement = rules.get_rule_set("foundation_regulation_2004").requirement("spending")
    assert requirement.ratios == ("charity_1y",)


def test_draft_limit_on_fundraising_cost_computes_but_binds_nobody(years: Years) -> None:
    history = years({2026: {"fundraising_cost": "3.00", "fundraising_income": "100.00"}})
    above = years({2026: {"fundraising_cost": "3.01", "fundraising_income": "100.00"}})
    finding = hold("minzheng_draft_2025", "fundraising_cost", history, 2026)
    assert finding.verdict is Verdict.PASS
    assert not finding.is_in_force
    assert hold("minzheng_draft_2025", "fundraising_cost", above, 2026).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("profile", "requirements"),
    [
        (
            Profile(),
            {
                ("foundation_regulation_2004", "spending"),
                ("foundation_regulation_2004", "wages_admin"),
                ("minfa_2016_189", "spending"),
                ("minfa_2016_189", "management"),
                ("tax_2020_27", "spending"),
                ("tax_2020_27", "management"),
            },
        ),
        (
            Profile(public_fundraising=True),
            {
                ("charity_law_2016", "spending"),
                ("charity_law_2016", "management"),
                ("charity_law_2023", "spending"),
                ("charity_law_2023", "management"),
                ("foundation_regulation_2004", "spending_public"),
                ("foundation_regulation_2004", "wages_admin"),
                ("minfa_2016_189", "spending_public"),
                ("minfa_2016_189", "management_public"),
                ("tax_2020_27", "spending_public"),
                ("tax_2020_27", "management_public"),
            },
        ),
        (
            Profile(organisation=Organisation.ASSOCIATION),
            {
                ("minfa_2016_189", "spending_other"),
                ("minfa_2016_189", "spending_other_income"),
                ("minfa_2016_189", "management_other"),
                ("tax_2020_27", "spending"),
                ("tax_2020_27", "management"),
            },
        ),
        (
            Profile(organisation=Organisation.SERVICE_INSTITUTION, public_fundraising=True),
            {
                ("minfa_2016_189", "spending_public"),
                ("minfa_2016_189", "management_public_other"),
                ("tax_2020_27", "spending_public"),
                ("tax_2020_27", "management_public"),
            },
        ),
    ],
)
def test_profile_decides_which_requirements_apply(
    profile: Profile, requirements: set[tuple[str, str]], years: Years
) -> None:
    issued = tuple(item for item in rules.rule_sets() if item.status is rules.Status.ISSUED)
    findings = judge_all(issued, profile, years({2020: {}}), fiscal_year=2020)
    assert {(f.rule_set.id, f.requirement.id) for f in findings} == requirements


def test_central_ministry_universities_have_their_own_notice(years: Years) -> None:
    notice = (rules.get_rule_set("education_finance_2014_3"),)
    central = judge_all(
        notice, Profile(central_ministry_university=True), years({2020: {}}), fiscal_year=2020
    )
    provincial = judge_all(notice, Profile(), years({2020: {}}), fiscal_year=2020)
    assert [finding.requirement.id for finding in central] == ["spending", "wages_admin"]
    assert provincial == ()


@pytest.mark.parametrize(
    ("day", "present", "absent"),
    [
        (date(2013, 12, 31), {"foundation_regulation_2004"}, {"minfa_2016_189", "tax_2020_27"}),
        (date(2016, 12, 31), {"charity_law_2016", "minfa_2016_189"}, {"charity_law_2023"}),
        (date(2024, 9, 4), {"charity_law_2016"}, {"charity_law_2023"}),
        (date(2024, 9, 5), {"charity_law_2023", "tax_2020_27"}, {"charity_law_2016"}),
        (date(2026, 11, 22), {"minfa_2016_189"}, {"minzheng_draft_2025"}),
    ],
)
def test_rule_sets_apply_from_day_to_day(day: date, present: set[str], absent: set[str]) -> None:
    found = {rule_set.id for rule_set in rules.list_in_force(day)}
    assert present <= found
    assert not absent & found


def test_tax_qualification_needs_each_of_two_years(years: Years) -> None:
    rule_set = rules.get_rule_set("tax_2020_27")
    requirement = rule_set.requirement("spending")

    def verdict(first: str, second: str) -> Verdict:
        history = years(
            {
                2019: {"opening_net_assets": "100.00", "rpt_charity_expense": first},
                2020: {"opening_net_assets": "100.00", "rpt_charity_expense": second},
            }
        )
        return judge_consecutive(rule_set, requirement, history, last_year=2020).verdict

    assert verdict("8.00", "8.00") is Verdict.PASS
    assert verdict("7.99", "20.00") is Verdict.FAIL
    assert verdict("20.00", "7.99") is Verdict.FAIL


def test_tax_qualification_waits_for_the_unknown_year_and_forgives_the_first(
    years: Years,
) -> None:
    rule_set = rules.get_rule_set("tax_2020_27")
    requirement = rule_set.requirement("spending")
    good = {"opening_net_assets": "100.00", "rpt_charity_expense": "9.00"}
    alone = judge_consecutive(rule_set, requirement, years({2020: good}), last_year=2020)
    assert alone.verdict is Verdict.UNDETERMINED
    founded = years({2019: {"opening_net_assets": "0.00"}, 2020: good})
    first = judge_consecutive(rule_set, requirement, founded, last_year=2020)
    assert first.verdict is Verdict.PASS


def test_unknown_rule_set_and_requirement_are_not_found() -> None:
    with pytest.raises(NotFound):
        rules.get_rule_set("nothing")
    with pytest.raises(NotFound):
        rules.get_rule_set("minfa_2016_189").requirement("nothing")
