"""What an import flags: contradictions, figures that need a note, and nothing without cause."""

from collections.abc import Callable
from typing import Any

import pytest

Flags = Callable[..., dict[str, Any]]
Compute = Callable[..., list[dict[str, Any]]]

# A year of an invented foundation in which everything ties.
SOUND = {
    "fiscal_year": "2020",
    "opening_net_assets": "50000000.00",
    "donation_restricted": "9000000.00",
    "donation_unrestricted": "500000.00",
    "income_restricted": "9000000.00",
    "income_unrestricted": "1500000.00",
    "cost_restricted": "6000000.00",
    "cost_unrestricted": "700000.00",
    "mgmt_expense_stmt": "400000.00",
    "fundraising_expense_stmt": "1000.00",
    "other_expense_stmt": "2000.00",
    "expense_total_stmt": "7103000.00",
    "transfer_r_to_u": "0.00",
    "change_unrestricted": "397000.00",
    "change_restricted": "3000000.00",
    "closing_total": "53397000.00",
    "rpt_total_expense": "7103000.00",
    "rpt_charity_expense": "6700000.00",
    "rpt_wages": "150000.00",
    "rpt_admin_office": "250000.00",
    "rpt_other_expense": "3000.00",
    "pub_charity_pct_1y": "13.4",
    "pub_admin_pct_1y": "5.63",
}


def test_a_sound_year_raises_nothing(compute: Compute) -> None:
    (row,) = compute(SOUND)
    assert row["flags"] == []
    assert all(tie["holds"] for tie in row["ties"])
    assert len(row["ties"]) == 5


@pytest.mark.parametrize(
    ("change", "code", "difference"),
    [
        ({"rpt_other_expense": "3000.02"}, "chk_parts_sum", "0.02"),
        ({"other_expense_stmt": "2000.02"}, "statement_parts_sum", "0.02"),
        (
            {"income_unrestricted": "1500000.02"},
            "chk_income_expense_change",
            "0.02",
        ),
        ({"transfer_r_to_u": "5000.00"}, "chk_class_split", "-5000.00"),
        ({"closing_total": "53396999.98"}, "chk_roll_forward", "0.02"),
    ],
)
def test_a_broken_identity_is_flagged_with_its_difference(
    change: dict[str, str], code: str, difference: str, flags_of: Flags
) -> None:
    flag = flags_of(SOUND | change)[code]
    assert flag["level"] == "mismatch"
    assert flag["difference"] == difference
    assert flag["message"]
    assert flag["explanation"]


def test_a_difference_of_one_fen_is_rounding_and_still_shown(compute: Compute) -> None:
    (row,) = compute(SOUND | {"rpt_other_expense": "3000.01"})
    assert row["chk_parts_sum"] == "0.01"
    assert row["flags"] == []


def test_a_published_zero_betrays_no_unit(flags_of: Flags) -> None:
    row = {"rpt_wages": "5.00", "rpt_total_expense": "100.00", "pub_admin_pct_1y": "0"}
    flags = flags_of(row)
    assert "admin_pct_differs" in flags
    assert "unit_suspect" not in flags


def test_a_published_ratio_without_figures_behind_it_is_not_judged(flags_of: Flags) -> None:
    assert "admin_pct_differs" not in flags_of({"pub_admin_pct_1y": "5.00"})


def test_what_cannot_be_tested_is_left_blank(compute: Compute) -> None:
    (row,) = compute({"opening_net_assets": "100.00", "rpt_charity_expense": "50.00"})
    assert [row[code] for code in row if code.startswith("chk_")] == ["", "", "", ""]
    assert row["ties"] == []


def test_class_split_needs_the_change_of_both_classes(compute: Compute) -> None:
    (row,) = compute(SOUND | {"change_unrestricted": ""})
    assert row["chk_class_split"] == ""


def test_management_booked_in_the_restricted_class_is_explained(flags_of: Flags) -> None:
    moved = {"change_restricted": "2600000.00", "change_unrestricted": "797000.00"}
    flag = flags_of(SOUND | moved)["chk_class_split"]
    assert flag["difference"] == "400000.00"
    assert "管理费用" in flag["explanation"]


def test_a_transfer_between_classes_keeps_the_split(compute: Compute) -> None:
    (row,) = compute(
        SOUND
        | {
            "cost_restricted": "0.00",
            "cost_unrestricted": "6700000.00",
            "transfer_r_to_u": "6000000.00",
        }
    )
    assert row["chk_class_split"] == "0.00"
    assert row["flags"] == []


