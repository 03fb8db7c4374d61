"""Recompute the chains of digests: vouchers, closed periods, trail.

The rows are streamed, so that a million lines are checked in constant memory.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    String,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from ledger import trail
from ledger.catalogue import Codes
from ledger.numbering import genesis
from ledger.periods import Period, PeriodState
from ledger.sealing import (
    LINE_FIELDS,
    VOUCHER_FIELDS,
    content_of,
    digest,
    line_content,
    stored_codes,
)
from ledger.trail import TrailHead, TrailRecord
from ledger.vouchers import Voucher, VoucherLine, VoucherSeries, VoucherState, label

_BATCH = 2000


def broken_vouchers(session: Session) -> Iterator[tuple[str, str]]:
    """Yield vouchers whose stored digest is not the digest of what is stored."""
    heads = {
        (row.period_id, row.word): row.head
        for row in session.execute(
            select(VoucherSeries.period_id, VoucherSeries.word, VoucherSeries.head)
        )
    }
    reached: dict[tuple[int, str], str] = {}
    for values, lines, stored in _sealed_vouchers(session):
        voucher_id, period_id, word, number = values[:4]
        key = (period_id, word)
        previous = reached.get(key) or genesis(period_id, word)
        if digest(previous, values, lines) != stored:
            yield (
                f"{label(period_id, word, number)} #{voucher_id}",
                "content or predecessor differs from the digest",
            )
        # Go on from what is stored, so that one change is one finding and not all that follow.
        reached[key] = stored
    for key in sorted(heads.keys() | reached.keys()):
        if heads.get(key) != reached.get(key):
            yield f"series {key[1]}-{key[0]}", "head of the series is not its last voucher"


def chain_head(session: Session) -> str:
    """Return one digest over the heads of all series, to be kept outside the database."""
    return hashlib.sha256(trail.canonical(series_heads(session)).encode()).hexdigest()


def series_heads(session: Session) -> list[list[Any]]:
    """Return period, word, last number and head of every series: what `chain_head` is made of."""
    rows = session.execute(
        select(
            VoucherSeries.period_id,
            VoucherSeries.word,
            VoucherSeries.last_number,
            VoucherSeries.head,
        ).order_by(VoucherSeries.period_id, VoucherSeries.word)
    )
    return [list(row) for row in rows]


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
    query = (
        select(
            TrailRecord.sequence,
            type_coerce(TrailRecord.at, String),
            TrailRecord.actor,
            TrailRecord.action,
            TrailRecord.subject,
            TrailRecord.reason,
            TrailRecord.detail,
            TrailRecord.digest,
        )
        .order_by(TrailRecord.sequence)
        .execution_options(yield_per=_BATCH)
    )
    with session.connection().execute(query) as rows:
        for sequence, at, *act, stored in rows:
            if sequence != expected:
                yield f"trail {expected}", f"missing; the next record is {sequence}"
                expected = sequence
            if trail.link(digest, sequence, _in_utc(at), *act) != stored:
                yield f"trail {sequence}", "content or predecessor differs from the digest"
            digest = stored
            expected += 1
    head = session.execute(select(TrailHead.sequence, TrailHead.digest)).one_or_none()
    if head is None:
        yield "trail head", f"is missing; the last record is {expected - 1}"
    elif (head.sequence, head.digest) != (expected - 1, digest):
        yield "trail head", f"says {head.sequence}, the last record is {expected - 1}"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a posted voucher's digest was made of, for a proof outside the database.

    The digest is `sealing.chained(digest before it, number, content)`; the first of a series
    follows `numbering.genesis`.
    """

    period_id: int
    word: str
    number: int | None
    content: str
    digest: str


def sealed(session: Session, first: int, last: int) -> Iterator[Sealed]:
    """Stream the vouchers of the periods `first` to `last` in the order of their chains."""
    for values, lines, stored in _sealed_vouchers(session, first, last):
        number, content = content_of(values, lines)
        yield Sealed(values[1], values[2], number, content, stored)


def _sealed_vouchers(
    session: Session, first: int = 0, last: int = 999_999
) -> Iterator[tuple[list[Any], list[list[Any]], str]]:
    """Stream posted vouchers in chain order: what enters the digest, and the stored digest."""
    names = stored_codes(session)
    connection = session.connection()
    # Read as text where the database keeps text: a value that is no date at all is then a
    # difference like any other, not a failure of the check. It is also much quicker.
    as_text = ("booked_on", "kind", "posted_at")
    columns = [getattr(Voucher, name) for name in VOUCHER_FIELDS]
    query = (
        select(
            *(type_coerce(c, String) if c.key in as_text else c for c in columns), Voucher.digest
        )
        .where(Voucher.state == VoucherState.POSTED, Voucher.period_id.between(first, last))
        .order_by(Voucher.period_id, Voucher.word, Voucher.number)
        .execution_options(yield_per=_BATCH)
    )
    with connection.execute(query) as result:
        for batch in result.partitions(_BATCH):
            lines = _lines(connection, [row[0] for row in batch], names)
            for *values, posted_at, stored in batch:
                yield [*values, _in_utc(posted_at)], lines[values[0]], stored


def _lines(connection: Connection, keys: list[int], names: Codes) -> dict[int, list[list[Any]]]:
    if connection.dialect.name == "postgresql":
        # One array instead of thousands of parameters.
        wanted = VoucherLine.voucher_id == func.any(literal(keys, ARRAY(BigInteger)))
    else:
        wanted = VoucherLine.voucher_id.in_(keys)
    query = (
        select(VoucherLine.voucher_id, *(getattr(VoucherLine, name) for name in LINE_FIELDS))
        .where(wanted)
        .order_by(VoucherLine.voucher_id, VoucherLine.line_no)
    )
    lines: dict[int, list[list[Any]]] = {key: [] for key in keys}
    for voucher_id, *values in connection.execute(query):
        lines[voucher_id].append(line_content(values, names))
    return lines


def _in_utc(stored: datetime | str) -> datetime | str:
    """Write a timestamp as SQLite keeps it the way it entered the digest."""
    if not isinstance(stored, str):
        return stored
    day, _, time = stored.partition(" ")
    return f"{day}T{time.removesuffix('.000000')}+00:00"
