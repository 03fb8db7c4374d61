"""Read bank lines, matches and how each account stands month by month. Nothing here writes."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from foundation.banking import accounts, items, scoring
from foundation.banking.accounts import Account
from foundation.banking.models import (
    BankAccount,
    BankLine,
    BankMatch,
    BankMatchLine,
    BankMatchVoucher,
    BankStatement,
    MatchOrigin,
    MatchState,
)
from foundation.banking.refusals import UnknownBankLine, UnknownMatch
from foundation.banking.scoring import Reason
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from ledger.vouchers import Voucher, label

SORTS = ("booked_on", "amount")


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a statement as lists show it; `match_id` is None while it is open."""

    id: int
    account: str
    booked_on: date
    amount_minor: int
    balance_minor: int | None
    reference: str
    name: str
    counterparty_account: str
    summary: str
    note: str
    statement_id: int
    row_no: int
    match_id: int | None


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines are asked for."""

    account: str = ""
    is_open: bool | None = None
    text: str = ""
    period: int = 0
    way: str = ""


@dataclass(frozen=True, slots=True)
class LineSums:
    """How many lines a list has, and what they come to."""

    count: int
    received_minor: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class BookedSide:
    """A side of a voucher in a match."""

    voucher_id: int
    side: int
    label: str
    on: date
    summary: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class MatchView:
    """A match with everything in it."""

    id: int
    account: str
    state: MatchState
    origin: MatchOrigin
    score: int
    reasons: tuple[Reason, ...]
    settled_in: int
    made_by: str
    made_at: datetime
    lines: tuple[LineRow, ...]
    books: tuple[BookedSide, ...]
    may_undo: bool


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement that was imported."""

    id: int
    account: str
    file_name: str
    first_on: date
    last_on: date
    opening_minor: int
    closing_minor: int
    row_count: int
    imported_count: int
    duplicate_count: int
    received_minor: int
    paid_minor: int
    gap_count: int
    gap_reason: str | None
    created_by: str
    created_at: datetime


def list_lines(session: Session, wanted: LineFilter, request: PageRequest) -> Page[LineRow]:
    """Return one part of the lines, the latest first unless asked otherwise."""
    by_amount = request.column == "amount"
    keys = [BankLine.amount_minor if by_amount else BankLine.booked_on, BankLine.id]
    falls = request.is_descending if request.sort else True
    part = lists.page(
        session,
        _selected().where(*conditions(wanted)),
        keys=keys,
        request=request,
        descending=falls,
    )
    return Page(tuple(_line(row) for row in part.items), part.next)


def add_up(session: Session, wanted: LineFilter) -> LineSums:
    """Return the sums of a whole list."""
    amount = BankLine.amount_minor
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(amount).filter(amount > 0), 0),
            func.coalesce(func.sum(-amount).filter(amount < 0), 0),
        )
        .select_from(BankLine)
        .join(BankAccount, BankAccount.id == BankLine.bank_account_id)
        .where(*conditions(wanted))
    ).one()
    return LineSums(int(row[0]), int(row[1]), int(row[2]))


def get_line(session: Session, line_id: int) -> LineRow:
    """Return one line. Raises UnknownBankLine."""
    row = session.execute(_selected().where(BankLine.id == line_id)).one_or_none()
    if row is None:
        raise UnknownBankLine(line=line_id)
    return _line(row)


def next_open(session: Session, account: Account, after: int | None) -> LineRow | None:
    """Return the open line that follows another in order of days, else the first one."""
    base = _selected().where(BankLine.bank_account_id == account.id, items.is_open_line())
    ordered = base.order_by(BankLine.booked_on, BankLine.day_order, BankLine.id).limit(1)
    row = None
    if after is not None:
        place = session.execute(
            select(BankLine.booked_on, BankLine.day_order).where(BankLine.id == after)
        ).one_or_none()
        if place is not None:
            later = or_(
                BankLine.booked_on > place.booked_on,
                and_(
                    BankLine.booked_on == place.booked_on,
                    or_(
                        BankLine.day_order > place.day_order,
                        and_(BankLine.day_order == place.day_order, BankLine.id > after),
                    ),
                ),
            )
            row = session.execute(ordered.where(later)).one_or_none()
    row = row or session.execute(ordered).one_or_none()
    return None if row is None else _line(row)


