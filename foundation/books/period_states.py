"""Periods as people see them: their state, what closing still needs, and reopening by two.

Closing itself is the ledger's; this module puts the answer together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from ledger import closing, periods
from ledger.clock import Clock
from ledger.closing import ExtraGate, Gate
from ledger.periods import FiscalYear, Period, PeriodReopening, PeriodState
from ledger.vouchers import Voucher, VoucherState


@dataclass(frozen=True, slots=True)
class ReopeningRequest:
    """Somebody asked for a closed period to be reopened and waits for another person."""

    requested_by: str
    requested_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class PeriodView:
    """A month and where it stands. `gates` are only those of an open one."""

    id: int
    state: PeriodState
    chart: str
    closed_by: str | None
    closed_at: datetime | None
    digest: str | None
    posted: int
    waiting: int
    gates: tuple[Gate, ...]
    request: ReopeningRequest | None
    # Whether this is the next month to close, or the last closed one, which may be reopened.
    is_next: bool
    may_reopen: bool

    @property
    def is_ready(self) -> bool:
        return self.state is PeriodState.OPEN and all(gate.passed for gate in self.gates)


def list_periods(
    session: Session, *, with_gates: bool = True, extra: Iterable[ExtraGate] = ()
) -> list[PeriodView]:
    """Return every month in order; what stands before January belongs to January.

    It is listed itself (`2026-00`) only while January is open again and it is not: then it is
    what may be reopened next.
    """
    last_closed = periods.last_closed_period(session)
    listed = or_(
        Period.month > 0,
        Period.id == last_closed,
        Period.id.in_(select(PeriodReopening.period_id).where(_is_pending())),
    )
    return _views(session, listed, with_gates=with_gates, extra=extra)


def _views(
    session: Session,
    listed: ColumnElement[bool],
    *,
    with_gates: bool,
    extra: Iterable[ExtraGate] = (),
) -> list[PeriodView]:
    counts = _counts(session)
    pending = _pending(session)
    last_closed = periods.last_closed_period(session)
    next_open = session.execute(
        select(func.min(Period.id)).where(Period.state == PeriodState.OPEN, Period.month > 0)
    ).scalar()
    rows = session.execute(
        select(Period, FiscalYear.chart)
        .join(FiscalYear, FiscalYear.year == Period.year)
        .where(listed)
        .order_by(Period.id)
    )
    views = []
    for period, chart in rows:
        is_open = period.state is PeriodState.OPEN
        # What stands before January has no gates of its own: it closes with January.
        has_gates = is_open and with_gates and period.month > 0
        gates = closing.gates(session, period.id, extra=extra) if has_gates else []
        posted, waiting = counts.get(period.id, (0, 0))
        views.append(
            PeriodView(
                id=period.id,
                state=period.state,
                chart=chart,
                closed_by=period.closed_by,
                closed_at=period.closed_at,
                digest=period.digest,
                posted=posted,
                waiting=waiting,
                gates=tuple(gates),
                request=pending.get(period.id),
                is_next=period.id == next_open,
                may_reopen=period.id == last_closed and period.statements_issued_at is None,
            )
        )
    return views


def get_period(session: Session, key: int, *, extra: Iterable[ExtraGate] = ()) -> PeriodView:
    """Return one month, or what stands before one (`2026-00`). Raises UnknownPeriod."""
    for view in _views(session, Period.id == key, with_gates=True, extra=extra):
        return view
    raise periods.UnknownPeriod(period=periods.text_of(key))


def find_closed_opening(session: Session, key: int) -> int | None:
    """Return what stands before a January that is open while that is closed; else None."""
    opening = session.get(Period, key // 100 * 100) if key % 100 == 1 else None
    is_closed = opening is not None and opening.state is PeriodState.CLOSED
    return key // 100 * 100 if is_closed else None


def open_next(session: Session, through: int | None, *, actor: str, clock: Clock) -> list[int]:
    """Open the month after the last one, every month through the one given, or, where it lies
    before the first one, from it on. Raises Conflict before the last closed month.
    """
    last = session.execute(select(func.max(Period.id))).scalar() or 0
    first = last + 1 if last % 100 < 12 else (last // 100 + 1) * 100 + 1
    end = through or first
    if end < first:
        first, end = end, last
    opened = periods.open_through(session, first, end, actor=actor, clock=clock)
    return [key for key in opened if key % 100]


def reopen(session: Session, key: int, *, reason: str, actor: str, clock: Clock) -> PeriodView:
    """Ask for a period to be reopened, or approve what somebody else asked for.

    Raises InvalidInput without a reason for the request, NotAllowed for the same person twice,
    and Conflict for a period that may not be reopened.
    """
    if key in _pending(session):
        periods.approve_reopening(session, key, actor=actor, clock=clock)
    else:
        periods.request_reopening(session, key, reason=reason, actor=actor, clock=clock)
    session.flush()
    return get_period(session, key)


def is_requested(session: Session, key: int) -> bool:
    """Tell whether reopening the period waits for a second person."""
    return key in _pending(session)


def _counts(session: Session) -> dict[int, tuple[int, int]]:
    """Posted and waiting vouchers by month."""
    waiting = (VoucherState.DRAFT, VoucherState.SUBMITTED, VoucherState.REVIEWED)
    rows = session.execute(
        select(
            Voucher.period_id,
            func.count().filter(Voucher.state == VoucherState.POSTED),
            func.count().filter(Voucher.state.in_(waiting)),
        ).group_by(Voucher.period_id)
    )
    return {key: (posted, open_count) for key, posted, open_count in rows}


def _is_pending() -> ColumnElement[bool]:
    return PeriodReopening.approved_by.is_(None)


def _pending(session: Session) -> dict[int, ReopeningRequest]:
    rows = session.execute(select(PeriodReopening).where(_is_pending())).scalars()
    return {
        row.period_id: ReopeningRequest(row.requested_by, row.requested_at, row.reason)
        for row in rows
    }
