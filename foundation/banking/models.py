"""Bank accounts, their statements, what was matched, and the monthly reconciliations.

Lines of a statement never change. A match is built, then sealed, and may be undone until the
month in which it settles is reconciled. A reconciliation is built, prepared by one person,
reviewed by another, and withdrawn as a whole or not at all. The guards of the database hold all
of this (see migrations/guards/banking).
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Minor, Name, choice


class MatchState(StrEnum):
    """编制中 → 有效 → 已撤销."""

    BUILDING = "building"
    LIVE = "live"
    UNDONE = "undone"


class MatchOrigin(StrEnum):
    """Who decided: the program above its threshold, or a person."""

    AUTOMATIC = "automatic"
    ACCEPTED = "accepted"
    MANUAL = "manual"


class ReconciliationState(StrEnum):
    """编制中 → 待复核 → 已复核; either of the last two may be withdrawn while the month is open."""

    BUILDING = "building"
    PREPARED = "prepared"
    REVIEWED = "reviewed"
    WITHDRAWN = "withdrawn"


class ItemKind(StrEnum):
    """The four kinds of items on the way (未达账项)."""

    BANK_RECEIVED = "bank_received"
    BANK_PAID = "bank_paid"
    BOOKS_RECEIVED = "books_received"
    BOOKS_PAID = "books_paid"


class BankAccount(Base):
    """One account at a bank. `code` is what its detail of 1002 is called in every chart.

    What stands before `begins_on` is opening balance. From `required_from` on, a month does not
    close without a reviewed reconciliation.
    """

    __tablename__ = "bank_account"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[Name]
    bank: Mapped[str | None] = mapped_column(String(100))
    number: Mapped[str | None] = mapped_column(String(40))
    begins_on: Mapped[date | None]
    opening_minor: Mapped[int | None] = mapped_column(BigInteger)
    required_from: Mapped[int | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("(begins_on IS NULL) = (opening_minor IS NULL)", name="opening_complete"),
    )


class BankAccountLedger(Base):
    """An account of a chart that stands for an account at a bank."""

    __tablename__ = "bank_account_ledger"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id"), primary_key=True, autoincrement=False
    )
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))

    __table_args__ = (Index(None, "bank_account_id"),)


class BankStatement(Base):
    """One file of a bank that was imported, whole. `gap_minor` is what did not tie and why."""

    __tablename__ = "bank_statement"

    id: Mapped[Key]
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    file_name: Mapped[Name]
    file_digest: Mapped[Digest]
    first_on: Mapped[date]
    last_on: Mapped[date]
    opening_minor: Mapped[Minor]
    closing_minor: Mapped[Minor]
    row_count: Mapped[int]
    imported_count: Mapped[int]
    duplicate_count: Mapped[int]
    received_minor: Mapped[Minor]
    paid_minor: Mapped[Minor]
    gap_count: Mapped[int]
    gap_reason: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("gap_count = 0 OR gap_reason IS NOT NULL", name="ties_or_is_explained"),
        CheckConstraint("first_on <= last_on", name="days"),
        Index(None, "bank_account_id", "first_on"),
        Index(None, "file_digest"),
    )


class BankLine(Base):
    """One line of a statement: received positive, paid negative.

    The counterparty's account is kept masked, and as a keyed mark by which it is known again.
    """

    __tablename__ = "bank_line"

    id: Mapped[Key]
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statement.id"))
    row_no: Mapped[int]
    booked_on: Mapped[date]
    # The month of `booked_on` as the books name it, and the place of the line within its day.
    month: Mapped[int]
    day_order: Mapped[int]
    amount_minor: Mapped[Minor]
    balance_minor: Mapped[int | None] = mapped_column(BigInteger)
    reference: Mapped[str] = mapped_column(String(120))
    name: Mapped[Name]
    account_masked: Mapped[str] = mapped_column(String(64))
    account_mark: Mapped[str] = mapped_column(String(64))
    summary: Mapped[str] = mapped_column(String(300))
    note: Mapped[str] = mapped_column(String(500))
    fingerprint: Mapped[Digest]

    __table_args__ = (
        UniqueConstraint("bank_account_id", "fingerprint"),
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        Index(None, "bank_account_id", "booked_on", "day_order", "id"),
        Index(None, "statement_id"),
    )


class BankMatch(Base):
    """Lines of a bank that are the same money as sides of vouchers.

    It settles in the month of its latest member, or after the last month that is reconciled.
    """

    __tablename__ = "bank_match"

    id: Mapped[Key]
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    state: Mapped[MatchState] = mapped_column(choice(MatchState))
    origin: Mapped[MatchOrigin] = mapped_column(choice(MatchOrigin))
    score: Mapped[int]
    # Why, as JSON: a list of {code, points, ...}; the words are in `scoring`.
    reasons: Mapped[str]
    settled_in: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None]
    undone_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(
            "(state = 'undone') = (undone_at IS NOT NULL)"
            " AND (undone_at IS NULL) = (undone_by IS NULL)"
            " AND (undone_at IS NULL) = (undone_reason IS NULL)",
            name="undone_complete",
        ),
        Index(None, "bank_account_id", "settled_in"),
    )


class BankMatchLine(Base):
    """A line of a bank in a match."""

    __tablename__ = "bank_match_line"

    match_id: Mapped[int] = mapped_column(ForeignKey("bank_match.id"), primary_key=True)
    bank_line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), primary_key=True)
    is_live: Mapped[bool]

    __table_args__ = (
        Index(
            "uq_bank_match_line_live",
            "bank_line_id",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
        {"sqlite_with_rowid": False},
    )


class BankMatchVoucher(Base):
    """A side of a voucher in a match: its lines on this bank account, added up."""

    __tablename__ = "bank_match_voucher"

    match_id: Mapped[int] = mapped_column(ForeignKey("bank_match.id"), primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"), primary_key=True)
    side: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    amount_minor: Mapped[Minor]
    is_live: Mapped[bool]

    __table_args__ = (
        CheckConstraint("side IN (1, -1)", name="side"),
        Index(
            "uq_bank_match_voucher_live",
            "voucher_id",
            "side",
            "bank_account_id",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
        {"sqlite_with_rowid": False},
    )


class BankPayer(Base):
    """A payer that a person recognised: whose money it is when this name pays."""

    __tablename__ = "bank_payer"

    id: Mapped[Key]
    name: Mapped[Name]
    name_key: Mapped[Name]
    account_mark: Mapped[str] = mapped_column(String(64))
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    match_id: Mapped[int | None] = mapped_column(ForeignKey("bank_match.id"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    forgotten_by: Mapped[str | None] = mapped_column(String(64))
    forgotten_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("name_key <> '' OR account_mark <> ''", name="known_by_something"),
        Index(
            "uq_bank_payer_live",
            "name_key",
            "account_mark",
            unique=True,
            sqlite_where=text("forgotten_at IS NULL"),
            postgresql_where=text("forgotten_at IS NULL"),
        ),
        Index(None, "donor_id"),
    )


class BankReconciliation(Base):
    """银行存款余额调节表 of one account and month, as it was prepared."""

    __tablename__ = "bank_reconciliation"

    id: Mapped[Key]
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    state: Mapped[ReconciliationState] = mapped_column(choice(ReconciliationState))
    books_minor: Mapped[Minor]
    bank_minor: Mapped[Minor]
    bank_received_minor: Mapped[Minor]
    bank_paid_minor: Mapped[Minor]
    books_received_minor: Mapped[Minor]
    books_paid_minor: Mapped[Minor]
    difference_minor: Mapped[Minor]
    explanation: Mapped[str | None]
    statement_through: Mapped[date]
    prepared_by: Mapped[str] = mapped_column(String(64))
    prepared_at: Mapped[datetime]
    reviewed_by: Mapped[str | None] = mapped_column(String(64))
    reviewed_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(
            "difference_minor = books_minor + bank_received_minor - bank_paid_minor"
            " - bank_minor - books_received_minor + books_paid_minor",
            name="adds_up",
        ),
        CheckConstraint(
            "difference_minor = 0 OR explanation IS NOT NULL", name="ties_or_is_explained"
        ),
        CheckConstraint("(reviewed_by IS NULL) = (reviewed_at IS NULL)", name="review_complete"),
        CheckConstraint("state <> 'reviewed' OR reviewed_by IS NOT NULL", name="reviewed"),
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> prepared_by", name="two_persons"),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name="withdrawn_complete",
        ),
        Index(
            "uq_bank_reconciliation_live",
            "bank_account_id",
            "period_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )


class BankReconciliationItem(Base):
    """One item on the way, as it stood in a reconciliation."""

    __tablename__ = "bank_reconciliation_item"

    reconciliation_id: Mapped[int] = mapped_column(
        ForeignKey("bank_reconciliation.id"), primary_key=True
    )
    item_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[ItemKind] = mapped_column(choice(ItemKind))
    happened_on: Mapped[date]
    amount_minor: Mapped[Minor]
    bank_line_id: Mapped[int | None] = mapped_column(ForeignKey("bank_line.id"))
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    side: Mapped[int | None] = mapped_column(SmallInteger)
    text: Mapped[str] = mapped_column(String(500))

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "(bank_line_id IS NULL) <> (voucher_id IS NULL)"
            " AND (voucher_id IS NULL) = (side IS NULL)",
            name="one_source",
        ),
        {"sqlite_with_rowid": False},
    )
