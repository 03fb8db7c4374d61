"""Vouchers (记账凭证) and their lines (分录): tables, states and the values drafts are made of.

A voucher is built, then sealed. `ledger.posting` is the only writer; the guards of the database
refuse everybody else (see migrations/guards).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.orm import Base, Digest, Key, Minor, choice

DEFAULT_WORD = "记"
SYSTEM_ACTOR = "system"


class VoucherState(StrEnum):
    """草稿 → 已提交 → 已审核 → 已记账; a draft that is not wanted is discarded, never deleted."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    POSTED = "posted"
    DISCARDED = "discarded"


class VoucherKind(StrEnum):
    """What a voucher is for; some kinds need no source document (规范 第五十一条（四）)."""

    ORDINARY = "ordinary"
    OPENING = "opening"
    CONVERSION = "conversion"
    TRANSFER = "transfer"
    CLOSING = "closing"
    REVERSAL = "reversal"
    CORRECTION = "correction"


WITHOUT_SOURCE_DOCUMENT = frozenset(VoucherKind) - {VoucherKind.ORDINARY}
# The kinds that may stand before January (month 00).
BEFORE_YEAR = frozenset({VoucherKind.OPENING, VoucherKind.CONVERSION})
# Generated vouchers that carry on what is there; they must reach accounts and funds that were
# taken out of use in the meantime, or a year with one of them could never be closed.
CARRIES_BALANCES = frozenset({VoucherKind.CLOSING, VoucherKind.CONVERSION})


class Side(IntEnum):
    """The side of a line; the signed amount of a line is its side times what is printed there."""

    DEBIT = 1
    CREDIT = -1


