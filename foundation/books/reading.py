"""Read vouchers for lists: filtered, summed, in the order of their dates.

Nothing here writes. A list is cut by a cursor, so that one of a million vouchers costs as much
as one of fifty.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select
from sqlalchemy.orm import Session

from foundation.http import lists
from foundation.http.lists import PageRequest
from ledger import money, periods
from ledger.accounts import Account
from ledger.funds import Fund
from ledger.vouchers import (
    Voucher,
    VoucherKind,
    VoucherLine,
    VoucherState,
    label,
)

_TABLE = cast(Table, Voucher.__table__)
SORTS = {"date": ("booked_on", "id"), "total": ("total_minor", "id")}
"""The orders a list can have, by the name that the address gives."""


@dataclass(frozen=True, slots=True)
class VoucherFilter:
    """What a list is narrowed to; empty fields narrow nothing. Periods are keys."""

    first_period: int | None = None
    last_period: int | None = None
    state: VoucherState | None = None
    kind: VoucherKind | None = None
    fund: str = ""
    # A code and the details below it.
    account: str = ""
    # Number, summary or amount, as somebody types it.
    text: str = ""


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A voucher in a list."""

    id: int
    # Given at posting; until then the label says that there is none.
    number: int | None
    label: str
    period_id: int
    booked_on: date
    kind: VoucherKind
    state: VoucherState
    summary: str
    total_minor: int
    attachment_count: int
    rule: str
    prepared_by: str
    reviewed_by: str | None
    posted_by: str | None
    version: int


@dataclass(frozen=True, slots=True)
class VoucherPage:
    """Part of a list, where it goes on, and the sums of the whole of it."""

    items: tuple[VoucherRow, ...]
    next: str | None
    count: int
    posted: int
    total_minor: int


def search(session: Session, wanted: VoucherFilter, request: PageRequest) -> VoucherPage:
    """Return one part of a list and the sums of the whole; `SORTS` are the orders it knows.

    Raises BadCursor.
    """
    conditions = _conditions(wanted)
    totals = session.execute(
        select(
            func.count(),
            func.count().filter(Voucher.state == VoucherState.POSTED),
            func.coalesce(func.sum(Voucher.total_minor), 0),
        ).where(*conditions)
    ).one()
    part = lists.page(
        session,
        select(Voucher.__table__).where(*conditions),
        keys=[_TABLE.c[name] for name in SORTS.get(request.column, SORTS["date"])],
        request=request,
    )
    rows = tuple(row_of(head) for head in part.items)
    return VoucherPage(rows, part.next, totals[0], totals[1], int(totals[2]))


def span_of(text: str) -> tuple[int, int]:
    """Read `2026`, `2026-03` or `2026-Q1` into the first and last month. Raises InvalidInput.

    A year or its first quarter begins with what stands before January.
    """
    value = text.strip().upper()
    if len(value) == 4 and value.isdecimal():
        return int(value) * 100, int(value) * 100 + 12
    year, dash, quarter = value.partition("-Q")
    if dash and len(year) == 4 and year.isdecimal() and quarter in ("1", "2", "3", "4"):
        last = int(year) * 100 + int(quarter) * 3
        return (last - 2 if quarter != "1" else last - 3), last
    key = periods.parse_period(text)
    return key, key


def keys_of(session: Session, wanted: VoucherFilter) -> list[int]:
    """Return the keys of every voucher of a list, in its order."""
    query = select(Voucher.id).where(*_conditions(wanted))
    return list(session.execute(query.order_by(Voucher.booked_on, Voucher.id)).scalars())


def _conditions(wanted: VoucherFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.first_period is not None:
        conditions.append(Voucher.period_id >= wanted.first_period)
    if wanted.last_period is not None:
        conditions.append(Voucher.period_id <= wanted.last_period)
    if wanted.state is not None:
        conditions.append(Voucher.state == wanted.state)
    if wanted.kind is not None:
        conditions.append(Voucher.kind == wanted.kind)
    if wanted.fund:
        funds = select(Fund.id).where(Fund.code == wanted.fund)
        conditions.append(_has_line(VoucherLine.fund_id.in_(funds)))
    if wanted.account:
        accounts = select(Account.id).where(
            Account.code.startswith(wanted.account, autoescape=True)
        )
        conditions.append(_has_line(VoucherLine.account_id.in_(accounts)))
    if wanted.text.strip():
        conditions.append(_matches(wanted.text.strip()))
    return conditions


def _has_line(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    lines: Select[Any] = select(VoucherLine.voucher_id).where(condition)
    return Voucher.id.in_(lines)


def _matches(text: str) -> ColumnElement[bool]:
    """A summary that contains it, a number that is it, or an amount that is it."""
    choices: list[ColumnElement[bool]] = [Voucher.summary.contains(text, autoescape=True)]
    parts = text.split("-")
    if parts[-1].isdecimal() and len(parts[-1]) <= 6:
        number = Voucher.number == int(parts[-1])
        months = [part for part in parts[:-1] if part.isdecimal()]
        if len(months) == 2:
            number = and_(number, Voucher.period_id == int(months[0]) * 100 + int(months[1]))
        choices.append(number)
    try:
        minor = money.parse(text)
    except money.InvalidAmount:
        return or_(*choices)
    choices.append(Voucher.total_minor == minor)
    choices.append(_has_line(VoucherLine.amount_minor.in_([minor, -minor])))
    return or_(*choices)


def row_of(head: Any) -> VoucherRow:
    """Return a selected row of the table as a value."""
    return VoucherRow(
        id=head.id,
        number=head.number,
        label=label(head.period_id, head.word, head.number),
        period_id=head.period_id,
        booked_on=head.booked_on,
        kind=head.kind,
        state=head.state,
        summary=head.summary,
        total_minor=head.total_minor,
        attachment_count=head.attachment_count,
        rule=head.rule,
        prepared_by=head.prepared_by,
        reviewed_by=head.reviewed_by,
        posted_by=head.posted_by,
        version=head.version,
    )
