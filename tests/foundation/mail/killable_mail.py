"""A process for tests to kill: it sends the outbox and stops between handing over and noting.

    python -m tests.foundation.mail.killable_mail URL PORT

It prints `sent` when the server has the first message, then waits for a line that nobody sends.
"""

import sys
from collections import Counter

from sqlalchemy import Connection, event

from foundation import database
from tests.foundation.mail import mail_cases


def main(url: str, port: str) -> None:
    """Send, and hang right before what came of the first message is committed."""
    seen: Counter[str] = Counter()

    def before_commit(_connection: Connection) -> None:
        seen["commit"] += 1
        # The first one claims the message, the second one notes that it was sent.
        if seen["commit"] == 2:
            print("sent", flush=True)
            sys.stdin.readline()

    engine = database.create(url)
    event.listen(engine, "commit", before_commit)
    mail_cases.send(engine, int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
