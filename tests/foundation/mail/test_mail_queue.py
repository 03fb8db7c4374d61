"""Messages are rows of the transaction: they go if it commits, and nothing is said twice."""

import pytest
from sqlalchemy import Engine, func, select

from foundation import database
from foundation.mail import service, texts
from foundation.mail.models import Message, MessageState
from tests import factories
from tests.databases import Databases
from tests.foundation.mail import mail_cases, smtp_server
from tests.foundation.mail.mail_cases import queue, stored
from tests.refusals import refused
from tests.threads import together


def _fail_after_queueing(engine: Engine) -> None:
    with database.transaction(engine) as session:
        service.queue(session, to="lin@example.org", subject="a", body="b", clock=factories.CLOCK)
        raise RuntimeError


def count(engine: Engine) -> int:
    with database.reading(engine) as session:
        return session.execute(select(func.count()).select_from(Message)).scalar_one()


def test_message_of_an_undone_transaction_is_not_there(engine: Engine) -> None:
    with pytest.raises(RuntimeError):
        _fail_after_queueing(engine)

    assert count(engine) == 0


def test_same_key_is_queued_once(engine: Engine) -> None:
    first = queue(engine, key="pledge:3:2026-03-01")
    assert queue(engine, key="pledge:3:2026-03-01", subject="又一次") == first
    assert queue(engine, key="pledge:3:2026-04-01") != first
    assert count(engine) == 2


def test_same_key_at_the_same_moment_is_queued_once(databases: Databases) -> None:
    with databases.migrated("postgresql") as engine:
        found = together([lambda: queue(engine, key="once")] * 4)

        # Whoever came second was refused by the database, and its whole act with it.
        assert len({key for key in found if isinstance(key, int)}) == 1
        assert count(engine) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", "nobody"),
        ("to", "a@b.example\r\nBcc: all@example.org"),
        ("to", "a@example.org, b@example.org"),
        ("to", ""),
        ("to", f"{'a' * 200}@example.org"),
        ("subject", ""),
        ("subject", "x" * 201),
        ("subject", "bell\x07"),
        ("body", " \n"),
        ("body", "nul\x00"),
        ("body", "x" * 100_001),
    ],
)
def test_what_cannot_be_sent_is_not_queued(databases: Databases, field: str, value: str) -> None:
    with databases.migrated("sqlite") as engine:
        with refused("invalid"):
            queue(engine, **{field: value})
        assert count(engine) == 0


def test_subject_is_one_line(databases: Databases) -> None:
    with databases.migrated("sqlite") as engine:
        key = queue(engine, subject="感谢\r\nBcc: all@example.org")
        assert stored(engine, key).subject == "感谢 Bcc: all@example.org"


def test_resending_needs_a_message_that_is_done_and_was_kept(databases: Databases) -> None:
    with databases.migrated("sqlite") as engine:
        key = queue(engine)
        with refused("message_waiting"):
            _resend(engine, key)
        with refused("unknown_message"):
            _resend(engine, 99)
        with smtp_server.running() as server:
            mail_cases.send(engine, server.port)
            before = stored(engine, key).header_id
            _resend(engine, key)
            again = stored(engine, key)
            assert (again.state, again.attempts) == (MessageState.WAITING, 0)
            assert again.header_id != before
            mail_cases.send(engine, server.port)
        assert len(mail_cases.attempts(engine, key)) == 2


def _resend(engine: Engine, key: int) -> None:
    with database.transaction(engine) as session:
        service.resend(session, key, actor="admin", clock=factories.CLOCK)


def test_words_of_people_stay_on_their_line() -> None:
    subject, body = texts.compose(
        "sign_in",
        organisation="示例基金会",
        organisation_en="Example\r\nBcc: x@example.org",
        donor="林晓舟\n\nhttps://evil.example\u202e<script>",
        address="https://foundation.example.org/my/enter/abc",
        minutes=30,
    )

    assert subject == "查看您的捐赠 · 示例基金会"
    assert "林晓舟  https://evil.example <script>，您好" in body
    assert "\u202e" not in body
    assert "Example  Bcc: x@example.org" in body
    assert body.index("您好") < body.index("Dear")