def test_a_part_left_out_of_the_total_is_named(flags_of: Flags) -> None:
    flag = flags_of(SOUND | {"rpt_total_expense": "6953000.00"})["chk_parts_sum"]
    assert flag["difference"] == "150000.00"
    assert "工作人员工资福利支出" in flag["explanation"]


def test_a_sign_that_is_turned_round_is_named(flags_of: Flags) -> None:
    flag = flags_of(SOUND | {"rpt_total_expense": "7097000.00"})["chk_parts_sum"]
    assert "正负号" in flag["explanation"]


def test_a_blank_that_was_read_as_zero_is_named(flags_of: Flags) -> None:
    flag = flags_of(SOUND | {"rpt_other_expense": "", "rpt_total_expense": "7101500.00"})
    assert "其他支出" in flag["chk_parts_sum"]["explanation"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"opening_net_assets": "5000.00", "pub_charity_pct_1y": ""}, "opening_net_assets"),
        ({"closing_total": "5339.70"}, "closing_total"),
        ({"rpt_wages": "15.00"}, "rpt_wages"),
        ({"rpt_total_expense": "710.30", "expense_total_stmt": ""}, "rpt_total_expense"),
        ({"mgmt_expense_stmt": "4000000000.00"}, "mgmt_expense_stmt"),
    ],
)
def test_a_figure_in_another_unit_is_suspected_and_kept(
    change: dict[str, str], field: str, compute: Compute
) -> None:
    (row,) = compute(SOUND | change)
    suspects = [flag for flag in row["flags"] if flag["code"] == "unit_suspect"]
    assert any(field in flag["fields"] for flag in suspects)


def test_a_rounded_figure_in_wan_is_still_recognised(flags_of: Flags) -> None:
    odd = {"opening_net_assets": "50001234.56", "closing_total": "5339.82"}
    assert "unit_suspect" in flags_of(SOUND | odd)


def test_units_that_only_the_ratio_betrays_are_suspected(flags_of: Flags) -> None:
    mixed = {"opening_net_assets": "5000.00", "rpt_charity_expense": "6700000.00"}
    assert "unit_suspect" in flags_of(mixed)
    turned = {"opening_net_assets": "50000000.00", "rpt_charity_expense": "670.00"}
    assert "unit_suspect" in flags_of(turned)
    likely = {"opening_net_assets": "50000000.00", "rpt_charity_expense": "6700000.00"}
    assert "unit_suspect" not in flags_of(likely)


def test_units_that_only_the_published_ratio_betrays_are_suspected(flags_of: Flags) -> None:
    row = {
        "opening_net_assets": "1000.00",
        "rpt_charity_expense": "50000.00",
        "pub_charity_pct_1y": "0.5",
    }
    flags = flags_of(row)
    assert "charity_pct_differs" in flags
    assert "unit_suspect" in flags


def test_a_published_ratio_tells_which_of_two_figures_is_in_another_unit(
    flags_of: Flags,
) -> None:
    row = {
        "opening_net_assets": "50000000.00",
        "rpt_wages": "15.00",
        "rpt_admin_office": "250000.00",
        "rpt_total_expense": "7103000.00",
        "pub_admin_pct_1y": "5.63",
    }
    assert flags_of(row)["unit_suspect"]["fields"] == ["rpt_wages"]
    both = row | {"rpt_admin_office": "25.00"}
    either_side = {"rpt_wages", "rpt_admin_office", "rpt_total_expense"}
    assert set(flags_of(both)["unit_suspect"]["fields"]) == either_side
    whole = row | {"rpt_wages": "150000.00", "rpt_total_expense": "710.30"}
    assert set(flags_of(whole)["unit_suspect"]["fields"]) == either_side
    wrong = row | {"rpt_wages": "150000.00", "pub_admin_pct_1y": "6.11"}
    assert "unit_suspect" not in flags_of(wrong)


def test_a_donation_in_another_unit_than_its_income_is_suspected(flags_of: Flags) -> None:
    flag = flags_of(SOUND | {"donation_restricted": "900.00"})["unit_suspect"]
    assert flag["fields"] == ["donation_restricted"]
    assert "unit_suspect" not in flags_of(SOUND | {"donation_unrestricted": "5000.00"})


def test_an_opening_that_is_not_last_years_closing_is_flagged(compute: Compute) -> None:
    last = {"fiscal_year": "2019", "closing_total": "49999990.00"}
    second = compute(SOUND, last)[0]
    flag = next(flag for flag in second["flags"] if flag["code"] == "opening_restated")
    assert (flag["found"], flag["expected"]) == ("50000000.00", "49999990.00")
    assert flag["difference"] == "10.00"


