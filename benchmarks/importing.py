"""A register of 500,000 gifts: what the import costs beyond reading the file, and its memory.

Each measurement is a process of its own, so that the peak memory is that of one import.
"""

import csv
import multiprocessing
import random
import resource
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import places
from foundation import database
from foundation.imports import reading, recognition, service
from foundation.imports.examination import ImportRequest
from ledger.clock import Clock
from ledger.money import to_text

ROWS = 500_000
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
_GIVEN = "明华强伟芳娜敏静丽勇军杰涛超磊洋艳玲桂平"


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result table."""
    register = where / "register.csv"
    _generate(register)
    rows = [
        "| database | vouchers | rows | read, /s | import, /s | beyond reading, /s | peak MiB |",
        "|---|---|---|---|---|---|---|",
    ]
    for base in ("sqlite", server):
        for mode in ("each", "daily"):
            place = places.fresh(base, "importing", where)
            read, imported, peak = _in_own_process(place.url, register, mode)
            # The import reads the file twice: to examine it whole, and to write it.
            beyond = ROWS / max(imported - 2 * read, 1e-9)
            rows.append(
                f"| {place.name} | {mode} | {ROWS:,} | {ROWS / read:,.0f} |"
                f" {ROWS / imported:,.0f} | {beyond:,.0f} | {peak:.0f} |"
            )
    return rows


def _in_own_process(url: str, register: Path, mode: str) -> tuple[float, float, float]:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    worker = context.Process(target=_measure, args=(url, register, mode, answers))
    worker.start()
    answer: tuple[float, float, float] = answers.get()
    worker.join()
    return answer


def _measure(url: str, register: Path, mode: str, answers: Any) -> None:
    engine = database.create(url)
    today = Clock().today()
    places.install(engine, first=today.year * 100 + 1, last=today.year * 100 + today.month)
    understanding = recognition.recognise(reading.open_register(register, register.name))
    started = time.perf_counter()
    for _ in understanding.rows():
        pass
    read = time.perf_counter() - started
    started = time.perf_counter()
    with database.transaction(engine) as session:
        result = service.import_register(
            session,
            understanding,
            ImportRequest("F001", "100201", daily=mode == "daily"),
            actor=places.ACTOR,
            clock=Clock(),
        )
    imported = time.perf_counter() - started
    assert result.imported == ROWS
    answers.put((read, imported, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _generate(path: Path) -> None:
    chance = random.Random(7)
    first = date(Clock().today().year, 1, 1)
    days = max((Clock().today() - first).days, 1)
    total = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["捐赠登记表"])
        writer.writerow(["序号", "捐赠日期", "捐赠人", "捐赠金额（元）", "备注"])
        for number in range(1, ROWS + 1):
            amount = chance.randrange(100, 5_000_000)
            total += amount
            name = chance.choice(_FAMILY) + chance.choice(_GIVEN) + chance.choice(_GIVEN)
            day = first + timedelta(days=number * days // (ROWS + 1))
            writer.writerow([number, day.isoformat(), name, to_text(amount), ""])
        writer.writerow(["合计", "", "", to_text(total), ""])
