"""A claim over a year of many gifts: computed from the books with every line stored, and one
decision changed.

The books are filled the way a daily import fills them: one voucher a day, with all its gifts.
Each measurement is a process of its own, so that the peak memory is that of one computation.
"""

import multiprocessing
import os
import random
import resource
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from benchmarks import places
from foundation import database
from foundation.claims import computing, decisions
from foundation.claims.decisions import NewDecision
from foundation.claims.models import ClaimLine
from foundation.donors import service as donors
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.models import Gift, GiftAllocation
from foundation.imports.rows import fingerprint
from foundation.matching.results import GiftStatus
from ledger import catalogue, drafting, posting
from ledger.clock import Clock
from ledger.orm import bulk_insert, connection_of, reserve_ids
from ledger.vouchers import VoucherDraft, credit, debit

GIFTS = int(os.environ.get("BENCH_GIFTS", "1000000"))
DONORS = 2_000
SCHEMES = ("plan-one-to-one", "cn-shandong-2017")
_WIDE = (
    "gift.purpose",
    "gift.linked_to_enrolment",
    "gift.beneficiary_related_to_donor",
    "gift.source_lawful",
    "gift.good_for_development",
    "gift.political_condition",
    "gift.university_may_pool",
)
_YES = ("gift.source_lawful", "gift.good_for_development", "gift.university_may_pool")
_GIFT = (
    "id", "donor_id", "kind", "method", "received_on", "account_id", "amount_minor", "donor_name",
    "is_anonymous", "agreement", "bank_reference", "voucher_id", "fingerprint", "created_by",
    "created_at",
)  # fmt: skip


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result table."""
    rows = [
        "| database | scheme | gifts | computed, s | gifts/s | peak MiB | before | decision, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for base in ("sqlite", server):
        place = places.fresh(base, "matching", where)
        engine = database.create(place.url)
        year = _fill(engine, GIFTS)
        engine.dispose()
        for scheme in SCHEMES:
            spent, peak, before, again = _in_own_process(place.url, scheme, year)
            rows.append(
                f"| {place.name} | {scheme} | {GIFTS:,} | {spent:.1f} | {GIFTS / spent:,.0f} |"
                f" {peak:.0f} | {before:.0f} | {again:.2f} |"
            )
    return rows


def _in_own_process(url: str, scheme: str, year: int) -> tuple[float, float, float, float]:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    worker = context.Process(target=_measure, args=(url, scheme, year, answers))
    worker.start()
    answer: tuple[float, float, float, float] = answers.get()
    worker.join()
    return answer


def _measure(url: str, scheme: str, year: int, answers: Any) -> None:
    engine, clock = database.create(url), Clock()
    with database.transaction(engine) as session:
        for question in _WIDE:
            answer = {"gift.purpose": "research"}.get(question, question in _YES)
            given = NewDecision(
                question=question,
                answer=answer,
                reason="测速",
                scheme_code=scheme,
                claim_year=year,
            )
            decisions.decide(session, given, folder=None, actor=places.ACTOR, clock=clock)
    before = _memory()
    started = time.perf_counter()
    with database.transaction(engine) as session:
        claim = computing.compute(session, scheme, year, actor=places.ACTOR, clock=clock)
        claim_id = claim.id
    spent, peak = time.perf_counter() - started, _memory()
    with database.reading(engine) as session:
        gift = session.execute(
            select(ClaimLine.gift_id)
            .where(ClaimLine.claim_id == claim_id, ClaimLine.status == GiftStatus.ELIGIBLE)
            .order_by(ClaimLine.gift_id.desc())
            .limit(1)
        ).scalar_one()
    started = time.perf_counter()
    with database.transaction(engine) as session:
        given = NewDecision(
            question="gift.political_condition",
            answer=True,
            reason="协议附有条件",
            scheme_code=scheme,
            gift_id=gift,
        )
        decisions.decide(session, given, folder=None, actor=places.ACTOR, clock=clock)
        computing.reevaluate(session, claim_id, [gift], actor=places.ACTOR, clock=clock)
    again = time.perf_counter() - started
    answers.put((spent, peak, before, again))


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _fill(engine: Engine, count: int) -> int:
    """Record `count` gifts of last year, one voucher a day, and return the year to claim in."""
    clock = Clock()
    year = clock.today().year
    places.install(engine, first=(year - 1) * 100 + 1, last=year * 100 + 1, fund_count=20)
    people = _donors(engine, clock)
    chance = random.Random(7)
    first = date(year - 1, 1, 1)
    for day in range(365):
        size = count // 365 + (1 if day < count % 365 else 0)
        if size:
            _day(engine, first + timedelta(days=day), size, people, chance, clock)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return year


def _donors(engine: Engine, clock: Clock) -> list[tuple[int, str]]:
    with database.transaction(engine) as session:
        names = {f"捐赠人{number}": DonorKind.PERSON for number in range(DONORS)}
        donors.ensure_named(session, names, actor=places.ACTOR, clock=clock)
        rows = session.execute(select(Donor.id, Donor.name).order_by(Donor.id))
        return [(row.id, row.name) for row in rows]


def _day(
    engine: Engine,
    day: date,
    size: int,
    people: list[tuple[int, str]],
    chance: random.Random,
    clock: Clock,
) -> None:
    with database.transaction(engine) as session:
        known = catalogue.load(session)
        chart = known.period(day.year * 100 + day.month).chart
        bank = known.account(chart, "100201").id
        codes = [f"F{number:03d}" for number in range(1, 21)]
        amounts = [chance.randrange(10_000, 50_000_000) for _ in range(size)]
        parts: dict[str, int] = {}
        chosen = [chance.choice(codes) for _ in amounts]
        for code, minor in zip(chosen, amounts, strict=True):
            parts[code] = parts.get(code, 0) + minor
        made = []
        for code, minor in sorted(parts.items()):
            fund = known.fund(code)
            side = "restricted" if int(code[1:]) % 2 == 0 else "unrestricted"
            income = known.tagged(chart, "donation_income", side).id
            made += [debit(bank, fund.id, minor), credit(income, fund.id, minor)]
        draft = VoucherDraft(
            booked_on=day, summary="测速", lines=tuple(made), attachment_count=1, rule="gift.cash"
        )
        (voucher,) = drafting.draft(session, [draft], actor=places.ACTOR, clock=clock)
        connection = connection_of(session)
        keys = reserve_ids(connection, Gift.__table__, size)  # type: ignore[arg-type]
        rows, allocations = [], []
        for key, minor, code in zip(keys, amounts, chosen, strict=True):
            donor_id, name = chance.choice(people)
            agreement = f"协议-{donor_id}" if chance.random() < 0.2 else None
            bank_reference = f"{day:%Y%m%d}{key:08d}"
            rows.append(
                (key, donor_id, "cash", "bank", day, bank, minor, name, False, agreement,
                 bank_reference, voucher, fingerprint(day, name, minor, bank_reference),
                 places.ACTOR, clock.now())
            )  # fmt: skip
            allocations.append((key, known.fund(code).id, minor))
        bulk_insert(connection, Gift.__table__, _GIFT, rows)  # type: ignore[arg-type]
        columns = ("gift_id", "fund_id", "amount_minor")
        bulk_insert(connection, GiftAllocation.__table__, columns, allocations)  # type: ignore[arg-type]
        posting.post(
            session, [voucher], actor=places.REVIEWER, clock=clock, reviewing=True
        ).require()