@pytest.mark.parametrize(
    "last",
    [
        {"fiscal_year": "2019", "closing_total": "50000000.00"},
        {"fiscal_year": "2018", "closing_total": "1.00"},
        {"fiscal_year": "2019", "closing_total": "1.00", "foundation": "洪湖大学教育基金会"},
        {"fiscal_year": "2019", "closing_total": ""},
    ],
)
def test_an_opening_that_continues_or_has_nothing_before_it_is_not_flagged(
    last: dict[str, str], flags_of: Flags
) -> None:
    assert "opening_restated" not in flags_of(last, SOUND)


def test_an_opening_in_another_unit_than_last_years_closing_is_suspected(
    flags_of: Flags,
) -> None:
    flags = flags_of({"fiscal_year": "2019", "closing_total": "5000.00"}, SOUND)
    assert {"opening_restated", "unit_suspect"} <= set(flags)


@pytest.mark.parametrize(
    ("change", "code", "explained"),
    [
        ({"pub_charity_pct_1y": "13.39"}, "charity_pct_differs", ""),
        ({"pub_charity_pct_1y": "0.134"}, "charity_pct_differs", "小数"),
        ({"pub_admin_pct_1y": "5.64"}, "admin_pct_differs", ""),
        ({"pub_admin_pct_1y": "563.14"}, "admin_pct_differs", ""),
        (
            {"rpt_admin_office": "260000.00", "rpt_other_expense": "-7000.00"}
            | {"pub_admin_pct_1y": "5.63", "mgmt_expense_stmt": "400000.00"},
            "admin_pct_differs",
            "管理费用",
        ),
    ],
)
def test_a_published_ratio_that_is_not_the_recomputed_one_is_flagged(
    change: dict[str, str], code: str, explained: str, flags_of: Flags
) -> None:
    flag = flags_of(SOUND | change)[code]
    assert flag["level"] == "mismatch"
    assert explained in flag["explanation"]


def test_a_published_ratio_that_was_cut_off_is_recognised(flags_of: Flags) -> None:
    row = {
        "opening_net_assets": "10000.00",
        "rpt_charity_expense": "1234.60",
        "pub_charity_pct_1y": "12.34",
    }
    assert "舍去" in flags_of(row)["charity_pct_differs"]["explanation"]
    assert "charity_pct_differs" not in flags_of(row | {"pub_charity_pct_1y": "12.35"})


@pytest.mark.parametrize("published", ["13.4", "13.40", "13.4%", "13.4000"])
def test_a_published_ratio_may_keep_its_zeros_and_its_sign(published: str, flags_of: Flags) -> None:
    assert flags_of(SOUND | {"pub_charity_pct_1y": published}) == {}


def test_a_published_ratio_on_a_zero_denominator_is_flagged(flags_of: Flags) -> None:
    row = {"opening_net_assets": "0", "rpt_charity_expense": "5.00", "pub_charity_pct_1y": "100"}
    flags = flags_of(row)
    assert flags["charity_pct_differs"]["expected"] == ""
    assert flags["first_year"]["level"] == "info"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mgmt_expense_stmt": "390000.00", "other_expense_stmt": "12000.00"},
         "management_differs"),
        ({"rpt_total_expense": "7104000.00", "rpt_other_expense": "4000.00"}, "total_differs"),
        ({"rpt_charity_expense": "6600000.00", "rpt_other_expense": "103000.00"},
         "charity_differs"),
        ({"donation_unrestricted": "-500.00"}, "negative_donation"),
        ({"donation_restricted": "9000000.02"}, "donation_exceeds_income"),
        ({"fundraising_expense_stmt": "-1000.00"}, "negative_expense"),
        ({"rpt_wages": "200000.00", "rpt_admin_office": "200000.00"}, "same_figure_twice"),
    ],
)  # fmt: skip
def test_what_is_lawful_but_unusual_asks_for_a_note(
    change: dict[str, str], code: str, flags_of: Flags
) -> None:
    assert flags_of(SOUND | change)[code]["level"] == "note"


def test_equal_zeros_are_no_repetition(flags_of: Flags) -> None:
    zeros = {"rpt_wages": "0", "rpt_admin_office": "0"}
    assert "same_figure_twice" not in flags_of(SOUND | zeros)


def test_charity_beyond_total_and_management_beyond_total_are_flagged(flags_of: Flags) -> None:
    flags = flags_of(
        {
            "opening_net_assets": "1000.00",
            "rpt_charity_expense": "120.00",
            "mgmt_expense_stmt": "110.00",
            "rpt_total_expense": "100.00",
        }
    )
    assert flags["charity_exceeds_total"]["difference"] == "20.00"
    assert flags["management_exceeds_total"]["difference"] == "10.00"


