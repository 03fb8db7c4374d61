"""Submit, approve, send back: what the rules demand, and who may say yes.

Who asks does not approve, and everybody counts once.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.projects.models import ProjectBudget
from foundation.projects.rules import refuse_principal
from foundation.spending import rules
from foundation.spending.models import (
    ProcurementMethod,
    SpendingApproval,
    SpendingBeneficiary,
    SpendingKind,
    SpendingPart,
    SpendingRequest,
    SpendingState,
    Verdict,
)
from foundation.spending.steps import at_step, note, parts_of
from ledger import balances, catalogue
from ledger.accounts import Account
from ledger.charts.definitions import AccountCategory
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed
from ledger.funds import Restriction
from ledger.money import to_text
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState

_UNBOOKED = (SpendingState.SUBMITTED, SpendingState.APPROVED, SpendingState.PAID)
_COUNTED = (VoucherState.SUBMITTED, VoucherState.REVIEWED, VoucherState.POSTED)
_EXPENDING = (VoucherKind.ORDINARY, VoucherKind.REVERSAL, VoucherKind.CORRECTION)
METHOD_WORDS = {
    ProcurementMethod.TENDER: "招标",
    ProcurementMethod.COMPARISON: "比价",
    ProcurementMethod.DIRECT: "直接采购",
}


class OwnRequest(NotAllowed):
    """Nobody approves what they asked for themselves."""

    code = "own_spending_request"
    message = "不能审批自己提出的支出申请"


class FundShort(Conflict):
    """A restricted fund does not hold what is asked for, with what is already promised."""

    code = "fund_short"
    message = (
        "限定性基金“{fund}”可用余额不足：现有 {held}，其他申请已占用 {promised}，"
        "本申请需要 {needed}"
    )


class BudgetExceeded(Conflict):
    """The fund's budget of the year does not cover this, and nobody resolved it."""

    code = "budget_exceeded"
    message = (
        "基金“{fund}”{year} 年预算 {budget}，已支出和已申请 {used}，本申请 {needed} 超出预算；"
        "须经理事会决议并填写决议号"
    )


def submit(session: Session, request_id: int, *, actor: str, clock: Clock) -> SpendingRequest:
    """Send a draft for approval; from now on it does not change.

    Raises WrongStep, InvalidInput for what the rules demand (beneficiaries, procurement,
    resolution), PrincipalSpent, FundClosed, FundShort, BudgetExceeded.
    """
    request = at_step(session, request_id, "提交", SpendingState.DRAFT)
    if request.requested_by != actor:
        raise NotAllowed(reason="只有申请人可以提交自己的草稿")
    _check_rules(session, request)
    check_funds(session, request)
    check_budget(session, request)
    level = rules.level_for(request.total_minor, request.requested_on)
    request.approvals_needed = level.approvals
    request.state = SpendingState.SUBMITTED
    session.flush()
    note(session, request, "spending.submit", actor=actor, clock=clock)
    return request


def _check_rules(session: Session, request: SpendingRequest) -> None:
    level = rules.level_for(request.total_minor, request.requested_on)
    if level.needs_resolution and not request.resolution:
        raise InvalidInput(field="决议号", reason="此金额须经理事会决议，请填写决议号")
    if request.kind is SpendingKind.PURCHASE:
        allowed = rules.methods_for(request.total_minor, request.requested_on)
        if request.procurement is None or request.procurement.value not in allowed:
            words = "、".join(METHOD_WORDS[ProcurementMethod(method)] for method in allowed)
            raise InvalidInput(field="采购方式", reason=f"此金额应为：{words}")
    if (
        request.kind is SpendingKind.SCHOLARSHIP
        and not session.execute(
            select(func.count()).where(SpendingBeneficiary.request_id == request.id)
        ).scalar_one()
    ):
        raise InvalidInput(field="受益人清单", reason="奖助学金须附受益人清单")


def check_funds(session: Session, request: SpendingRequest) -> None:
    """Refuse what a fund may not or cannot pay, counting what other requests already took.

    Raises PrincipalSpent, FundShort.
    """
    known = catalogue.load(session)
    needed: dict[int, int] = {}
    for part in parts_of(session, request.id):
        needed[part.fund_id] = needed.get(part.fund_id, 0) + part.amount_minor
    refuse_principal(session, needed)
    held = balances.fund_nets(session)
    promised = promised_by(session, except_id=request.id)
    for fund_id, minor in needed.items():
        fund = known.funds[fund_id]
        if fund.restriction is Restriction.NONE:
            continue
        if held.get(fund_id, 0) - promised.get(fund_id, 0) < minor:
            raise FundShort(
                fund=fund.code,
                held=to_text(held.get(fund_id, 0)),
                promised=to_text(promised.get(fund_id, 0)),
                needed=to_text(minor),
            )


