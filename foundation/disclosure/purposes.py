"""What money was spent on, in words that outsiders understand, from posted expense lines.

A payment that came from a request is called by its kind (奖助学金, 采购 …); any other expense by
its first-level account. Payees and beneficiaries are never read.
"""

from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from foundation.spending.labels import KINDS
from foundation.spending.models import SpendingRequest
from ledger import catalogue
from ledger.accounts import Account
from ledger.charts.definitions import AccountCategory
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState

_DASH = "—"


def income_and_spending(
    session: Session, *, first: int, last: int, fund_id: int | None = None
) -> tuple[dict[int, int], dict[int, dict[str, int]]]:
    """Return income by fund, and spending by fund and purpose, of some months.

    Generated closing vouchers, and the red ones that undo them, are left out.
    """
    known = catalogue.load(session)
    undone = aliased(Voucher)
    is_closing = or_(
        Voucher.kind == VoucherKind.CLOSING,
        and_(undone.kind.is_not(None), undone.kind == VoucherKind.CLOSING),
    )
    # A red voucher gives back what the one that it undoes was spent on.
    origin = func.coalesce(Voucher.reverses_id, Voucher.id)
    query: Any = (
        select(
            VoucherLine.fund_id,
            Account.id,
            Account.category,
            SpendingRequest.kind,
            func.sum(VoucherLine.amount_minor),
        )
        .select_from(VoucherLine)
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .outerjoin(undone, undone.id == Voucher.reverses_id)
        .outerjoin(SpendingRequest, SpendingRequest.voucher_id == origin)
        .join(Account, Account.id == VoucherLine.account_id)
        .where(
            VoucherLine.period_id.between(first, last),
            Voucher.state == VoucherState.POSTED,
            Account.category.in_((AccountCategory.INCOME, AccountCategory.EXPENSE)),
            ~is_closing,
        )
        .group_by(VoucherLine.fund_id, Account.id, Account.category, SpendingRequest.kind)
        .order_by(VoucherLine.fund_id, Account.id, SpendingRequest.kind)
    )
    if fund_id is not None:
        query = query.where(VoucherLine.fund_id == fund_id)
    income: dict[int, int] = {}
    spending: dict[int, dict[str, int]] = {}
    for fund, account, category, kind, minor in session.execute(query):
        if category is AccountCategory.INCOME:
            income[fund] = income.get(fund, 0) - int(minor)
            continue
        purpose = KINDS[kind] if kind else known.accounts[account].full_name.split(_DASH)[0]
        of_fund = spending.setdefault(fund, {})
        of_fund[purpose] = of_fund.get(purpose, 0) + int(minor)
    return income, spending
