"""Pledges and their instalments. Rows are added and never rewritten, so history is what is stored.

What an instalment still expects is its amount less what was paid and what was taken off it by a
new schedule, a write-off or a cancellation; `open_minor` keeps that figure for fast lists, and
the guards of the database hold it to the rows it is made of.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, Minor, Name, choice


class PledgeEvidence(StrEnum):
    """What proves that somebody promised."""

    AGREEMENT = "agreement"
    LETTER = "letter"
    ORAL = "oral"


class PledgeChangeKind(StrEnum):
    """What happened to a pledge after it was made."""

    RESCHEDULED = "rescheduled"
    WRITTEN_OFF = "written_off"
    CANCELLED = "cancelled"
    CONDITION_MET = "condition_met"


class Pledge(Base):
    """A promise of money. It is never an entry of the books (制度 第五十九条)."""

    __tablename__ = "pledge"

    id: Mapped[Key]
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    made_on: Mapped[date]
    amount_minor: Mapped[Minor]
    evidence: Mapped[PledgeEvidence] = mapped_column(choice(PledgeEvidence))
    # Whom to remind, when it is not the address of the donor.
    contact_email: Mapped[Name | None]
    is_reminded: Mapped[bool]
    note: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(None, "donor_id"),
        Index(None, "fund_id"),
        Index(None, "agreement_id"),
    )


class PledgeChange(Base):
    """An act on a pledge. A write-off is asked for by one person and approved by another."""

    __tablename__ = "pledge_change"

    id: Mapped[Key]
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"))
    kind: Mapped[PledgeChangeKind] = mapped_column(choice(PledgeChangeKind))
    changed_on: Mapped[date]
    amount_minor: Mapped[Minor]
    reason: Mapped[str]
    requested_by: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(64))
    approved_at: Mapped[datetime | None]
    refused_by: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount_minor >= 0 AND reason <> ''", name="reasoned"),
        CheckConstraint("approved_by <> requested_by", name="two_persons"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approval_complete"),
        CheckConstraint("(refused_by IS NULL) = (refused_at IS NULL)", name="refusal_complete"),
        CheckConstraint("approved_by IS NULL OR refused_by IS NULL", name="one_answer"),
        Index(None, "pledge_id"),
        Index(
            "uq_pledge_change_waiting",
            "pledge_id",
            unique=True,
            sqlite_where=text(
                "kind = 'written_off' AND approved_by IS NULL AND refused_by IS NULL"
            ),
            postgresql_where=text(
                "kind = 'written_off' AND approved_by IS NULL AND refused_by IS NULL"
            ),
        ),
    )


class Instalment(Base):
    """A part of a pledge and the day it is due. `change_id` names the schedule it came with."""

    __tablename__ = "instalment"

    id: Mapped[Key]
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"))
    number: Mapped[int]
    due_on: Mapped[date]
    amount_minor: Mapped[Minor]
    condition: Mapped[Name | None]
    is_met: Mapped[bool]
    open_minor: Mapped[Minor]
    scheduled_on: Mapped[date]
    change_id: Mapped[int | None] = mapped_column(ForeignKey("pledge_change.id"))

    __table_args__ = (
        UniqueConstraint("pledge_id", "number"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("open_minor BETWEEN 0 AND amount_minor", name="open_within"),
        CheckConstraint("is_met OR condition IS NOT NULL", name="unconditional_is_met"),
        Index(
            "ix_instalment_open",
            "due_on",
            "pledge_id",
            "open_minor",
            "is_met",
            sqlite_where=text("open_minor > 0"),
            postgresql_where=text("open_minor > 0"),
        ),
    )


class InstalmentReduction(Base):
    """What a change took off an instalment."""

    __tablename__ = "instalment_reduction"

    instalment_id: Mapped[int] = mapped_column(ForeignKey("instalment.id"), primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("pledge_change.id"), primary_key=True)
    amount_minor: Mapped[Minor]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(None, "change_id"),
        {"sqlite_with_rowid": False},
    )


class PledgePayment(Base):
    """The part of a gift that pays an instalment; negative when the gift was taken back."""

    __tablename__ = "pledge_payment"

    id: Mapped[Key]
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"))
    instalment_id: Mapped[int] = mapped_column(ForeignKey("instalment.id"))
    amount_minor: Mapped[Minor]
    paid_on: Mapped[date]
    reason: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint("amount_minor > 0 OR reason IS NOT NULL", name="release_reasoned"),
        Index(None, "gift_id"),
        Index(None, "instalment_id"),
    )


class PledgeReminder(Base):
    """What the donor was reminded of, when, and where the message went."""

    __tablename__ = "pledge_reminder"

    id: Mapped[Key]
    instalment_id: Mapped[int] = mapped_column(ForeignKey("instalment.id"))
    # A code of `data/reminders.toml`.
    stage: Mapped[str] = mapped_column(String(32))
    due_on: Mapped[date]
    open_minor: Mapped[Minor]
    sent_to: Mapped[Name | None]
    mail_key: Mapped[str | None] = mapped_column(String(120))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("instalment_id", "stage"),)
