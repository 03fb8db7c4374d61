"""Checked tables and papers that somebody hands in, explanations of control totals, packs.

What was handed in is never changed and never deleted; it ends when another takes its place or
when somebody withdraws it with a reason. An explanation keeps the two figures that it explains.
The database holds all of this (guards `evidence`).
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Code, Digest, Key, Name, choice

_ENDED_WHOLE = (
    "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL)"
)


class PackState(StrEnum):
    """草稿、正式."""

    DRAFT = "draft"
    FINAL = "final"


class JobState(StrEnum):
    """进行中、已完成、未完成."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class EvidenceUpload(Base):
    """One file that was handed in for a year: a checked table, or a paper."""

    __tablename__ = "evidence_upload"

    id: Mapped[Key]
    # A code of `data/kinds.toml`.
    kind: Mapped[Code]
    year: Mapped[int]
    # Empty for tables, of which a year has one; the digest for papers, of which it has many.
    slot: Mapped[str] = mapped_column(String(64))
    title: Mapped[Name]
    reference: Mapped[str] = mapped_column(String(120))
    dated_on: Mapped[date | None]
    file_name: Mapped[Name]
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[Digest]
    row_count: Mapped[int]
    # Of the rows as they were read, so that none can be added or changed unseen.
    rows_digest: Mapped[Digest]
    uploaded_by: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("year BETWEEN 1990 AND 2099", name="year"),
        CheckConstraint("size > 0 AND row_count >= 0", name="not_empty"),
        CheckConstraint(_ENDED_WHOLE, name="ended_whole"),
        Index(
            "uq_evidence_upload_live",
            "kind",
            "year",
            "slot",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "year"),
    )


class EvidenceRow(Base):
    """One row of a checked table: its cells as a JSON list, amounts in fen, days as ISO text."""

    __tablename__ = "evidence_row"

    upload_id: Mapped[int] = mapped_column(ForeignKey("evidence_upload.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[int]
    # Where it stands in the file, counted from 1.
    source_row: Mapped[int]
    cells: Mapped[str]

    __table_args__ = (
        CheckConstraint("line_no > 0 AND sheet > 0", name="placed"),
        {"sqlite_with_rowid": False},
    )


class EvidenceWaiver(Base):
    """Why a year does without a file that is required."""

    __tablename__ = "evidence_waiver"

    id: Mapped[Key]
    kind: Mapped[Code]
    year: Mapped[int]
    reason: Mapped[str]
    waived_by: Mapped[str] = mapped_column(String(64))
    waived_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("reason <> ''", name="reasoned"),
        CheckConstraint(_ENDED_WHOLE, name="ended_whole"),
        Index(
            "uq_evidence_waiver_live",
            "kind",
            "year",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class ControlExplanation(Base):
    """Why the two sides of a control total differ, with the sides as they were then.

    It holds only while both sides, and the rows in which they differ, are still the same.
    """

    __tablename__ = "control_explanation"

    id: Mapped[Key]
    period: Mapped[str] = mapped_column(String(16))
    control: Mapped[str] = mapped_column(String(8))
    # Fen, or items where the control total counts.
    left_value: Mapped[int] = mapped_column(BigInteger)
    right_value: Mapped[int] = mapped_column(BigInteger)
    gaps_digest: Mapped[Digest]
    reason: Mapped[str]
    file_name: Mapped[Name]
    media_type: Mapped[str] = mapped_column(String(100))
    # Empty without a paper.
    file_digest: Mapped[Digest]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(64))
    approved_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("reason <> ''", name="reasoned"),
        CheckConstraint("approved_by IS NULL OR approved_by <> made_by", name="two_people"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_whole"),
        CheckConstraint(_ENDED_WHOLE, name="ended_whole"),
        Index(
            "uq_control_explanation_live",
            "period",
            "control",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class AuditPack(Base):
    """A pack that was made: which years, its digest, and the books that it was made from."""

    __tablename__ = "audit_pack"

    id: Mapped[Key]
    first_year: Mapped[int]
    last_year: Mapped[int]
    state: Mapped[PackState] = mapped_column(choice(PackState))
    digest: Mapped[Digest]
    size: Mapped[int] = mapped_column(BigInteger)
    file_count: Mapped[int]
    chain_head: Mapped[Digest]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("first_year <= last_year AND last_year < first_year + 3", name="years"),
        CheckConstraint("size > 0 AND file_count > 0", name="not_empty"),
    )


class PackJob(Base):
    """The making of one pack, as far as it is. One that is not heard of any more was cut off."""

    __tablename__ = "pack_job"

    id: Mapped[Key]
    first_year: Mapped[int]
    last_year: Mapped[int]
    wanted: Mapped[PackState] = mapped_column(choice(PackState))
    state: Mapped[JobState] = mapped_column(choice(JobState))
    done_steps: Mapped[int]
    total_steps: Mapped[int]
    # What stood in the way: a JSON list of sentences.
    problems: Mapped[str]
    started_by: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    heard_at: Mapped[datetime]
    pack_id: Mapped[int | None] = mapped_column(ForeignKey("audit_pack.id"))

    __table_args__ = (
        CheckConstraint("(state = 'done') = (pack_id IS NOT NULL)", name="done_has_pack"),
        Index(None, "pack_id"),
    )
