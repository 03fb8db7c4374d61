"""Empty the outbox: claim a message, hand it over, note what came of it. Three steps, two commits.

Nothing is sent inside a transaction. A worker that dies between handing over and noting leaves a
claim that runs out, and the message goes again with the same Message-ID: rather twice than never.
"""

import smtplib
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, or_, select, update
from sqlalchemy.orm import Session

from foundation import database
from foundation.mail import transport
from foundation.mail.models import Attempt, Message, MessageState, Outcome
from foundation.mail.transport import Letter, Refused, Server, Unreachable
from ledger.clock import Clock

# How long after the first, second… failure a message is tried again; then it has failed.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
# Longer than any server may take to answer one message.
CLAIM = timedelta(minutes=10)
FORGOTTEN = "（含一次性链接，发送后不再保存）"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker has for a while."""

    id: int
    held_until: datetime
    attempts: int
    letter: Letter


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did. `problem` is why it stopped early."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0
    problem: str = ""


def send_waiting(
    engine: Engine, server: Server, *, name: str, clock: Clock, limit: int = 500
) -> Run:
    """Send what is due, oldest first. A server that cannot be reached ends the run."""
    counts = dict.fromkeys(Outcome, 0)
    problem = ""
    with ExitStack() as stack:
        connection: smtplib.SMTP | None = None
        for _ in range(limit):
            claimed = claim(engine, clock=clock)
            if claimed is None:
                break
            outcome, detail = Outcome.SENT, ""
            try:
                if connection is None:
                    connection = stack.enter_context(transport.connected(server))
                transport.hand_over(connection, server, claimed.letter, name=name)
            except Refused as error:
                detail = str(error)
                outcome = Outcome.REFUSED if error.is_final else Outcome.DEFERRED
            except Unreachable as error:
                outcome, detail = Outcome.DEFERRED, str(error)
                problem = detail
            counts[note(engine, claimed, outcome, detail, clock=clock)] += 1
            if problem:
                break
    return Run(counts[Outcome.SENT], counts[Outcome.REFUSED], counts[Outcome.DEFERRED], problem)


def is_any_due(session: Session, *, clock: Clock) -> bool:
    """Tell whether there is anything to send; a reader holds nobody up."""
    return (
        session.execute(select(Message.id).where(*_due(clock.now())).limit(1)).first() is not None
    )


def claim(engine: Engine, *, clock: Clock) -> Claimed | None:
    """Take the oldest message that is due, or None; no other worker takes it meanwhile."""
    now = clock.now()
    with database.reading(engine) as session:
        if not is_any_due(session, clock=clock):
            return None
    with database.transaction(engine) as session:
        message = session.execute(
            select(Message)
            .where(*_due(now))
            .order_by(Message.try_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if message is None:
            return None
        message.held_until = now + CLAIM
        message.attempts += 1
        session.flush()
        return Claimed(
            message.id,
            message.held_until,
            message.attempts,
            Letter(
                message.header_id,
                message.to_address,
                message.subject,
                message.body,
                message.created_at,
            ),
        )


def note(
    engine: Engine, claimed: Claimed, outcome: Outcome, detail: str, *, clock: Clock
) -> Outcome:
    """Write down what came of an attempt and return it; the last failure is a refusal.

    Whoever lost the claim meanwhile changes nothing but the log.
    """
    now = clock.now()
    if outcome is Outcome.DEFERRED and claimed.attempts > len(BACKOFF):
        outcome = Outcome.REFUSED
    values: dict[str, object] = {"held_until": None, "last_error": detail or None}
    if outcome is Outcome.SENT:
        values |= {"state": MessageState.SENT, "sent_at": now}
    elif outcome is Outcome.REFUSED:
        values |= {"state": MessageState.FAILED}
    else:
        values |= {"try_at": now + BACKOFF[claimed.attempts - 1]}
    with database.transaction(engine) as session:
        session.add(
            Attempt(
                message_id=claimed.id,
                header_id=claimed.letter.header_id,
                outcome=outcome,
                at=now,
                detail=detail or None,
            )
        )
        held = (
            Message.id == claimed.id,
            Message.state == MessageState.WAITING,
            Message.held_until == claimed.held_until,
        )
        session.execute(update(Message).where(*held).values(values))
        if outcome is not Outcome.DEFERRED:
            # What lets somebody in is of no more use here, and a harm if it is read.
            session.execute(
                update(Message)
                .where(Message.id == claimed.id, Message.is_secret)
                .where(Message.state != MessageState.WAITING)
                .values(body=FORGOTTEN)
            )
    return outcome


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.state == MessageState.WAITING,
        Message.try_at <= now,
        or_(Message.held_until.is_(None), Message.held_until <= now),
    )
