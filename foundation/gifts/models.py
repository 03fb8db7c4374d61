"""Gifts and how they are allocated to funds.

A gift never changes once its voucher is posted; refunds and corrections are acts of their own,
with vouchers of their own. The guards of the database hold gift, allocations and ledger lines
together at the moment the voucher is sealed.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.gifts.kinds import ChangeKind, GiftKind, GiftMethod, RefundCause
from ledger.orm import Base, Digest, Key, Minor, Name, choice


class Gift(Base):
    """One gift as it was received."""

    __tablename__ = "gift"

    id: Mapped[Key]
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    kind: Mapped[GiftKind] = mapped_column(choice(GiftKind))
    method: Mapped[GiftMethod] = mapped_column(choice(GiftMethod))
    received_on: Mapped[date]
    # Where the value went: bank, cash, goods, asset or expense account.
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    amount_minor: Mapped[Minor]
    original_minor: Mapped[int | None] = mapped_column(BigInteger)
    original_currency: Mapped[str | None] = mapped_column(String(3))
    rate: Mapped[str | None] = mapped_column(String(24))
    rate_on: Mapped[date | None]
    # The donor's name as it was given with this gift, and whether it may be published.
    donor_name: Mapped[Name]
    passed_on_by: Mapped[Name | None]
    is_anonymous: Mapped[bool]
    agreement: Mapped[str | None] = mapped_column(String(120))
    bank_reference: Mapped[str | None] = mapped_column(String(120))
    note: Mapped[str | None]
    # Gifts in kind: what it is and what proves its value.
    item: Mapped[str | None] = mapped_column(String(200))
    quantity: Mapped[str | None] = mapped_column(String(60))
    value_evidence: Mapped[str | None] = mapped_column(String(200))
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    # The row of the register and, where a table repeats side by side, which of its panels.
    batch_row: Mapped[int | None]
    batch_panel: Mapped[int | None]
    fingerprint: Mapped[Digest]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "(original_currency IS NULL) = (original_minor IS NULL)"
            " AND (original_currency IS NULL) = (rate IS NULL)",
            name="original_complete",
        ),
        CheckConstraint(
            "(batch_id IS NULL) = (batch_row IS NULL)"
            " AND (batch_id IS NULL) = (batch_panel IS NULL)",
            name="batch_complete",
        ),
        Index(None, "donor_id"),
        Index(None, "received_on", "id"),
        Index(None, "voucher_id"),
        Index(None, "fingerprint"),
        Index(
            "uq_gift_batch_id_batch_row_batch_panel",
            "batch_id",
            "batch_row",
            "batch_panel",
            unique=True,
            sqlite_where=text("batch_id IS NOT NULL"),
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
    )


class GiftAllocation(Base):
    """The part of a gift that goes to one fund."""

    __tablename__ = "gift_allocation"

    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    amount_minor: Mapped[Minor]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(None, "fund_id"),
        {"sqlite_with_rowid": False},
    )


class GiftChange(Base):
    """A cancellation, correction or refund of a gift; amounts reduce what was received."""

    __tablename__ = "gift_change"

    id: Mapped[Key]
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"))
    kind: Mapped[ChangeKind] = mapped_column(choice(ChangeKind))
    cause: Mapped[RefundCause | None] = mapped_column(choice(RefundCause))
    changed_on: Mapped[date]
    amount_minor: Mapped[Minor]
    reason: Mapped[str]
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    payment_voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("(kind = 'refunded') = (cause IS NOT NULL)", name="cause"),
        Index(None, "gift_id"),
        # A gift ends once. Ended with a red voucher it may stand again when that is discarded, and
        # the vouchers see to it that only one red copy stands; without one it is over for good.
        Index(
            "uq_gift_change_over",
            "gift_id",
            unique=True,
            sqlite_where=text("kind IN ('cancelled', 'corrected') AND voucher_id IS NULL"),
            postgresql_where=text("kind IN ('cancelled', 'corrected') AND voucher_id IS NULL"),
        ),
    )


def reference(gift_id: int, received_on: date) -> str:
    """Write the reference that people use: `G2026-000123`."""
    return f"G{received_on.year}-{gift_id:06d}"
