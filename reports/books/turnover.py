"""Turnover under the filters of a report: opening balance, debited, credited, by account.

By account and fund everything comes from `ledger.balances`, which reads checkpoints. Donors and
counterparties have none: their lines are summed through the index of the dimension.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, select
from sqlalchemy.orm import Session

from ledger import balances
from ledger.balances import Span
from ledger.charts.definitions import AccountCategory
from ledger.vouchers import Side, Voucher, VoucherLine, VoucherState
from reports.books import lines
from reports.parameters import Parameters

Pair = tuple[int, int]
"""An account, and a fund (or the value of a dimension, or 0)."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Opening balance (debit positive), and what was debited and credited since."""

    opening_minor: int = 0
    debit_minor: int = 0
    credit_minor: int = 0

    @property
    def closing_minor(self) -> int:
        """The balance that follows."""
        return self.opening_minor + self.debit_minor - self.credit_minor

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.opening_minor + other.opening_minor,
            self.debit_minor + other.debit_minor,
            self.credit_minor + other.credit_minor,
        )

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(
            self.opening_minor - other.opening_minor,
            self.debit_minor - other.debit_minor,
            self.credit_minor - other.credit_minor,
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to print."""
        return not (self.opening_minor or self.debit_minor or self.credit_minor)


def by_account(session: Session, parameters: Parameters, span: Span) -> dict[int, Sums]:
    """Return the turnover of every account that moved or has a balance, under all filters."""
    found: dict[int, Sums] = {}
    if parameters.dimensions:
        pairs: Mapping[Pair, Sums] = _by_line(
            session, parameters, span, value=literal(0), group_by=()
        )
    else:
        pairs = by_pair(session, parameters, span, by_fund=False)
    for (account_id, _), sums in pairs.items():
        found[account_id] = found.get(account_id, Sums()) + sums
    return found


def by_pair(
    session: Session, parameters: Parameters, span: Span, *, by_fund: bool
) -> dict[Pair, Sums]:
    """Return turnover by account, and fund where asked, under the filters fund and closing."""
    funds = [parameters.fund.id] if parameters.fund is not None else []
    left_out = closing_effects(session, parameters, span) if parameters.without_closing else {}
    found: dict[Pair, Sums] = {}
    for row in balances.trial_balance(session, span, by_fund=by_fund, funds=funds):
        key = (row.account_id, (row.fund_id or 0) if by_fund else 0)
        sums = Sums(row.opening_minor, row.debit_minor, row.credit_minor)
        found[key] = found.get(key, Sums()) + sums
    for (account_id, fund_id), effect in left_out.items():
        key = (account_id, fund_id if by_fund else 0)
        if key in found:
            found[key] -= effect
    moved_by_closing = {(account, fund if by_fund else 0) for account, fund in left_out}
    return {
        key: sums for key, sums in found.items() if not (key in moved_by_closing and sums.is_empty)
    }


def by_dimension(
    session: Session, parameters: Parameters, span: Span, column: str
) -> dict[Pair, Sums]:
    """Return turnover by account and value of a dimension column of the lines.

    Accounts whose lines never carry the dimension are left out. What an account moved without a
    value stands under 0, so that its rows add up to the account.
    """
    dimension: Any = getattr(VoucherLine, column)
    found = _by_line(
        session,
        parameters,
        span,
        value=dimension,
        group_by=(dimension,),
        where=dimension.is_not(None),
    )
    named: dict[int, Sums] = {}
    for (account_id, _), sums in found.items():
        named[account_id] = named.get(account_id, Sums()) + sums
    whole = by_account(session, parameters, span)
    for account_id, sums in named.items():
        rest = whole.get(account_id, Sums()) - sums
        if not rest.is_empty:
            found[account_id, 0] = rest
    return found


def closing_effects(session: Session, parameters: Parameters, span: Span) -> dict[Pair, Sums]:
    """Return what the generated closing vouchers of a span moved, by account and fund.

    A closing voucher always reaches a net asset account, and those accounts have few lines, so
    the vouchers are found through them and no other line of the span is read.
    """
    net_assets = [
        info.id
        for info in parameters.known.accounts.values()
        if info.category is AccountCategory.NET_ASSET
    ]
    vouchers = lines.joined(select(VoucherLine.voucher_id)).where(
        VoucherLine.account_id.in_(net_assets),
        VoucherLine.period_id >= span.first,
        VoucherLine.period_id <= span.last,
        Voucher.state == VoucherState.POSTED,
        lines.is_closing(),
    )
    query = (
        select(VoucherLine.account_id, VoucherLine.fund_id, *_sides())
        .where(VoucherLine.voucher_id.in_(vouchers))
        .group_by(VoucherLine.account_id, VoucherLine.fund_id)
    )
    if parameters.fund is not None:
        query = query.where(VoucherLine.fund_id == parameters.fund.id)
    return {
        (row[0], row[1]): Sums(0, int(row[2] or 0), int(row[3] or 0))
        for row in session.execute(query)
    }


def _sides(within: ColumnElement[bool] | None = None) -> tuple[Any, Any]:
    debit: Any = VoucherLine.side == Side.DEBIT
    credit: Any = VoucherLine.side == Side.CREDIT
    if within is not None:
        debit, credit = and_(debit, within), and_(credit, within)
    return (
        func.sum(case((debit, VoucherLine.amount_minor), else_=0)),
        func.sum(case((credit, -VoucherLine.amount_minor), else_=0)),
    )


def _by_line(
    session: Session,
    parameters: Parameters,
    span: Span,
    *,
    value: Any,
    group_by: tuple[Any, ...],
    where: ColumnElement[bool] | None = None,
) -> dict[Pair, Sums]:
    earlier = VoucherLine.period_id < span.first
    opening = func.sum(case((earlier, VoucherLine.amount_minor), else_=0))
    query = (
        lines.joined(
            select(
                VoucherLine.account_id,
                value,
                opening,
                *_sides(~earlier),
                func.max(VoucherLine.period_id),
            )
        )
        .where(VoucherLine.period_id <= span.last, *lines.conditions(parameters, span))
        .group_by(VoucherLine.account_id, *group_by)
        .order_by(VoucherLine.account_id, *group_by)
    )
    if where is not None:
        query = query.where(where)
    return {
        (row[0], row[1]): Sums(int(row[2]), int(row[3]), int(row[4]))
        for row in session.execute(query)
        # A value that moved is kept even when it cancels out; one settled before is not.
        if row[2] or row[5] >= span.first
    }
