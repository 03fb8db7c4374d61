"""A worker that is killed between sending and noting it loses no mail."""

import subprocess
import sys
from pathlib import Path

import pytest

from foundation.mail.models import MessageState
from foundation.mail.sending import CLAIM
from ledger.clock import FixedClock
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.foundation.mail import mail_cases, smtp_server

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_killed_between_sending_and_noting_it_goes_again(
    databases: Databases, dialect: str
) -> None:
    with databases.migrated(dialect) as engine, smtp_server.running() as server:
        keys = [mail_cases.queue(engine, f"d{number}@example.org") for number in range(2)]
        url = engine.url.render_as_string(hide_password=False)
        command = [
            sys.executable,
            "-m",
            "tests.foundation.mail.killable_mail",
            url,
            str(server.port),
        ]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "sent\n"
            process.kill()
        assert mail_cases.stored(engine, keys[0]).state is MessageState.WAITING

        after = FixedClock(instant=factories.CLOCK.now() + CLAIM)
        assert mail_cases.send(engine, server.port, clock=after).sent == 2
        names = [message["Message-ID"] for message in server.messages]
        assert (len(names), len(set(names))) == (3, 2)
        assert {message["To"] for message in server.messages} == {
            "d0@example.org",
            "d1@example.org",
        }
