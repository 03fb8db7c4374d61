"""Donors. Numbers that identify a person are stored encrypted, with a blind index beside them."""

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

from ledger.orm import Base, Key, Name, choice


def _begun(longest: int) -> String:
    """Text that is searched by how it begins: ordered by its bytes in both databases."""
    return String(longest).with_variant(String(longest, collation="C"), "postgresql")


class DonorKind(StrEnum):
    """个人、单位、集体、匿名."""

    PERSON = "person"
    ORGANISATION = "organisation"
    GROUP = "group"
    ANONYMOUS = "anonymous"


class Donor(Base):
    """One donor. `dimension_id` is the value that lines of vouchers carry."""

    __tablename__ = "donor"

    id: Mapped[Key]
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"))
    kind: Mapped[DonorKind] = mapped_column(choice(DonorKind))
    name: Mapped[Name]
    # The name as it is compared (normalised), and as it is typed in pinyin.
    name_key: Mapped[str] = mapped_column(_begun(200))
    pinyin: Mapped[str] = mapped_column(_begun(400))
    initials: Mapped[str] = mapped_column(_begun(200))
    credit_code: Mapped[str | None] = mapped_column(_begun(18))
    id_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_index: Mapped[str | None] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(_begun(40))
    note: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("dimension_id"),
        UniqueConstraint("credit_code"),
        Index(None, "name_key"),
        Index(None, "pinyin"),
        Index(None, "initials"),
        Index(None, "id_number_index"),
        Index(None, "phone"),
        # Every two letters that stand together in a name, so that the middle of a name is found
        # without reading all names. SQLite reads them all in time.
        Index("ix_donor_grams", text("donor_grams(name_key)"), postgresql_using="gin").ddl_if(
            dialect="postgresql"
        ),
        CheckConstraint("name <> ''", name="named"),
    )


class RelationKind(StrEnum):
    """How a donor is related to another, as a simple fact."""

    HOUSEHOLD = "household"
    EMPLOYER = "employer"
    LEGAL_REPRESENTATIVE = "legal_representative"
    MEMBER = "member"


class DonorMerge(Base):
    """Two donors found to be one: the second is an alias of the first until the merge is undone.

    Nothing is moved. Gifts, vouchers and documents stay with the donor they were issued to.
    """

    __tablename__ = "donor_merge"

    id: Mapped[Key]
    kept_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    merged_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    reason: Mapped[str]
    merged_by: Mapped[str] = mapped_column(String(64))
    merged_at: Mapped[datetime]
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None]
    undone_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two_donors"),
        CheckConstraint("reason <> ''", name="reasoned"),
        CheckConstraint(
            "(undone_by IS NULL) = (undone_at IS NULL)"
            " AND (undone_by IS NULL) = (undone_reason IS NULL)",
            name="undone_complete",
        ),
        Index(None, "kept_id"),
        Index(
            "uq_donor_merge_live",
            "merged_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )


class DonorRelation(Base):
    """A relation between two donors."""

    __tablename__ = "donor_relation"

    id: Mapped[Key]
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    related_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    kind: Mapped[RelationKind] = mapped_column(choice(RelationKind))
    note: Mapped[Name | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("donor_id", "related_id", "kind"),
        CheckConstraint("donor_id <> related_id", name="two_donors"),
        Index(None, "related_id"),
    )


class AlumniClass(Base):
    """A class of a college, and how many there were: what participation is measured against."""

    __tablename__ = "alumni_class"

    id: Mapped[Key]
    college: Mapped[str] = mapped_column(String(120))
    class_name: Mapped[str] = mapped_column(String(120))
    year: Mapped[int]
    member_count: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("college", "class_name", "year"),
        CheckConstraint("college <> '' AND class_name <> ''", name="named"),
        CheckConstraint("member_count IS NULL OR member_count > 0", name="members_positive"),
        CheckConstraint("year BETWEEN 1900 AND 2200", name="year"),
    )


class DonorClass(Base):
    """A donor was in a class."""

    __tablename__ = "donor_class"

    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"), primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("alumni_class.id"), primary_key=True)
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]

    __table_args__ = (Index(None, "class_id"), {"sqlite_with_rowid": False})
