"""Pay what was approved, and make its voucher.

The cashier pays; the accountant makes the voucher (会计法: a cashier keeps no expense books).
"""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.gifts.service import cash_flow_item
from foundation.posting_lines import Event
from foundation.spending import rules
from foundation.spending.models import SpendingKind, SpendingRequest, SpendingState
from foundation.spending.steps import at_step, note, parts_of
from ledger import catalogue, drafting
from ledger.charts.definitions import AccountFlag
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed
from ledger.vouchers import stands

# The lines of the cash-flow statement that each kind of spending belongs to.
CASH_FLOW = {
    SpendingKind.GRANT: "提供捐赠或者资助支付的现金",
    SpendingKind.SCHOLARSHIP: "提供捐赠或者资助支付的现金",
    SpendingKind.PURCHASE: "购买商品、接受服务支付的现金",
    SpendingKind.STAFF: "支付给员工以及为员工支付的现金",
    SpendingKind.EXPENSE: "支付的其他与业务活动有关的现金",
}
_OPEN = (SpendingState.SUBMITTED, SpendingState.APPROVED, SpendingState.PAID)


def pay(
    session: Session,
    request_id: int,
    *,
    account_code: str,
    paid_on: date,
    payment_reference: str | None,
    actor: str,
    clock: Clock,
) -> SpendingRequest:
    """Note that an approved request was paid from a bank or cash account.

    Raises WrongStep, UnknownAccount, InvalidInput for an account that holds no money or a day in
    the future.
    """
    request = at_step(session, request_id, "付款", SpendingState.APPROVED)
    if request.requested_by == actor:
        raise NotAllowed(reason="申请人不能为自己的申请付款")
    if paid_on > clock.today() or paid_on < request.requested_on:
        raise InvalidInput(field="付款日期", reason="应在申请日期之后、今天之前")
    known = catalogue.load(session)
    chart = known.period(paid_on.year * 100 + paid_on.month).chart
    account = known.account(chart, account_code)
    if AccountFlag.CASH not in account.flags:
        raise InvalidInput(field="付款账户", reason=f"{account.full_name}不是货币资金科目")
    request.account_id = account.id
    request.paid_on = paid_on
    request.payment_reference = payment_reference
    request.paid_by = actor
    request.paid_at = clock.now()
    days = rules.disclosure_days(paid_on) if request.is_related else None
    request.disclose_by = None if days is None else paid_on + timedelta(days=days)
    request.state = SpendingState.PAID
    session.flush()
    note(session, request, "spending.pay", actor=actor, clock=clock)
    return request


def get_payable(session: Session, request_id: int) -> SpendingRequest:
    """Lock a request that is approved or paid already. Raises UnknownRequest, WrongStep."""
    return at_step(session, request_id, "付款", SpendingState.APPROVED, SpendingState.PAID)


def book(
    session: Session, request_id: int, *, actor: str, clock: Clock, attachments: int = 1
) -> int:
    """Draft the voucher of a paid request, submitted for review; return its key.

    Raises WrongStep, NotAllowed for the one who paid, PeriodClosed, FundClosed.
    """
    request = at_step(session, request_id, "制证", SpendingState.PAID)
    if request.paid_by == actor:
        raise NotAllowed(reason="付款人（出纳）不能编制费用凭证")
    assert request.paid_on is not None
    assert request.account_id is not None
    known = catalogue.load(session)
    event = Event(
        on=request.paid_on,
        summary=f"付{request.payee_name}：{request.summary}"[:300],
        attachments=attachments,
        counterparty_id=request.counterparty_id,
        cash_flow_item_id=cash_flow_item(session, known, CASH_FLOW[request.kind]),
    )
    costs = [
        (rules.get_element(part.element).tag, part.fund_id, part.amount_minor)
        for part in parts_of(session, request.id)
    ]
    voucher = posting_rules.payment(known, event, request.account_id, costs)
    (voucher_id,) = drafting.draft(session, [voucher], actor=actor, clock=clock)
    request.voucher_id = voucher_id
    request.state = SpendingState.BOOKED
    session.flush()
    note(session, request, "spending.book", actor=actor, clock=clock)
    return voucher_id


def unbook(session: Session, request_id: int, *, actor: str, clock: Clock) -> SpendingRequest:
    """Let a request be booked again after its voucher was discarded or reversed.

    Raises WrongStep, Conflict while the voucher stands.
    """
    request = at_step(session, request_id, "重新制证", SpendingState.BOOKED)
    assert request.voucher_id is not None
    if stands(session, request.voucher_id):
        raise Conflict(reason="凭证仍然有效；请先作废草稿或红字冲销")
    request.voucher_id = None
    request.state = SpendingState.PAID
    session.flush()
    note(session, request, "spending.unbook", actor=actor, clock=clock)
    return request


def cancel(
    session: Session, request_id: int, *, reason: str, actor: str, clock: Clock
) -> SpendingRequest:
    """Give a request up before it is paid. Raises WrongStep, InvalidInput without a reason."""
    request = at_step(
        session,
        request_id,
        "撤销",
        SpendingState.DRAFT,
        SpendingState.SUBMITTED,
        SpendingState.APPROVED,
    )
    if not reason.strip():
        raise InvalidInput(field="撤销原因", reason="不能为空")
    request.cancelled_reason = reason.strip()
    request.state = SpendingState.CANCELLED
    session.flush()
    note(session, request, "spending.cancel", actor=actor, clock=clock, reason=reason)
    return request
