"""Finding one of 200,000 donors as people type, and the forecast of 100,000 instalments."""

import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, select
from sqlalchemy.orm import Session

from benchmarks import places
from foundation import database
from foundation.donors import finding, service
from foundation.donors.models import Donor, DonorKind
from foundation.pledges import forecasting
from foundation.pledges.models import Instalment, Pledge, PledgeEvidence
from ledger.clock import Clock
from ledger.funds import Fund
from ledger.orm import bulk_insert, chunks, reserve_ids

DONORS, INSTALMENTS = 200_000, 100_000
_PARTS, _FUNDS, _REPEATS = 10, 200, 15
_FAMILIES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "子衿归帆临川君澜和光惟新以宁朗月知远鹤鸣景行若水望舒言蹊远山令仪长庚凌霄望岳"
_PLACES = ("澜川", "云汐", "鹭汀", "青岚", "栖梧", "东湖", "南屏", "北辰", "西陵", "中州")
_TRADES = ("精密仪器", "生态农业", "光电技术", "建筑设计", "软件科技", "水务", "新材料", "智能装备")
_FORMS = ("有限公司", "股份有限公司", "集团有限公司", "校友会", "研究院")
# What somebody types: the beginning of a name, the middle of one, pinyin, initials, digits.
_TYPED = ("澜川精密", "生态农业", "图书馆", "zhaozi", "lcjm", "wzj", "913900")


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result table."""
    rows = [
        f"| database | {DONORS:,} donors, typed | median, ms | slowest, ms |",
        "|---|---|---|---|",
    ]
    more = [
        "",
        f"| database | {INSTALMENTS:,} instalments | median, ms | slowest, ms |",
        "|---|---|---|---|",
    ]
    for base, name in (("sqlite", "SQLite"), (server, "PostgreSQL")):
        engine = _filled(base, where)
        for typed in _TYPED:

            def find(session: Session, text: str = typed) -> Any:
                return finding.search(session, text, limit=20)

            rows.append(f"| {name} | {typed} | {_cells(_times(engine, find))} |")
        today = Clock().today()
        last = today + timedelta(days=3650)
        readings: dict[str, Callable[[Session], Any]] = {
            "forecast by month and fund": partial(forecasting.forecast, first=today, last=last),
            "ageing": partial(forecasting.ageing, today=today),
        }
        for what, read in readings.items():
            more.append(f"| {name} | {what} | {_cells(_times(engine, read))} |")
        engine.dispose()
    return [*rows, *more]


def _filled(base: str, where: Path) -> Engine:
    place = places.fresh(base, "projects", where)
    engine = database.create(place.url)
    month = places.this_month()
    key = month.year * 100 + month.month
    places.install(engine, first=key, last=key, fund_count=_FUNDS)
    chance = random.Random(23)
    names = _names(chance)
    with database.transaction(engine) as session:
        for part in chunks(names.items(), 20_000):
            service.ensure_named(session, dict(part), actor=places.ACTOR, clock=Clock())
    with database.transaction(engine) as session:
        _promise(session, chance)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM donor, instalment")
    return engine


def _names(chance: random.Random) -> dict[str, DonorKind]:
    names: dict[str, DonorKind] = {}
    while len(names) < DONORS:
        if chance.random() < 0.75:
            given = "".join(chance.choice(_GIVEN) for _ in range(chance.choice((1, 2, 2, 3))))
            names[chance.choice(_FAMILIES) + given] = DonorKind.PERSON
        else:
            middle = "".join(chance.choice(_GIVEN) for _ in range(3))
            name = (
                f"{chance.choice(_PLACES)}{middle}{chance.choice(_TRADES)}{chance.choice(_FORMS)}"
            )
            names[name] = DonorKind.ORGANISATION
    return names


def _promise(session: Session, chance: random.Random) -> None:
    connection = session.connection()
    funds = list(session.execute(select(Fund.id).order_by(Fund.id)).scalars())
    donors = list(session.execute(select(Donor.id).order_by(Donor.id).limit(20_000)).scalars())
    today, now = Clock().today(), Clock().now()
    count = INSTALMENTS // _PARTS
    pledge: Table = Pledge.__table__  # type: ignore[assignment]
    instalment: Table = Instalment.__table__  # type: ignore[assignment]
    keys = reserve_ids(connection, pledge, count)
    columns = (
        "id", "donor_id", "fund_id", "made_on", "amount_minor", "evidence", "is_reminded",
        "created_by", "created_at",
    )  # fmt: skip
    rows = [
        (key, chance.choice(donors), chance.choice(funds), today, _PARTS * 1_000_00,
         PledgeEvidence.LETTER.value, True, places.ACTOR, now)
        for key in keys
    ]  # fmt: skip
    bulk_insert(connection, pledge, columns, rows)
    numbers = iter(reserve_ids(connection, instalment, INSTALMENTS))
    parts = [
        (next(numbers), key, place, _day(today, chance), 1_000_00, True, 1_000_00, today)
        for key in keys
        for place in range(1, _PARTS + 1)
    ]
    names = (
        "id", "pledge_id", "number", "due_on", "amount_minor", "is_met", "open_minor",
        "scheduled_on",
    )  # fmt: skip
    bulk_insert(connection, instalment, names, parts)


def _day(today: date, chance: random.Random) -> date:
    return today + timedelta(days=chance.randrange(-400, 3600))


def _times(engine: Engine, read: Callable[[Session], Any]) -> list[float]:
    times = []
    with database.reading(engine) as session:
        read(session)
        session.expunge_all()
        for _ in range(_REPEATS):
            started = time.perf_counter()
            read(session)
            times.append((time.perf_counter() - started) * 1000)
            session.expunge_all()
    return times


def _cells(times: list[float]) -> str:
    return f"{statistics.median(times):.1f} | {max(times):.1f}"
