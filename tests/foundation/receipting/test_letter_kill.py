"""A process that is killed in the middle of a batch of letters leaves nothing and no gap."""

import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.receipting import drawing, drawing_ahead
from foundation.receipting.drawing import Places
from foundation.receipting.drawing_ahead import Task
from foundation.receipting.signer import Seal
from ledger.integrity import run
from receipts import integrity
from receipts.models import LetterRender
from tests import serving
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.imports import import_cases
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import issue, links
from tests.receipts import letter_cases

ROOT = Path(__file__).parents[3]
ROWS, BATCH = 5_000, 1


def kill_at(engine: Engine, batch: int, point: str) -> None:
    """Run the process and kill it while it waits at a point."""
    url = engine.url.render_as_string(hide_password=False)
    module = "tests.foundation.receipting.killable_letters"
    command = [sys.executable, "-m", module, url, str(batch), point]
    name, _, number = point.partition(":")
    running = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with running:
        assert running.stdout is not None
        left = int(number)
        for line in running.stdout:
            left -= line.strip() == name
            if not left:
                running.kill()
                return
    message = f"{point} was never reached"
    raise AssertionError(message)


def build(engine: Engine) -> None:
    """Make a batch of posted gifts, more than one set of them."""
    document_cases.install(engine)
    import_cases.bring(engine, import_cases.many(ROWS))
    import_cases.post_everything(engine)


@pytest.fixture(params=DIALECTS)
def books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """Books with the batch, built once and copied for each test."""
    with databases.prepared(request.param, "batch to document", build) as found:
        yield found


@pytest.mark.parametrize("point", ["issue:1", "issue:2", "commit:1"])
def test_killed_issue_leaves_nothing_and_no_gap(books: Engine, point: str) -> None:
    kill_at(books, BATCH, point)

    assert letter_cases.references(books) == []
    assert links(books) == []
    done = issue(books, batch_id=BATCH)
    assert (done.letters, done.first, done.last) == (ROWS, "QR-2026-000001", "QR-2026-005000")
    with database.reading(books) as session:
        assert list(run(session, integrity.CHECKS)) == []
    assert issue(books, batch_id=BATCH).letters == 0


def test_interrupted_drawing_keeps_whole_letters_and_goes_on(books: Engine, tmp_path: Path) -> None:
    issue(books, batch_id=BATCH)
    places = Places(
        reading=lambda: database.reading(books),
        writing=lambda: database.transaction(books),
        folder=tmp_path,
    )
    keys = list(range(1, 61))

    def draw(count: int) -> dict[str, bytes]:
        drawn = drawing.originals(places, keys, seal=Seal(), actor=PREPARER, clock=CLOCK)
        return dict(pair for pair, _ in zip(drawn, range(count), strict=False))

    first = draw(3)
    # The first set was kept whole before its first file was given out; the second never began.
    made = [key for key in keys if letter_cases.renders(books, key)]
    assert len(made) == 50
    everything = draw(len(keys))
    assert len(everything) == 60
    assert {name: everything[name] for name in first} == first
    assert all(len(letter_cases.renders(books, key)) == 1 for key in keys)
    with database.reading(books) as session:
        assert list(run(session, [integrity.file_check(tmp_path)])) == []


def test_killed_process_of_two_loses_no_letter_and_makes_none_twice(
    books: Engine, tmp_path: Path
) -> None:
    issue(books, batch_id=BATCH)
    keys = list(range(1, 401))
    task = Task(
        url=books.url.render_as_string(hide_password=False),
        config=serving.settings(tmp_path),
        organisation="测试基金会",
        is_demo=False,
        actor=PREPARER,
        clock=CLOCK,
    )
    drawn = 0
    for done in drawing_ahead.draw(task, keys, processes=2):
        if not drawn:
            multiprocessing.active_children()[0].kill()
        drawn += done

    assert 50 <= drawn < 400  # the other one has done its half and no more
    places = Places(
        reading=lambda: database.reading(books),
        writing=lambda: database.transaction(books),
        folder=tmp_path,
    )
    given = dict(drawing.originals(places, keys, seal=Seal(), actor=PREPARER, clock=CLOCK))
    assert len(given) == 400
    with database.reading(books) as session:
        made = session.execute(
            select(LetterRender.letter_id).order_by(LetterRender.letter_id)
        ).scalars()
        assert list(made) == keys
        assert list(run(session, [*integrity.CHECKS, integrity.file_check(tmp_path)])) == []
