"""The chart of accounts as people see it: a tree with balances, months, lines; closing a detail."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from foundation.books.picking import Choice, spell
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from ledger import accounts, balances, funds
from ledger.accounts import Account, Chart, UnknownAccount
from ledger.charts.definitions import BalanceSide
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.funds import Fund
from ledger.periods import FiscalYear, Movement
from ledger.vouchers import Voucher, VoucherLine, VoucherState


@dataclass(frozen=True, slots=True)
class AccountNode:
    """An account, how deep it stands, and its balance with that of its details.

    The balance is positive on the side where the account normally has it.
    """

    account: Account
    depth: int
    balance_minor: int
    has_details: bool


def list_charts(session: Session) -> list[Chart]:
    """Return the charts of the books, newest first."""
    query = select(Chart).order_by(Chart.effective_from.desc())
    return list(session.execute(query).scalars())


def chart_of_year(session: Session, year: int) -> str:
    """Return the chart of a year of the books, else that of the last year they have."""
    found = session.get(FiscalYear, year)
    if found is not None:
        return found.chart
    last = session.execute(select(func.max(FiscalYear.year))).scalar()
    if last is None:
        raise Conflict(reason="账簿中没有会计年度，请先开启会计期间")
    return session.get_one(FiscalYear, last).chart


def tree(session: Session, chart: str, *, upto: int) -> list[AccountNode]:
    """Return a chart in code order with balances at the end of a period."""
    rows = accounts.list_accounts(session, chart)
    own = {key: minor for (key, _), minor in balances.balances_at(session, upto).items()}
    parents = {row.id: row.parent_id for row in rows}
    sums: dict[int, int] = {}
    depths: dict[int, int] = {}
    for row in rows:
        depth, above = 0, row.id
        while True:
            sums[above] = sums.get(above, 0) + own.get(row.id, 0)
            parent = parents[above]
            if parent is None:
                break
            depth, above = depth + 1, parent
        depths[row.id] = depth
    with_details = set(parents.values())
    return [
        AccountNode(row, depths[row.id], on_side(row.side, sums[row.id]), row.id in with_details)
        for row in rows
    ]


def on_side(side: BalanceSide, minor: int) -> int:
    """Return a debit-positive balance as it is printed for an account of that side."""
    return minor if side is BalanceSide.DEBIT else -minor


def account_choices(session: Session, chart: str, *, on: date | None = None) -> list[Choice]:
    """Return the accounts of a chart that take lines on a day."""
    return [
        Choice(row.code, row.full_name, *spell(row.full_name), "cash" in row.flags.split())
        for row in accounts.list_accounts(session, chart)
        if row.is_postable and (row.closed_on is None or on is None or on < row.closed_on)
    ]


def fund_choices(session: Session, *, on: date | None = None) -> list[Choice]:
    """Return the funds that are open on a day, or all."""
    return [
        Choice(fund.code, fund.name, *spell(fund.name))
        for fund in funds.list_funds(session)
        if on is None
        or (
            (fund.closed_on is None or on < fund.closed_on)
            and (fund.opened_on is None or on >= fund.opened_on)
        )
    ]


def close_account(
    session: Session,
    *,
    chart: str,
    code: str,
    closed_on: date,
    reason: str,
    actor: str,
    clock: Clock,
) -> Account:
    """Take an account of the organisation's own out of use; its lines stay.

    Raises UnknownAccount, InvalidInput without a reason, and Conflict for a prescribed account,
    one with details, one closed already, or one that still has a balance.
    """
    account = accounts.find_account(session, chart=chart, code=code)
    if account is None:
        raise UnknownAccount(chart=chart, account=code)
    if not reason.strip():
        raise InvalidInput(field="原因", reason="停用科目必须写明原因")
    if not account.is_own:
        raise Conflict(reason="制度规定的科目不能停用，只能停用自设的明细科目")
    if not account.is_postable:
        raise Conflict(reason="该科目下设明细，请先停用明细科目")
    if account.closed_on is not None:
        raise Conflict(reason=f"该科目已于 {account.closed_on} 停用")
    if balances.account_balance(session, [account.id], 999912):
        raise Conflict(reason="该科目还有余额，请先转出")
    accounts.close_account(
        session, account.id, closed_on=closed_on, reason=reason.strip(), actor=actor, clock=clock
    )
    return account


@dataclass(frozen=True, slots=True)
class Month:
    """What moved in an account in one month, and its balance then, on its normal side."""

    period_id: int
    debit_minor: int
    credit_minor: int
    balance_minor: int


def months_of(session: Session, account: Account, *, year: int) -> list[Month]:
    """Return the months of a year in which an account moved, with its running balance."""
    balance = balances.account_balance(session, [account.id], year * 100)
    rows = session.execute(
        select(Movement.period_id, func.sum(Movement.debit_minor), func.sum(Movement.credit_minor))
        .where(
            Movement.account_id == account.id,
            Movement.period_id > year * 100,
            Movement.period_id <= year * 100 + 12,
        )
        .group_by(Movement.period_id)
        .order_by(Movement.period_id)
    )
    months = []
    for period_id, debit, credit in rows:
        balance += int(debit) - int(credit)
        shown = on_side(account.side, balance)
        months.append(Month(period_id, int(debit), int(credit), shown))
    return months


def lines_of(
    session: Session, account_id: int, *, upto: int, request: PageRequest
) -> Page[Row[Any]]:
    """Return posted lines of an account up to a period, the latest first."""
    voucher, line = Voucher.__table__, VoucherLine.__table__
    statement = (
        select(
            line.c.voucher_id,
            line.c.line_no,
            line.c.side,
            line.c.amount_minor,
            line.c.fund_id,
            Fund.code.label("fund"),
            func.coalesce(line.c.summary, voucher.c.summary).label("summary"),
            voucher.c.booked_on,
            voucher.c.period_id,
            voucher.c.word,
            voucher.c.number,
        )
        .join(voucher, voucher.c.id == line.c.voucher_id)
        .join(Fund, Fund.id == line.c.fund_id)
        .where(
            line.c.account_id == account_id,
            line.c.period_id <= upto,
            voucher.c.state == VoucherState.POSTED,
        )
    )
    keys = [voucher.c.booked_on, line.c.voucher_id, line.c.line_no]
    return lists.page(session, statement, keys=keys, request=request, descending=True)