def check_budget(session: Session, request: SpendingRequest) -> None:
    """Refuse what exceeds a fund's budget of the year, unless a resolution is named.

    What counts is the expense posted in the year and what other open requests of the year will
    take. Raises BudgetExceeded.
    """
    if request.resolution:
        return
    year = request.requested_on.year
    needed: dict[int, int] = {}
    for part in parts_of(session, request.id):
        needed[part.fund_id] = needed.get(part.fund_id, 0) + part.amount_minor
    budgets = {
        budget.fund_id: budget.amount_minor
        for budget in session.execute(
            select(ProjectBudget).where(
                ProjectBudget.fund_id.in_(needed), ProjectBudget.year == year
            )
        ).scalars()
    }
    if not budgets:
        return
    known = catalogue.load(session)
    spent = _spent(session, year, budgets)
    promised = promised_by(session, except_id=request.id, year=year)
    for fund_id, budget in budgets.items():
        used = spent.get(fund_id, 0) + promised.get(fund_id, 0)
        if used + needed[fund_id] > budget:
            raise BudgetExceeded(
                fund=known.funds[fund_id].code,
                year=year,
                budget=to_text(budget),
                used=to_text(used),
                needed=to_text(needed[fund_id]),
            )


def _spent(session: Session, year: int, funds: Iterable[int]) -> dict[int, int]:
    """The expense lines of a year by fund, with vouchers that still wait to be posted.

    The closing vouchers of the year carry expenses away; they are no spending.
    """
    rows = session.execute(
        select(VoucherLine.fund_id, func.sum(VoucherLine.amount_minor))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .join(Account, Account.id == VoucherLine.account_id)
        .where(
            VoucherLine.fund_id.in_(list(funds)),
            VoucherLine.period_id.between(year * 100, year * 100 + 12),
            Account.category == AccountCategory.EXPENSE,
            Voucher.state.in_(_COUNTED),
            Voucher.kind.in_(_EXPENDING),
        )
        .group_by(VoucherLine.fund_id)
    )
    return {fund_id: int(minor) for fund_id, minor in rows}


def promised_by(session: Session, *, except_id: int = 0, year: int | None = None) -> dict[int, int]:
    """Return what (other) requests will take that is not in the books yet, by fund."""
    query = (
        select(SpendingPart.fund_id, func.sum(SpendingPart.amount_minor))
        .join(SpendingRequest, SpendingRequest.id == SpendingPart.request_id)
        .where(SpendingRequest.state.in_(_UNBOOKED), SpendingRequest.id != except_id)
        .group_by(SpendingPart.fund_id)
    )
    if year is not None:
        query = query.where(
            SpendingRequest.requested_on.between(date(year, 1, 1), date(year, 12, 31))
        )
    return {fund_id: int(minor) for fund_id, minor in session.execute(query)}


def approve(
    session: Session, request_id: int, *, actor: str, clock: Clock, remark: str | None = None
) -> SpendingRequest:
    """Approve; the last approval that the rule asks for makes the request payable.

    Raises WrongStep, OwnRequest, Conflict for a second approval by one person, FundShort.
    """
    request = at_step(session, request_id, "审批", SpendingState.SUBMITTED)
    _judge(session, request, Verdict.APPROVED, remark, actor=actor, clock=clock)
    check_funds(session, request)
    check_budget(session, request)
    given = session.execute(
        select(func.count()).where(
            SpendingApproval.request_id == request.id,
            SpendingApproval.round == request.round,
            SpendingApproval.verdict == Verdict.APPROVED,
        )
    ).scalar_one()
    if given >= (request.approvals_needed or 1):
        request.state = SpendingState.APPROVED
        session.flush()
    note(session, request, "spending.approve", actor=actor, clock=clock, reason=remark)
    return request


def send_back(
    session: Session, request_id: int, *, remark: str, actor: str, clock: Clock
) -> SpendingRequest:
    """Return a request to the one who asked, with a reason. Raises WrongStep, OwnRequest."""
    request = at_step(session, request_id, "退回", SpendingState.SUBMITTED, SpendingState.APPROVED)
    if not remark.strip():
        raise InvalidInput(field="退回原因", reason="不能为空")
    _judge(session, request, Verdict.RETURNED, remark, actor=actor, clock=clock)
    request.state = SpendingState.DRAFT
    request.round += 1
    session.flush()
    note(session, request, "spending.return", actor=actor, clock=clock, reason=remark)
    return request


def _judge(
    session: Session,
    request: SpendingRequest,
    verdict: Verdict,
    remark: str | None,
    *,
    actor: str,
    clock: Clock,
) -> None:
    if request.requested_by == actor:
        raise OwnRequest
    already = session.execute(
        select(SpendingApproval.id).where(
            SpendingApproval.request_id == request.id,
            SpendingApproval.round == request.round,
            SpendingApproval.approved_by == actor,
            SpendingApproval.verdict == verdict,
        )
    ).first()
    if already is not None:
        raise Conflict(reason="您已审批过此申请，须由另一人审批")
    session.add(
        SpendingApproval(
            request_id=request.id,
            round=request.round,
            verdict=verdict,
            note=remark,
            approved_by=actor,
            approved_at=clock.now(),
        )
    )
    session.flush()
