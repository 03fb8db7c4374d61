"""Issued statements with their files, and reclassifications for presentation.

An issued statement is final: what it says, the files that were handed out, who signs. The guards
of the database hold that against raw SQL too (migrations/guards/statements.*.sql).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Minor, Name


class IssuedStatement(Base):
    """The statements of a period in one layout, as they left the house."""

    __tablename__ = "issued_statement"

    id: Mapped[Key]
    # The period as it was asked for: `2026`, `2026-Q1`, `2026-03`.
    period: Mapped[str] = mapped_column(String(16))
    first_period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    last_period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    layout: Mapped[str] = mapped_column(String(8))
    # Canonical JSON of every statement; the digest is of these bytes.
    content: Mapped[str]
    digest: Mapped[Digest]
    # The digest of the statement issued before this one, so that none can vanish unseen.
    previous_digest: Mapped[Digest]
    # The digest of the last period: the head of the chain of vouchers beneath.
    chain_head: Mapped[Digest]
    legal_representative: Mapped[Name]
    accounting_head: Mapped[Name]
    preparer: Mapped[Name]
    issued_by: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("first_period_id", "last_period_id", "layout"),
        CheckConstraint(
            "first_period_id <= last_period_id AND first_period_id / 100 = last_period_id / 100",
            name="one_year",
        ),
    )


class IssuedStatementFile(Base):
    """One file of an issued statement, byte for byte."""

    __tablename__ = "issued_statement_file"

    statement_id: Mapped[int] = mapped_column(ForeignKey("issued_statement.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100))
    digest: Mapped[Digest]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class StatementReclassification(Base):
    """A part of one row of the balance sheet shown in another, such as 一年内到期.

    It moves nothing in the books. A wrong one is taken back by its negative.
    """

    __tablename__ = "statement_reclassification"

    id: Mapped[Key]
    # The balance sheet at the end of this month.
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    from_row: Mapped[str] = mapped_column(String(64))
    to_row: Mapped[str] = mapped_column(String(64))
    amount_minor: Mapped[Minor]
    reason: Mapped[str]
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint("from_row <> to_row", name="two_rows"),
        Index(None, "period_id"),
    )
