"""Recompute the published foundation-years beside the project and compare every column."""

import csv
import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from reports.ratios import results
from reports.ratios.figures import fields

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "foundation_years.csv"

pytestmark = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="published registers are not beside the project"
)

RECOMPUTED = (
    "calc_charity_pct",
    "calc_wages_admin_pct",
    "calc_mgmt_stmt_pct",
    "band_189",
    "min_charity_pct_189",
    "max_mgmt_pct_189",
    "pass_189_charity",
    "pass_189_mgmt",
    "mgmt_exempt_lt_200000",
    "pass_8pct_27hao",
    "pass_12pct_27hao",
)
TIES = ("chk_parts_sum", "chk_income_expense_change", "chk_class_split", "chk_roll_forward")
PRINTED = {
    "pub_charity_pct_1y": "form_charity_pct_1y",
    "pub_admin_pct_1y": "form_admin_pct_1y",
}
# What the remarks of the published rows say, in codes.
REMARKED = {
    "F002": {"chk_parts_sum", "charity_exceeds_total", "negative_expense"},
    "F006": {"first_year"},
    "F013": {"tax_gap"},
    "F021": {"management_differs", "total_differs"},
    "F025": {"fails_every_band"},
    "F050": {"closing_derived"},
    "F060": {"charity_exceeds_total", "negative_expense", "closing_derived"},
}


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, str]]:
    with PUBLISHED.open(encoding="utf-8-sig", newline="") as lines:
        return {row["row_id"]: row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    return {row["row_id"]: row for row in results.compute_csv(PUBLISHED)}


def test_every_stated_column_is_compared() -> None:
    assert set(RECOMPUTED) | set(TIES) == fields().stated


def test_every_published_row_is_computed(
    expected: dict[str, dict[str, str]], found: dict[str, dict[str, Any]]
) -> None:
    assert expected
    assert list(found) == list(expected)


@pytest.mark.parametrize("column", RECOMPUTED)
def test_ratios_bands_and_verdicts_are_reproduced(
    column: str, expected: dict[str, dict[str, str]], found: dict[str, dict[str, Any]]
) -> None:
    assert {row_id: row[column] for row_id, row in found.items()} == {
        row_id: row[column] for row_id, row in expected.items()
    }


@pytest.mark.parametrize("column", TIES)
def test_differences_are_reproduced_and_blanks_raise_nothing(
    column: str, expected: dict[str, dict[str, str]], found: dict[str, dict[str, Any]]
) -> None:
    for row_id, row in expected.items():
        raised = {flag["code"]: flag for flag in found[row_id]["flags"]}
        if row[column]:
            assert found[row_id][column] == row[column], row_id
        else:
            # A blank says that nobody tested it; where the figures allow a test, it holds.
            assert found[row_id][column] in {"", "0.00"}, row_id
        breaks = bool(row[column]) and abs(Fraction(row[column])) > Fraction("0.01")
        assert (column in raised) is breaks, row_id


@pytest.mark.parametrize("column", PRINTED)
def test_published_ratios_print_alike(
    column: str, expected: dict[str, dict[str, str]], found: dict[str, dict[str, Any]]
) -> None:
    published = {row_id: row[column] for row_id, row in expected.items() if row[column]}
    assert published
    assert {row_id: found[row_id][PRINTED[column]] for row_id in published} == published


def test_what_the_remarks_say_is_flagged(
    expected: dict[str, dict[str, str]], found: dict[str, dict[str, Any]]
) -> None:
    for row_id, codes in REMARKED.items():
        if row_id in expected:
            assert codes <= {flag["code"] for flag in found[row_id]["flags"]}, row_id


def test_only_rows_that_do_not_tie_are_called_contradictory(
    expected: dict[str, dict[str, str]], found: dict[str, dict[str, Any]]
) -> None:
    contradictory = {
        row_id
        for row_id, row in found.items()
        if any(flag["level"] == "mismatch" for flag in row["flags"])
    }
    assert contradictory == {
        row_id
        for row_id, row in expected.items()
        if any(row[column] not in {"", "0.00"} for column in TIES)
    }


def test_stated_results_are_never_read(found: dict[str, dict[str, Any]]) -> None:
    with PUBLISHED.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    kept = [name for name in reversed(rows[0]) if name not in fields().stated]
    target = io.StringIO()
    writer = csv.DictWriter(target, kept, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    again = {row["row_id"]: row for row in results.compute_csv(target.getvalue())}
    assert again == found
