"""What was published, by whom, when, and byte for byte; nothing of it is ever changed.

A publication is prepared by one person and published by another. A correction is a further
version of the same entry with its 更正说明; the earlier version stays visible (民政部令第81号
第十六条, B). The guards of the database hold that too (migrations/guards/public.*.sql).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Name, choice


class VersionState(StrEnum):
    """待复核、已公开、未通过."""

    PREPARED = "prepared"
    PUBLISHED = "published"
    DECLINED = "declined"


class DisclosureEntry(Base):
    """One thing that is public: a kind of data/kinds.toml, and the year or event it is about."""

    __tablename__ = "disclosure_entry"

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(40))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("kind", "subject"),
        CheckConstraint("kind <> '' AND subject <> ''", name="named"),
    )


class DisclosureVersion(Base):
    """What an entry says, as canonical JSON; `number` is given at publication."""

    __tablename__ = "disclosure_version"

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("disclosure_entry.id"))
    number: Mapped[int | None]
    state: Mapped[VersionState] = mapped_column(choice(VersionState))
    title: Mapped[Name]
    content: Mapped[str]
    digest: Mapped[Digest]
    correction: Mapped[str | None]
    # The duty of the calendar that the publication fulfils, and which occurrence of it.
    duty: Mapped[str | None] = mapped_column(String(64))
    occurrence: Mapped[str | None] = mapped_column(String(40))
    # Where it stands: the address that was public from the publication on.
    address: Mapped[str | None] = mapped_column(String(300))
    prepared_by: Mapped[str] = mapped_column(String(64))
    prepared_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    declined_reason: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        CheckConstraint(
            "(state = 'prepared') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_complete",
        ),
        CheckConstraint(
            "(state = 'published') = (number IS NOT NULL) AND (number IS NULL) = (address IS NULL)",
            name="published_complete",
        ),
        CheckConstraint(
            "(state = 'declined') = (declined_reason IS NOT NULL)", name="declined_reasoned"
        ),
        CheckConstraint("decided_by IS NULL OR decided_by <> prepared_by", name="two_people"),
        CheckConstraint(
            "number IS NULL OR number = 1 OR correction IS NOT NULL", name="correction_explained"
        ),
        CheckConstraint("(duty IS NULL) = (occurrence IS NULL)", name="duty_complete"),
        Index(
            "uq_disclosure_version_waiting",
            "entry_id",
            unique=True,
            sqlite_where=text("state = 'prepared'"),
            postgresql_where=text("state = 'prepared'"),
        ),
    )


class DisclosureFile(Base):
    """A file that is published with a version, byte for byte."""

    __tablename__ = "disclosure_file"

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("disclosure_version.id"))
    name: Mapped[Name]
    media_type: Mapped[str] = mapped_column(String(100))
    digest: Mapped[Digest]
    data: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (UniqueConstraint("version_id", "name"),)
