"""What the workspace keeps: rubrics handed in, scores, papers, tasks, and what the books proved.

Scores, confirmations, choices and runs are only ever added; a paper is superseded or withdrawn,
never deleted. The guards `assessment` of the database hold that against raw SQL.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Minor, Name, choice


class Confirming(StrEnum):
    """What a second person says to a self-score: 确认、退回."""

    CONFIRMED = "confirmed"
    RETURNED = "returned"


class TaskState(StrEnum):
    """待办、已办、不再需要."""

    OPEN = "task_open"
    DONE = "task_done"
    DROPPED = "task_dropped"


class AssessmentRubric(Base):
    """A rubric that an administrator handed in, as it was read, with the document itself."""

    __tablename__ = "assessment_rubric"

    id: Mapped[Key]
    version: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[Name]
    # JSON in the shape of the data files; the digest is that of the uploaded document.
    content: Mapped[str]
    file_name: Mapped[Name]
    digest: Mapped[Digest]
    imported_by: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]


class AssessmentChoice(Base):
    """Which rubric is worked with for which years; the last row holds."""

    __tablename__ = "assessment_choice"

    id: Mapped[Key]
    version: Mapped[str] = mapped_column(String(64))
    first_year: Mapped[int]
    last_year: Mapped[int]
    # 原始基金（注册资金）, as registered; without it nobody can compare net assets with it.
    founding_minor: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
    chosen_by: Mapped[str] = mapped_column(String(64))
    chosen_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("last_year BETWEEN first_year AND first_year + 4", name="years"),
        CheckConstraint("founding_minor IS NULL OR founding_minor > 0", name="founding_positive"),
    )


class AssessmentScore(Base):
    """What somebody gave an indicator; the last row of an indicator holds."""

    __tablename__ = "assessment_score"

    id: Mapped[Key]
    version: Mapped[str] = mapped_column(String(64))
    last_year: Mapped[int]
    indicator: Mapped[str] = mapped_column(String(40))
    # NULL takes the score back.
    points_hundredths: Mapped[int | None]
    note: Mapped[str]
    scored_by: Mapped[str] = mapped_column(String(64))
    scored_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("points_hundredths IS NULL OR points_hundredths >= 0", name="not_negative"),
        Index(None, "version", "last_year", "indicator"),
    )


class AssessmentConfirmation(Base):
    """What a second person said to a score."""

    __tablename__ = "assessment_confirmation"

    score_id: Mapped[int] = mapped_column(ForeignKey("assessment_score.id"), primary_key=True)
    verdict: Mapped[Confirming] = mapped_column(choice(Confirming))
    note: Mapped[str]
    confirmed_by: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("verdict <> 'returned' OR note <> ''", name="return_reason"),)


class AssessmentPaper(Base):
    """A paper that proves something, kept byte for byte under its digest."""

    __tablename__ = "assessment_paper"

    id: Mapped[Key]
    title: Mapped[Name]
    # A place of `data/slots.toml`, or empty for a paper that no rubric asks for by name.
    slot: Mapped[str] = mapped_column(String(64))
    document_number: Mapped[str] = mapped_column(String(120))
    issuer: Mapped[Name]
    issued_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    # The years that it speaks of.
    first_year: Mapped[int | None]
    last_year: Mapped[int | None]
    file_name: Mapped[Name]
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[Minor]
    digest: Mapped[Digest]
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("assessment_paper.id"))
    ended_reason: Mapped[str | None] = mapped_column(String(500))
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("title <> ''", name="named"),
        CheckConstraint(
            "(first_year IS NULL) = (last_year IS NULL)"
            " AND (first_year IS NULL OR first_year <= last_year)",
            name="years",
        ),
        CheckConstraint(
            "valid_until IS NULL OR issued_on IS NULL OR valid_until >= issued_on", name="in_order"
        ),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)"
            " AND (ended_at IS NULL) = (ended_reason IS NULL)"
            " AND (superseded_by_id IS NULL OR ended_at IS NOT NULL)",
            name="ended_complete",
        ),
        Index(None, "slot"),
        Index(None, "digest"),
    )


class AssessmentPaperUse(Base):
    """An indicator that a paper serves beside those whose place it lies in."""

    __tablename__ = "assessment_paper_use"

    paper_id: Mapped[int] = mapped_column(ForeignKey("assessment_paper.id"), primary_key=True)
    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(40), primary_key=True)
    linked_by: Mapped[str] = mapped_column(String(64))
    linked_at: Mapped[datetime]

    __table_args__ = (Index(None, "version", "indicator"), {"sqlite_with_rowid": False})


class AssessmentTask(Base):
    """What one person does until a day, for one indicator."""

    __tablename__ = "assessment_task"

    id: Mapped[Key]
    version: Mapped[str] = mapped_column(String(64))
    last_year: Mapped[int]
    indicator: Mapped[str] = mapped_column(String(40))
    title: Mapped[Name]
    # Which gap it closes, so that the gap says who is at it: `paper:audit_report`.
    gap: Mapped[str] = mapped_column(String(120))
    assignee: Mapped[str] = mapped_column(String(64))
    due_on: Mapped[date]
    # The deadline of the calendar that is the same thing; its mark closes the task.
    duty: Mapped[str | None] = mapped_column(String(64))
    occurrence: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[TaskState] = mapped_column(choice(TaskState))
    note: Mapped[str]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    closed_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("title <> ''", name="named"),
        CheckConstraint("(duty IS NULL) = (occurrence IS NULL)", name="duty_complete"),
        CheckConstraint(
            "(state = 'task_open') = (closed_at IS NULL)"
            " AND (closed_at IS NULL) = (closed_by IS NULL)",
            name="closed_complete",
        ),
        Index(None, "assignee", "state"),
        Index(None, "version", "last_year", "indicator"),
    )


class AssessmentRun(Base):
    """What the books proved by themselves on one day: every probe of a rubric, as JSON."""

    __tablename__ = "assessment_run"

    id: Mapped[Key]
    version: Mapped[str] = mapped_column(String(64))
    first_year: Mapped[int]
    last_year: Mapped[int]
    content: Mapped[str]
    run_by: Mapped[str] = mapped_column(String(64))
    run_at: Mapped[datetime]

    __table_args__ = (Index(None, "version", "last_year"),)
