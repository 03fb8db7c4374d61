"""The published worked year in statements: every line of it, in both presentations, to the fen."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import Databases
from tests.scenarios.worked_year import ABSENT, FILE, Year

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=ABSENT)
CLASSES = ("unrestricted", "restricted", "total")


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(FILE.read_bytes())
    return data


@pytest.fixture(scope="module", params=["sqlite open", "postgresql closed"])
def year(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Year]:
    """The year posted on one database, and on the other closed month by month."""
    dialect, state = request.param.split()
    with databases.empty(dialect) as engine:
        url = engine.url.render_as_string(hide_password=False)
        told = Year(url, tmp_path_factory.mktemp("data"))
        told.bring()
        told.run(
            *("statements", "reclassify", "2026-12", "long_term_debt"),
            *("investments_due_within_year", "500000", "--reason", "2027年到期"),
            by="accountant",
        )
        if state == "closed":
            told.close()
        yield told


def lines(table: dict[str, Any], columns: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rows with a name and figures as the file writes them."""
    return [
        {"item": row["item"], **{name: row[key] for name, key in columns.items()}}
        for row in table["rows"]
        if row.get("_row") != "heading"
    ]


def test_balance_sheet_is_the_published_one(year: Year, expected: dict[str, Any]) -> None:
    sheet = expected["balance_sheet"]
    found = lines(year.report("balance_sheet"), {"opening": "opening", "closing": "closing"})
    assert found == sheet["assets"] + sheet["liabilities_and_net_assets"]


def test_activities_of_the_year_are_the_published_ones(
    year: Year, expected: dict[str, Any]
) -> None:
    columns = {name: name for name in CLASSES}
    found = lines(year.report("activities"), columns)
    assert found == expected["activity_statement"]["year_to_date"]


def test_activities_of_december_are_the_published_ones(
    year: Year, expected: dict[str, Any]
) -> None:
    table = year.report("activities", "2026-12")
    month = lines(table, {name: f"period_{name}" for name in CLASSES})
    assert month == expected["activity_statement"]["month_december"]
    assert lines(table, {n: n for n in CLASSES}) == expected["activity_statement"]["year_to_date"]


def test_activities_in_the_presentation_of_2004_are_the_published_ones(
    year: Year, expected: dict[str, Any]
) -> None:
    columns = {name: name for name in CLASSES}
    found = lines(year.report("activities", layout="2004"), columns)
    assert found == expected["activity_statement_2004_presentation"]["year_to_date"]


def test_cash_flows_are_the_published_ones(year: Year, expected: dict[str, Any]) -> None:
    table = year.report("cash_flows")
    found = [{"item": row["item"], "amount": row["amount"]} for row in table["rows"]]
    assert found == expected["cash_flow_statement"]["rows"]


def test_layout_of_2004_has_the_same_totals(year: Year, expected: dict[str, Any]) -> None:
    found = lines(
        year.report("balance_sheet", layout="2004"), {"opening": "opening", "closing": "closing"}
    )
    published = {
        row["item"]: row
        for side in ("assets", "liabilities_and_net_assets")
        for row in expected["balance_sheet"][side]
    }
    same = {row["item"] for row in found} & set(published)
    assert {row["item"]: row for row in found if row["item"] in same} == {
        item: published[item] for item in same
    }
    assert {"资产总计", "负债合计", "净资产合计", "负债和净资产总计", "流动资产合计"} <= same
    flows = year.report("cash_flows", layout="2004")["rows"]
    assert flows[-1]["amount"] == "881650.00"
    assert [row["line"] for row in flows if row["line"]][:3] == ["1", "2", "3"]


def test_restricted_funds_of_the_notes_are_the_published_ones(
    year: Year, expected: dict[str, Any]
) -> None:
    rows = year.report("notes")["rows"]
    for fund in expected["restricted_fund_roll_forward"]:
        if fund["opening"] == fund["closing"] == "0.00":
            continue  # what came and went within the year holds nothing to note
        (row,) = [r for r in rows if str(r["item"]).startswith(f"{fund['fund']} ")]
        assert (row["opening"], row["closing"]) == (fund["opening"], fund["closing"])


def test_changes_of_net_assets_lead_from_opening_to_closing(year: Year) -> None:
    rows = year.report("net_assets_changes")["rows"]
    assert [row["total"] for row in rows] == [
        "9300000.00",
        "3435500.00",
        "1517250.00",
        "0.00",
        "0.00",
        "-15000.00",
        "11203250.00",
    ]


def test_equalities_are_shown_on_every_statement(year: Year) -> None:
    for name in ("balance_sheet", "activities", "cash_flows", "net_assets_changes"):
        for layout in ("2024", "2004"):
            notes = [n for n in year.report(name, layout=layout)["notes"] if n.startswith("勾稽")]
            assert len(notes) == 3
            assert all(note.endswith("相等") and "≠" not in note for note in notes)


def test_supplement_adds_up_to_the_same_change_of_cash(year: Year) -> None:
    rows = year.run("reports", "run", "cash_flows", "--period", "2026", "--supplement")["rows"]
    assert rows[0] == {"item": "净资产变动额", "amount": "1903250.00"}
    assert rows[-1]["amount"] == "881650.00"


def test_control_totals_that_the_books_can_answer_hold(year: Year) -> None:
    found = {t["id"]: t for t in year.run("reports", "tie-outs", "--period", "2026")["tie_outs"]}
    assert len(found) == 36
    holding = {"CT01", "CT02", "CT03", "CT04", "CT05", "CT06", "CT08", "CT21"}
    assert {key for key, item in found.items() if item["holds"]} >= holding
    # The file books donations without a register of gifts: that is said, line by line.
    assert found["CT11"]["holds"] is False
    assert len(found["CT11"]["gaps"]) == 10
    assert found["CT24"]["holds"] is None
    assert found["CT24"]["note"] == "需要：工资薪酬表"
