"""The organisation's own facts: one row, changed by an administrator, history in the trail."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, Name, choice


class Organisation(Base):
    """Whose books these are."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[Name]
    name_en: Mapped[Name]
    credit_code: Mapped[str] = mapped_column(String(18))
    time_zone: Mapped[str] = mapped_column(String(48))
    is_demo: Mapped[bool]
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class Letterhead(Base):
    """What documents say of the organisation beside its name, and which law they follow (信笺)."""

    __tablename__ = "letterhead"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # The profile of the documents: receipts/profiles/NAME.toml.
    profile: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(160))
    telephone: Mapped[str] = mapped_column(String(160))
    email: Mapped[str] = mapped_column(String(160))
    website: Mapped[str] = mapped_column(String(160))
    signatory: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(60))
    # Words of the organisation's own on each kind of document; on a certificate they take the
    # place of those of the profile.
    letter_words: Mapped[str] = mapped_column(String(600))
    statement_words: Mapped[str] = mapped_column(String(600))
    certificate_words: Mapped[str] = mapped_column(String(600))
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class Standing(StrEnum):
    """具有资格、被取消资格."""

    QUALIFIED = "qualified"
    CANCELLED = "cancelled"


class TaxQualification(Base):
    """A period that a published list speaks of (公益性捐赠税前扣除资格).

    A mistake is withdrawn with a reason and entered anew; nothing is ever changed or deleted.
    """

    __tablename__ = "tax_qualification"

    id: Mapped[Key]
    standing: Mapped[Standing] = mapped_column(choice(Standing))
    first_on: Mapped[date]
    last_on: Mapped[date]
    document_number: Mapped[str] = mapped_column(String(120))
    document_address: Mapped[str | None] = mapped_column(String(300))
    published_on: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    withdrawn_reason: Mapped[str | None] = mapped_column(String(500))
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="period"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name="withdrawal_complete",
        ),
    )
