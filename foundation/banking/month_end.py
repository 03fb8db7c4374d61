"""An account at the end of a month: books, bank, what is on the way, and what is kept of it.

A month is computed from lines, vouchers and matches as they are. A match that is made after a
month was reconciled settles in a later one, so computing the month again gives the same figures,
unless the books changed: then what is kept is stale. Nothing here writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from foundation.banking import items
from foundation.banking.accounts import Account
from foundation.banking.models import (
    BankLine,
    BankMatch,
    BankMatchLine,
    BankMatchVoucher,
    BankReconciliation,
    BankReconciliationItem,
    BankStatement,
    ItemKind,
    ReconciliationState,
)
from ledger import balances
from ledger.periods import period_key
from ledger.vouchers import Voucher, VoucherLine, VoucherState, label


@dataclass(frozen=True, slots=True)
class Item:
    """One item on the way."""

    kind: ItemKind
    on: date
    amount_minor: int
    text: str
    bank_line_id: int | None = None
    voucher_id: int | None = None
    side: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a month. Paid amounts are positive."""

    books_minor: int
    bank_minor: int
    bank_received_minor: int = 0
    bank_paid_minor: int = 0
    books_received_minor: int = 0
    books_paid_minor: int = 0

    @property
    def adjusted_books_minor(self) -> int:
        """What the books would hold if they had what the bank has."""
        return self.books_minor + self.bank_received_minor - self.bank_paid_minor

    @property
    def adjusted_bank_minor(self) -> int:
        """What the bank would hold if it had what the books have."""
        return self.bank_minor + self.books_received_minor - self.books_paid_minor

    @property
    def difference_minor(self) -> int:
        """What is left between the two; zero when the month reconciles."""
        return self.adjusted_books_minor - self.adjusted_bank_minor


@dataclass(frozen=True, slots=True)
class Month:
    """One account at the end of one month, as it is now."""

    account: Account
    period: int
    figures: Figures
    items: tuple[Item, ...]
    has_statement: bool
    statement_through: date | None
    unmatched_count: int
    kept: "Kept | None" = None

    @property
    def is_stale(self) -> bool:
        """Whether something changed since the reconciliation was prepared."""
        return self.kept is not None and self.kept.figures != self.figures


@dataclass(frozen=True, slots=True)
class Kept:
    """A reconciliation as it was prepared."""

    id: int
    period: int
    state: ReconciliationState
    figures: Figures
    explanation: str | None
    statement_through: date
    prepared_by: str
    prepared_at: Any
    reviewed_by: str | None
    reviewed_at: Any
    items: tuple[Item, ...] = field(default=())


