"""What is still open on both sides of a bank account, read as sets for the matching engine."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from foundation.banking import naming, scoring
from foundation.banking.accounts import Account
from foundation.banking.models import (
    BankLine,
    BankMatchLine,
    BankMatchVoucher,
    BankPayer,
)
from foundation.banking.payment_models import BankPayment
from foundation.banking.scoring import FAR_DAYS, BankItem, BookItem
from foundation.gifts.models import Gift
from foundation.spending.models import SpendingRequest, reference
from ledger.dimensions import Dimension
from ledger.periods import period_key
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState

# Balances that are carried, and income that is closed: no money moves at the bank.
NOT_MONEY = (VoucherKind.OPENING, VoucherKind.CONVERSION, VoucherKind.CLOSING)


@dataclass(slots=True)
class Party:
    """Who a voucher names, and which references its gifts carry."""

    names: list[str] = field(default_factory=list)
    donors: set[int] = field(default_factory=set)
    references: set[str] = field(default_factory=set)
    request: str = ""


def bank_items(
    session: Session, account: Account, *, keys: Collection[int] | None = None
) -> list[BankItem]:
    """Return the open lines of an account, all or some of them, in order of days."""
    query = (
        select(
            BankLine.id,
            BankLine.booked_on,
            BankLine.amount_minor,
            BankLine.name,
            BankLine.account_mark,
            BankLine.reference,
            BankLine.summary,
            BankLine.note,
        )
        .where(BankLine.bank_account_id == account.id, is_open_line())
        .order_by(BankLine.booked_on, BankLine.day_order, BankLine.id)
    )
    if keys is not None:
        query = query.where(BankLine.id.in_(keys))
    by_name, by_mark = payers(session)
    paid = paid_by(session, account)
    return [
        BankItem(
            id=row.id,
            on=row.booked_on,
            amount=row.amount_minor,
            name=row.name,
            donor_id=by_mark.get(row.account_mark) or by_name.get(naming.plain(row.name)),
            reference=scoring.usable_reference(row.reference),
            text=f"{row.summary} {row.note}".strip(),
            paid=paid.get(row.id, frozenset()),
        )
        for row in session.execute(query)
    ]


def paid_by(session: Session, account: Account) -> dict[int, frozenset[int]]:
    """Return the vouchers of the requests that open lines of an account paid, by line.

    A request that has no voucher yet counts as voucher 0, so that its line waits for it.
    """
    rows = session.execute(
        select(BankPayment.bank_line_id, SpendingRequest.voucher_id)
        .join(SpendingRequest, SpendingRequest.id == BankPayment.request_id)
        .join(BankLine, BankLine.id == BankPayment.bank_line_id)
        .where(BankLine.bank_account_id == account.id, is_open_line())
    )
    found: dict[int, set[int]] = defaultdict(set)
    for line_id, voucher_id in rows:
        found[line_id].add(voucher_id or 0)
    return {line_id: frozenset(vouchers) for line_id, vouchers in found.items()}


def book_items(
    session: Session,
    account: Account,
    *,
    first: date,
    last: date,
    amount: int | None = None,
) -> list[BookItem]:
    """Return the open sides of posted vouchers between two days, in order of days."""
    query = _sides(account).where(
        Voucher.booked_on >= first,
        Voucher.booked_on <= last,
        VoucherLine.period_id >= period_key(first) // 100 * 100,
        VoucherLine.period_id <= period_key(last),
    )
    if amount is not None:
        query = query.having(func.sum(VoucherLine.amount_minor) == amount)
    return _named(session, session.execute(query).all())


def book_sides(session: Session, account: Account, vouchers: Collection[int]) -> list[BookItem]:
    """Return the open sides of some posted vouchers."""
    query = _sides(account).where(Voucher.id.in_(vouchers))
    return _named(session, session.execute(query).all())


def around(line_days: Iterable[date]) -> tuple[date, date]:
    """Return the days between which a voucher may belong to lines of some days."""
    days = list(line_days)
    return min(days) - timedelta(days=FAR_DAYS), max(days) + timedelta(days=FAR_DAYS)


def is_open_line() -> ColumnElement[bool]:
    """The condition of a line in no live match."""
    matched = exists().where(BankMatchLine.bank_line_id == BankLine.id, BankMatchLine.is_live)
    return ~matched.correlate(BankLine)


def is_open_side(account: Account) -> ColumnElement[bool]:
    """The condition of a side of a voucher in no live match of the account."""
    matched = exists().where(
        BankMatchVoucher.voucher_id == VoucherLine.voucher_id,
        BankMatchVoucher.side == VoucherLine.side,
        BankMatchVoucher.bank_account_id == account.id,
        BankMatchVoucher.is_live,
    )
    return ~matched.correlate(VoucherLine)


def payers(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    """Return the remembered payers: donors by name, and by the mark of an account."""
    query = select(BankPayer).where(BankPayer.forgotten_at.is_(None)).order_by(BankPayer.id)
    by_name: dict[str, int] = {}
    by_mark: dict[str, int] = {}
    for row in session.execute(query).scalars():
        if row.account_mark:
            by_mark[row.account_mark] = row.donor_id
        else:
            by_name[row.name_key] = row.donor_id
    return by_name, by_mark


def _sides(account: Account) -> Select[Any]:
    query: Any = (
        select(
            VoucherLine.voucher_id,
            VoucherLine.side,
            Voucher.booked_on,
            Voucher.rule,
            Voucher.summary,
            Voucher.reverses_id,
            func.sum(VoucherLine.amount_minor).label("amount"),
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            VoucherLine.account_id.in_(account.ledger_ids),
            is_open_side(account),
            Voucher.state == VoucherState.POSTED,
            Voucher.kind.not_in(NOT_MONEY),
        )
        .group_by(
            VoucherLine.voucher_id,
            VoucherLine.side,
            Voucher.booked_on,
            Voucher.rule,
            Voucher.summary,
            Voucher.reverses_id,
        )
        .having(func.sum(VoucherLine.amount_minor) != 0)
        .order_by(Voucher.booked_on, VoucherLine.voucher_id, VoucherLine.side)
    )
    return query  # type: ignore[no-any-return]


def _named(session: Session, rows: Iterable[Any]) -> list[BookItem]:
    found = list(rows)
    parties = _parties(session, [row.voucher_id for row in found])
    nobody = Party()
    items = []
    for row in found:
        party = parties.get(row.voucher_id, nobody)
        items.append(
            BookItem(
                voucher_id=row.voucher_id,
                side=row.side,
                on=row.booked_on,
                amount=int(row.amount),
                names=tuple(dict.fromkeys(party.names)),
                donors=frozenset(party.donors),
                references=frozenset(party.references),
                rule=row.rule,
                text=row.summary,
                reverses_id=row.reverses_id,
                request=party.request,
            )
        )
    return items


def _parties(session: Session, vouchers: list[int]) -> dict[int, Party]:
    """Read who some vouchers name; many of them by the span of their keys, as one set."""
    if not vouchers:
        return {}
    wanted = set(vouchers)

    def among(column: Any) -> ColumnElement[bool]:
        if len(wanted) <= 500:
            return column.in_(wanted)  # type: ignore[no-any-return]
        return column.between(min(wanted), max(wanted))  # type: ignore[no-any-return]

    found: dict[int, Party] = defaultdict(Party)
    named = (
        select(VoucherLine.voucher_id, Dimension.name)
        .join(
            Dimension,
            or_(
                Dimension.id == VoucherLine.donor_id,
                Dimension.id == VoucherLine.counterparty_id,
            ),
        )
        .where(among(VoucherLine.voucher_id))
        .order_by(VoucherLine.voucher_id, VoucherLine.line_no)
    )
    for voucher_id, name in session.execute(named):
        if voucher_id in wanted:
            found[voucher_id].names.append(name)
    gifts = (
        select(
            Gift.voucher_id,
            Gift.donor_id,
            Gift.donor_name,
            Gift.passed_on_by,
            Gift.bank_reference,
        )
        .where(among(Gift.voucher_id))
        .order_by(Gift.id)
    )
    for row in session.execute(gifts):
        if row.voucher_id not in wanted:
            continue
        party = found[row.voucher_id]
        party.names += [name for name in (row.donor_name, row.passed_on_by) if name]
        party.donors.add(row.donor_id)
        if reference := scoring.usable_reference(row.bank_reference or ""):
            party.references.add(reference)
    _read_requests(session, among(SpendingRequest.voucher_id), wanted, found)
    return found


def _read_requests(
    session: Session, among: ColumnElement[bool], wanted: set[int], found: dict[int, Party]
) -> None:
    """Add the number and the reference of the spending requests that some vouchers book."""
    rows = session.execute(
        select(
            SpendingRequest.voucher_id,
            SpendingRequest.id,
            SpendingRequest.requested_on,
            SpendingRequest.payment_reference,
        )
        .where(among)
        .order_by(SpendingRequest.id)
    )
    for voucher_id, key, day, serial in rows:
        if voucher_id in wanted:
            party = found[voucher_id]
            party.request = reference(key, day)
            if usable := scoring.usable_reference(serial or ""):
                party.references.add(usable)
