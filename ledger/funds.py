"""Funds (基金): the segment within which every voucher balances.

A fund here is the accounting segment: a code, a name, what restricts it, open or closed. What
donors see of it is a fund project, one-to-one onto it, elsewhere.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import policy, trail
from ledger.clock import Clock
from ledger.errors import InvalidInput, NotFound
from ledger.orm import Base, Key, Name, choice


class Restriction(StrEnum):
    """What restricts the use of a fund (制度 第五十六条)."""

    NONE = "none"
    PURPOSE = "purpose"
    TIME = "time"
    PERMANENT = "permanent"


class Fund(Base):
    """One fund."""

    __tablename__ = "fund"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[Name]
    restriction: Mapped[Restriction] = mapped_column(choice(Restriction))
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]

    __table_args__ = (CheckConstraint("code <> '' AND name <> ''", name="named"),)


class UnknownFund(NotFound):
    """No fund has this code."""

    code = "unknown_fund"
    message = "没有编码为“{fund}”的基金"


def open_fund(
    session: Session,
    *,
    code: str,
    name: str,
    restriction: Restriction,
    actor: str,
    clock: Clock,
    opened_on: date | None = None,
) -> Fund:
    """Open a fund. Raises InvalidInput when the code is taken or a field is empty."""
    code, name = code.strip(), name.strip()
    if not code or not name or len(code) > 32:
        raise InvalidInput(field="基金", reason="编码（最多 32 位）和名称不能为空")
    if find_fund(session, code) is not None:
        raise InvalidInput(field="基金编码", reason=f"{code} 已存在")
    fund = Fund(code=code, name=name, restriction=restriction, opened_on=opened_on, closed_on=None)
    session.add(fund)
    session.flush()
    policy.touch(session)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="fund.open",
        subject=f"fund:{code}",
        detail={"name": name, "restriction": restriction.value},
    )
    return fund


def close_fund(
    session: Session, code: str, *, closed_on: date, reason: str, actor: str, clock: Clock
) -> Fund:
    """Close a fund from a date on; vouchers dated later refuse it."""
    fund = get_fund(session, code)
    fund.closed_on = closed_on
    session.flush()
    policy.touch(session)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="fund.close",
        subject=f"fund:{code}",
        reason=reason,
        detail={"closed_on": closed_on.isoformat()},
    )
    return fund


def find_fund(session: Session, code: str) -> Fund | None:
    """Return the fund with this code, or None."""
    return session.execute(select(Fund).where(Fund.code == code)).scalar_one_or_none()


def get_fund(session: Session, code: str) -> Fund:
    """Return the fund with this code. Raises UnknownFund."""
    fund = find_fund(session, code)
    if fund is None:
        raise UnknownFund(fund=code)
    return fund


def list_funds(session: Session) -> list[Fund]:
    """Return every fund in code order."""
    return list(session.execute(select(Fund).order_by(Fund.code)).scalars())
