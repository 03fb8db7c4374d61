"""The charts of accounts that come with the program, and the way from one to the next.

Pure: nothing here knows the database. Which chart an organisation uses on a day follows from
the day (`chart_for`); what an account is called on a voucher comes from here.
"""

import dataclasses
from datetime import date
from functools import cache
from importlib import resources

from ledger.charts.definitions import AccountDefinition, ChartDefinition, MappingRow
from ledger.charts.mapping import convert_code, parse_mapping
from ledger.charts.parsing import parse_accounts, parse_charts
from ledger.charts.rows import ChartDataError
from ledger.errors import NotFound

__all__ = [
    "AccountDefinition",
    "ChartDataError",
    "ChartDefinition",
    "MappingRow",
    "chart_for",
    "convert_code",
    "list_charts",
    "load_chart",
    "load_mapping",
]

CHARTS_FILE = "charts.toml"


@cache
def list_charts() -> tuple[ChartDefinition, ...]:
    """Return every chart with its accounts, oldest first."""
    charts = parse_charts(_read(CHARTS_FILE), file=CHARTS_FILE)
    return tuple(_with_accounts(chart) for chart in charts)


def load_chart(version: str) -> ChartDefinition:
    """Return one chart. Raises NotFound."""
    for chart in list_charts():
        if chart.version == version:
            return chart
    raise NotFound(what="会计科目表", name=version)


def chart_for(day: date) -> ChartDefinition:
    """Return the chart that applies on a day. Raises NotFound outside the days of all charts."""
    for chart in list_charts():
        ends = chart.effective_to
        if chart.effective_from <= day and (ends is None or day <= ends):
            return chart
    raise NotFound(what="适用的会计科目表", name=day.isoformat())


@cache
def load_mapping(old: str, new: str) -> tuple[MappingRow, ...]:
    """Return where each account of the old chart goes. Raises NotFound for an unknown pair."""
    old_chart, new_chart = load_chart(old), load_chart(new)
    file = f"{old}-to-{new}.csv"
    if not resources.files(__package__).joinpath(file).is_file():
        raise NotFound(what="新旧科目对照表", name=f"{old}→{new}")
    return parse_mapping(_read(file), file=file, old=old_chart, new=new_chart)


def _with_accounts(chart: ChartDefinition) -> ChartDefinition:
    file = f"{chart.version}.csv"
    return dataclasses.replace(chart, accounts=parse_accounts(_read(file), file=file))


def _read(file: str) -> str:
    return resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
