"""The outbox: messages as they were written, and the log of every attempt to hand one over.

A message is a row of the same transaction as the act it speaks of, so it is there if and only if
the act is. What was tried is never changed or deleted (migrations/guards/portal.*.sql).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, choice


class MessageState(StrEnum):
    """待发送、已发送、未能发送."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Outcome(StrEnum):
    """What came of one attempt: handed over, put off until later, refused for good."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"


class Message(Base):
    """One message. `header_id` is in its Message-ID, the same however often it is tried."""

    __tablename__ = "mail_message"

    id: Mapped[Key]
    # What the message is about, in words of the feature that wrote it: it is queued only once.
    key: Mapped[str | None] = mapped_column(String(160))
    header_id: Mapped[str] = mapped_column(String(32))
    to_address: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    about: Mapped[str] = mapped_column(String(120))
    # The body opens something for whoever reads it; it is forgotten once it was handed over.
    is_secret: Mapped[bool]
    state: Mapped[MessageState] = mapped_column(choice(MessageState))
    attempts: Mapped[int]
    try_at: Mapped[datetime]
    # A worker has it until then; if the worker dies, another one takes it afterwards.
    held_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("header_id"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_complete"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(None, "about"),
        Index(
            "ix_mail_message_waiting",
            "try_at",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )


class Attempt(Base):
    """One attempt to hand a message to the server: when, what for a message, what was answered."""

    __tablename__ = "mail_attempt"

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("mail_message.id"))
    header_id: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    at: Mapped[datetime]
    detail: Mapped[str | None]

    __table_args__ = (Index(None, "message_id"),)