class Voucher(Base):
    """One voucher. The number and the digest are given at posting."""

    __tablename__ = "voucher"

    id: Mapped[Key]
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    word: Mapped[str] = mapped_column(String(8))
    number: Mapped[int | None]
    booked_on: Mapped[date]
    kind: Mapped[VoucherKind] = mapped_column(choice(VoucherKind))
    state: Mapped[VoucherState] = mapped_column(choice(VoucherState))
    summary: Mapped[str] = mapped_column(String(300))
    attachment_count: Mapped[int]
    # The rule that drafted it, for the trace from a voucher to the policy behind it.
    rule: Mapped[str] = mapped_column(String(64))
    total_minor: Mapped[Minor]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    reason: Mapped[str | None]
    prepared_by: Mapped[str] = mapped_column(String(64))
    prepared_at: Mapped[datetime]
    reviewed_by: Mapped[str | None] = mapped_column(String(64))
    reviewed_at: Mapped[datetime | None]
    posted_by: Mapped[str | None] = mapped_column(String(64))
    posted_at: Mapped[datetime | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))

    __table_args__ = (
        UniqueConstraint("period_id", "word", "number"),
        CheckConstraint("attachment_count >= 0", name="attachments"),
        CheckConstraint("number IS NULL OR number > 0", name="number_positive"),
        CheckConstraint(
            "(state = 'posted') = (number IS NOT NULL AND digest IS NOT NULL"
            " AND posted_by IS NOT NULL AND posted_at IS NOT NULL)",
            name="posted_is_complete",
        ),
        CheckConstraint(
            "(state IN ('reviewed', 'posted')) = (reviewed_by IS NOT NULL)", name="reviewer"
        ),
        CheckConstraint("(reviewed_by IS NULL) = (reviewed_at IS NULL)", name="reviewed_at"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal_link"),
        # A long ledger is read day by day.
        Index(None, "period_id", "booked_on"),
        Index(
            "ix_voucher_waiting",
            "state",
            "booked_on",
            sqlite_where=text("state IN ('draft', 'submitted', 'reviewed')"),
            postgresql_where=text("state IN ('draft', 'submitted', 'reviewed')"),
        ),
        Index(
            "uq_voucher_reverses_id",
            "reverses_id",
            unique=True,
            sqlite_where=text("state <> 'discarded'"),
            postgresql_where=text("state <> 'discarded'"),
        ),
        Index(
            "ix_voucher_corrects_id",
            "corrects_id",
            sqlite_where=text("corrects_id IS NOT NULL"),
            postgresql_where=text("corrects_id IS NOT NULL"),
        ),
    )


class VoucherLine(Base):
    """One line: debit positive, never zero; `side` says where it is printed."""

    __tablename__ = "voucher_line"

    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    side: Mapped[int] = mapped_column(SmallInteger)
    amount_minor: Mapped[Minor]
    summary: Mapped[str | None] = mapped_column(String(300))
    donor_id: Mapped[int | None] = mapped_column(ForeignKey("dimension.id"))
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("dimension.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("dimension.id"))
    cash_flow_item_id: Mapped[int | None] = mapped_column(ForeignKey("dimension.id"))

    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint("side IN (1, -1)", name="side"),
        Index("ix_voucher_line_account_id_period_id", "account_id", "period_id"),
        Index("ix_voucher_line_fund_id_period_id", "fund_id", "period_id"),
        Index(
            "ix_voucher_line_donor_id",
            "donor_id",
            sqlite_where=text("donor_id IS NOT NULL"),
            postgresql_where=text("donor_id IS NOT NULL"),
        ),
        Index(
            "ix_voucher_line_counterparty_id",
            "counterparty_id",
            sqlite_where=text("counterparty_id IS NOT NULL"),
            postgresql_where=text("counterparty_id IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )


class VoucherFile(Base):
    """A stored source document (原始凭证) of a voucher, kept byte for byte by its digest."""

    __tablename__ = "voucher_file"

    id: Mapped[Key]
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[Digest]
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("voucher_id", "digest"),)


class VoucherSeries(Base):
    """The counter of one month and word, and the head of its chain of digests."""

    __tablename__ = "voucher_series"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(8), primary_key=True)
    last_number: Mapped[int]
    head: Mapped[Digest]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a draft: `amount_minor` is debit positive; use `debit` and `credit` to make one."""

    account_id: int
    fund_id: int
    side: Side
    amount_minor: int
    summary: str | None = None
    donor_id: int | None = None
    counterparty_id: int | None = None
    project_id: int | None = None
    cash_flow_item_id: int | None = None


def debit(account_id: int, fund_id: int, minor: int, **dimensions: int | str | None) -> Line:
    """A debit line; a negative amount is printed red on the debit side."""
    return Line(account_id, fund_id, Side.DEBIT, minor, **dimensions)  # type: ignore[arg-type]


def credit(account_id: int, fund_id: int, minor: int, **dimensions: int | str | None) -> Line:
    """A credit line; a negative amount is printed red on the credit side."""
    return Line(account_id, fund_id, Side.CREDIT, -minor, **dimensions)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class VoucherDraft:
    """Everything a voucher needs before it exists."""

    booked_on: date
    summary: str
    lines: tuple[Line, ...]
    kind: VoucherKind = VoucherKind.ORDINARY
    word: str = DEFAULT_WORD
    attachment_count: int = 0
    rule: str = "manual"
    reverses_id: int | None = None
    corrects_id: int | None = None
    reason: str | None = None
    # Opening and conversion vouchers stand before the first month of a year.
    before_year: bool = False


def stands(session: Session, voucher_id: int) -> bool:
    """Tell whether a voucher is in the books or on its way: not discarded, and not reversed."""
    state = session.execute(select(Voucher.state).where(Voucher.id == voucher_id)).scalar_one()
    reversal = select(Voucher.id).where(
        Voucher.reverses_id == voucher_id, Voucher.state == VoucherState.POSTED
    )
    return state is not VoucherState.DISCARDED and session.execute(reversal).first() is None


def label(period_id: int, word: str, number: int | None) -> str:
    """Write the number as people say it: `记-2026-03-0007`, or `草稿` before posting."""
    if number is None:
        return "草稿"
    return f"{word}-{period_id // 100:04d}-{period_id % 100:02d}-{number:04d}"
