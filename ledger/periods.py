"""Fiscal years and periods (会计期间): which month takes vouchers, and which no longer does.

A period is a month, keyed YYYYMM. Month 00 stands before January: the opening balances of the
first year and the conversion to a new chart live there. A closed period takes no voucher; it is
reopened only while it is the last closed one, by two persons, with a reason, and never after
its statements were issued. What stands before January is closed with January and reopened after
it, on its own: who books something forgotten in January does not thereby touch the opening
balances. Closing itself is in `ledger.closing`.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from enum import StrEnum

from dateutil.relativedelta import relativedelta
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import policy, trail
from ledger.charts import loading
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed, NotFound
from ledger.orm import Base, Key, Minor, Prepared, among, choice, connection_of


class PeriodState(StrEnum):
    """Open periods take vouchers; closed ones do not."""

    OPEN = "open"
    CLOSED = "closed"


class FiscalYear(Base):
    """A calendar year of the books and the chart it is kept under."""

    __tablename__ = "fiscal_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chart: Mapped[str] = mapped_column(ForeignKey("chart.version"))


class Period(Base):
    """A month of the books (00 for what stands before January)."""

    __tablename__ = "period"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(ForeignKey("fiscal_year.year"))
    month: Mapped[int]
    state: Mapped[PeriodState] = mapped_column(choice(PeriodState))
    closed_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None]
    # Chain of the closed periods: the digest of this one's series heads and of the period before.
    digest: Mapped[str | None] = mapped_column(String(64))
    statements_issued_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("id = year * 100 + month AND month BETWEEN 0 AND 12", name="key"),
        CheckConstraint(
            "(state = 'closed') = (closed_by IS NOT NULL AND closed_at IS NOT NULL"
            " AND digest IS NOT NULL)",
            name="closed_is_complete",
        ),
    )


class PeriodReopening(Base):
    """A request to reopen a closed period, and its approval by a second person."""

    __tablename__ = "period_reopening"

    id: Mapped[Key]
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    reason: Mapped[str]
    requested_by: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(64))
    approved_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approval"),
        CheckConstraint("approved_by IS NULL OR approved_by <> requested_by", name="two_persons"),
        Index(
            "uq_period_reopening_pending",
            "period_id",
            unique=True,
            sqlite_where=text("approved_by IS NULL"),
            postgresql_where=text("approved_by IS NULL"),
        ),
    )


class Movement(Base):
    """What the posted lines of a period moved, per account and fund. Kept by the sealing guard."""

    __tablename__ = "movement"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    debit_minor: Mapped[Minor]
    credit_minor: Mapped[Minor]

    __table_args__ = (
        Index("ix_movement_fund_id_period_id", "fund_id", "period_id"),
        {"sqlite_with_rowid": False},
    )


class Checkpoint(Base):
    """Turnover from the beginning of the books to the end of a closed period."""

    __tablename__ = "checkpoint"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    debit_minor: Mapped[Minor]
    credit_minor: Mapped[Minor]

    __table_args__ = (
        Index("ix_checkpoint_fund_id_period_id", "fund_id", "period_id"),
        {"sqlite_with_rowid": False},
    )


class AccountCheckpoint(Base):
    """The same by account alone, so that a trial balance reads a few hundred rows."""

    __tablename__ = "account_checkpoint"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    debit_minor: Mapped[Minor]
    credit_minor: Mapped[Minor]

    __table_args__ = ({"sqlite_with_rowid": False},)


class FundCheckpoint(Base):
    """Net assets of each fund at the end of a closed period (credit positive)."""

    __tablename__ = "fund_checkpoint"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    net_minor: Mapped[Minor]

    __table_args__ = ({"sqlite_with_rowid": False},)


class UnknownPeriod(NotFound):
    """The books have no such period."""

    code = "unknown_period"
    message = "账簿中没有会计期间 {period}，请先开启该期间"


class PeriodClosed(Conflict):
    """The period takes no more vouchers."""

    code = "period_closed"
    message = "会计期间 {period} 已结账，不能再记入凭证"


class OpeningClosed(PeriodClosed):
    """What stands before January is settled, also while January itself is open again."""

    code = "opening_closed"
    message = "年初余额（{period}）已结账；一月反结账以后，还须另行反结账 {period}，才能记入凭证"


def closed(period_id: int) -> PeriodClosed:
    """Return the refusal of a closed period."""
    kind = PeriodClosed if period_id % 100 else OpeningClosed
    return kind(period=text_of(period_id))


def period_key(day: date) -> int:
    """Return the key of the month a date falls in."""
    return day.year * 100 + day.month


def text_of(period_id: int) -> str:
    """Write a period as people do: `2026-03`."""
    return f"{period_id // 100:04d}-{period_id % 100:02d}"


def parse_period(value: str) -> int:
    """Read `2026-03` into a period key. Raises InvalidInput."""
    year, dash, month = value.strip().partition("-")
    is_number = (year + month).isascii() and year.isdigit() and month.isdigit()
    if dash and is_number and len(year) == 4 and len(month) <= 2 and int(month) <= 12:
        return int(year) * 100 + int(month)
    raise InvalidInput(field="会计期间", reason=f"“{value}”应写作 2026-03")


def months(first: int, last: int) -> Iterator[int]:
    """Yield the months from one period key to another, both included."""
    day = date(first // 100, max(first % 100, 1), 1)
    while period_key(day) <= last:
        yield period_key(day)
        day += relativedelta(months=1)


def open_through(session: Session, first: int, last: int, *, actor: str, clock: Clock) -> list[int]:
    """Open every month from `first` to `last` that the books do not have yet.

    Each year gets the chart in force on its first day. Raises Conflict when a month would open
    before the last closed one: that history is settled.
    """
    existing = set(session.execute(select(Period.id)).scalars())
    last_closed = last_closed_period(session)
    opened = []
    for key in months(first, last):
        if key in existing:
            continue
        if last_closed is not None and key < last_closed:
            raise Conflict(reason=f"{text_of(last_closed)} 已结账，不能再开启更早的期间")
        year = key // 100
        if session.get(FiscalYear, year) is None:
            _add_year(session, year)
            if year * 100 not in existing:
                opened.append(_add_period(session, year * 100))
        opened.append(_add_period(session, key))
    if opened:
        session.flush()
        policy.touch(session)
        trail.record(
            session,
            actor=actor,
            clock=clock,
            action="period.open",
            subject=f"period:{text_of(opened[0])}",
            detail={"periods": [text_of(key) for key in opened]},
        )
    return opened


def _add_year(session: Session, year: int) -> None:
    chart = loading.chart_for(date(year, 1, 1))
    session.add(FiscalYear(year=year, chart=chart.version))
    session.flush()


def _add_period(session: Session, key: int) -> int:
    session.add(Period(id=key, year=key // 100, month=key % 100, state=PeriodState.OPEN))
    return key


def get_period(session: Session, key: int) -> Period:
    """Return a period. Raises UnknownPeriod."""
    period = session.get(Period, key)
    if period is None:
        raise UnknownPeriod(period=text_of(key))
    return period


def hold_open(session: Session, keys: Collection[int]) -> Callable[[], None]:
    """Keep periods from being closed until this transaction ends; return the check of it.

    A close that runs at the same time waits for us, or has finished and is seen by the check,
    which raises PeriodClosed. Asking and checking are apart to share a round trip.
    """
    held = _HOLD.run(connection_of(session), keys=sorted(keys))

    def check() -> None:
        for key, state in held.fetchall():
            if state != PeriodState.OPEN:
                raise closed(key)

    return check


_HOLD = Prepared(
    lambda dialect: (
        select(Period.id, Period.state)
        .where(among(Period.id, "keys", dialect))
        .order_by(Period.id)
        .with_for_update(read=True)
    )
)


def list_periods(session: Session) -> list[Period]:
    """Return every period in order."""
    return list(session.execute(select(Period).order_by(Period.id)).scalars())


def last_closed_period(session: Session) -> int | None:
    """Return the key of the last closed period, or None when nothing is closed."""
    return session.execute(
        select(func.max(Period.id)).where(Period.state == PeriodState.CLOSED)
    ).scalar()


def request_reopening(session: Session, key: int, *, reason: str, actor: str, clock: Clock) -> None:
    """Ask for the last closed period to be reopened; a second person approves it.

    Raises Conflict when it is not the last closed one or its statements were issued.
    """
    if not reason.strip():
        raise InvalidInput(field="原因", reason="反结账必须写明原因")
    _check_reopenable(session, key)
    if _pending(session, key) is not None:
        raise Conflict(reason=f"{text_of(key)} 的反结账申请正等待另一人批准")
    session.add(
        PeriodReopening(
            period_id=key, reason=reason.strip(), requested_by=actor, requested_at=clock.now()
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="period.request_reopening",
        subject=f"period:{text_of(key)}",
        reason=reason.strip(),
    )


def approve_reopening(session: Session, key: int, *, actor: str, clock: Clock) -> None:
    """Reopen the period that somebody else asked for.

    Raises NotAllowed for the person who asked, Conflict when there is no request or the period
    can no longer be reopened.
    """
    request = _pending(session, key)
    if request is None:
        raise Conflict(reason=f"{text_of(key)} 没有待批准的反结账申请")
    if request.requested_by == actor:
        raise NotAllowed(reason="反结账须由申请人以外的另一人批准")
    period = _check_reopenable(session, key)
    request.approved_by = actor
    request.approved_at = clock.now()
    session.flush()
    for table in (Checkpoint, AccountCheckpoint, FundCheckpoint):
        session.execute(delete(table).where(table.period_id >= key))
    period.state = PeriodState.OPEN
    period.closed_by = period.closed_at = period.digest = None
    session.flush()
    policy.touch(session)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="period.reopen",
        subject=f"period:{text_of(key)}",
        reason=request.reason,
        detail={"requested_by": request.requested_by},
    )


def _check_reopenable(session: Session, key: int) -> Period:
    period = session.execute(
        select(Period).where(Period.id == key).with_for_update()
    ).scalar_one_or_none()
    if period is None:
        raise UnknownPeriod(period=text_of(key))
    if period.state is not PeriodState.CLOSED:
        raise Conflict(reason=f"{text_of(key)} 尚未结账")
    if last_closed_period(session) != key:
        raise Conflict(reason="只能反结账最后一个已结账的期间")
    if period.statements_issued_at is not None:
        raise Conflict(reason=f"{text_of(key)} 的报表已对外报出，不能反结账")
    return period


def _pending(session: Session, key: int) -> PeriodReopening | None:
    return session.execute(
        select(PeriodReopening).where(
            PeriodReopening.period_id == key, PeriodReopening.approved_by.is_(None)
        )
    ).scalar_one_or_none()
