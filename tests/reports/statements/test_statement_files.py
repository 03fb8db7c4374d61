"""Statements as files: the form on paper and in a workbook whose sums agree, marked as drafts."""

import dataclasses
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine

from foundation import database
from reports import exporting, registry
from reports.books import lines
from reports.exporters.arranging import arrange
from reports.tables import Emphasis, Kind, Label, Row, State, Table, Target, kept
from tests.databases import Databases
from tests.factories import CLOCK
from tests.reports import book_cases

STATEMENTS = ("balance_sheet", "activities", "cash_flows", "net_assets_changes")
LAYOUTS = ("2024", "2004")
_CELL = re.compile(r"([+-]?)([A-Z]+)(\d+)|([+-]\d+(?:\.\d+)?)")


@pytest.fixture(scope="module", name="told")
def _told(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "report-books", book_cases.build) as engine:
        yield engine


def run(engine: Engine, name: str, period: str, **given: str) -> Table:
    with database.reading(engine) as session:
        return kept(registry.run(session, name, {"period": period, **given}, clock=CLOCK))


def written(table: Table, form: str, language: str = "zh") -> bytes:
    stream = io.BytesIO()
    exporting.get(form).write(table, stream, language=language)
    return stream.getvalue()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", STATEMENTS)
def test_sums_of_the_workbook_are_formulas_that_agree(told: Engine, name: str, layout: str) -> None:
    table = run(told, name, "2026-Q1", layout=layout)
    data = written(table, "xlsx")
    formulas = openpyxl.load_workbook(io.BytesIO(data)).active
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True).active
    assert formulas is not None
    assert values is not None
    count = 0
    for row in formulas.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("=ROUND("):
                count += 1
                assert evaluated(cell.value, values) == amount(values[cell.coordinate].value)
    sums = [row for row in table.rows if row.emphasis is Emphasis.TOTAL]
    shown = sum(column.kind is Kind.MONEY for column in table.columns)
    assert count >= (len(sums) - 1) * shown
    assert formulas.freeze_panes is not None


def evaluated(formula: str, sheet: Any) -> Decimal:
    """Work out one of our formulas: cells and a number, added and subtracted."""
    body = formula.removeprefix("=ROUND(").removesuffix(",2)")
    total = Decimal(0)
    for sign, column, row, number in _CELL.findall(body):
        part = Decimal(number) if number else amount(sheet[f"{column}{row}"].value)
        total += -part if sign == "-" else part
    return total


