"""Web addresses that are told of acts in the trail, and the log of every attempt to tell them.

An address has a place in the trail and is told in its order: what it has not taken yet keeps it
where it is, so nothing is queued anywhere and nothing can be lost or told out of order.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, choice


class WebhookState(StrEnum):
    """启用、暂停、停用."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Webhook(Base):
    """One address. `told_to` is the last record of the trail that it knows or does not want."""

    __tablename__ = "webhook"

    id: Mapped[Key]
    url: Mapped[str] = mapped_column(String(500))
    # Names of events, separated by spaces, in the order of the list of events.
    events: Mapped[str]
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[WebhookState] = mapped_column(choice(WebhookState))
    told_to: Mapped[int] = mapped_column(BigInteger)
    # Of the event that comes next: how often it was tried, and when it is tried again.
    attempts: Mapped[int]
    try_at: Mapped[datetime]
    # A worker has it until then; if the worker dies, another one takes it afterwards.
    held_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("attempts >= 0", name="attempts"),)


class WebhookAttempt(Base):
    """One attempt to tell an address of an event: when, and what it answered. Never changed."""

    __tablename__ = "webhook_attempt"

    id: Mapped[Key]
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    sequence: Mapped[int] = mapped_column(BigInteger)
    event: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    status: Mapped[int | None]
    detail: Mapped[str | None] = mapped_column(String(300))
    is_delivered: Mapped[bool]

    __table_args__ = (Index(None, "webhook_id", "id"),)
