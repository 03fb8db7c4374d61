"""The outbox is emptied after the commit: in order, with patience, and rather twice than never."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from foundation.mail import sending
from foundation.mail.models import MessageState, Outcome
from foundation.mail.sending import BACKOFF, CLAIM, FORGOTTEN
from ledger.clock import FixedClock
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.foundation.mail import mail_cases, smtp_server
from tests.foundation.mail.mail_cases import attempts, queue, send, stored
from tests.foundation.mail.smtp_server import Manners
from tests.threads import together

NOW = factories.CLOCK.now()


def later(**by: int) -> FixedClock:
    return FixedClock(instant=NOW + timedelta(**by))


def test_messages_go_in_their_order_and_are_marked(engine: Engine) -> None:
    keys = [queue(engine, f"d{number}@example.org") for number in range(3)]
    with smtp_server.running() as server:
        run = send(engine, server.port)

        assert (run.sent, run.failed, run.deferred, run.problem) == (3, 0, 0, "")
        assert [message["To"] for message in server.messages] == [
            "d0@example.org",
            "d1@example.org",
            "d2@example.org",
        ]
        assert len(server.sessions) == 1
        assert send(engine, server.port).sent == 0
    for key in keys:
        message = stored(engine, key)
        assert (message.state, message.attempts, message.sent_at) == (MessageState.SENT, 1, NOW)
        assert [one.outcome for one in attempts(engine, key)] == [Outcome.SENT]


def test_message_says_who_writes_and_reads_as_it_was_written(engine: Engine) -> None:
    body = "𠮷野先生，您好！\n\n.点开头的一行\nThank you.\n"
    key = queue(engine, subject="关于 <b>捐赠</b> 的长主题" * 5, body=body)
    with smtp_server.running() as server:
        send(engine, server.port)
        (message,) = server.messages

    assert message["From"].addresses[0].display_name == mail_cases.NAME
    assert message["From"].addresses[0].addr_spec == "no-reply@foundation.example.org"
    assert message["Subject"] == "关于 <b>捐赠</b> 的长主题" * 5
    assert message["Message-ID"] == f"<{stored(engine, key).header_id}@foundation.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content() == body


def test_secret_is_forgotten_once_it_was_sent(engine: Engine) -> None:
    key = queue(engine, body="https://foundation.example.org/my/enter/secret", is_secret=True)
    with smtp_server.running() as server:
        send(engine, server.port)
        assert "secret" in server.messages[0].get_content()

    assert stored(engine, key).body == FORGOTTEN


def test_refused_for_good_is_not_tried_again(databases: Databases) -> None:
    with databases.migrated("sqlite") as engine:
        gone, fine = queue(engine, "gone@example.org"), queue(engine)
        manners = Manners(recipients={"gone@example.org": "550 no such user"})
        with smtp_server.running(manners) as server:
            run = send(engine, server.port)
            assert (run.sent, run.failed) == (1, 1)
            assert send(engine, server.port, clock=later(days=9)).sent == 0
        assert stored(engine, gone).state is MessageState.FAILED
        assert stored(engine, gone).last_error == "550 no such user"
        assert stored(engine, fine).state is MessageState.SENT


def test_put_off_is_tried_again_after_longer_and_longer_and_fails_in_the_end(
    databases: Databases,
) -> None:
    with databases.migrated("sqlite") as engine:
        key = queue(engine)
        clock, waits = later(), []
        with smtp_server.running(Manners(after_data="451 try later")) as server:
            while stored(engine, key).state is MessageState.WAITING:
                assert send(engine, server.port, clock=clock).sent == 0
                assert send(engine, server.port, clock=clock).deferred == 0
                due = stored(engine, key).try_at
                waits.append(due - clock.now())
                clock = FixedClock(instant=max(due, clock.now()))
        assert tuple(waits[:-1]) == BACKOFF
        assert stored(engine, key).state is MessageState.FAILED
        outcomes = [one.outcome for one in attempts(engine, key)]
        assert outcomes == [Outcome.DEFERRED] * len(BACKOFF) + [Outcome.REFUSED]


def test_server_that_is_away_ends_the_run_and_loses_nothing(databases: Databases) -> None:
    with databases.migrated("sqlite") as engine:
        first, second = queue(engine), queue(engine)
        with smtp_server.running() as server:
            port = server.port
        run = send(engine, port)

        assert (run.sent, run.deferred) == (0, 1)
        assert "refused" in run.problem.lower()
        assert (stored(engine, first).attempts, stored(engine, second).attempts) == (1, 0)
        with smtp_server.running() as server:
            assert send(engine, server.port, clock=later(minutes=1)).sent == 2


def test_server_that_hangs_up_after_the_message_gets_it_again_under_the_same_name(
    databases: Databases,
) -> None:
    with databases.migrated("sqlite") as engine:
        key = queue(engine)
        with smtp_server.running(Manners(hangs_up_after_data=True)) as server:
            assert send(engine, server.port).deferred == 1
            server.manners.hangs_up_after_data = False
            assert send(engine, server.port, clock=later(minutes=1)).sent == 1
            assert len({message["Message-ID"] for message in server.messages}) == 1
            assert len(server.messages) == 2
        assert stored(engine, key).state is MessageState.SENT


def test_claim_of_a_dead_worker_runs_out(engine: Engine) -> None:
    key = queue(engine)
    claimed = sending.claim(engine, clock=factories.CLOCK)
    assert claimed is not None
    assert sending.claim(engine, clock=factories.CLOCK) is None
    with smtp_server.running() as server:
        assert send(engine, server.port).sent == 0
        assert send(engine, server.port, clock=FixedClock(instant=NOW + CLAIM)).sent == 1
    # The first worker comes back: what it has to say changes nothing but the log.
    sending.note(engine, claimed, Outcome.REFUSED, "550 late", clock=later(hours=1))
    assert stored(engine, key).state is MessageState.SENT
    assert [one.outcome for one in attempts(engine, key)] == [Outcome.SENT, Outcome.REFUSED]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_two_workers_send_every_message_once(databases: Databases, dialect: str) -> None:
    with databases.migrated(dialect) as engine:
        for number in range(12):
            queue(engine, f"d{number}@example.org")
        with smtp_server.running() as server:
            runs = together([lambda: send(engine, server.port)] * 3)
            assert sum(run.sent for run in runs if not isinstance(run, Exception)) == 12
            assert len({message["To"] for message in server.messages}) == 12
            assert len(server.messages) == 12
