"""One gift at a time, complete and durable, against the bare transfer of django-hordak.

Ours: gift, allocation, voucher, two lines, review, number, digest, movements, trail, one commit.
The peer: one transaction with two legs, one commit. All writers use one bank account.
"""

import multiprocessing
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select

from benchmarks import places
from foundation import database
from foundation.donors import service as donors
from foundation.donors.models import DonorKind
from foundation.gifts import service as gifts
from ledger import integrity, posting
from ledger.clock import Clock
from ledger.vouchers import Voucher, VoucherState

WRITERS = (1, 4, 16)
GIFTS = 3200
WARM_UP = 10


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result table."""
    rows = [
        "| writers | peer, PostgreSQL /s | ours, PostgreSQL /s | ratio | ours, SQLite /s | ratio |",
        "|---|---|---|---|---|---|",
    ]
    peer = _Peer(where, server)
    for writers in WRITERS:
        theirs = peer.rate(writers)
        place = _prepared(server, where)
        ours = _processes(place.url, writers)
        _proved(place)
        local = _prepared("sqlite", where)
        embedded = _threads(local.url, writers)
        _proved(local)
        rows.append(
            f"| {writers} | {theirs:,.0f} | {ours:,.0f} | {ours / theirs:.2f} |"
            f" {embedded:,.0f} | {embedded / theirs:.2f} |"
        )
    return rows


def _prepared(base: str, where: Path) -> places.Place:
    place = places.fresh(base, "posting", where)
    engine = database.create(place.url)
    month = places.this_month()
    key = month.year * 100 + month.month
    places.install(engine, first=key, last=key)
    with database.transaction(engine) as session:
        donors.ensure_named(
            session, {"测速捐赠人": DonorKind.PERSON}, actor=places.ACTOR, clock=Clock()
        )
    engine.dispose()
    return place


def _write(engine: Any, count: int, barrier: Any) -> None:
    clock, day = Clock(), places.this_month()
    with database.reading(engine) as session:
        donor = donors.get_ref(session, 1)
    entry = gifts.GiftInput(
        donor=donor,
        received_on=day,
        amount_minor=12345,
        account_code="100201",
        allocations=(("F001", 12345),),
    )

    def post_one() -> None:
        with database.transaction(engine, pipelined=True) as session:
            made = gifts.record_gift(session, entry, actor=places.ACTOR, clock=clock)
            posting.post(
                session, [made.voucher_id], actor=places.REVIEWER, clock=clock, reviewing=True
            ).require()

    # Connections, plans and the copy of the catalogue are there before the clock starts.
    for _ in range(WARM_UP):
        post_one()
    barrier.wait()
    for _ in range(count):
        post_one()


def _process(url: str, count: int, barrier: Any) -> None:
    _write(database.create(url, pool_size=1), count, barrier)


def _processes(url: str, writers: int) -> float:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(writers + 1)
    each = GIFTS // writers
    workers = [context.Process(target=_process, args=(url, each, barrier)) for _ in range(writers)]
    return _timed(workers, barrier, each * writers)


def _threads(url: str, writers: int) -> float:
    engine = database.create(url)
    barrier = threading.Barrier(writers + 1)
    each = GIFTS // writers
    workers = [
        threading.Thread(target=_write, args=(engine, each, barrier)) for _ in range(writers)
    ]
    try:
        return _timed(workers, barrier, each * writers)
    finally:
        engine.dispose()


def _timed(workers: Any, barrier: Any, total: int) -> float:
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    return total / (time.perf_counter() - started)


def _proved(place: places.Place) -> None:
    """No gap, no repeat, nothing lost, nothing found by the integrity suite."""
    engine = database.create(place.url)
    with database.reading(engine) as session:
        count, highest = session.execute(
            select(func.count(), func.max(Voucher.number)).where(
                Voucher.state == VoucherState.POSTED
            )
        ).one()
        findings = list(integrity.run(session))
    engine.dispose()
    if count != highest or findings:
        raise SystemExit(f"{place.name}: {count} vouchers, highest {highest}, {findings[:3]}")


class _Peer:
    """django-hordak in a virtual environment of its own."""

    def __init__(self, where: Path, server: str) -> None:
        self._where = where
        self._server = server
        self._python = where / "peer" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", str(where / "peer")], check=True)
        requirements = Path(__file__).with_name("peers.txt")
        subprocess.run(
            [str(self._python), "-m", "pip", "install", "-q", "-r", str(requirements)],
            check=True,
            stderr=subprocess.DEVNULL,
        )

    def rate(self, writers: int) -> float:
        engine = database.create(self._server)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS hordak WITH (FORCE)")
            connection.exec_driver_sql("CREATE DATABASE hordak")
        engine.dispose()
        url = make_url(self._server)
        script = Path(__file__).with_name("peer_hordak.py")
        host = str(url.query.get("host") or url.host or "")
        answer = subprocess.run(
            [
                str(self._python),
                str(script),
                host,
                str(url.port or 5432),
                url.username or "postgres",
                url.password or "",
                str(writers),
                str(GIFTS),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        return float(answer.stdout.split()[-1])
