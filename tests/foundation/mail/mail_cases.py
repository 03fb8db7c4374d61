"""Messages that the tests queue, and what then stands in the outbox."""

from typing import Any

from sqlalchemy import Engine, select

from foundation import database
from foundation.mail import sending, service, transport
from foundation.mail.models import Attempt, Message
from foundation.mail.sending import Run
from foundation.mail.transport import Server
from ledger.clock import Clock
from tests import factories

PUBLIC_URL = "https://foundation.example.org"
NAME = "示例基金会"


def queue(engine: Engine, to: str = "lin@example.org", **given: Any) -> int:
    """Queue a message in a transaction of its own."""
    values: dict[str, Any] = {
        "subject": "感谢您的捐赠",
        "body": "您好！\n\nThank you.\n",
        "clock": factories.CLOCK,
    }
    with database.transaction(engine) as session:
        return service.queue(session, to=to, **(values | given))


def server(port: int, *, scheme: str = "smtp", user: str = "", options: str = "") -> Server:
    """The settings for a server on this machine."""
    who = f"{user}@" if user else ""
    return transport.parse(f"{scheme}://{who}127.0.0.1:{port}{options}", public_url=PUBLIC_URL)


def send(engine: Engine, port: int, *, clock: Clock = factories.CLOCK, **options: Any) -> Run:
    """Empty the outbox into a server on this machine."""
    return sending.send_waiting(engine, server(port), name=NAME, clock=clock, **options)


def stored(engine: Engine, key: int) -> Message:
    """Return a message as it is stored."""
    with database.reading(engine) as session:
        return session.get_one(Message, key)


def attempts(engine: Engine, key: int) -> list[Attempt]:
    """Return the log of a message."""
    query = select(Attempt).where(Attempt.message_id == key).order_by(Attempt.id)
    with database.reading(engine) as session:
        return list(session.execute(query).scalars())
