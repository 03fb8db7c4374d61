"""Keys by which shared costs are allocated, time sheets, runs, and what each fund was charged.

A key is frozen when a second person approves it; another way to allocate is another version. A
run covers whole months, each month once for a key, and is taken back only with its voucher. The
database holds all of it (guards `shared_costs`).
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Code, Key, Minor, Name, choice


class Basis(StrEnum):
    """人员工时、使用面积、直接费用、固定比例."""

    STAFF_TIME = "staff_time"
    AREA = "area"
    DIRECT_COST = "direct_cost"
    FIXED = "fixed"


# The bases whose shares are written in the key; the others are measured when it is run.
STATED = frozenset({Basis.AREA, Basis.FIXED})


class Function(StrEnum):
    """慈善活动、其他业务活动、管理活动、募捐."""

    CHARITABLE = "charitable"
    OTHER = "other"
    MANAGEMENT = "management"
    FUNDRAISING = "fundraising"


class KeyState(StrEnum):
    """草稿、已批准、已停用."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class RunState(StrEnum):
    """已制证、已撤回."""

    BOOKED = "booked"
    UNDONE = "undone"


class CostKey(Base):
    """One version of a key: which costs, on what basis, to whom."""

    __tablename__ = "cost_key"

    id: Mapped[Key]
    code: Mapped[Code]
    version: Mapped[int]
    name: Mapped[Name]
    basis: Mapped[Basis] = mapped_column(choice(Basis))
    # The unrestricted fund that paid the costs first.
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    # As which element of 189号 the charitable and the management share count.
    charitable_element: Mapped[Code]
    management_element: Mapped[Code]
    valid_from: Mapped[date]
    # What the numerators of the shares add up to; NULL where shares are measured.
    denominator: Mapped[int | None] = mapped_column(BigInteger)
    # The paper that shows why this is a reasonable way to allocate.
    paper: Mapped[Name]
    state: Mapped[KeyState] = mapped_column(choice(KeyState))
    prepared_by: Mapped[str] = mapped_column(String(64))
    prepared_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(64))
    approved_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("paper <> '' AND name <> ''", name="named"),
        CheckConstraint(
            "(basis IN ('area', 'fixed')) = (denominator IS NOT NULL)", name="stated_shares"
        ),
        CheckConstraint("denominator IS NULL OR denominator > 0", name="denominator"),
        CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL)"
            " AND (state <> 'draft' OR approved_by IS NULL)"
            " AND (state <> 'approved' OR approved_by IS NOT NULL)",
            name="approved",
        ),
        CheckConstraint("approved_by IS NULL OR approved_by <> prepared_by", name="two_people"),
        Index(
            "uq_cost_key_code_valid_from",
            "code",
            "valid_from",
            unique=True,
            sqlite_where=text("state = 'approved'"),
            postgresql_where=text("state = 'approved'"),
        ),
    )


class CostSource(Base):
    """Which costs a key takes: all of an account, or the requests of one cost element."""

    __tablename__ = "cost_source"

    key_id: Mapped[int] = mapped_column(ForeignKey("cost_key.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    element: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        CheckConstraint("(account_id IS NULL) <> (element IS NULL)", name="one_of_two"),
        {"sqlite_with_rowid": False},
    )


class CostShare(Base):
    """Whom a key charges: a fund, for one function. The numerator is NULL where it is measured."""

    __tablename__ = "cost_share"

    key_id: Mapped[int] = mapped_column(ForeignKey("cost_key.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    function: Mapped[Function] = mapped_column(choice(Function))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    numerator: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        UniqueConstraint("key_id", "function", "fund_id"),
        CheckConstraint("numerator IS NULL OR numerator > 0", name="numerator"),
        {"sqlite_with_rowid": False},
    )


class TimeSheet(Base):
    """For whom one person worked in a month, in hundredths of a percent of the working time."""

    __tablename__ = "time_sheet"

    id: Mapped[Key]
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    # A code, never a name: pay can be told from it.
    person: Mapped[str] = mapped_column(String(40))
    function: Mapped[Function] = mapped_column(choice(Function))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    basis_points: Mapped[int]
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("period_id", "person", "function", "fund_id"),
        CheckConstraint("basis_points BETWEEN 1 AND 10000", name="share"),
        CheckConstraint("person <> ''", name="person"),
    )


class CostRun(Base):
    """The allocation of some months by one key, with its voucher."""

    __tablename__ = "cost_run"

    id: Mapped[Key]
    key_id: Mapped[int] = mapped_column(ForeignKey("cost_key.id"))
    first_period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    last_period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    total_minor: Mapped[Minor]
    # Where the money lies that follows the costs from fund to fund.
    held_in_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"), unique=True)
    state: Mapped[RunState] = mapped_column(choice(RunState))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("total_minor > 0", name="total_positive"),
        CheckConstraint("first_period_id <= last_period_id", name="in_order"),
        CheckConstraint(
            "(state = 'undone') = (undone_by IS NOT NULL)"
            " AND (undone_by IS NULL) = (undone_at IS NULL)",
            name="undone",
        ),
        Index(None, "key_id"),
    )


class CostMonth(Base):
    """One month that a standing run covers; a key covers it once, whatever its version."""

    __tablename__ = "cost_month"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("cost_run.id"))

    __table_args__ = (Index(None, "run_id"), {"sqlite_with_rowid": False})


class CostLine(Base):
    """What one fund bears of one source, for one function."""

    __tablename__ = "cost_line"

    run_id: Mapped[int] = mapped_column(ForeignKey("cost_run.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # The account that the cost was booked in, and the element when the source is one.
    source_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    source_element: Mapped[str | None] = mapped_column(String(32))
    function: Mapped[Function] = mapped_column(choice(Function))
    element: Mapped[Code]
    # The fund that the key names, and the one that bears it: not the same where a limit held.
    wanted_fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    amount_minor: Mapped[Minor]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(None, "fund_id"),
        {"sqlite_with_rowid": False},
    )


def reference(run_id: int, last_period_id: int) -> str:
    """Write how people name a run: `FT2026-000003`."""
    return f"FT{last_period_id // 100}-{run_id:06d}"
