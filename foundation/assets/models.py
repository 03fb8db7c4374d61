"""Registers beside the ledger: assets, donated goods, investments, goods held for others.

What moved is only ever added; a mistake is undone by its mirror once its voucher is gone. The
guards `assets` of the database hold that, and that nothing falls below zero.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Code, Key, Minor, Name, choice


class AssetKind(StrEnum):
    """固定资产、无形资产: decides the account, and from which month on it is charged."""

    FIXED = "fixed"
    INTANGIBLE = "intangible"


class Origin(StrEnum):
    """购入、受赠."""

    BOUGHT = "bought"
    DONATED = "donated"


class StockMove(StrEnum):
    """入库、发放、出售、转交、盘盈、盘亏、盘点相符、冲回."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    SALE = "sale"
    HANDOVER = "handover"
    SURPLUS = "surplus"
    SHORTAGE = "shortage"
    COUNT = "count"
    UNDONE = "undone"


class InvestmentKind(StrEnum):
    """What was invested in; decides the account."""

    WEALTH_PRODUCT = "wealth_product"
    LONG_TERM_BOND = "long_term_bond"
    EQUITY = "equity"


class InvestmentMove(StrEnum):
    """购入、受赠、持有期间收到（冲减成本）、应收收益、收到收益、收回、冲回."""

    PURCHASE = "purchase"
    DONATION = "donation"
    YIELD = "yield"
    INCOME_DUE = "income_due"
    INCOME_RECEIVED = "income_received"
    REDEMPTION = "redemption"
    UNDONE = "undone"


class AssetCard(Base):
    """One fixed or intangible asset. What it cost and how it is charged never changes."""

    __tablename__ = "asset_card"

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    kind: Mapped[AssetKind] = mapped_column(choice(AssetKind))
    acquired_on: Mapped[date]
    origin: Mapped[Origin] = mapped_column(choice(Origin))
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"))
    evidence: Mapped[str] = mapped_column(String(200))
    cost_minor: Mapped[Minor]
    residual_minor: Mapped[Minor]
    life_months: Mapped[int]
    # How many pieces the card stands for; some of them may leave before the others.
    units: Mapped[int] = mapped_column(server_default=text("1"))
    # What was charged before this register began.
    charged_before_minor: Mapped[Minor]
    expense_tag: Mapped[str] = mapped_column(String(64))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    used_by: Mapped[Name]
    custody: Mapped[Name]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("number <> '' AND name <> '' AND evidence <> ''", name="named"),
        CheckConstraint("cost_minor > 0", name="cost_positive"),
        CheckConstraint(
            "residual_minor >= 0 AND charged_before_minor >= 0"
            " AND residual_minor + charged_before_minor <= cost_minor",
            name="charge_within_cost",
        ),
        CheckConstraint("life_months BETWEEN 1 AND 1200", name="life"),
        CheckConstraint("(origin = 'donated') = (gift_id IS NOT NULL)", name="gift_of_donated"),
        Index(None, "fund_id"),
        Index(None, "gift_id"),
    )


class DepreciationRun(Base):
    """The depreciation and amortisation of one month: one voucher, once."""

    __tablename__ = "depreciation_run"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"), unique=True)
    total_minor: Mapped[Minor]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("total_minor > 0", name="total_positive"),)


class DepreciationLine(Base):
    """What one asset bore in one month."""

    __tablename__ = "depreciation_line"

    period_id: Mapped[int] = mapped_column(
        ForeignKey("depreciation_run.period_id"), primary_key=True
    )
    card_id: Mapped[int] = mapped_column(ForeignKey("asset_card.id"), primary_key=True)
    amount_minor: Mapped[Minor]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(None, "card_id"),
        {"sqlite_with_rowid": False},
    )


class AssetDisposal(Base):
    """How an asset left: sold, scrapped or given away."""

    __tablename__ = "asset_disposal"

    card_id: Mapped[int] = mapped_column(ForeignKey("asset_card.id"), primary_key=True)
    disposed_on: Mapped[date]
    proceeds_minor: Mapped[Minor]
    charged_minor: Mapped[Minor]
    reason: Mapped[str] = mapped_column(String(300))
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"), unique=True)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("proceeds_minor >= 0 AND charged_minor >= 0", name="not_negative"),
        CheckConstraint("reason <> ''", name="reasoned"),
    )


