"""File 35: management expense by the items of 189号, and what of it is pay.

A cost is pay when its voucher credits what is owed to staff. Requests name their item themselves;
what was booked without one stands under its account.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.spending import rules
from foundation.spending.models import SpendingPart, SpendingRequest, SpendingState
from ledger.charts.definitions import AccountTag
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.tables import Label, Row, Table

_TAG = "management_expense"
_WAGES, _UNNAMED = "admin_wages", "未按支出申请登记"
_NOTE = Label(
    "资产减值损失另列；计算189号管理费用时计入（2024年科目表）。",
    "Impairment stands by itself; 189号 counts it as management expense (chart of 2024).",
)


@dataclass(frozen=True, slots=True)
class ManagementCost:
    """What one item cost on one account; `is_pay` when staff were owed it."""

    item: str
    account_id: int
    minor: int
    method: str
    is_pay: bool


def costs(session: Session, parameters: Parameters) -> list[ManagementCost]:
    """Return the management expense of a span by item and account."""
    found = [
        *_requested(session, parameters),
        *(
            ManagementCost(
                rules.get_element(_WAGES).zh if is_pay else _UNNAMED,
                account_id,
                minor,
                "按凭证直接归属",
                is_pay,
            )
            for (account_id, is_pay), minor in _other(session, parameters).items()
            if minor
        ),
    ]
    codes = {key: info.code for key, info in parameters.known.accounts.items()}
    return sorted(found, key=lambda cost: (cost.item, codes[cost.account_id]))


def management(session: Session, parameters: Parameters) -> Table:
    """35 管理费用明细."""
    known = parameters.known.accounts
    rows = [
        Row(
            (
                cost.item,
                parameters.account_text(known[cost.account_id]),
                known[cost.account_id].full_name,
                cost.minor,
                cost.method,
            )
        )
        for cost in costs(session, parameters)
    ]
    return filled("35", parameters, rows, notes=(_NOTE,))


def _requested(session: Session, parameters: Parameters) -> Iterator[ManagementCost]:
    """What booked requests say; an account of their voucher by its share is not asked for."""
    elements = [code for code, item in rules.elements().items() if item.tag == _TAG]
    accounts = _accounts(parameters)
    one_account = (
        select(func.min(VoucherLine.account_id))
        .where(
            VoucherLine.voucher_id == SpendingRequest.voucher_id,
            VoucherLine.account_id.in_(accounts),
        )
        .correlate(SpendingRequest)
        .scalar_subquery()
    )
    span = parameters.period.span
    rows = session.execute(
        select(SpendingPart.element, one_account, func.sum(SpendingPart.amount_minor))
        .join(SpendingRequest, SpendingRequest.id == SpendingPart.request_id)
        .join(Voucher, Voucher.id == SpendingRequest.voucher_id)
        .where(
            SpendingRequest.state == SpendingState.BOOKED,
            SpendingPart.element.in_(elements),
            Voucher.period_id.between(span.first, span.last),
            Voucher.state == VoucherState.POSTED,
        )
        .group_by(SpendingPart.element, one_account)
        .order_by(SpendingPart.element, one_account)
    )
    for element, account_id, minor in rows:
        if account_id is not None:
            item = rules.get_element(element)
            is_pay = element == _WAGES
            yield ManagementCost(item.zh, account_id, int(minor), "按支出申请", is_pay)


def _other(session: Session, parameters: Parameters) -> dict[tuple[int, bool], int]:
    """Add up the lines of vouchers that no request made, by account and whether they are pay."""
    span = parameters.period.span
    requested = select(SpendingRequest.voucher_id).where(SpendingRequest.voucher_id.is_not(None))
    payable = [
        key
        for key, info in parameters.known.accounts.items()
        if info.tag == AccountTag.PAYROLL_PAYABLE
    ]
    paid = (
        select(VoucherLine.voucher_id)
        .where(
            VoucherLine.account_id.in_(payable),
            VoucherLine.period_id.between(span.first, span.last),
        )
        .distinct()
    )
    is_pay: Any = VoucherLine.voucher_id.in_(paid)
    rows = session.execute(
        select(VoucherLine.account_id, is_pay, func.sum(VoucherLine.amount_minor))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            VoucherLine.account_id.in_(_accounts(parameters)),
            VoucherLine.period_id.between(span.first, span.last),
            Voucher.state == VoucherState.POSTED,
            Voucher.kind != VoucherKind.CLOSING,
            VoucherLine.voucher_id.not_in(requested),
        )
        .group_by(VoucherLine.account_id, is_pay)
        .order_by(VoucherLine.account_id)
    )
    return {(account_id, bool(pay)): int(minor) for account_id, pay, minor in rows}


def _accounts(parameters: Parameters) -> list[int]:
    return [key for key, info in parameters.known.accounts.items() if info.tag == _TAG]
