"""Statutory statements and the first drill-down page as history grows.

The goals: every statement of any period under 200 ms at 5,000,000 lines and within 1.3 times of
500,000; the first page of lines behind a figure under 100 ms.
"""

import statistics
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from benchmarks import filling
from foundation import database
from ledger.clock import Clock
from reports import registry
from reports.presenting import ROWS_ON_A_PAGE

SIZES = (500_000, 5_000_000)
_STATEMENTS = ("balance_sheet", "activities", "cash_flows", "net_assets_changes", "notes")
_ROUNDS = 9


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result table."""
    rows = [
        "| database | statement | "
        + " | ".join(f"{size:,} lines, ms" for size in SIZES)
        + " | ratio |",
        "|---|---|---|---|---|",
    ]
    for base, name in (("sqlite", "SQLite"), (server, "PostgreSQL")):
        figures: dict[str, list[float]] = {}
        for size in SIZES:
            engine = filling.filled(base, where, size)
            for words, ask in _questions():
                figures.setdefault(words, []).append(_median(engine, ask))
            engine.dispose()
        for words, values in figures.items():
            cells = " | ".join(f"{value:.1f}" for value in values)
            rows.append(f"| {name} | {words} | {cells} | {values[-1] / values[0]:.2f} |")
    return rows


def _questions() -> list[tuple[str, Callable[[Any], None]]]:
    """Every statement for an open month, a closed month, a quarter and two years."""
    today = Clock().today()
    year = today.year
    periods = {
        "open month": f"{year}-{today.month:02d}",
        "closed quarter": f"{year - 1}-Q3",
        "closed year": str(year - 1),
        "this year": str(year),
    }
    found = [
        (f"{statement}, {words}", _report(statement, {"period": text}))
        for statement in _STATEMENTS
        for words, text in periods.items()
    ]
    month = f"{year - 1}-06"
    pages = (
        ("subsidiary_ledger", {"account": "100201"}),
        ("subsidiary_ledger", {"account": "410102", "closing": "excluded"}),
        ("cash_flow_lines", {"cash_flow_item": "接受捐赠收到的现金"}),
        ("statement_sources", {"statement": "activities", "row": "income_total"}),
    )
    for report, given in pages:
        for words, text in (("a year", str(year - 1)), ("a month", month)):
            named = " ".join(given.values())
            found.append(
                (
                    f"first page, {report} {named}, {words}",
                    _report(report, given | {"period": text}),
                )
            )
    return found


def _report(report: str, given: dict[str, str]) -> Callable[[Any], None]:
    def ask(session: Any) -> None:
        table = registry.run(session, report, given, clock=Clock())
        for _ in islice(table.rows, ROWS_ON_A_PAGE + 1):
            pass

    return ask


def _median(engine: Engine, ask: Callable[[Any], None]) -> float:
    times = []
    with database.reading(engine) as session:
        ask(session)
        for _ in range(_ROUNDS):
            started = time.perf_counter()
            ask(session)
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