def amount(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def test_balance_sheet_stands_in_two_halves_with_totals_level(told: Engine) -> None:
    table = run(told, "balance_sheet", "2026-01")
    arranged = arrange(table)
    left, right = arranged.lines[-1]
    assert left is not None
    assert right is not None
    names = [row.cells[0] for row in arranged.rows]
    assert [str(name.zh) for name in (names[left], names[right]) if isinstance(name, Label)] == [
        "资产总计",
        "负债和净资产总计",
    ]
    shown = sorted(key for pair in arranged.lines for key in pair if key is not None)
    assert shown == list(range(len(arranged.rows)))
    titles = [place.title.zh for place in arranged.places]
    assert titles == ["资产", "年初余额", "期末余额", "负债和净资产", "年初余额", "期末余额"]


def test_line_numbers_stand_in_the_layout_that_has_them(told: Engine) -> None:
    keys = {
        layout: [c.key for c in run(told, "activities", "2026-02", layout=layout).columns]
        for layout in LAYOUTS
    }
    assert "line" in keys["2004"]
    assert "line" not in keys["2024"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", STATEMENTS)
def test_forms_are_drawn_the_same_every_time(told: Engine, name: str, language: str) -> None:
    first, second = (written(run(told, name, "2026-01"), "pdf", language) for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-1.7")


def test_draft_is_marked_and_final_is_not(told: Engine) -> None:
    draft, final = run(told, "balance_sheet", "2026-02"), run(told, "balance_sheet", "2026-01")
    assert draft.heading.state.value == "draft"
    assert final.heading.state.value == "final"
    assert final.form is not None
    assert final.form.seal == Label("已结账，尚未签发", "Closed, not issued")
    sheet = openpyxl.load_workbook(io.BytesIO(written(draft, "xlsx"))).active
    assert sheet is not None
    assert "草稿" in str(sheet["A2"].value)
    # The mark across the sheet makes the file of a draft the larger one.
    heading = dataclasses.replace(draft.heading, state=State.FINAL)
    unmarked = dataclasses.replace(draft, heading=heading)
    assert len(written(draft, "pdf")) > len(written(unmarked, "pdf"))


def test_csv_and_json_have_one_row_for_each_row_of_the_form(told: Engine) -> None:
    table = run(told, "cash_flows", "2026")
    text = written(table, "csv").decode("utf-8-sig")
    assert len(text.splitlines()) == len(list(table.rows)) + 1
    assert text.splitlines()[0] == "项目,本年金额,上年金额"


def leads(row: Row) -> list[tuple[str, str]]:
    return [
        (str(link.key), dict(link.params).get("account", ""))
        for link in row.links
        if link is not None and link.target is Target.REPORT
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["balance_sheet", "activities", "cash_flows"])
def test_every_figure_leads_to_its_lines(told: Engine, name: str, layout: str) -> None:
    """Every figure that is not zero has a link; the page it leads to has the same figure."""
    table = run(told, name, "2026-Q1", layout=layout)
    places = [i for i, column in enumerate(table.columns) if column.kind is Kind.MONEY]
    checked = 0
    for row in table.rows:
        for place in places:
            figure = row.cells[place]
            if not figure:
                continue
            link = row.links[place]
            assert link is not None, row.cells
            assert isinstance(figure, int)
            checked += 1
            parts = run_link(told, link)
            if link.key == "statement_sources":
                head, *rest = parts.rows
                assert head.cells[-1] == figure
                assert sum(part.cells[-1] for part in rest) == figure  # type: ignore[misc]
            else:
                assert list(parts.rows), link
    assert checked > 10


def run_link(engine: Engine, link: Any) -> Table:
    with database.reading(engine) as session:
        return kept(registry.run(session, link.key, dict(link.params), clock=CLOCK))


def test_lines_of_a_cash_flow_item_add_up_to_its_row(told: Engine) -> None:
    """The books of these tests name no items: everything is classed by what stood opposite."""
    table = run(told, "cash_flows", "2026-Q1")
    said = [note.zh for note in table.notes if "没有指明现金流量项目" in note.zh]
    assert len(said) == 1
    found = run(told, "cash_flow_lines", "2026-Q1", cash_flow_item="-")
    debit, credit = found.index("debit"), found.index("credit")
    net = sum(row.cells[debit] - row.cells[credit] for row in found.rows)  # type: ignore[operator]
    increase = next(
        row.cells[table.index("amount")]
        for row in table.rows
        if isinstance(row.cells[0], Label) and row.cells[0].zh.startswith("五、")
    )
    assert net == increase


def test_comparatives_reach_across_the_change_of_charts(told: Engine) -> None:
    table = run(told, "activities", "2026")
    programme = next(
        row
        for row in table.rows
        if isinstance(row.cells[1], Label) and row.cells[1].zh == "业务活动成本"
    )
    previous = table.index("previous_total")
    before = run(told, "activities", "2025")
    same = next(
        row
        for row in before.rows
        if isinstance(row.cells[1], Label) and row.cells[1].zh == "业务活动成本"
    )
    assert programme.cells[previous] == same.cells[before.index("total")] == 20_000_33
    opening = run(told, "balance_sheet", "2026-01")
    closing = run(told, "balance_sheet", "2025-12", layout="2024")
    pairs = [
        [row.cells[table_.index(key)] for row in table_.rows]
        for table_, key in ((opening, "opening"), (closing, "closing"))
    ]
    assert pairs[0] == pairs[1]


@pytest.mark.parametrize("period", ["2025", "2025-11", "2026-H1", "2026-Q1", "2026-02", "2026"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_equalities_hold_in_every_kind_of_period(told: Engine, period: str, layout: str) -> None:
    for name in STATEMENTS:
        notes = [note.zh for note in run(told, name, period, layout=layout).notes]
        ties = [note for note in notes if note.startswith("勾稽")]
        assert len(ties) == 3
        assert all("≠" not in note for note in ties), ties


def test_long_month_is_read_day_by_day_with_the_same_result(
    told: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"account": "100201"}
    whole = run(told, "subsidiary_ledger", "2026-Q1", **asked)
    monkeypatch.setattr(lines, "_LONG_MONTH", 1)
    assert list(run(told, "subsidiary_ledger", "2026-Q1", **asked).rows) == list(whole.rows)
    assert len(list(whole.rows)) > 10
