"""A batch of letters drawn and signed by two processes, one of them killed half way."""

import multiprocessing
import time
from pathlib import Path

from sqlalchemy import Engine, func, select

from benchmarks import documents, places
from foundation import database
from foundation.config import Config
from foundation.receipting import drawing, drawing_ahead, service, signer
from foundation.receipting.drawing import Places
from foundation.receipting.eligibility import Document
from foundation.receipting.scopes import Scope
from ledger import integrity
from ledger.clock import Clock
from receipts import integrity as document_integrity
from receipts.models import Letter, LetterRender


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result table."""
    rows = ["| database | letters | drawn when one was killed | seconds in all | findings |"]
    rows.append("|---|---|---|---|---|")
    for base, name in (("sqlite", "SQLite"), (server, "PostgreSQL")):
        engine = documents.prepared(base, where)
        rows.append(f"| {name} | {_batch(engine, where / f'files-{name}')} |")
        engine.dispose()
    return rows


def _batch(engine: Engine, folder: Path) -> str:
    clock, count = Clock(), documents.ISSUED
    with database.transaction(engine) as session:
        service.issue(
            session,
            Scope(Document.LETTER, year=places.this_month().year),
            verify_at=documents.VERIFY_AT,
            actor=places.ACTOR,
            clock=clock,
        )
    with database.reading(engine) as session:
        keys = list(session.execute(select(Letter.id).order_by(Letter.id)).scalars())
    config = Config(folder, "", "", 0, "", None, None, None)
    seal = signer.load(config, organisation="测速基金会", is_demo=True, moment=clock.now())
    url = engine.url.render_as_string(hide_password=False)
    task = drawing_ahead.Task(url, config, "测速基金会", True, places.ACTOR, clock)
    drawn = killed_at = 0
    started = time.perf_counter()
    for done in drawing_ahead.draw(task, keys, processes=2):
        drawn += done
        if drawn >= count // 4 and not killed_at:
            killed_at = drawn
            multiprocessing.active_children()[0].kill()
    spots = Places(lambda: database.reading(engine), lambda: database.transaction(engine), folder)
    given = sum(
        1 for _ in drawing.originals(spots, keys, seal=seal, actor=places.ACTOR, clock=clock)
    )
    spent = time.perf_counter() - started
    checks = [*document_integrity.CHECKS, document_integrity.file_check(folder)]
    with database.reading(engine) as session:
        made = session.execute(select(func.count(), func.count(LetterRender.letter_id.distinct())))
        findings = list(integrity.run(session, checks))
        if (given, *made.one()) != (count, count, count):
            raise SystemExit("a letter was lost or made twice")
    return f"{count:,} | {killed_at:,} | {spent:.0f} | {len(findings)}"
