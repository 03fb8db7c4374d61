"""Recompute the chains of digests: vouchers, closed periods, trail.

The rows are streamed, so that a million lines are checked in constant memory.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import catalogue, trail
from ledger.numbering import genesis
from ledger.periods import Period, PeriodState
from ledger.sealing import line_content, seal
from ledger.trail import TrailHead, TrailRecord
from ledger.vouchers import Voucher, VoucherLine, VoucherSeries, VoucherState, label

_BATCH = 5000


def broken_vouchers(session: Session) -> Iterator[tuple[str, str]]:
    """Yield vouchers whose stored digest is not the digest of what is stored."""
    heads = {
        (row.period_id, row.word): row.head
        for row in session.execute(
            select(VoucherSeries.period_id, VoucherSeries.word, VoucherSeries.head)
        )
    }
    reached: dict[tuple[int, str], str] = {}
    for key, voucher, lines in _sealed_vouchers(session):
        previous = reached.get(key) or genesis(*key)
        digest = seal(
            previous,
            voucher,
            lines,
            number=voucher.number,
            people=(voucher.reviewed_by, voucher.posted_by),
            posted_at=voucher.posted_at.isoformat(),
        )
        if digest != voucher.digest:
            yield (
                f"{label(voucher.period_id, voucher.word, voucher.number)} #{voucher.id}",
                "content or predecessor differs from the digest",
            )
        # Go on from what is stored, so that one change is one finding and not all that follow.
        reached[key] = voucher.digest
    for key in sorted(heads.keys() | reached.keys()):
        if heads.get(key) != reached.get(key):
            yield f"series {key[1]}-{key[0]}", "head of the series is not its last voucher"


def chain_head(session: Session) -> str:
    """Return one digest over the heads of all series, to be kept outside the database."""
    rows = session.execute(
        select(
            VoucherSeries.period_id,
            VoucherSeries.word,
            VoucherSeries.last_number,
            VoucherSeries.head,
        ).order_by(VoucherSeries.period_id, VoucherSeries.word)
    )
    return hashlib.sha256(trail.canonical([list(row) for row in rows]).encode()).hexdigest()


def broken_periods(session: Session) -> Iterator[tuple[str, str]]:
    """Yield closed periods whose digest is not that of their series and the period before."""
    series: dict[int, list[list[Any]]] = {}
    for row in session.execute(
        select(
            VoucherSeries.period_id,
            VoucherSeries.word,
            VoucherSeries.last_number,
            VoucherSeries.head,
        ).order_by(VoucherSeries.period_id, VoucherSeries.word)
    ):
        series.setdefault(row.period_id, []).append(list(row[1:]))
    previous = ""
    for period in session.execute(
        select(Period.id, Period.digest)
        .where(Period.state == PeriodState.CLOSED)
        .order_by(Period.id)
    ):
        expected = period_digest(previous, period.id, series.get(period.id, []))
        if expected != period.digest:
            yield f"period {period.id}", "series heads differ from what was closed"
        previous = period.digest


def period_digest(previous: str, period_id: int, series: list[list[Any]]) -> str:
    """Return the digest of a closed period: the one before it and its series heads."""
    return hashlib.sha256(trail.canonical([previous, period_id, series]).encode()).hexdigest()


def broken_trail(session: Session) -> Iterator[tuple[str, str]]:
    """Yield records of the trail that changed, vanished or were put in."""
    digest, expected = trail.GENESIS, 1
    rows = session.connection().execute(
        select(TrailRecord.__table__)
        .order_by(TrailRecord.sequence)
        .execution_options(yield_per=_BATCH)
    )
    for row in rows:
        if row.sequence != expected:
            yield f"trail {expected}", f"missing; the next record is {row.sequence}"
            expected = row.sequence
        if trail.link(digest, row.sequence, row.at, *row[2:7]) != row.digest:
            yield f"trail {row.sequence}", "content or predecessor differs from the digest"
        digest = row.digest
        expected += 1
    head = session.execute(select(TrailHead.sequence, TrailHead.digest)).one()
    if (head.sequence, head.digest) != (expected - 1, digest):
        yield "trail head", f"says {head.sequence}, the last record is {expected - 1}"


def _sealed_vouchers(session: Session) -> Iterator[tuple[tuple[int, str], Any, list[Any]]]:
    """Stream posted vouchers in chain order, each with its canonical lines."""
    known = catalogue.load(session)
    connection = session.connection()
    voucher_columns = list(Voucher.__table__.columns)
    line_columns = list(VoucherLine.__table__.columns)
    query = (
        select(*voucher_columns, *(c.label(f"line_{c.name}") for c in line_columns))
        .outerjoin(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .where(Voucher.state == VoucherState.POSTED)
        .order_by(Voucher.period_id, Voucher.word, Voucher.number, VoucherLine.line_no)
        .execution_options(yield_per=_BATCH)
    )
    current: Any = None
    lines: list[Any] = []
    for row in connection.execute(query):
        if current is None or row.id != current.id:
            if current is not None:
                yield (current.period_id, current.word), current, lines
            current, lines = row, []
        if row.line_voucher_id is not None:
            lines.append(line_content(_LineView(row), known.accounts, known.funds))
    if current is not None:
        yield (current.period_id, current.word), current, lines


class _LineView:
    """The line columns of a joined row under their own names."""

    __slots__ = ("_row",)

    def __init__(self, row: Any) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, f"line_{name}")
