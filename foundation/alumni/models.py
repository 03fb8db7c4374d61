"""People of alumni lists, and which donors they may be."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Name, choice


class MatchState(StrEnum):
    """待确认、已确认、不是同一人."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class AlumniList(Base):
    """One list as it was read: which file, how many rows, how many people were new."""

    __tablename__ = "alumni_list"

    id: Mapped[Key]
    file_name: Mapped[Name]
    digest: Mapped[Digest]
    row_count: Mapped[int]
    added_count: Mapped[int]
    imported_by: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]


class Alumnus(Base):
    """One person of one class. Somebody with two degrees is two rows."""

    __tablename__ = "alumnus"

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("alumni_list.id"))
    list_row: Mapped[int]
    class_id: Mapped[int] = mapped_column(ForeignKey("alumni_class.id"))
    name: Mapped[Name]
    name_key: Mapped[str] = mapped_column(String(200))
    student_number: Mapped[str | None] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(200))
    # What makes two rows one person: class and student number, or class, name and occurrence.
    fingerprint: Mapped[Digest]

    __table_args__ = (
        UniqueConstraint("fingerprint"),
        CheckConstraint("name <> ''", name="named"),
        Index(None, "class_id"),
        Index(None, "name_key"),
    )


class AlumnusMatch(Base):
    """A donor who may be a person of a list; only a person says whether it is so."""

    __tablename__ = "alumnus_match"

    id: Mapped[Key]
    alumnus_id: Mapped[int] = mapped_column(ForeignKey("alumnus.id"))
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    score: Mapped[int]
    # Words of `matching.REASONS`, with a space between them.
    reasons: Mapped[str] = mapped_column(String(200))
    state: Mapped[MatchState] = mapped_column(choice(MatchState))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("alumnus_id", "donor_id"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_complete",
        ),
        Index(None, "donor_id"),
        Index(None, "state", "score"),
        Index(
            "uq_alumnus_match_confirmed",
            "alumnus_id",
            unique=True,
            sqlite_where=text("state = 'confirmed'"),
            postgresql_where=text("state = 'confirmed'"),
        ),
    )
