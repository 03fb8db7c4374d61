"""Read the outbox for pages and commands: messages with the log of their attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from foundation.mail.models import Attempt, Message, MessageState, Outcome

HIDDEN = "（含一次性链接，不显示）"


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt to send a message."""

    at: datetime
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message; `body` says nothing of a link for one use, unless these are the demo's books."""

    id: int
    to_address: str
    subject: str
    body: str
    about: str
    is_secret: bool
    state: MessageState
    attempts: int
    try_at: datetime
    last_error: str
    sent_at: datetime | None
    created_by: str
    created_at: datetime
    log: tuple[AttemptRow, ...]


def messages(
    session: Session,
    request: PageRequest,
    *,
    shows_secrets: bool,
    state: MessageState | None = None,
    about: str = "",
) -> Page[MessageRow]:
    """Return a part of the outbox, the latest first."""
    query = select(Message, Message.id)
    if state is not None:
        query = query.where(Message.state == state)
    if about:
        query = query.where(Message.about == about)
    part = lists.page(session, query, keys=[Message.id], request=request, descending=True)
    log = _log(session, [row.id for row in part.items])
    rows = [_row(row[0], log.get(row.id, ()), shows_secrets=shows_secrets) for row in part.items]
    return Page(rows, part.next)


def counts(session: Session) -> dict[MessageState, int]:
    """Return how many messages are in each state."""
    found = dict.fromkeys(MessageState, 0)
    query = select(Message.state, func.count()).group_by(Message.state).order_by(Message.state)
    for state, count in session.execute(query):
        found[state] = count
    return found


def _log(session: Session, keys: Sequence[int]) -> dict[int, tuple[AttemptRow, ...]]:
    found: dict[int, tuple[AttemptRow, ...]] = {}
    query = select(Attempt).where(Attempt.message_id.in_(keys)).order_by(Attempt.id)
    for attempt in session.execute(query).scalars():
        row = AttemptRow(attempt.at, attempt.outcome, attempt.detail or "")
        found[attempt.message_id] = (*found.get(attempt.message_id, ()), row)
    return found


def _row(message: Message, log: tuple[AttemptRow, ...], *, shows_secrets: bool) -> MessageRow:
    return MessageRow(
        id=message.id,
        to_address=message.to_address,
        subject=message.subject,
        body=HIDDEN if message.is_secret and not shows_secrets else message.body,
        about=message.about,
        is_secret=message.is_secret,
        state=message.state,
        attempts=message.attempts,
        try_at=message.try_at,
        last_error=message.last_error or "",
        sent_at=message.sent_at,
        created_by=message.created_by,
        created_at=message.created_at,
        log=log,
    )
