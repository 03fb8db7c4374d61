"""Agreements with donors, the funds they are for, their papers, and every change of them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Minor, Name, choice


class AgreementState(StrEnum):
    """Where an agreement stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Reporting(StrEnum):
    """How often the donor is told what became of the money."""

    NONE = "none"
    YEARLY = "yearly"
    HALF_YEARLY = "half_yearly"
    AT_END = "at_end"


class Agreement(Base):
    """One agreement. What was signed changes only by a change with the donor's consent."""

    __tablename__ = "agreement"

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[Name]
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    # Who signed for the donor and for the foundation, and who else is a party (受益方).
    donor_signatory: Mapped[str | None] = mapped_column(String(120))
    foundation_signatory: Mapped[str | None] = mapped_column(String(120))
    third_party: Mapped[Name | None]
    state: Mapped[AgreementState] = mapped_column(choice(AgreementState))
    signed_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    purpose: Mapped[str]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    is_in_kind: Mapped[bool]
    is_instalments: Mapped[bool]
    is_construction: Mapped[bool]
    is_overseas: Mapped[bool]
    is_asked_by_donor: Mapped[bool]
    # How and when the property is handed over.
    delivery: Mapped[str | None]
    fee_basis_points: Mapped[int | None]
    naming: Mapped[Name | None]
    naming_approval: Mapped[Name | None]
    reporting: Mapped[Reporting] = mapped_column(choice(Reporting))
    # Facts that decide whether a government match can be claimed; NULL: nobody said.
    may_pool: Mapped[bool | None]
    has_return_benefit: Mapped[bool | None]
    results_to_university: Mapped[bool | None]
    note: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("number <> '' AND title <> '' AND purpose <> ''", name="named"),
        CheckConstraint("amount_minor IS NULL OR amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "fee_basis_points IS NULL OR fee_basis_points BETWEEN 0 AND 10000", name="fee_share"
        ),
        CheckConstraint(
            "state = 'draft' OR state = 'cancelled' OR signed_on IS NOT NULL", name="signed_has_day"
        ),
        CheckConstraint(
            "ends_on IS NULL OR signed_on IS NULL OR ends_on >= signed_on", name="in_order"
        ),
        Index(None, "donor_id"),
    )


class AgreementFund(Base):
    """A fund that an agreement gives to, and how much of it when that was agreed."""

    __tablename__ = "agreement_fund"

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("amount_minor IS NULL OR amount_minor > 0", name="amount_positive"),
        Index(None, "fund_id"),
        {"sqlite_with_rowid": False},
    )


class AgreementFile(Base):
    """A paper of an agreement, kept byte for byte under its digest."""

    __tablename__ = "agreement_file"

    id: Mapped[Key]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    file_name: Mapped[Name]
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[Minor]
    digest: Mapped[Digest]
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("agreement_id", "digest"), Index(None, "digest"))


class AgreementChange(Base):
    """One change of a signed agreement: what it said, what it says, and who consented."""

    __tablename__ = "agreement_change"

    id: Mapped[Key]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    changed_on: Mapped[date]
    # JSON: {field: [before, after]}.
    detail: Mapped[str]
    reason: Mapped[str]
    consented_by: Mapped[str | None] = mapped_column(String(120))
    consented_on: Mapped[date | None]
    evidence: Mapped[Name | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(consented_by IS NULL) = (consented_on IS NULL)", name="consent_complete"),
        CheckConstraint("reason <> ''", name="reasoned"),
        Index(None, "agreement_id"),
    )
