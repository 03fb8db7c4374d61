"""Funds as people see them: their balances, their year, and closing one that is empty."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import balances, catalogue, funds
from ledger.balances import Span
from ledger.charts.definitions import AccountCategory, BalanceSide
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.funds import Fund
from ledger.money import to_text
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState


@dataclass(frozen=True, slots=True)
class FundBalance:
    """A fund and what it holds now: its net assets with what is not yet closed."""

    fund: Fund
    net_minor: int


@dataclass(frozen=True, slots=True)
class FundYear:
    """How the net assets of a fund changed in a span; income and expense before closing."""

    opening_minor: int
    income_minor: int
    expense_minor: int
    transferred_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class FundAccount:
    """What a fund has in one account; balances are positive on the account's normal side."""

    code: str
    name: str
    side: BalanceSide
    opening_minor: int
    debit_minor: int
    credit_minor: int
    closing_minor: int


def list_funds(session: Session, *, upto: int | None = None) -> list[FundBalance]:
    """Return every fund in code order with what it holds at the end of a period, default: now."""
    nets = balances.fund_nets(session, upto)
    # Ordered here, because the order of a database's collation is not that of the codes.
    ordered = sorted(funds.list_funds(session), key=lambda fund: fund.code)
    return [FundBalance(fund, nets.get(fund.id, 0)) for fund in ordered]


def get_balance(session: Session, code: str) -> FundBalance:
    """Return one fund with what it holds now. Raises UnknownFund."""
    fund = funds.get_fund(session, code)
    return FundBalance(fund, balances.fund_nets(session).get(fund.id, 0))


def list_accounts(session: Session, fund_id: int, span: Span) -> list[FundAccount]:
    """Return the accounts in which a fund moved or has a balance."""
    known = catalogue.load(session)
    found = []
    for row in balances.trial_balance(session, span, funds=[fund_id]):
        account = known.accounts[row.account_id]
        sign = 1 if account.side is BalanceSide.DEBIT else -1
        found.append(
            FundAccount(
                account.code,
                account.full_name,
                account.side,
                sign * row.opening_minor,
                row.debit_minor,
                row.credit_minor,
                sign * row.closing_minor,
            )
        )
    return found


def roll_forward(session: Session, fund_id: int, span: Span) -> FundYear:
    """Return opening, income, expense, what moved between kinds of net assets, and closing.

    Closing vouchers only carry income and expense to net assets, so what is left of the change
    after income and expense is what moved directly: releases and adjustments.
    """
    known = catalogue.load(session)
    opening = balances.fund_nets(session, span.first - 1).get(fund_id, 0)
    closing = balances.fund_nets(session, span.last).get(fund_id, 0)
    moved = dict.fromkeys(AccountCategory, 0)
    for account_id, minor in _before_closing(session, fund_id, span):
        moved[known.accounts[account_id].category] += minor
    income, expense = -moved[AccountCategory.INCOME], moved[AccountCategory.EXPENSE]
    return FundYear(opening, income, expense, closing - opening - income + expense, closing)


def close_fund(
    session: Session, code: str, *, closed_on: date, reason: str, actor: str, clock: Clock
) -> Fund:
    """Close an empty fund.

    Raises UnknownFund, InvalidInput without a reason, Conflict for one closed or not empty.
    """
    held = get_balance(session, code)
    if not reason.strip():
        raise InvalidInput(field="原因", reason="关闭基金必须写明原因")
    if held.fund.closed_on is not None:
        raise Conflict(reason=f"基金 {code} 已于 {held.fund.closed_on} 关闭")
    if held.net_minor:
        raise Conflict(reason=f"基金 {code} 还有余额 {to_text(held.net_minor)}，请先转出")
    return funds.close_fund(
        session, code, closed_on=closed_on, reason=reason.strip(), actor=actor, clock=clock
    )


def _before_closing(session: Session, fund_id: int, span: Span) -> Iterator[tuple[int, int]]:
    rows = session.execute(
        select(VoucherLine.account_id, func.sum(VoucherLine.amount_minor))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            VoucherLine.fund_id == fund_id,
            VoucherLine.period_id >= span.first,
            VoucherLine.period_id <= span.last,
            Voucher.state == VoucherState.POSTED,
            Voucher.kind != VoucherKind.CLOSING,
        )
        .group_by(VoucherLine.account_id)
        .order_by(VoucherLine.account_id)
    )
    for account_id, minor in rows:
        yield account_id, int(minor)
