"""What changes of an asset or an investment after it was registered, and what is only noted.

A change with a voucher goes only with its voucher; the guards `asset_changes` hold that, and that
no more is taken off a card or written down than there is.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, Minor, Name, choice


class AssetChangeKind(StrEnum):
    """改良（改良支出另立卡片）、减值、部分处置."""

    IMPROVEMENT = "improvement"
    IMPAIRMENT = "impairment"
    PART_DISPOSED = "part_disposed"


class AssetChange(Base):
    """A change of a card. What it takes off the card is positive; an impairment adds to it."""

    __tablename__ = "asset_change"

    id: Mapped[Key]
    card_id: Mapped[int] = mapped_column(ForeignKey("asset_card.id"))
    kind: Mapped[AssetChangeKind] = mapped_column(choice(AssetChangeKind))
    changed_on: Mapped[date]
    # Pieces, cost and accumulated depreciation that left with them.
    units: Mapped[int]
    cost_minor: Mapped[Minor]
    charged_minor: Mapped[Minor]
    # Change of the allowance for impairment.
    impaired_minor: Mapped[Minor]
    proceeds_minor: Mapped[Minor]
    # The card of what the improvement cost, which is charged by itself.
    improvement_id: Mapped[int | None] = mapped_column(ForeignKey("asset_card.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(300))
    evidence: Mapped[str] = mapped_column(String(200))
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"), unique=True)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(
            "(kind = 'improvement') = (improvement_id IS NOT NULL)"
            " AND (kind = 'improvement') = (voucher_id IS NULL)",
            name="booked",
        ),
        CheckConstraint(
            "(kind = 'improvement' AND units = 0 AND cost_minor = 0 AND charged_minor = 0"
            " AND impaired_minor = 0 AND proceeds_minor = 0)"
            " OR (kind = 'impairment' AND units = 0 AND cost_minor = 0 AND charged_minor = 0"
            " AND impaired_minor > 0 AND proceeds_minor = 0)"
            " OR (kind = 'part_disposed' AND units > 0 AND cost_minor > 0 AND charged_minor >= 0"
            " AND impaired_minor <= 0 AND proceeds_minor >= 0)",
            name="figures",
        ),
        CheckConstraint("reason <> ''", name="reasoned"),
        Index(None, "card_id"),
    )


class InvestmentImpairment(Base):
    """Impairment of an investment, or (negative) what a short-term one recovered."""

    __tablename__ = "investment_impairment"

    id: Mapped[Key]
    investment_id: Mapped[int] = mapped_column(ForeignKey("investment.id"))
    booked_on: Mapped[date]
    amount_minor: Mapped[Minor]
    evidence: Mapped[str] = mapped_column(String(200))
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"), unique=True)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount"),
        Index(None, "investment_id"),
    )


class InvestmentLevel(Base):
    """From which amount on an investment is major, as the charter or the board says (重大投资)."""

    __tablename__ = "investment_level"

    id: Mapped[Key]
    from_on: Mapped[date]
    from_minor: Mapped[Minor]
    source: Mapped[str] = mapped_column(String(300))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("from_minor >= 0", name="not_negative"),
        CheckConstraint("source <> ''", name="sourced"),
    )


class ServiceNote(Base):
    """A donated service that is not recognised: noted beside the books and disclosed."""

    __tablename__ = "service_note"

    id: Mapped[Key]
    served_on: Mapped[date]
    donor_name: Mapped[Name]
    service: Mapped[str] = mapped_column(String(300))
    extent: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(300))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    withdrawn_reason: Mapped[str | None] = mapped_column(String(300))

    __table_args__ = (
        CheckConstraint("donor_name <> '' AND service <> '' AND reason <> ''", name="named"),
        Index(None, "served_on"),
    )
