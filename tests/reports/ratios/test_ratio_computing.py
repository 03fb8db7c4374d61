"""Ratios over one, two and three years, the mean, and what they are made of."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from reports.ratios import computing
from reports.ratios.computing import Blank
from reports.ratios.figures import History

Years = Callable[..., History]

THREE = {
    2018: {"opening_net_assets": "1000.00", "rpt_charity_expense": "100.00"},
    2019: {"opening_net_assets": "2000.00", "rpt_charity_expense": "500.00"},
    2020: {
        "opening_net_assets": "4000.00",
        "rpt_charity_expense": "300.00",
        "rpt_wages": "10.00",
        "rpt_admin_office": "5.00",
        "rpt_total_expense": "320.00",
    },
}


@pytest.mark.parametrize(
    ("ratio_id", "value"),
    [
        ("charity_1y", Fraction(300, 4000)),
        ("charity_2y", Fraction(800, 6000)),
        ("charity_3y", Fraction(900, 7000)),
        ("charity_mean_3y", Fraction(300 * 3, 7000)),
        ("admin_1y", Fraction(15, 320)),
    ],
)
def test_horizons_divide_sums_and_never_average_ratios(
    ratio_id: str, value: Fraction, years: Years
) -> None:
    assert computing.ratio(ratio_id, years(THREE), fiscal_year=2020).value == value


def test_mean_over_three_years_differs_from_the_mean_of_ratios(years: Years) -> None:
    history = years(THREE)
    single = [
        computing.ratio("charity_1y", history, fiscal_year=year).value or Fraction(0)
        for year in THREE
    ]
    combined = computing.ratio("charity_3y", history, fiscal_year=2020).value
    assert combined != sum(single) / 3


def test_admin_over_two_years_adds_both_sides(years: Years) -> None:
    base = {"rpt_wages": "10.00", "rpt_admin_office": "5.00"}
    history = years(
        {
            2019: base | {"rpt_total_expense": "100.00"},
            2020: base | {"rpt_total_expense": "200.00"},
        }
    )
    ratio = computing.ratio("admin_2y", history, fiscal_year=2020)
    assert ratio.value == Fraction(30, 300)
    assert ratio.printed == "10"


def test_a_missing_year_leaves_the_horizon_blank_and_names_it(years: Years) -> None:
    history = years({year: THREE[year] for year in (2018, 2020)})
    ratio = computing.ratio("charity_2y", history, fiscal_year=2020)
    assert ratio.blank is Blank.MISSING
    assert ratio.printed == ""
    assert "2019年度" in ratio.reason
    assert computing.ratio("charity_1y", history, fiscal_year=2020).printed == "7.5"


def test_drill_down_names_year_figure_and_amount(years: Years) -> None:
    ratio = computing.ratio("charity_2y", years(THREE), fiscal_year=2020)
    assert ratio.numerator is not None
    assert ratio.denominator is not None
    assert [
        (part.fiscal_year, part.field, part.amount_minor) for part in ratio.numerator.parts
    ] == [(2020, "rpt_charity_expense", 30000), (2019, "rpt_charity_expense", 50000)]
    assert ratio.numerator.total == 80000
    assert ratio.denominator.total == 600000


@pytest.mark.parametrize(
    ("opening", "blank"),
    [("0.00", Blank.ZERO_DENOMINATOR), ("-5.00", Blank.NEGATIVE_DENOMINATOR)],
)
def test_a_denominator_that_is_not_positive_leaves_the_ratio_blank(
    opening: str, blank: Blank, years: Years
) -> None:
    history = years({2020: {"opening_net_assets": opening, "rpt_charity_expense": "1.00"}})
    ratio = computing.ratio("charity_1y", history, fiscal_year=2020)
    assert ratio.value is None
    assert ratio.blank is blank
    assert ratio.printed == ""
    assert ratio.reason


def test_unknown_is_not_zero(years: Years) -> None:
    unknown = computing.ratio(
        "charity_1y", years({2020: {"opening_net_assets": "10.00"}}), fiscal_year=2020
    )
    zero = computing.ratio(
        "charity_1y",
        years({2020: {"opening_net_assets": "10.00", "rpt_charity_expense": "0.00"}}),
        fiscal_year=2020,
    )
    assert (unknown.value, zero.value) == (None, Fraction(0))


def test_charity_falls_back_on_both_classes_of_cost(years: Years) -> None:
    history = years(
        {
            2020: {
                "opening_net_assets": "1000.00",
                "cost_restricted": "60.00",
                "cost_unrestricted": "40.00",
            }
        }
    )
    assert computing.ratio("charity_1y", history, fiscal_year=2020).value == Fraction(1, 10)


def test_the_report_goes_before_the_statement(years: Years) -> None:
    history = years(
        {
            2020: {
                "rpt_total_expense": "200.00",
                "expense_total_stmt": "100.00",
                "mgmt_expense_stmt": "10.00",
                "rpt_wages": "1.00",
            }
        }
    )
    assert computing.ratio("management_1y", history, fiscal_year=2020).value == Fraction(10, 200)
    assert computing.ratio("admin_1y", history, fiscal_year=2020).value == Fraction(1, 200)


def test_total_expense_falls_back_on_the_parts_of_the_statement(years: Years) -> None:
    history = years(
        {
            2020: {
                "cost_unrestricted": "90.00",
                "mgmt_expense_stmt": "12.00",
                "fundraising_expense_stmt": "-2.00",
            }
        }
    )
    assert computing.ratio("management_1y", history, fiscal_year=2020).value == Fraction(12, 100)
    without = computing.ratio("management_without_negative", history, fiscal_year=2020)
    assert without.value == Fraction(12, 102)


def test_impairment_counts_as_management_from_2026_when_the_statement_splits_it(
    years: Years,
) -> None:
    figures = {
        "expense_total_stmt": "100.00",
        "mgmt_expense_stmt": "10.00",
        "impairment_stmt": "5.00",
    }
    history = years({2025: figures, 2026: figures})
    assert computing.ratio("management_1y", history, fiscal_year=2025).value == Fraction(10, 100)
    assert computing.ratio("management_1y", history, fiscal_year=2026).value == Fraction(15, 100)
    statement = computing.ratio("management_statement_1y", history, fiscal_year=2026)
    assert statement.value == Fraction(10, 100)


def test_income_of_last_year_is_adjusted_for_time_restrictions(years: Years) -> None:
    history = years(
        {
            2019: {
                "income_restricted": "700.00",
                "income_unrestricted": "300.00",
                "income_time_restricted_unusable": "400.00",
                "net_assets_released_from_time": "100.00",
            },
            2020: {"rpt_charity_expense": "490.00"},
        }
    )
    ratio = computing.ratio("charity_to_income", history, fiscal_year=2020)
    assert ratio.value == Fraction(490, 700)
    assert ratio.denominator is not None
    assert [(part.field, part.amount_minor) for part in ratio.denominator.parts][-1] == (
        "income_time_restricted_unusable",
        -40000,
    )


def test_mean_income_takes_the_three_years_before(years: Years) -> None:
    history = years(
        {
            2017: {"income_unrestricted": "100.00"},
            2018: {"income_unrestricted": "200.00"},
            2019: {"income_unrestricted": "600.00"},
            2020: {"rpt_charity_expense": "240.00"},
        }
    )
    ratio = computing.ratio("charity_to_mean_income", history, fiscal_year=2020)
    assert ratio.value == Fraction(240, 300)
