"""A process for tests to kill: it issues the letters of a batch and says how far it is.

    python -m tests.foundation.receipting.killable_letters URL BATCH [POINT]

Every step is a line on standard output, `issue` after each set or `commit` right before it, and
`done` at the end. At POINT, such as `issue:2`, it waits for a line that nobody sends.
"""

import sys
from collections import Counter

from sqlalchemy import Connection, event

from foundation import database
from foundation.receipting import service
from foundation.receipting.eligibility import Document
from foundation.receipting.scopes import Scope
from tests.factories import CLOCK, PREPARER


def main(url: str, batch: str, point: str = "") -> None:
    """Do the work in one transaction, as the command does."""
    seen: Counter[str] = Counter()

    def step(name: str) -> None:
        seen[name] += 1
        print(name, flush=True)
        if point == f"{name}:{seen[name]}":
            sys.stdin.readline()

    def before_commit(_connection: Connection) -> None:
        step("commit")

    engine = database.create(url)
    event.listen(engine, "commit", before_commit)
    with database.transaction(engine) as session:
        service.issue(
            session,
            Scope(Document.LETTER, batch_id=int(batch)),
            verify_at="https://foundation.example.org/verify/",
            actor=PREPARER,
            clock=CLOCK,
            progress=lambda _count: step("issue"),
        )
    engine.dispose()
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
