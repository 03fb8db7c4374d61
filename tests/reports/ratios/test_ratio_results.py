"""The result of a file: flat columns, the full view, years beside each other."""

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import money
from reports.ratios import results
from reports.ratios.figures import FieldKind, fields
from reports.ratios.rules import Profile

AsCsv = Callable[..., str]
Compute = Callable[..., list[dict[str, Any]]]
MONEY = [field.name for field in fields().by_name.values() if field.kind is FieldKind.MONEY]


def years_of_growth() -> list[dict[str, str]]:
    return [
        {
            "fiscal_year": year,
            "opening_net_assets": opening,
            "rpt_charity_expense": charity,
            "rpt_wages": "100.00",
            "rpt_admin_office": "100.00",
            "rpt_total_expense": "5000.00",
        }
        for year, opening, charity in (
            ("2018", "10000.00", "1000.00"),
            ("2019", "20000.00", "3000.00"),
            ("2020", "60000.00", "4000.00"),
        )
    ]


def test_rows_come_back_in_their_order_with_their_names(compute: Compute) -> None:
    rows = compute(*reversed(years_of_growth()))
    assert [row["fiscal_year"] for row in rows] == [2020, 2019, 2018]
    assert [row["row"] for row in rows] == [2, 3, 4]


def test_horizons_reach_over_the_rows_of_one_foundation(compute: Compute) -> None:
    for rows in (years_of_growth(), list(reversed(years_of_growth()))):
        last = next(row for row in compute(*rows) if row["fiscal_year"] == 2020)
        assert last["form_charity_pct_1y"] == "6.67"
        assert last["form_charity_pct_2y"] == "8.75"
        assert last["form_charity_pct_3y"] == "8.89"
        assert last["ratios"]["charity_mean_3y"]["printed"] == "13.33"
        assert last["form_admin_pct_3y"] == "4"


def test_other_foundations_and_nameless_rows_lend_no_years(compute: Compute) -> None:
    rows = years_of_growth()
    rows[1]["foundation"] = "洪湖大学教育基金会"
    assert compute(*rows)[2]["form_charity_pct_2y"] == ""
    nameless = [row | {"foundation": ""} for row in years_of_growth()]
    assert [row["form_charity_pct_2y"] for row in compute(*nameless)] == ["", "", ""]


def test_a_year_in_two_rows_is_evidence_for_no_other_year(compute: Compute) -> None:
    rows = years_of_growth()
    twice = compute(rows[0], rows[1], rows[1], rows[2])
    assert twice[3]["form_charity_pct_2y"] == ""
    assert twice[2]["form_charity_pct_1y"] == "15"
    assert twice[2]["form_charity_pct_2y"] == "13.33"


def test_flat_columns_judge_the_year_alone_and_verdicts_the_whole(compute: Compute) -> None:
    last = compute(*years_of_growth())[2]
    assert last["pass_189_charity"] == "N"
    verdict = next(
        item
        for item in last["verdicts"]
        if (item["rule_set"], item["requirement"]) == ("minfa_2016_189", "spending")
    )
    assert verdict["verdict"] == "pass"
    assert [basis["meets"] for basis in verdict["bases"]] == [False, True]
    assert verdict["band"] == "<400万"
    assert verdict["limit_pct"] == "8"
    assert verdict["in_force"] is True


def test_rules_that_did_not_exist_yet_are_computed_and_said_not_to_apply(
    compute: Compute,
) -> None:
    (row,) = compute(years_of_growth()[0] | {"fiscal_year": "2013"})
    in_force = {item["rule_set"]: item["in_force"] for item in row["verdicts"]}
    assert in_force == {
        "foundation_regulation_2004": True,
        "minfa_2016_189": False,
        "tax_2020_27": False,
    }
    assert row["pass_189_charity"] == "Y"


def test_tax_test_looks_at_two_years(compute: Compute) -> None:
    last = compute(*years_of_growth())[2]
    spending = next(
        item for item in last["consecutive_verdicts"] if item["requirement"] == "spending"
    )
    assert spending["years"] == {"2020": "pass", "2019": "pass"}
    assert spending["verdict"] == "pass"


