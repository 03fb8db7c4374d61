"""Answers kept for repeated requests: same key and same body, same answer."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest


class IdempotentAnswer(Base):
    """The answer that a POST with an Idempotency-Key got."""

    __tablename__ = "idempotent_answer"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    request_digest: Mapped[Digest]
    status: Mapped[int]
    body: Mapped[str]
    created_at: Mapped[datetime]
