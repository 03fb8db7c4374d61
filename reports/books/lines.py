"""Posted lines as reports need them: filtered, in the order of the books, with their context.

Lines are streamed. What a line needs beside itself, its opposite accounts and the names of its
donor and counterparty, is fetched for a few hundred lines at a time.
"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from ledger import orm
from ledger.balances import Span, printed
from ledger.catalogue import Catalogue
from ledger.dimensions import Dimension
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState, label
from reports.parameters import Parameters

_CHUNK = 500
_LONG_MONTH = 4000
_OPPOSITES = 3
_reversed_voucher = aliased(Voucher, name="reversed_voucher")


@dataclass(frozen=True, slots=True)
class PostedLine:
    """One posted line as it is printed; red entries are negative on their side."""

    voucher_id: int
    voucher: str
    line_no: int
    period_id: int
    booked_on: date
    summary: str
    account_id: int
    fund_id: int
    debit_minor: int
    credit_minor: int
    opposite: str
    donor: str | None
    counterparty: str | None
    attachment_count: int
    prepared_by: str
    reviewed_by: str | None
    posted_by: str | None

    @property
    def amount_minor(self) -> int:
        """The amount, debit positive."""
        return self.debit_minor - self.credit_minor


def posted(
    session: Session, parameters: Parameters, span: Span, *, accounts: Sequence[int] = ()
) -> Iterator[PostedLine]:
    """Stream the posted lines of a span under the filters, in the order of the books.

    With `accounts` only theirs, by date; without, all of them, by voucher number.
    """
    if not accounts:
        yield from _posted(session, parameters, span)
        return
    # Month by month, and a long month day by day, so that the first page sorts little.
    for key in range(span.first, span.last + 1):
        if key not in parameters.known.periods:
            continue
        for day in _days(key) if _is_long(session, key, accounts) else (None,):
            part = Span.of_period(key)
            yield from _posted(session, parameters, part, accounts, within=span, day=day)


def _is_long(session: Session, key: int, accounts: Sequence[int]) -> bool:
    """Tell whether a month of some accounts is too long to be sorted at once."""
    some = (
        select(VoucherLine.line_no)
        .where(VoucherLine.account_id.in_(accounts), VoucherLine.period_id == key)
        .limit(_LONG_MONTH)
        .subquery()
    )
    counted = session.execute(select(func.count()).select_from(some)).scalar_one()
    return key % 100 > 0 and counted >= _LONG_MONTH


def _days(key: int) -> Iterator[date]:
    year, month = divmod(key, 100)
    for day in range(1, calendar.monthrange(year, month)[1] + 1):
        yield date(year, month, day)


def _posted(
    session: Session,
    parameters: Parameters,
    span: Span,
    accounts: Sequence[int] = (),
    *,
    within: Span | None = None,
    day: date | None = None,
) -> Iterator[PostedLine]:
    # A line has the period of its voucher. The one that is asked decides by which index the
    # database walks: the lines of an account, or the vouchers in their order, without sorting.
    period: Any = VoucherLine.period_id if accounts and day is None else Voucher.period_id
    query = (
        joined(_columns())
        .where(*conditions(parameters, within or span))
        .where(period >= span.first, period <= span.last)
    )
    order: list[Any] = [period]
    account: Any = VoucherLine.account_id
    if day is not None:
        query = query.where(Voucher.booked_on == day)
        # The sum keeps the database from walking through every line of the account: the few
        # vouchers of the day come first, and their lines by key.
        account = VoucherLine.account_id + 0
    if accounts:
        query = query.where(account.in_(accounts))
        order.append(Voucher.booked_on)
    order += [Voucher.word, Voucher.number, VoucherLine.line_no]
    rows = session.execute(query.order_by(*order), execution_options={"yield_per": _CHUNK})
    for chunk in orm.chunks(rows, _CHUNK):
        yield from _with_context(session, parameters.known, chunk)


def _columns() -> Any:
    return select(
        VoucherLine.voucher_id,
        VoucherLine.line_no,
        VoucherLine.period_id,
        VoucherLine.account_id,
        VoucherLine.fund_id,
        VoucherLine.side,
        VoucherLine.amount_minor,
        VoucherLine.summary,
        VoucherLine.donor_id,
        VoucherLine.counterparty_id,
        Voucher.word,
        Voucher.number,
        Voucher.booked_on,
        Voucher.summary.label("voucher_summary"),
        Voucher.attachment_count,
        Voucher.prepared_by,
        Voucher.reviewed_by,
        Voucher.posted_by,
    )


def joined(query: Any) -> Select[Any]:
    """Join lines with their voucher and the voucher that it reverses, for `conditions`."""
    found: Select[Any] = (
        query.select_from(VoucherLine)
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .outerjoin(_reversed_voucher, _reversed_voucher.id == Voucher.reverses_id)
    )
    return found


def conditions(parameters: Parameters, span: Span) -> list[ColumnElement[bool]]:
    """Return what lines must fulfil under the filters, whatever their period.

    Closing vouchers are left out only within the span: an opening balance always has them.
    """
    found: list[ColumnElement[bool]] = [Voucher.state == VoucherState.POSTED]
    if parameters.fund is not None:
        found.append(VoucherLine.fund_id == parameters.fund.id)
    for name, value in parameters.dimensions.items():
        column: Any = getattr(VoucherLine, f"{name}_id")
        found.append(column.is_(None) if value.id is None else column == value.id)
    if parameters.without_closing:
        found.append(or_(VoucherLine.period_id < span.first, ~is_closing()))
    return found


def is_closing() -> ColumnElement[bool]:
    """Whether a line belongs to a generated closing voucher, or to the reversal of one."""
    return or_(
        Voucher.kind == VoucherKind.CLOSING,
        and_(
            _reversed_voucher.kind.is_not(None),
            _reversed_voucher.kind == VoucherKind.CLOSING,
        ),
    )


def _with_context(session: Session, known: Catalogue, rows: Sequence[Any]) -> Iterator[PostedLine]:
    opposites = _opposites(session, known, rows)
    names = _names(session, rows)
    for row in rows:
        debit, credit = printed(row)
        sign = 1 if row.amount_minor > 0 else -1
        yield PostedLine(
            voucher_id=row.voucher_id,
            voucher=label(row.period_id, row.word, row.number),
            line_no=row.line_no,
            period_id=row.period_id,
            booked_on=row.booked_on,
            summary=row.summary or row.voucher_summary,
            account_id=row.account_id,
            fund_id=row.fund_id,
            debit_minor=debit,
            credit_minor=credit,
            opposite=opposites.get((row.voucher_id, row.fund_id, -sign), ""),
            donor=names.get(row.donor_id),
            counterparty=names.get(row.counterparty_id),
            attachment_count=row.attachment_count,
            prepared_by=row.prepared_by,
            reviewed_by=row.reviewed_by,
            posted_by=row.posted_by,
        )


def _opposites(
    session: Session, known: Catalogue, rows: Sequence[Any]
) -> dict[tuple[int, int, int], str]:
    """Name the accounts that face each (voucher, fund, sign of the amount).

    Every voucher balances within each fund, so the lines of the other sign in the same fund are
    what a line faces, also when one of them is red.
    """
    vouchers = sorted({row.voucher_id for row in rows})
    found: dict[tuple[int, int, int], dict[str, None]] = {}
    lines = session.execute(
        select(
            VoucherLine.voucher_id,
            VoucherLine.fund_id,
            VoucherLine.account_id,
            (VoucherLine.amount_minor > 0).label("is_debit"),
        )
        .where(VoucherLine.voucher_id.in_(vouchers))
        .order_by(VoucherLine.voucher_id, VoucherLine.line_no)
    )
    for line in lines:
        key = (line.voucher_id, line.fund_id, 1 if line.is_debit else -1)
        found.setdefault(key, {})[known.accounts[line.account_id].code] = None
    return {key: _listed(list(codes)) for key, codes in found.items()}


def _listed(codes: list[str]) -> str:
    return "、".join(codes[:_OPPOSITES]) + ("等" if len(codes) > _OPPOSITES else "")


def _names(session: Session, rows: Sequence[Any]) -> dict[int | None, str]:
    keys = {row.donor_id for row in rows} | {row.counterparty_id for row in rows}
    wanted = sorted(key for key in keys if key is not None)
    if not wanted:
        return {}
    found = session.execute(
        select(Dimension.id, Dimension.name).where(Dimension.id.in_(wanted)).order_by(Dimension.id)
    )
    return {row.id: row.name for row in found}
