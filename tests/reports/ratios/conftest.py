"""Invented foundation-years for the ratio tests."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from ledger import money
from reports.ratios import results
from reports.ratios.figures import History, YearFigures

NAME = "云梦大学教育发展基金会"


@pytest.fixture(scope="session")
def years() -> Callable[..., History]:
    """Build a history from yuan texts: `years({2020: {"opening_net_assets": "1.00"}})`."""

    def build(figures: dict[int, dict[str, str]]) -> History:
        return {
            year: YearFigures(year, {name: money.parse(text) for name, text in known.items()})
            for year, known in figures.items()
        }

    return build


@pytest.fixture(scope="session")
def as_csv() -> Callable[..., str]:
    """Write rows as a file of foundation-years; the name and the year have defaults."""

    def write(*rows: dict[str, Any]) -> str:
        filled = [{"foundation": NAME, "fiscal_year": "2020"} | row for row in rows]
        columns = list(dict.fromkeys(name for row in filled for name in row))
        target = io.StringIO()
        writer = csv.DictWriter(target, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(filled)
        return target.getvalue()

    return write


@pytest.fixture(scope="session")
def compute(as_csv: Callable[..., str]) -> Callable[..., list[dict[str, Any]]]:
    """Compute rows given as dicts."""

    def run(*rows: dict[str, Any]) -> list[dict[str, Any]]:
        return results.compute_csv(as_csv(*rows))

    return run


@pytest.fixture(scope="session")
def flags_of(compute: Callable[..., list[dict[str, Any]]]) -> Callable[..., dict[str, Any]]:
    """Compute rows and return the flags of the last one by code."""

    def run(*rows: dict[str, Any]) -> dict[str, Any]:
        return {flag["code"]: flag for flag in reversed(compute(*rows)[-1]["flags"])}

    return run
