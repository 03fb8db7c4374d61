"""The audit pack against writing the same cells with the bare spreadsheet writer.

The goal at 1,000,000 lines: peak memory under 400 MB, and at most twice the time that xlsxwriter
alone needs for the cells of every table in the pack. `PACK_LINES` sets another size.
"""

import csv
import io
import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Engine

from benchmarks import filling
from foundation import database
from foundation.organisation.models import Organisation
from ledger.clock import Clock
from reports.audit_pack import making
from reports.audit_pack.making import Wanted

LINES = 1_000_000
_ROWS_AT_ONCE = 5_000
_ROWS_ON_A_SHEET = 1_000_000


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result table."""
    size = int(os.environ.get("PACK_LINES", LINES))
    rows = [
        "| database | lines | files | MB | pack, s | bare writer, s | ratio | peak MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    last = Clock().today().year
    for base, name in (("sqlite", "SQLite"), (server, "PostgreSQL")):
        # Two fiscal years: the one before and the running one.
        engine = filling.fill(base, where, size, month_count=12 + Clock().today().month)
        _organisation(engine)
        out = where / "pack.zip"
        url = engine.url.render_as_string(hide_password=False)
        engine.dispose()
        seconds, peak = _packed(url, out, last - 1, last)
        bare, count = _bare(out, where / "bare.xlsx")
        rows.append(
            f"| {name} | {size:,} | {count} | {out.stat().st_size >> 20} | {seconds:.1f} |"
            f" {bare:.1f} | {seconds / bare:.2f} | {peak} |"
        )
    return rows


def pack(url: str, out: str, first: int, last: int) -> None:
    """Make a pack in a process of its own, and print its seconds and peak memory in MB."""
    engine = database.create(url)
    started = time.perf_counter()
    with database.reading(engine) as session, Path(out).open("wb") as stream:
        wanted = Wanted(first, last, Path(out).parent)
        making.make(session, stream, wanted, clock=Clock())
    seconds = time.perf_counter() - started
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10]))


def _packed(url: str, out: Path, first: int, last: int) -> tuple[float, int]:
    code = f"from benchmarks import packs; packs.pack({url!r}, {str(out)!r}, {first}, {last})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def _bare(out: Path, beside: Path) -> tuple[float, int]:
    """Return how long the bare writer needs for every table of a pack, and how many files it has.

    A table in two formats is written twice, as the pack does; reading the cells is not counted.
    """
    total = 0.0
    with zipfile.ZipFile(out) as archive:
        names = set(archive.namelist())
        for name in sorted(names):
            if name.endswith(".csv"):
                copies = 2 if f"{name[:-4]}.xlsx" in names else 1
                for _ in range(copies):
                    total += _written(_rows(archive, name), beside)
        return total, len(names)


def _written(rows: Iterator[list[Any]], beside: Path) -> float:
    seconds = 0.0
    started = time.perf_counter()
    book = xlsxwriter.Workbook(
        beside, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet, place = book.add_worksheet(), 0
    seconds += time.perf_counter() - started
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        started = time.perf_counter()
        for row in part:
            if place == _ROWS_ON_A_SHEET:
                sheet, place = book.add_worksheet(), 0
            for column, cell in enumerate(row):
                if type(cell) is str:
                    sheet.write_string(place, column, cell)
                else:
                    sheet.write_number(place, column, cell)
            place += 1
        seconds += time.perf_counter() - started
    started = time.perf_counter()
    book.close()
    return seconds + time.perf_counter() - started


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[list[Any]]:
    with archive.open(name) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        for row in csv.reader(text):
            yield [Decimal(cell) if _is_number(cell) else cell for cell in row]


def _is_number(cell: str) -> bool:
    return "." in cell and cell.replace(".", "", 1).lstrip("-").isdigit()


def _organisation(engine: Engine) -> None:
    """Whose books they are: a pack says so."""
    with database.transaction(engine) as session:
        session.add(
            Organisation(
                id=1,
                name="测速基金会",
                name_en="Measured Foundation",
                credit_code="53420000MJ000000X2",
                time_zone="Asia/Shanghai",
                is_demo=True,
                created_at=Clock().now(),
            )
        )
