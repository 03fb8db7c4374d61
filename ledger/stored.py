"""Read stored vouchers with their lines, locked, the way every act on them needs it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.orm import Prepared, among, connection_of, read_date
from ledger.trail import SINGLE_ACT
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState


class StoredVoucher(NamedTuple):
    """A voucher as it is in the table."""

    id: int
    period_id: int
    word: str
    number: int | None
    booked_on: date
    kind: VoucherKind
    state: VoucherState
    summary: str
    attachment_count: int
    rule: str
    reverses_id: int | None
    corrects_id: int | None
    reason: str | None
    prepared_by: str
    reviewed_by: str | None


class StoredLine(NamedTuple):
    """A line as it is in the table; the amount is debit positive."""

    voucher_id: int
    line_no: int
    account_id: int
    fund_id: int
    side: int
    amount_minor: int
    summary: str | None
    donor_id: int | None
    counterparty_id: int | None
    project_id: int | None
    cash_flow_item_id: int | None


Lines = dict[int, list[StoredLine]]
_WRITTEN = "ledger.stored.written"

_VOUCHERS = Prepared(
    lambda dialect: (
        select(*(Voucher.__table__.c[name] for name in StoredVoucher._fields))
        .where(among(Voucher.id, "keys", dialect))
        .order_by(Voucher.id)
        .with_for_update()
    )
)
_LINES = Prepared(
    lambda dialect: (
        select(*(VoucherLine.__table__.c[name] for name in StoredLine._fields))
        .where(among(VoucherLine.voucher_id, "keys", dialect))
        .order_by(VoucherLine.voucher_id, VoucherLine.line_no)
    )
)


def remember(session: Session, voucher: StoredVoucher, lines: list[StoredLine]) -> None:
    """Keep a voucher that a single act has just written, so that it is not read back.

    Nobody else can see it before the commit, so it needs no lock either.
    """
    if session.info.get(SINGLE_ACT):
        session.info.setdefault(_WRITTEN, {})[voucher.id] = (voucher, lines)


def lock(session: Session, keys: Sequence[int]) -> tuple[list[StoredVoucher], Lines]:
    """Lock vouchers and return them, in the order of `keys`, with their lines by voucher."""
    written = session.info.pop(_WRITTEN, {})
    if all(key in written for key in keys):
        return [written[key][0] for key in keys], {key: written[key][1] for key in keys}
    connection = connection_of(session)
    # Both are sent before either is read: in a pipeline they share one round trip.
    vouchers = _VOUCHERS.run(connection, keys=list(keys))
    their_lines = _LINES.run(connection, keys=list(keys))
    found = {}
    for row in vouchers.fetchall():
        key, period_id, word, number, booked_on, kind, state, *rest = row
        found[key] = StoredVoucher(
            key,
            period_id,
            word,
            number,
            read_date(booked_on),
            VoucherKind(kind),
            VoucherState(state),
            *rest,
        )
    lines: Lines = {key: [] for key in found}
    for row in their_lines.fetchall():
        lines[row[0]].append(StoredLine._make(row))
    return [found[key] for key in keys if key in found], lines
