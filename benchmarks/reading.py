"""Trial balance and fund balances as history grows; `check` over a million lines."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from benchmarks import filling
from foundation import database
from ledger import balances, integrity
from ledger.balances import Span
from ledger.clock import Clock

SIZES = (500_000, 5_000_000)
CHECKED = 1_000_000


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result table."""
    rows = [
        "| database | report | "
        + " | ".join(f"{size:,} lines, ms" for size in SIZES)
        + " | ratio |",
        "|---|---|---|---|---|",
    ]
    for base, name in (("sqlite", "SQLite"), (server, "PostgreSQL")):
        figures: dict[str, list[float]] = {}
        for size in SIZES:
            engine = filling.filled(base, where, size)
            for report, read in _reports():
                figures.setdefault(report, []).append(_median(engine, read))
            engine.dispose()
        for report, values in figures.items():
            cells = " | ".join(f"{value:.1f}" for value in values)
            rows.append(f"| {name} | {report} | {cells} | {values[-1] / values[0]:.2f} |")
    return rows


def run_check(where: Path, server: str) -> list[str]:
    """Measure the integrity suite and return the rows of the result table."""
    rows = ["| database | lines | check, s | slowest rule |", "|---|---|---|---|"]
    for base, name in (("sqlite", "SQLite"), (server, "PostgreSQL")):
        engine = filling.fill(base, where, CHECKED)
        spent: dict[str, float] = {}
        with database.reading(engine) as session:
            for check in integrity.CHECKS:
                started = time.perf_counter()
                found = list(integrity.run(session, [check]))
                spent[check.name] = time.perf_counter() - started
                assert not found, found[:3]
        engine.dispose()
        slowest = max(spent, key=lambda rule: spent[rule])
        rows.append(
            f"| {name} | {CHECKED:,} | {sum(spent.values()):.1f} |"
            f" {slowest} {spent[slowest]:.1f} s |"
        )
    return rows


def _reports() -> list[tuple[str, Callable[[Any], Any]]]:
    today = Clock().today()
    month = today.year * 100 + today.month
    year = Span.of_year(today.year, today.month)
    before = month - 1 if today.month > 1 else (today.year - 1) * 100 + 12
    return [
        ("trial balance, open month", lambda s: balances.trial_balance(s, Span.of_period(month))),
        (
            "trial balance, closed month",
            lambda s: balances.trial_balance(s, Span.of_period(before)),
        ),
        ("trial balance, year to date", lambda s: balances.trial_balance(s, year)),
        ("200 fund balances", balances.fund_nets),
    ]


def _median(engine: Engine, read: Callable[[Any], Any]) -> float:
    times = []
    with database.reading(engine) as session:
        read(session)
        for _ in range(9):
            started = time.perf_counter()
            read(session)
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
