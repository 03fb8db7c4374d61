"""Read the books: balances, turnover, trial balance, fund balances, as of any date.

Nothing here sums history. A figure at the end of a period is the last checkpoint at or before
it plus the movements of the periods since, which are few; a figure in the middle of a month
adds that month's lines up to the day. So the cost of a report does not grow with the books.

Amounts are in fen; a balance is debit positive unless its name says otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from ledger import catalogue
from ledger.charts.definitions import AccountCategory
from ledger.periods import (
    AccountCheckpoint,
    Checkpoint,
    FundCheckpoint,
    Movement,
    Period,
    PeriodState,
    period_key,
)
from ledger.vouchers import Voucher, VoucherLine, VoucherState

_FUND_CLAIMS = (AccountCategory.NET_ASSET, AccountCategory.INCOME, AccountCategory.EXPENSE)


@dataclass(frozen=True, slots=True)
class Turnover:
    """Opening balance, what was debited and credited since, and the balance that follows."""

    account_id: int
    fund_id: int | None
    opening_minor: int
    debit_minor: int
    credit_minor: int

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class Span:
    """Two instants between which turnover is read, as period keys, both included."""

    first: int
    last: int

    @classmethod
    def of_period(cls, key: int) -> "Span":
        """One month."""
        return cls(key, key)

    @classmethod
    def of_year(cls, year: int, last_month: int = 12) -> "Span":
        """January to a month. What stands before January (month 00) is opening balance."""
        return cls(year * 100 + 1, year * 100 + last_month)


def last_checkpoint(session: Session, upto: int) -> int:
    """Return the key of the last closed period at or before `upto`, 0 when there is none."""
    return (
        session.execute(
            select(func.max(Period.id)).where(Period.state == PeriodState.CLOSED, Period.id <= upto)
        ).scalar()
        or 0
    )


def trial_balance(
    session: Session, span: Span, *, by_fund: bool = False, funds: Sequence[int] = ()
) -> list[Turnover]:
    """Return turnover per account (and fund) over a span, in account order.

    Accounts that never moved and carry no balance are left out; one whose movements cancel is
    kept, because an auditor looks for it.
    """
    by_fund = by_fund or bool(funds)
    opening = _totals(session, span.first - 1, by_fund=by_fund, funds=funds)
    closing = _totals(session, span.last, by_fund=by_fund, funds=funds)
    moved = _moved(session, span, by_fund=by_fund, funds=funds)
    rows = []
    for key in closing.keys() | opening.keys() | moved:
        opened_debit, opened_credit = opening.get(key, (0, 0))
        debit, credit = closing.get(key, (0, 0))
        if key in moved or opened_debit != opened_credit:
            rows.append(
                Turnover(
                    account_id=key[0],
                    fund_id=key[1] if by_fund else None,
                    opening_minor=opened_debit - opened_credit,
                    debit_minor=debit - opened_debit,
                    credit_minor=credit - opened_credit,
                )
            )
    known = catalogue.load(session)

    def order(row: Turnover) -> tuple[str, str, str]:
        account = known.accounts[row.account_id]
        fund = known.funds[row.fund_id].code if row.fund_id is not None else ""
        return account.code, account.chart, fund

    return sorted(rows, key=order)


def balances_at(
    session: Session, upto: int, *, by_fund: bool = False
) -> dict[tuple[int, int], int]:
    """Return non-zero balances at the end of a period, by (account, fund or 0)."""
    totals = _totals(session, upto, by_fund=by_fund, funds=())
    return {key: debit - credit for key, (debit, credit) in totals.items() if debit != credit}


def moved_pairs(session: Session, upto: int) -> list[tuple[int, int]]:
    """Return every (account, fund) that moved up to the end of a period, in order."""
    rows = session.execute(
        select(Movement.account_id, Movement.fund_id)
        .where(Movement.period_id <= upto)
        .distinct()
        .order_by(Movement.account_id, Movement.fund_id)
    )
    return [(account_id, fund_id) for account_id, fund_id in rows]


def balances_on(session: Session, day: date) -> dict[tuple[int, int], int]:
    """Return non-zero balances by (account, fund) at the end of a day."""
    key = period_key(day)
    totals = balances_at(session, key - 1, by_fund=True)
    lines = session.execute(
        select(VoucherLine.account_id, VoucherLine.fund_id, func.sum(VoucherLine.amount_minor))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            VoucherLine.period_id == key,
            Voucher.state == VoucherState.POSTED,
            Voucher.booked_on <= day,
        )
        .group_by(VoucherLine.account_id, VoucherLine.fund_id)
    )
    for account_id, fund_id, amount in lines:
        pair = (account_id, fund_id)
        totals[pair] = totals.get(pair, 0) + int(amount)
    return {pair: amount for pair, amount in totals.items() if amount}


def account_balance(session: Session, account_ids: Iterable[int], upto: int) -> int:
    """Return the balance of some accounts together at the end of a period."""
    wanted = set(account_ids)
    return sum(
        amount for (account, _), amount in balances_at(session, upto).items() if account in wanted
    )


def fund_nets(session: Session, upto: int | None = None) -> dict[int, int]:
    """Return what each fund holds (credit positive) at the end of a period, default: now.

    A fund holds its net assets with the income and expenses not yet closed; because every
    voucher balances within the fund, that equals its assets less its liabilities.
    """
    limit = upto if upto is not None else 999912
    start = last_checkpoint(session, limit)
    known = catalogue.load(session)
    claims = [info.id for info in known.accounts.values() if info.category in _FUND_CLAIMS]
    net = (Movement.credit_minor - Movement.debit_minor).label("net")
    parts = union_all(
        select(FundCheckpoint.fund_id, FundCheckpoint.net_minor.label("net")).where(
            FundCheckpoint.period_id == start
        ),
        select(Movement.fund_id, net).where(
            Movement.period_id > start,
            Movement.period_id <= limit,
            Movement.account_id.in_(claims),
        ),
    ).subquery()
    rows = session.connection().execute(
        select(parts.c.fund_id, func.sum(parts.c.net)).group_by(parts.c.fund_id)
    )
    return {fund_id: int(amount) for fund_id, amount in rows}


def dimension_balances(
    session: Session, column: str, *, upto: int, accounts: Sequence[int] = ()
) -> dict[tuple[int, int], int]:
    """Return balances by (account, dimension value) for one of the dimension columns of a line.

    `column` is donor_id, counterparty_id, project_id or cash_flow_item_id. Dimensions have no
    checkpoints: the lines that carry the dimension are summed through its index.
    """
    dimension = getattr(VoucherLine, column)
    query = (
        select(VoucherLine.account_id, dimension, func.sum(VoucherLine.amount_minor))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            dimension.is_not(None),
            VoucherLine.period_id <= upto,
            Voucher.state == VoucherState.POSTED,
        )
        .group_by(VoucherLine.account_id, dimension)
    )
    if accounts:
        query = query.where(VoucherLine.account_id.in_(accounts))
    rows = session.execute(query.order_by(VoucherLine.account_id, dimension))
    return {(account, value): int(amount) for account, value, amount in rows if amount}


def _moved(
    session: Session, span: Span, *, by_fund: bool, funds: Sequence[int]
) -> set[tuple[int, int]]:
    fund = Movement.fund_id if by_fund else literal(0)
    query = select(Movement.account_id, fund).where(
        Movement.period_id >= span.first, Movement.period_id <= span.last
    )
    if funds:
        query = query.where(Movement.fund_id.in_(funds))
    return {(row[0], row[1]) for row in session.connection().execute(query.distinct())}


def _totals(
    session: Session, upto: int, *, by_fund: bool, funds: Sequence[int]
) -> dict[tuple[int, int], tuple[int, int]]:
    """Turnover since the beginning of the books, by (account, fund or 0)."""
    start = last_checkpoint(session, upto)
    parts = union_all(
        _part(Checkpoint if by_fund else AccountCheckpoint, start, start, funds, by_fund=by_fund),
        _part(Movement, start + 1, upto, funds, by_fund=by_fund),
    ).subquery()
    rows = session.connection().execute(
        select(
            parts.c.account_id, parts.c.fund_id, func.sum(parts.c.debit), func.sum(parts.c.credit)
        ).group_by(parts.c.account_id, parts.c.fund_id)
    )
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}


def _part(table: Any, first: int, last: int, funds: Sequence[int], *, by_fund: bool) -> Select[Any]:
    query = select(
        table.account_id,
        (table.fund_id if by_fund else literal(0)).label("fund_id"),
        table.debit_minor.label("debit"),
        table.credit_minor.label("credit"),
    ).where(table.period_id >= first, table.period_id <= last)
    return query.where(table.fund_id.in_(funds)) if funds else query


def printed(line: Any) -> tuple[int, int]:
    """Return (debit, credit) of a line as it is printed; red entries are negative."""
    return (line.amount_minor, 0) if line.side > 0 else (0, -line.amount_minor)