def test_a_negative_expense_shows_the_ratio_without_it(flags_of: Flags) -> None:
    row = {
        "opening_net_assets": "1000.00",
        "cost_unrestricted": "90.00",
        "mgmt_expense_stmt": "10.00",
        "fundraising_expense_stmt": "-20.00",
    }
    assert "10%" in flags_of(row)["negative_expense"]["message"]


def test_negative_net_assets_are_flagged_and_nothing_is_judged(compute: Compute) -> None:
    (row,) = compute({"opening_net_assets": "-5.00", "rpt_charity_expense": "1.00"})
    assert "negative_net_assets" in {flag["code"] for flag in row["flags"]}
    assert row["pass_189_charity"] == ""


def test_the_same_year_twice_is_flagged_on_both_rows(compute: Compute) -> None:
    for row in compute(SOUND, SOUND):
        assert "duplicate_year" in {flag["code"] for flag in row["flags"]}


def test_189_met_and_27_missed_is_a_tax_gap(flags_of: Flags) -> None:
    row = {"opening_net_assets": "90000000.00", "rpt_charity_expense": "6300000.00"}
    flag = flags_of(row)["tax_gap"]
    assert flag["fields"] == ["tax_2020_27", "spending"]
    assert (flag["found"], flag["expected"]) == ("7", "8")


def test_a_small_management_expense_above_12_percent_is_a_tax_gap(flags_of: Flags) -> None:
    row = {
        "opening_net_assets": "5000000.00",
        "cost_unrestricted": "1304000.00",
        "mgmt_expense_stmt": "198392.00",
    }
    flag = flags_of(row)["tax_gap"]
    assert flag["fields"] == ["tax_2020_27", "management"]
    assert "豁免" in flag["message"]


def test_meeting_both_is_no_tax_gap(flags_of: Flags) -> None:
    row = {"opening_net_assets": "90000000.00", "rpt_charity_expense": "7200000.00"}
    assert "tax_gap" not in flags_of(row)


def test_missing_every_band_is_told_apart_from_missing_ones_own(flags_of: Flags) -> None:
    below = {"opening_net_assets": "1000000.00", "rpt_charity_expense": "59999.99"}
    between = {"opening_net_assets": "1000000.00", "rpt_charity_expense": "60000.00"}
    assert "fails_every_band" in flags_of(below)
    assert "fails_every_band" not in flags_of(between)


def test_a_ratio_that_prints_as_the_limit_but_misses_it_is_flagged(flags_of: Flags) -> None:
    row = {"opening_net_assets": "1000000.00", "rpt_charity_expense": "79960.00"}
    flag = flags_of(row)["rounds_to_limit"]
    assert "7.9960%" in flag["message"]
    assert "rounds_to_limit" not in flags_of(row | {"rpt_charity_expense": "79940.00"})
    assert "rounds_to_limit" not in flags_of(row | {"rpt_charity_expense": "80000.00"})


def test_substitutes_and_gaps_are_said_openly(flags_of: Flags) -> None:
    flags = flags_of({"opening_net_assets": "100.00", "cost_restricted": "50.00"})
    assert flags["charity_substituted"]["level"] == "info"
    assert "管理费用" in flags["figures_missing"]["message"]
    report = {"rpt_wages": "1.00", "rpt_admin_office": "1.00", "rpt_total_expense": "50.00"}
    assert "management_substituted" in flags_of({"opening_net_assets": "100.00"} | report)


def test_a_closing_that_was_derived_proves_nothing(compute: Compute) -> None:
    (row,) = compute(SOUND | {"notes": "closing_total derived = opening + change"})
    assert row["chk_roll_forward"] == ""
    assert [flag["code"] for flag in row["flags"]] == ["closing_derived"]


def test_a_derived_closing_that_still_breaks_is_shown(compute: Compute) -> None:
    (row,) = compute(SOUND | {"notes": "closing_total derived", "closing_total": "1000000.00"})
    assert row["chk_roll_forward"] == "52397000.00"
    assert row["flags"][0]["code"] == "chk_roll_forward"


def test_contradictions_come_first_and_nothing_twice(compute: Compute) -> None:
    (row,) = compute(SOUND | {"rpt_total_expense": "7.00", "fundraising_expense_stmt": "-1.00"})
    levels = [flag["level"] for flag in row["flags"]]
    assert levels == sorted(levels, key=["mismatch", "note", "info"].index)
    keys = [(flag["code"], tuple(flag["fields"])) for flag in row["flags"]]
    assert len(keys) == len(set(keys))
