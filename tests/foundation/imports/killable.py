"""A process for tests to kill: it imports a register or posts what waits, and says how far it is.

    python -m tests.foundation.imports.killable URL import FILE [POINT]
    python -m tests.foundation.imports.killable URL post - [POINT]

Every step is a line on standard output, `examine`, `write`, `post` or `commit` (right before
it), and `done` at the end. At POINT, such as `write:3` for the third step of that name, the
process waits for a line on standard input that nobody sends.
"""

import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import Connection, event

from foundation import database
from foundation.imports import service
from ledger import posting
from ledger.vouchers import VoucherState
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.imports import import_cases


def main(url: str, work: str, file: str, point: str = "") -> None:
    """Do the work in one transaction, as the commands do."""
    seen: Counter[str] = Counter()

    def step(name: str, _count: int = 0) -> None:
        seen[name] += 1
        print(name, flush=True)
        if point == f"{name}:{seen[name]}":
            sys.stdin.readline()

    def before_commit(_connection: Connection) -> None:
        step("commit")

    engine = database.create(url)
    event.listen(engine, "commit", before_commit)
    with database.transaction(engine) as session:
        if work == "import":
            path = Path(file)
            service.import_register(
                session,
                import_cases.understand(path.read_bytes(), path.name),
                import_cases.request(),
                actor=PREPARER,
                clock=CLOCK,
                progress=step,
            )
        else:
            keys = posting.list_waiting(session, VoucherState.SUBMITTED)
            posting.post(
                session,
                keys,
                actor=REVIEWER,
                clock=CLOCK,
                reviewing=True,
                progress=lambda count: step("post", count),
            ).require()
    engine.dispose()
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