def get_match(session: Session, match_id: int) -> MatchView:
    """Return one match. Raises UnknownMatch."""
    match = session.get(BankMatch, match_id)
    if match is None:
        raise UnknownMatch(match=match_id)
    lines = session.execute(
        _selected()
        .where(
            BankLine.id.in_(
                select(BankMatchLine.bank_line_id).where(BankMatchLine.match_id == match_id)
            )
        )
        .order_by(BankLine.booked_on, BankLine.id)
    )
    sides = session.execute(
        select(
            BankMatchVoucher.voucher_id,
            BankMatchVoucher.side,
            BankMatchVoucher.amount_minor,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.booked_on,
            Voucher.summary,
        )
        .join(Voucher, Voucher.id == BankMatchVoucher.voucher_id)
        .where(BankMatchVoucher.match_id == match_id)
        .order_by(Voucher.booked_on, Voucher.id)
    )
    code = session.execute(
        select(BankAccount.code).where(BankAccount.id == match.bank_account_id)
    ).scalar_one()
    last = accounts.last_reconciled(session, match.bank_account_id)
    return MatchView(
        id=match.id,
        account=code,
        state=match.state,
        origin=match.origin,
        score=match.score,
        reasons=tuple(scoring.of_json(json.loads(match.reasons))),
        settled_in=match.settled_in,
        made_by=match.made_by,
        made_at=match.made_at,
        lines=tuple(_line(row) for row in lines),
        books=tuple(
            BookedSide(
                row.voucher_id,
                row.side,
                label(row.period_id, row.word, row.number),
                row.booked_on,
                row.summary,
                row.amount_minor,
            )
            for row in sides
        ),
        may_undo=match.state is MatchState.LIVE and match.settled_in > last,
    )


def list_statements(session: Session, request: PageRequest) -> Page[StatementRow]:
    """Return the statements that were imported, the latest first."""
    names = [name for name in StatementRow.__slots__ if name != "account"]
    query: Any = select(
        *(getattr(BankStatement, name) for name in names), BankAccount.code.label("account")
    ).join(BankAccount, BankAccount.id == BankStatement.bank_account_id)
    part = lists.page(session, query, keys=[BankStatement.id], request=request, descending=True)
    rows = tuple(
        StatementRow(**{name: getattr(row, name) for name in StatementRow.__slots__})
        for row in part.items
    )
    return Page(rows, part.next)


def conditions(wanted: LineFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter."""
    found: list[ColumnElement[bool]] = []
    if wanted.account:
        found.append(BankAccount.code == wanted.account)
    if wanted.is_open is not None:
        found.append(items.is_open_line() if wanted.is_open else ~items.is_open_line())
    if wanted.period:
        found.append(BankLine.month == wanted.period)
    if wanted.way in ("in", "out"):
        found.append(BankLine.amount_minor > 0 if wanted.way == "in" else BankLine.amount_minor < 0)
    if wanted.text:
        texts = (BankLine.name, BankLine.summary, BankLine.note, BankLine.reference)
        found.append(or_(*(column.contains(wanted.text, autoescape=True) for column in texts)))
    return found


def _selected() -> Select[Any]:
    query: Any = (
        select(
            BankLine.id,
            BankAccount.code.label("account"),
            BankLine.booked_on,
            BankLine.amount_minor,
            BankLine.balance_minor,
            BankLine.reference,
            BankLine.name,
            BankLine.account_masked.label("counterparty_account"),
            BankLine.summary,
            BankLine.note,
            BankLine.statement_id,
            BankLine.row_no,
            BankMatchLine.match_id,
        )
        .join(BankAccount, BankAccount.id == BankLine.bank_account_id)
        .outerjoin(
            BankMatchLine,
            and_(BankMatchLine.bank_line_id == BankLine.id, BankMatchLine.is_live),
        )
    )
    return query  # type: ignore[no-any-return]


def _line(row: Any) -> LineRow:
    return LineRow(**{name: getattr(row, name) for name in LineRow.__slots__})
