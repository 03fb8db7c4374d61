"""Write messages into the outbox. Nothing is sent here: that happens after the commit.

    mail.service.queue(session, to="a@example.org", subject="…", body="…",
                       about="pledge:3", key="pledge:3:2026-03-01", actor=actor, clock=clock)

The message goes out if and only if the transaction commits. The same `key` queues nothing twice.
"""

import secrets
from email.errors import HeaderParseError
from email.headerregistry import Address

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.mail.models import Message, MessageState
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.vouchers import SYSTEM_ACTOR

_MOST_BODY = 100_000


class UnknownMessage(NotFound):
    """No message has this key."""

    code = "unknown_message"
    message = "找不到邮件 {message_id}"


class StillWaiting(Conflict):
    """The message is on its way already."""

    code = "message_waiting"
    message = "邮件 {message_id} 正在等待发送，不必重发"


class Forgotten(Conflict):
    """The body of the message held a link for one use and was not kept."""

    code = "message_forgotten"
    message = "邮件 {message_id} 含一次性链接，内容不再保存，请重新生成链接"


def queue(
    session: Session,
    *,
    to: str,
    subject: str,
    body: str,
    about: str = "",
    key: str | None = None,
    is_secret: bool = False,
    actor: str = SYSTEM_ACTOR,
    clock: Clock,
) -> int:
    """Put a message into the outbox and return its number; it is sent after the commit.

    `about` names what it speaks of (`donor:12`), `key` what must not be said twice: with a known
    key the earlier message is returned and nothing is queued. `is_secret` is for a body with a
    link that lets somebody in. Raises InvalidInput.
    """
    if key is not None:
        known = session.execute(select(Message.id).where(Message.key == key)).scalar()
        if known is not None:
            return known
    now = clock.now()
    message = Message(
        key=key,
        header_id=_new_header_id(),
        to_address=check_address(to),
        subject=_check_line(subject),
        body=_check_body(body),
        about=about[:120],
        is_secret=is_secret,
        state=MessageState.WAITING,
        attempts=0,
        try_at=now,
        created_by=actor,
        created_at=now,
    )
    session.add(message)
    session.flush()
    return message.id


def resend(session: Session, message_id: int, *, actor: str, clock: Clock) -> None:
    """Send a message once more, as a new one for the servers on its way.

    Raises UnknownMessage, StillWaiting, and Forgotten for a body that was not kept.
    """
    message = session.execute(
        select(Message).where(Message.id == message_id).with_for_update()
    ).scalar_one_or_none()
    if message is None:
        raise UnknownMessage(message_id=message_id)
    if message.state is MessageState.WAITING:
        raise StillWaiting(message_id=message_id)
    if message.is_secret:
        raise Forgotten(message_id=message_id)
    session.execute(
        update(Message)
        .where(Message.id == message_id)
        .values(
            state=MessageState.WAITING,
            header_id=_new_header_id(),
            attempts=0,
            try_at=clock.now(),
            held_until=None,
            last_error=None,
            sent_at=None,
        )
    )
    trail.record(
        session, actor=actor, clock=clock, action="mail.resend", subject=f"mail:{message_id}"
    )


def check_address(text: str) -> str:
    """Return an address that mail can be sent to. Raises InvalidInput."""
    cleaned = text.strip()
    try:
        address = Address(addr_spec=cleaned)
    except (HeaderParseError, ValueError, IndexError):
        raise InvalidInput(field="电子邮箱", reason="应写作 name@example.org") from None
    if not address.domain or len(cleaned) > 200 or not cleaned.isprintable():
        raise InvalidInput(field="电子邮箱", reason="应写作 name@example.org")
    return address.addr_spec


def _check_line(subject: str) -> str:
    cleaned = " ".join(subject.split())
    if not cleaned or len(cleaned) > 200 or not cleaned.isprintable():
        raise InvalidInput(field="邮件主题", reason="不能为空，最多 200 字")
    return cleaned


def _check_body(body: str) -> str:
    if not body.strip() or len(body) > _MOST_BODY or "\x00" in body:
        raise InvalidInput(field="邮件正文", reason="不能为空，最多 100,000 字")
    return body


def _new_header_id() -> str:
    return secrets.token_hex(16)
