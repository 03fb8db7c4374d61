"""Requests to spend, who approved them, whom the money reached.

A request is frozen when it is submitted: what was approved is what is paid. Approvals are only
ever added. The database holds both (guards `spending`).
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, Minor, Name, choice


class SpendingKind(StrEnum):
    """What the money is for; decides what the request must say."""

    GRANT = "grant"
    SCHOLARSHIP = "scholarship"
    PURCHASE = "purchase"
    STAFF = "staff"
    EXPENSE = "expense"


class SpendingState(StrEnum):
    """草稿、待审批、已批准、已付款、已制证、已撤销."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PAID = "paid"
    BOOKED = "booked"
    CANCELLED = "cancelled"


class ProcurementMethod(StrEnum):
    """招标、比价、直接采购."""

    TENDER = "tender"
    COMPARISON = "comparison"
    DIRECT = "direct"


class Verdict(StrEnum):
    """同意、退回."""

    APPROVED = "approved"
    RETURNED = "returned"


class SpendingRequest(Base):
    """One request: who gets how much, for what, and how far it has come."""

    __tablename__ = "spending_request"

    id: Mapped[Key]
    kind: Mapped[SpendingKind] = mapped_column(choice(SpendingKind))
    state: Mapped[SpendingState] = mapped_column(choice(SpendingState))
    payee_name: Mapped[Name]
    payee_account: Mapped[str | None] = mapped_column(String(60))
    counterparty_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"))
    is_related: Mapped[bool]
    relation: Mapped[str | None] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(300))
    requested_on: Mapped[date]
    total_minor: Mapped[Minor]
    contract: Mapped[str | None] = mapped_column(String(120))
    procurement: Mapped[ProcurementMethod | None] = mapped_column(choice(ProcurementMethod))
    resolution: Mapped[str | None] = mapped_column(String(120))
    # Given at submission by the rule in force: how many different people must approve.
    approvals_needed: Mapped[int | None]
    # Approvals before the last return do not count.
    round: Mapped[int]
    requested_by: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    paid_on: Mapped[date | None]
    payment_reference: Mapped[str | None] = mapped_column(String(120))
    paid_by: Mapped[str | None] = mapped_column(String(64))
    paid_at: Mapped[datetime | None]
    disclose_by: Mapped[date | None]
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    cancelled_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("total_minor > 0", name="total_positive"),
        CheckConstraint(
            "(state IN ('paid', 'booked')) = (paid_on IS NOT NULL AND paid_by IS NOT NULL"
            " AND paid_at IS NOT NULL AND account_id IS NOT NULL)",
            name="paid_complete",
        ),
        CheckConstraint("(state = 'booked') = (voucher_id IS NOT NULL)", name="booked_voucher"),
        CheckConstraint("(state = 'cancelled') = (cancelled_reason IS NOT NULL)", name="cancelled"),
        CheckConstraint("is_related = (relation IS NOT NULL)", name="relation_named"),
        CheckConstraint(
            "state IN ('draft', 'cancelled') OR approvals_needed > 0", name="approvals_known"
        ),
        Index("ix_spending_request_state", "state", "requested_on"),
        Index("ix_spending_request_counterparty_id", "counterparty_id"),
        Index(
            "uq_spending_request_voucher_id",
            "voucher_id",
            unique=True,
            sqlite_where=text("voucher_id IS NOT NULL"),
            postgresql_where=text("voucher_id IS NOT NULL"),
        ),
    )


class SpendingPart(Base):
    """What one fund bears of a request, and as which cost."""

    __tablename__ = "spending_part"

    request_id: Mapped[int] = mapped_column(ForeignKey("spending_request.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    element: Mapped[str] = mapped_column(String(32))
    amount_minor: Mapped[Minor]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_spending_part_fund_id", "fund_id"),
        {"sqlite_with_rowid": False},
    )


class SpendingApproval(Base):
    """What one person said to a request; never changed, never taken away."""

    __tablename__ = "spending_approval"

    id: Mapped[Key]
    request_id: Mapped[int] = mapped_column(ForeignKey("spending_request.id"))
    round: Mapped[int]
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict))
    note: Mapped[str | None]
    approved_by: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("request_id", "round", "approved_by"),)


class SpendingBeneficiary(Base):
    """One person whom a scholarship reaches. Lists show the code; the name needs a permission."""

    __tablename__ = "spending_beneficiary"

    request_id: Mapped[int] = mapped_column(ForeignKey("spending_request.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[Name]
    unit: Mapped[str | None] = mapped_column(String(120))
    amount_minor: Mapped[Minor]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        UniqueConstraint("request_id", "code"),
        {"sqlite_with_rowid": False},
    )


def reference(request_id: int, requested_on: date) -> str:
    """Write the reference that people use: `Z2026-000012`."""
    return f"Z{requested_on.year}-{request_id:06d}"
