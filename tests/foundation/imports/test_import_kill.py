"""A process that is killed in the middle of an import or of posting leaves nothing behind."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, func, select

from foundation import database
from ledger.vouchers import Voucher, VoucherState
from tests import factories
from tests.foundation.gifts import gift_cases
from tests.foundation.imports import import_cases

ROOT = Path(__file__).parents[3]
ROWS, VOUCHERS = 10_000, 6_000
# Both passes over the file and posting go through the rows in sets.
STEP = 2_000


@contextmanager
def process(
    engine: Engine, work: str, file: str, point: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """Start the work in a process of its own, and end it whatever happens."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.foundation.imports.killable", url, work, file, point]
    running = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with running:
        try:
            yield running
        finally:
            running.kill()


def steps(running: subprocess.Popen[str]) -> Iterator[str]:
    assert running.stdout is not None
    for line in running.stdout:
        yield line.strip()


def kill_at(engine: Engine, work: str, file: str, point: str) -> None:
    """Kill the process while it waits at a point."""
    name, _, number = point.partition(":")
    with process(engine, work, file, point) as running:
        left = int(number)
        for step in steps(running):
            left -= step == name
            if not left:
                break
        assert left == 0, "the process ended before it came to the point"


def kill_after(engine: Engine, work: str, file: str, count: int) -> None:
    """Kill the process at whatever it is doing after a number of steps."""
    with process(engine, work, file) as running:
        said = [step for step, _ in zip(steps(running), range(count), strict=False)]
        assert len(said) == count
        running.kill()
        assert "done" not in running.stdout.read().split()  # type: ignore[union-attr]


def finish(engine: Engine, work: str, file: str) -> None:
    with process(engine, work, file) as running:
        assert list(steps(running))[-1] == "done"
        assert running.wait() == 0


def posted(engine: Engine) -> int:
    with database.reading(engine) as session:
        query = select(func.count()).where(Voucher.state == VoucherState.POSTED)
        return int(session.execute(query).scalar_one())


def test_killed_import_leaves_nothing_and_runs_again(books: Engine, tmp_path: Path) -> None:
    file = tmp_path / "登记表.csv"
    file.write_bytes(import_cases.many(ROWS))
    untouched = gift_cases.counts(books)
    steps_each = ROWS // STEP
    kill_at(books, "import", str(file), f"examine:{random.randint(1, steps_each)}")
    kill_after(books, "import", str(file), random.randint(steps_each, 2 * steps_each - 3))
    kill_at(books, "import", str(file), "commit:1")

    assert gift_cases.counts(books) == untouched
    assert import_cases.batches(books) == []
    assert import_cases.findings(books) == []
    finish(books, "import", str(file))
    assert import_cases.imported(books)[0] == ROWS
    assert import_cases.bring(books, file.read_bytes()).imported == 0
    assert import_cases.findings(books) == []


def test_killed_posting_leaves_everything_unposted_and_runs_again(books: Engine) -> None:
    import_cases.bring(books, import_cases.many(VOUCHERS))
    kill_after(books, "post", "-", random.randint(1, VOUCHERS // STEP - 2))
    kill_at(books, "post", "-", "commit:1")

    assert posted(books) == 0
    assert import_cases.findings(books) == []
    finish(books, "post", "-")
    assert posted(books) == VOUCHERS
    assert import_cases.findings(books) == []
    total = import_cases.imported(books)[1]
    assert import_cases.turnover(books, factories.BANK, 202601) == (total, 0)