class StockItem(Base):
    """One kind of goods of one fund: donated to us, or held for others (受托代理)."""

    __tablename__ = "stock_item"

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    unit: Mapped[str] = mapped_column(String(20))
    is_agency: Mapped[bool]
    # Whom goods held for others are for.
    recipient: Mapped[Name | None]
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    custody: Mapped[Name]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("number <> '' AND name <> '' AND unit <> ''", name="named"),
        CheckConstraint("is_agency = (recipient IS NOT NULL)", name="agency_for_somebody"),
        Index(None, "fund_id"),
    )


def _undone_once(table: str) -> Index:
    where: Any = text("reverses_id IS NOT NULL")
    name = f"uq_{table}_reverses_id"
    return Index(name, "reverses_id", unique=True, sqlite_where=where, postgresql_where=where)


class StockMovement(Base):
    """Goods that came or went; quantity and value are positive for what came."""

    __tablename__ = "stock_movement"

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"))
    kind: Mapped[StockMove] = mapped_column(choice(StockMove))
    moved_on: Mapped[date]
    quantity: Mapped[int] = mapped_column(BigInteger)
    value_minor: Mapped[Minor]
    proceeds_minor: Mapped[Minor]
    # Who received the goods, or who counted them.
    party: Mapped[Name]
    evidence: Mapped[str] = mapped_column(String(200))
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"))
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("stock_movement.id"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("proceeds_minor >= 0", name="proceeds_not_negative"),
        CheckConstraint("(kind = 'undone') = (reverses_id IS NOT NULL)", name="undone"),
        CheckConstraint(
            "kind = 'undone' OR (kind = 'count' AND quantity = 0 AND value_minor = 0)"
            " OR (kind IN ('receipt', 'surplus') AND quantity > 0 AND value_minor >= 0)"
            " OR (kind IN ('issue', 'sale', 'handover', 'shortage') AND quantity < 0"
            " AND value_minor <= 0)",
            name="direction",
        ),
        Index(None, "item_id", "moved_on"),
        Index(None, "gift_id"),
        Index(None, "voucher_id"),
        _undone_once("stock_movement"),
    )


class Investment(Base):
    """One product, bond or share: what it is, for which fund, and who resolved it."""

    __tablename__ = "investment"

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    product: Mapped[Name]
    kind: Mapped[InvestmentKind] = mapped_column(choice(InvestmentKind))
    trustee: Mapped[Name]
    licence: Mapped[Name]
    risk: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[date]
    matures_on: Mapped[date | None]
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    # Where what it earns belongs, when not to the same fund (the income of an endowment).
    income_fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"))
    resolution: Mapped[str | None] = mapped_column(String(120))
    # 权益法: with control, joint control or significant influence.
    uses_equity_method: Mapped[bool] = mapped_column(server_default=text("false"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("number <> '' AND product <> ''", name="named"),
        CheckConstraint("matures_on IS NULL OR matures_on >= starts_on", name="in_order"),
        Index(None, "fund_id"),
        Index(None, "matures_on"),
    )


class InvestmentMovement(Base):
    """What happened to an investment: its book value, its income, and the money."""

    __tablename__ = "investment_movement"

    id: Mapped[Key]
    investment_id: Mapped[int] = mapped_column(ForeignKey("investment.id"))
    kind: Mapped[InvestmentMove] = mapped_column(choice(InvestmentMove))
    moved_on: Mapped[date]
    # Change of the book value, of income, and of what is owed to us; cash received or paid.
    value_minor: Mapped[Minor]
    income_minor: Mapped[Minor]
    due_minor: Mapped[Minor]
    cash_minor: Mapped[Minor]
    evidence: Mapped[str] = mapped_column(String(200))
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"))
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("investment_movement.id"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(kind = 'undone') = (reverses_id IS NOT NULL)", name="undone"),
        CheckConstraint(
            "kind IN ('donation', 'undone') OR value_minor + due_minor + cash_minor = income_minor",
            name="adds_up",
        ),
        Index(None, "investment_id", "moved_on"),
        Index(None, "gift_id"),
        Index(None, "voucher_id"),
        _undone_once("investment_movement"),
    )