def last_day(key: int) -> date:
    """Return the last day of a month."""
    following = date(key // 100 + key % 100 // 12, key % 100 % 12 + 1, 1)
    return following - timedelta(days=1)


def month(session: Session, account: Account, key: int) -> Month:
    """Compute an account at the end of a month, and say what is kept of it."""
    end = last_day(key)
    on_the_way = _bank_side(session, account, key, end) + _books_side(session, account, key, end)
    sums = {
        kind: sum(item.amount_minor for item in on_the_way if item.kind is kind)
        for kind in ItemKind
    }
    has_statement, through = _coverage(session, account, key, end)
    return Month(
        account=account,
        period=key,
        figures=Figures(
            books_minor=balances.account_balance(session, account.ledger_ids, key),
            bank_minor=bank_balance(session, account, end),
            bank_received_minor=sums[ItemKind.BANK_RECEIVED],
            bank_paid_minor=sums[ItemKind.BANK_PAID],
            books_received_minor=sums[ItemKind.BOOKS_RECEIVED],
            books_paid_minor=sums[ItemKind.BOOKS_PAID],
        ),
        items=tuple(on_the_way),
        has_statement=has_statement,
        statement_through=through,
        unmatched_count=sum(1 for item in on_the_way if item.bank_line_id is not None),
        kept=find_kept(session, account, key),
    )


def find_kept(session: Session, account: Account, key: int) -> Kept | None:
    """Return the reconciliation of a month that stands, or None."""
    row = session.execute(
        select(BankReconciliation).where(
            BankReconciliation.bank_account_id == account.id,
            BankReconciliation.period_id == key,
            BankReconciliation.state != ReconciliationState.WITHDRAWN,
        )
    ).scalar_one_or_none()
    return None if row is None else _kept(session, row)


def bank_balance(session: Session, account: Account, end: date) -> int:
    """What the bank says it held at the end of a day."""
    row = session.execute(
        select(BankLine.booked_on, BankLine.day_order, BankLine.balance_minor)
        .where(
            BankLine.bank_account_id == account.id,
            BankLine.booked_on <= end,
            BankLine.balance_minor.is_not(None),
        )
        .order_by(BankLine.booked_on.desc(), BankLine.day_order.desc(), BankLine.id.desc())
        .limit(1)
    ).one_or_none()
    start = account.opening_minor or 0
    later: list[Any] = [BankLine.bank_account_id == account.id, BankLine.booked_on <= end]
    if row is not None:
        start = row.balance_minor
        later.append(
            or_(
                BankLine.booked_on > row.booked_on,
                (BankLine.booked_on == row.booked_on) & (BankLine.day_order > row.day_order),
            )
        )
    moved = session.execute(
        select(func.coalesce(func.sum(BankLine.amount_minor), 0)).where(*later)
    ).scalar_one()
    return start + int(moved)


def _bank_side(session: Session, account: Account, key: int, end: date) -> list[Item]:
    """Lines of the bank that nothing in the books settles by the end of the month."""
    settled = (
        exists()
        .where(
            BankMatchLine.bank_line_id == BankLine.id,
            BankMatchLine.is_live,
            BankMatch.id == BankMatchLine.match_id,
            BankMatch.settled_in <= key,
        )
        .correlate(BankLine)
    )
    rows = session.execute(
        select(
            BankLine.id, BankLine.booked_on, BankLine.amount_minor, BankLine.name, BankLine.summary
        )
        .where(BankLine.bank_account_id == account.id, BankLine.booked_on <= end, ~settled)
        .order_by(BankLine.booked_on, BankLine.day_order, BankLine.id)
    )
    return [
        Item(
            kind=ItemKind.BANK_RECEIVED if row.amount_minor > 0 else ItemKind.BANK_PAID,
            on=row.booked_on,
            amount_minor=abs(row.amount_minor),
            text=" ".join(filter(None, (row.name, row.summary))),
            bank_line_id=row.id,
        )
        for row in rows
    ]


def _books_side(session: Session, account: Account, key: int, end: date) -> list[Item]:
    """Sides of vouchers that nothing at the bank settles by the end of the month.

    What was booked before the statements begin counts only once it is matched: the rest is in
    the opening balance, on both sides or in the difference.
    """
    if account.begins_on is None:
        return []
    rows = session.execute(_open_books(account, key, end))
    return [
        Item(
            kind=ItemKind.BOOKS_RECEIVED if row.amount > 0 else ItemKind.BOOKS_PAID,
            on=row.booked_on,
            amount_minor=abs(int(row.amount)),
            text=f"{label(row.period_id, row.word, row.number)} {row.summary}",
            voucher_id=row.voucher_id,
            side=row.side,
        )
        for row in rows
    ]


def _open_books(account: Account, key: int, end: date) -> Select[Any]:
    same = (
        BankMatchVoucher.voucher_id == VoucherLine.voucher_id,
        BankMatchVoucher.side == VoucherLine.side,
        BankMatchVoucher.bank_account_id == account.id,
        BankMatchVoucher.is_live,
    )
    matched = exists().where(*same).correlate(VoucherLine)
    settled = (
        exists()
        .where(*same, BankMatch.id == BankMatchVoucher.match_id, BankMatch.settled_in <= key)
        .correlate(VoucherLine)
    )
    query: Any = (
        select(
            VoucherLine.voucher_id,
            VoucherLine.side,
            Voucher.booked_on,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.summary,
            func.sum(VoucherLine.amount_minor).label("amount"),
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            VoucherLine.account_id.in_(account.ledger_ids),
            VoucherLine.period_id <= key,
            Voucher.state == VoucherState.POSTED,
            Voucher.kind.not_in(items.NOT_MONEY),
            Voucher.booked_on <= end,
            or_(Voucher.booked_on >= account.begins_on, matched),
            ~settled,
        )
        .group_by(
            VoucherLine.voucher_id,
            VoucherLine.side,
            Voucher.booked_on,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.summary,
        )
        .having(func.sum(VoucherLine.amount_minor) != 0)
        .order_by(Voucher.booked_on, VoucherLine.voucher_id, VoucherLine.side)
    )
    return query  # type: ignore[no-any-return]


def _coverage(session: Session, account: Account, key: int, end: date) -> tuple[bool, date | None]:
    """Whether a statement reaches into the month, and through which day."""
    through = session.execute(
        select(func.max(BankStatement.last_on)).where(
            BankStatement.bank_account_id == account.id,
            BankStatement.first_on <= end,
        )
    ).scalar()
    if through is None or account.begins_on is None or account.begins_on > end:
        return False, None
    through = min(through, end)
    return period_key(through) == key, through


def _kept(session: Session, row: BankReconciliation) -> Kept:
    query = (
        select(BankReconciliationItem)
        .where(BankReconciliationItem.reconciliation_id == row.id)
        .order_by(BankReconciliationItem.item_no)
    )
    return Kept(
        id=row.id,
        period=row.period_id,
        state=row.state,
        figures=Figures(
            row.books_minor,
            row.bank_minor,
            row.bank_received_minor,
            row.bank_paid_minor,
            row.books_received_minor,
            row.books_paid_minor,
        ),
        explanation=row.explanation,
        statement_through=row.statement_through,
        prepared_by=row.prepared_by,
        prepared_at=row.prepared_at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        items=tuple(
            Item(
                one.kind,
                one.happened_on,
                one.amount_minor,
                one.text,
                one.bank_line_id,
                one.voucher_id,
                one.side,
            )
            for one in session.execute(query).scalars()
        ),
    )


def of_kind(found: Sequence[Item], kind: ItemKind) -> list[Item]:
    """Return the items of one kind."""
    return [item for item in found if item.kind is kind]
