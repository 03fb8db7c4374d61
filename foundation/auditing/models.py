"""Questions of auditors with their answers, and the log of what auditors opened.

Neither is ever changed: a question is only closed, an answer is followed by a later one, and the
log is kept as long as the books (guards of the database refuse anything else).
"""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Minor, Name


class AuditQuery(Base):
    """A question of an auditor, as the accountant recorded it."""

    __tablename__ = "audit_query"

    id: Mapped[Key]
    year: Mapped[int]
    number: Mapped[int]
    topic: Mapped[Name]
    text: Mapped[str]
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    line_no: Mapped[int | None] = mapped_column(SmallInteger)
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"))
    # The person of the firm who asked, which is not a user who writes here.
    asked_by: Mapped[Name]
    asked_on: Mapped[date]
    # What makes two questions the same one, so that a workbook read twice adds nothing.
    fingerprint: Mapped[Digest] = mapped_column(unique=True)
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    closed_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("topic <> '' AND text <> '' AND asked_by <> ''", name="complete"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("line_no IS NULL OR voucher_id IS NOT NULL", name="line_of_voucher"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        UniqueConstraint("year", "number"),
        Index(None, "voucher_id"),
        Index(None, "gift_id"),
    )


class AuditAnswer(Base):
    """An answer; the last one counts, the ones before it stay."""

    __tablename__ = "audit_answer"

    id: Mapped[Key]
    query_id: Mapped[int] = mapped_column(ForeignKey("audit_query.id"))
    text: Mapped[str]
    answered_by: Mapped[str] = mapped_column(String(64))
    answered_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("text <> ''", name="complete"), Index(None, "query_id"))


class AuditAnswerFile(Base):
    """A paper that came with an answer, kept byte for byte under its digest."""

    __tablename__ = "audit_answer_file"

    id: Mapped[Key]
    answer_id: Mapped[int] = mapped_column(ForeignKey("audit_answer.id"))
    file_name: Mapped[Name]
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[Minor]
    digest: Mapped[Digest]

    __table_args__ = (UniqueConstraint("answer_id", "digest"),)


class AccessLog(Base):
    """One request of an auditor: what was opened or fetched, and what was refused."""

    __tablename__ = "access_log"

    id: Mapped[Key]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(8))
    endpoint: Mapped[str] = mapped_column(String(100))
    # With the query, because a search or a filter is part of what was looked at.
    path: Mapped[str]
    # What of the books the address names, such as `voucher_id=12`.
    subject: Mapped[Name]
    status: Mapped[int]

    __table_args__ = (Index(None, "at"), Index(None, "actor", "at"))


def reference(year: int, number: int) -> str:
    """Write the reference that people use: `Q2026-0007`."""
    return f"Q{year}-{number:04d}"
