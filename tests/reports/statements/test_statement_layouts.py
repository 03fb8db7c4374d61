"""The layouts as data: every account has its place, once, and every sum its rows."""

from datetime import date

import pytest

from ledger.charts import loading
from ledger.charts.definitions import AccountTag, Grade
from reports.statements import layouts
from reports.statements.layouts import ACTIVITIES, BALANCE_SHEET, CASH_FLOWS, Mark, RowKind

VERSIONS = tuple(layout.version for layout in layouts.list_layouts())
NET_ASSETS = {"unrestricted", "restricted"}
RESULTS = {
    account.tag.value
    for chart in loading.list_charts()
    for account in chart.accounts
    if account.category.value in ("income", "expense")
}
CLAIMS = RESULTS | {"net_asset_unrestricted", "net_asset_restricted", "prior_period_adjustment"}
BALANCES = {tag.value for tag in AccountTag} - CLAIMS


def names(statement: str, version: str, *marks: Mark) -> list[str]:
    return [
        term.name
        for row in layouts.rows_of(statement, version)
        for term in row.terms
        if term.mark in marks
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_balance_has_one_row_of_the_balance_sheet(version: str) -> None:
    bound = names(BALANCE_SHEET, version, Mark.TAG)
    assert sorted(bound) == sorted(BALANCES)
    assert sorted(names(BALANCE_SHEET, version, Mark.ATOM)) == sorted(NET_ASSETS)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_income_and_expense_has_one_row_of_the_activities(version: str) -> None:
    assert sorted(names(ACTIVITIES, version, Mark.TAG)) == sorted(RESULTS)


def test_every_change_of_net_assets_has_one_row_in_2024_and_is_told_beside_2004() -> None:
    changes = {"release", "restriction", "between", "adjustment", "direct"}
    assert sorted(names(ACTIVITIES, "2024", Mark.ATOM)) == sorted(changes)
    assert sorted(names(ACTIVITIES, "2004", Mark.ATOM)) == ["release", "restriction"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_cash_flow_item_and_opposite_leads_to_a_row(version: str) -> None:
    rows = layouts.rows_of(CASH_FLOWS, version)
    wanted = set(layouts.cash_flow_items().values())
    for inflow, outflow in layouts.cash_flow_opposites().values():
        assert layouts.row_for(rows, inflow).sign == 1
        assert layouts.row_for(rows, outflow).sign == -1
        wanted |= {inflow, outflow}
    reached = {layouts.row_for(rows, code).code for code in wanted}
    assert reached == {row.code for row in rows if row.kind is RowKind.LINE}


def test_every_tag_has_its_rows_for_cash_without_an_item() -> None:
    assert set(layouts.cash_flow_opposites()) == {tag.value for tag in AccountTag}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("statement", layouts.STATEMENTS)
def test_each_row_is_added_up_once_by_a_row_below_it(statement: str, version: str) -> None:
    rows = layouts.rows_of(statement, version)
    places = {row.code: place for place, row in enumerate(rows)}
    assert len(places) == len(rows)
    added: list[str] = []
    for row in rows:
        for term in row.terms:
            if term.mark is Mark.ROW:
                assert places[term.name] < places[row.code]
                added.append(term.name)
    figures = [row.code for row in rows if row.has_figure]
    assert len(added) == len(set(added))
    # Only the last lines of a statement, or of each of its halves, are added by nobody.
    last = [row.code for row in rows if row.is_right][-1:] + (
        [row.code for row in rows if not row.is_right][-1:]
    )
    assert set(figures) - set(added) == set(last)


@pytest.mark.parametrize("version", VERSIONS)
def test_line_numbers_rise_where_the_form_has_them(version: str) -> None:
    layout = layouts.get_layout(version)
    for statement in layouts.STATEMENTS:
        lines = [int(row.line) for row in layouts.rows_of(statement, version) if row.line]
        assert lines == sorted(set(lines))
        assert bool(lines) is layout.has_line_numbers


@pytest.mark.parametrize("version", VERSIONS)
def test_every_row_says_how_well_it_is_established(version: str) -> None:
    for statement in layouts.STATEMENTS:
        for row in layouts.rows_of(statement, version):
            assert row.grade in Grade
            assert row.label.zh
            assert row.label.en
            if row.grade is Grade.INFERENCE:
                assert row.note


def test_layout_follows_the_day() -> None:
    assert layouts.layout_on(date(2025, 12, 31)).version == "2004"
    assert layouts.layout_on(date(2026, 1, 31)).version == "2024"
    assert layouts.layout_on(date(1999, 1, 1)).version == "2004"


@pytest.mark.parametrize("version", VERSIONS)
def test_reclassifications_lead_between_rows_of_every_layout(version: str) -> None:
    rows = layouts.rows_of(BALANCE_SHEET, version)
    for pair in layouts.reclassifications():
        source, target = layouts.row_for(rows, pair.source), layouts.row_for(rows, pair.target)
        assert source.is_right == target.is_right
