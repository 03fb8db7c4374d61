"""Batches of imported rows, and the column mappings that are remembered between them."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Minor, Name


class ImportBatch(Base):
    """One register that was imported, whole."""

    __tablename__ = "import_batch"

    id: Mapped[Key]
    file_name: Mapped[Name]
    file_digest: Mapped[Digest]
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    account_code: Mapped[str] = mapped_column(String(32))
    vouchers: Mapped[str] = mapped_column(String(8))
    row_count: Mapped[int]
    imported_count: Mapped[int]
    duplicate_count: Mapped[int]
    total_minor: Mapped[Minor]
    stated_total_minor: Mapped[int | None] = mapped_column(BigInteger)
    difference_reason: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("vouchers IN ('each', 'daily')", name="vouchers"),
        CheckConstraint(
            "stated_total_minor IS NULL OR stated_total_minor = total_minor"
            " OR difference_reason IS NOT NULL",
            name="ties_or_is_explained",
        ),
        Index(None, "file_digest"),
    )


class ColumnMapping(Base):
    """How the columns under a row of headings were understood, as a person confirmed it."""

    __tablename__ = "column_mapping"

    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    mapping: Mapped[str]
    saved_by: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime]