def test_exact_fraction_and_drill_down_stand_beside_every_ratio(compute: Compute) -> None:
    ratio = compute(*years_of_growth())[2]["ratios"]["charity_1y"]
    assert ratio["printed"] == "6.67"
    assert ratio["four_decimals"] == "6.6667"
    assert ratio["fraction"] == "1/15"
    assert ratio["numerator"]["total"] == "4000.00"
    assert ratio["denominator"]["parts"] == [
        {
            "fiscal_year": 2020,
            "field": "opening_net_assets",
            "label": "上年末净资产",
            "amount": "60000.00",
        }
    ]


def test_a_mean_between_two_fen_keeps_its_exact_fraction(compute: Compute) -> None:
    rows = years_of_growth()
    rows[0]["opening_net_assets"] = "10000.01"
    side = compute(*rows)[2]["ratios"]["charity_mean_3y"]["denominator"]
    assert side["total"] == "30000.00"
    assert Fraction(side["total_fraction"]) == Fraction("90000.01") / 3


@pytest.mark.parametrize("public", [False, True])
def test_everything_is_plain_json(public: bool, as_csv: AsCsv) -> None:
    profile = Profile(public_fundraising=public)
    rows = results.compute_csv(as_csv(*years_of_growth()), profile=profile)
    assert json.loads(json.dumps(rows, ensure_ascii=False)) == rows


def test_an_organisation_with_public_fundraising_is_held_to_its_income(as_csv: AsCsv) -> None:
    rows = years_of_growth()
    rows[1] |= {"income_restricted": "5000.00", "income_unrestricted": "714.28"}
    last = results.compute_csv(as_csv(*rows), profile=Profile(public_fundraising=True))[2]
    verdict = next(
        item
        for item in last["verdicts"]
        if (item["rule_set"], item["requirement"]) == ("charity_law_2016", "spending")
    )
    assert verdict["verdict"] == "pass"
    assert verdict["bases"][0]["four_decimals"] == "70.0001"
    assert last["ratios"]["charity_to_income"]["printed"] == "70"


def test_first_year_leaves_every_verdict_blank(compute: Compute) -> None:
    (row,) = compute(years_of_growth()[0] | {"opening_net_assets": "0.00"})
    assert row["calc_charity_pct"] == ""
    assert row["calc_wages_admin_pct"] == "4.0000"
    for column in (
        "band_189",
        "min_charity_pct_189",
        "max_mgmt_pct_189",
        "pass_189_charity",
        "pass_189_mgmt",
        "mgmt_exempt_lt_200000",
        "pass_8pct_27hao",
        "pass_12pct_27hao",
    ):
        assert row[column] == ""


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(sorted(MONEY)), st.integers(min_value=-(10**14), max_value=10**14)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_figures_are_refused_and_every_broken_identity_is_flagged(
    rows: list[dict[str, int]],
) -> None:
    lines = [",".join(["fiscal_year", *MONEY])]
    lines += [
        ",".join([str(2020 + number % 3)] + [_cell(row.get(name)) for name in MONEY])
        for number, row in enumerate(rows)
    ]
    found = results.compute_csv("\n".join(lines))
    assert len(found) == len(rows)
    for row in found:
        json.dumps(row)
        raised = {flag["code"] for flag in row["flags"]}
        for tie in row["ties"]:
            assert (tie["code"] in raised) is (not tie["holds"])


def _cell(fen: int | None) -> str:
    return "" if fen is None else money.to_text(fen)


@given(
    # In 万元, within what the books can hold.
    opening=st.integers(min_value=1, max_value=10**8),
    charity=st.integers(min_value=0, max_value=10**8),
    management=st.integers(min_value=0, max_value=10**7),
)
def test_flat_verdicts_agree_with_whole_number_arithmetic(
    opening: int, charity: int, management: int
) -> None:
    text = "fiscal_year,opening_net_assets,cost_restricted,mgmt_expense_stmt,expense_total_stmt\n"
    text += f"2020,{opening}万,{charity}万,{management},{charity * 10_000 + management + 1}\n"
    (row,) = results.compute_csv(text)
    least = 6 if opening >= 800 else 7 if opening >= 400 else 8
    assert row["min_charity_pct_189"] == str(least)
    assert row["pass_189_charity"] == ("Y" if charity * 100 >= least * opening else "N")
    assert row["pass_8pct_27hao"] == ("Y" if charity * 100 >= 8 * opening else "N")
    assert row["mgmt_exempt_lt_200000"] == ("Y" if management < 200_000 else "N")
    total = charity * 10_000 + management + 1
    assert row["pass_12pct_27hao"] == ("Y" if management * 100 <= 12 * total else "N")
