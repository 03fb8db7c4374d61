"""Read vouchers for lists: filtered, summed, in the order of their dates.

Nothing here writes. A list is cut by a cursor, so that one of a million vouchers costs as much
as one of fifty.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from ledger import money, periods
from ledger.accounts import Account
from ledger.funds import Fund
from ledger.vouchers import (
    DEFAULT_WORD,
    Voucher,
    VoucherKind,
    VoucherLine,
    VoucherSeries,
    VoucherState,
    label,
)

_TABLE = cast(Table, Voucher.__table__)
# Written out, not bound, so that SQLite can use the index of waiting vouchers, which is partial.
WAITING = Voucher.state.in_(
    [
        literal_column(f"'{state}'")
        for state in (VoucherState.DRAFT, VoucherState.SUBMITTED, VoucherState.REVIEWED)
    ]
)
# Vouchers without a number yet come before number one.
_NUMBER = func.coalesce(_TABLE.c.number, 0)
SORTS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "date": (_TABLE.c.booked_on, _TABLE.c.id),
    "number": (_TABLE.c.period_id, _TABLE.c.word, _NUMBER, _TABLE.c.id),
    "summary": (_TABLE.c.summary, _TABLE.c.id),
    "kind": (_TABLE.c.kind, _TABLE.c.id),
    "state": (_TABLE.c.state, _TABLE.c.id),
    "prepared_by": (_TABLE.c.prepared_by, _TABLE.c.id),
    "total": (_TABLE.c.total_minor, _TABLE.c.id),
}
"""The orders a list can have, by the name that the address gives."""


@dataclass(frozen=True, slots=True)
class VoucherFilter:
    """What a list is narrowed to; empty fields narrow nothing. Periods are keys."""

    first_period: int | None = None
    last_period: int | None = None
    state: VoucherState | None = None
    # Whatever is on its way and not posted yet.
    is_waiting: bool = False
    kind: VoucherKind | None = None
    fund: str = ""
    # A code and the details below it.
    account: str = ""
    word: str = ""
    # The voucher as a whole, in minor units.
    least_minor: int | None = None
    most_minor: int | None = None
    # An imported register: the vouchers of its gifts.
    batch_id: int | None = None
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
    part = rows(session, wanted, request)
    return VoucherPage(tuple(part.items), part.next, totals[0], totals[1], int(totals[2]))


def rows(session: Session, wanted: VoucherFilter, request: PageRequest) -> Page[VoucherRow]:
    """Return one part of a list. Raises BadCursor."""
    part = lists.page(
        session,
        select(Voucher.__table__, _NUMBER).where(*_conditions(wanted)),
        keys=SORTS.get(request.column, SORTS["date"]),
        request=request,
    )
    return Page(tuple(row_of(head) for head in part.items), part.next)


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


def list_words(session: Session) -> list[str]:
    """Return the words that numbered vouchers have, such as 记."""
    query = select(VoucherSeries.word).distinct().order_by(VoucherSeries.word)
    return list(session.execute(query).scalars()) or [DEFAULT_WORD]


def keys_of(session: Session, wanted: VoucherFilter) -> list[int]:
    """Return the keys of every voucher of a list, in its order."""
    query = select(Voucher.id).where(*_conditions(wanted))
    return list(session.execute(query.order_by(Voucher.booked_on, Voucher.id)).scalars())


def _conditions(wanted: VoucherFilter) -> list[ColumnElement[bool]]:
    compared: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (wanted.first_period, lambda value: Voucher.period_id >= value),
        (wanted.last_period, lambda value: Voucher.period_id <= value),
        (wanted.state, lambda value: Voucher.state == value),
        (wanted.kind, lambda value: Voucher.kind == value),
        (wanted.word or None, lambda value: Voucher.word == value),
        (wanted.least_minor, lambda value: Voucher.total_minor >= value),
        (wanted.most_minor, lambda value: Voucher.total_minor <= value),
        (wanted.batch_id, _of_batch),
    ]
    conditions = [condition(value) for value, condition in compared if value is not None]
    if wanted.is_waiting:
        conditions.append(WAITING)
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


def _of_batch(batch_id: int) -> ColumnElement[bool]:
    return Voucher.id.in_(select(Gift.voucher_id).where(Gift.batch_id == batch_id))


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
