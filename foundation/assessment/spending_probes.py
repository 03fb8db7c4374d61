"""Probes of budgets, purchases, approvals, investments and related parties."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from foundation.assessment.probing import Answer, Instance, Probe, Question, Verdict, judged
from foundation.assets.models import Investment
from foundation.http.languages import mark
from foundation.parties.models import PartyLink
from foundation.projects.models import ProjectBudget
from foundation.spending import rules
from foundation.spending.models import (
    SpendingApproval,
    SpendingKind,
    SpendingRequest,
    SpendingState,
    reference,
)
from foundation.spending.models import Verdict as Said
from ledger import balances, catalogue
from ledger.accounts import Account
from ledger.charts.definitions import AccountCategory
from ledger.dimensions import Dimension
from ledger.funds import Fund
from ledger.money import grouped
from ledger.periods import Movement, text_of

_PAID = (SpendingState.PAID, SpendingState.BOOKED)
# 采购台账: what the rubric asks to see the procurement of.
_PURCHASES_FROM = 10_000_000
# A key of a period is the year and two digits of the month.
_MONTHS = 100


def budgets_resolved(session: Session, question: Question) -> Answer:
    """Every fund that spent in a year has a budget for it, with the resolution behind it."""
    # Closing credits the expense; what was spent stands on the debit side.
    year = (Movement.period_id // _MONTHS).label("year")
    spent = session.execute(
        select(Movement.fund_id, year, Fund.code, Fund.name)
        .join(Account, Account.id == Movement.account_id)
        .join(Fund, Fund.id == Movement.fund_id)
        .where(
            Account.category == AccountCategory.EXPENSE,
            Movement.debit_minor > 0,
            Movement.period_id.between(question.first_period, question.last_period),
        )
        .group_by(Movement.fund_id, year, Fund.code, Fund.name)
        .order_by(year, Fund.code)
    ).all()
    budgets = {
        (row.fund_id, row.year): row.resolution
        for row in session.execute(
            select(ProjectBudget.fund_id, ProjectBudget.year, ProjectBudget.resolution).where(
                ProjectBudget.year.in_(question.years)
            )
        )
    }
    if not spent:
        return Answer(Verdict.UNCLEAR, mark("这些年度没有费用支出"), endpoint="funds.index")
    missing = [
        Instance(f"{row.year} {row.code} {row.name}", "funds.show", {"code": row.code})
        for row in spent
        if not budgets.get((row.fund_id, row.year))
    ]
    return judged(
        missing,
        good=mark("有支出的 {total} 个年度项目都有经决议的预算"),
        bad=mark("有支出的 {total} 个年度项目中有 {count} 个没有经决议的预算"),
        values={"total": len(spent)},
        endpoint="funds.index",
    )


def _within(question: Question) -> Any:
    return SpendingRequest.paid_on.between(question.first_day, question.last_day)


def purchases_procured(session: Session, question: Question) -> Answer:
    """Purchases from 100,000 yuan were procured as the rule in force asks."""
    found = session.execute(
        select(SpendingRequest)
        .where(
            SpendingRequest.kind == SpendingKind.PURCHASE,
            SpendingRequest.state.in_(_PAID),
            SpendingRequest.total_minor >= _PURCHASES_FROM,
            _within(question),
        )
        .order_by(SpendingRequest.paid_on, SpendingRequest.id)
    ).scalars()
    requests = list(found)
    if not requests:
        return Answer(
            Verdict.UNCLEAR, mark("这些年度没有 10 万元以上的采购"), endpoint="spending.index"
        )
    wrong = [
        request
        for request in requests
        if request.procurement is None
        or request.procurement.value
        not in rules.methods_for(request.total_minor, request.requested_on)
    ]
    return judged(
        _named(wrong),
        good=mark("{total} 项 10 万元以上采购均按规定招标或比价"),
        bad=mark("{total} 项 10 万元以上采购中有 {count} 项没有按规定招标或比价"),
        values={"total": len(requests)},
        endpoint="spending.index",
    )


def _named(requests: Iterable[SpendingRequest]) -> list[Instance]:
    return [
        Instance(
            f"{reference(one.id, one.requested_on)} {one.payee_name} {grouped(one.total_minor)}",
            "spending.show",
            {"reference": reference(one.id, one.requested_on)},
        )
        for one in requests
    ]


def approvals_complete(session: Session, question: Question) -> Answer:
    """Everything that was paid had the approvals that its amount needs, by other people."""
    approvals = (
        select(func.count())
        .where(
            SpendingApproval.request_id == SpendingRequest.id,
            SpendingApproval.round == SpendingRequest.round,
            SpendingApproval.verdict == Said.APPROVED,
            SpendingApproval.approved_by != SpendingRequest.requested_by,
        )
        .correlate(SpendingRequest)
        .scalar_subquery()
    )
    paid = (SpendingRequest.state.in_(_PAID), _within(question))
    total = session.execute(
        select(func.count()).select_from(SpendingRequest).where(*paid)
    ).scalar_one()
    if not total:
        return Answer(
            Verdict.UNCLEAR, mark("这些年度没有已付款的支出申请"), endpoint="spending.index"
        )
    lacking = session.execute(
        select(SpendingRequest)
        .where(*paid, approvals < SpendingRequest.approvals_needed)
        .order_by(SpendingRequest.paid_on, SpendingRequest.id)
    ).scalars()
    return judged(
        _named(lacking),
        good=mark("{total} 笔支出均按金额经过应有层级的审批"),
        bad=mark("{total} 笔支出中有 {count} 笔审批不完整"),
        values={"total": total},
        endpoint="spending.index",
    )


def investments_resolved(session: Session, question: Question) -> Answer:
    """Every investment that began by the end of the years names its resolution."""
    found = session.execute(
        select(Investment.number, Investment.product, Investment.resolution)
        .where(Investment.starts_on <= question.last_day)
        .where(or_(Investment.matures_on.is_(None), Investment.matures_on >= question.first_day))
        .order_by(Investment.number)
    ).all()
    report = {"report_id": "investments", "period": str(question.last_day.year)}
    if not found:
        return Answer(
            Verdict.UNCLEAR, mark("这些年度没有投资"), endpoint="reports.show", arguments=report
        )
    without = [
        Instance(f"{row.number} {row.product}", "reports.show", report)
        for row in found
        if not row.resolution
    ]
    return judged(
        without,
        good=mark("{total} 项投资均有决议号"),
        bad=mark("{total} 项投资中有 {count} 项没有决议号"),
        values={"total": len(found)},
        endpoint="reports.show",
        arguments=report,
    )


def related_payments_resolved(session: Session, question: Question) -> Answer:
    """Payments to related parties name the decision behind them."""
    linked = exists().where(
        PartyLink.counterparty_id == SpendingRequest.counterparty_id,
        PartyLink.removed_at.is_(None),
    )
    requests = list(
        session.execute(
            select(SpendingRequest)
            .where(
                SpendingRequest.state.in_(_PAID),
                _within(question),
                or_(SpendingRequest.is_related, linked),
            )
            .order_by(SpendingRequest.paid_on, SpendingRequest.id)
        ).scalars()
    )
    if not requests:
        return Answer(Verdict.UNCLEAR, mark("支出申请中没有标明的关联方付款，请核对关联方名单"))
    return judged(
        _named(one for one in requests if not one.resolution),
        good=mark("{total} 笔关联方付款均有决策文件"),
        bad=mark("{total} 笔关联方付款中有 {count} 笔没有决策文件号"),
        values={"total": len(requests)},
        endpoint="spending.index",
    )


def related_balances_clear(session: Session, question: Question) -> Answer:
    """No related party owes the foundation anything at the end of a month."""
    related = _related_counterparties(session)
    if not related:
        return Answer(Verdict.UNCLEAR, mark("没有登记关联方"))
    assets = [
        info.id
        for info in catalogue.load(session).accounts.values()
        if info.category is AccountCategory.ASSET
    ]
    owing = []
    for month in [*question.months, question.last_period]:
        sums: dict[int, int] = {}
        held = balances.dimension_balances(session, "counterparty_id", upto=month, accounts=assets)
        for (_, party), minor in held.items():
            if party in related:
                sums[party] = sums.get(party, 0) + minor
        owing += [
            Instance(f"{text_of(month)} {related[party]} {grouped(minor)}")
            for party, minor in sorted(sums.items())
            if minor > 0
        ]
    return judged(
        owing,
        good=mark("{total} 个关联方各月末均无占用资金"),
        bad=mark("{total} 个关联方中有 {count} 个月末余额显示占用资金"),
        values={"total": len(related)},
    )


def _related_counterparties(session: Session) -> dict[int, str]:
    linked = select(PartyLink.counterparty_id).where(
        PartyLink.counterparty_id.is_not(None), PartyLink.removed_at.is_(None)
    )
    stated = select(SpendingRequest.counterparty_id).where(SpendingRequest.is_related)
    found = session.execute(
        select(Dimension.id, Dimension.name)
        .where(or_(Dimension.id.in_(linked), Dimension.id.in_(stated)))
        .order_by(Dimension.id)
    )
    return {row.id: row.name for row in found}


PROBES = {
    "budgets_resolved": Probe(mark("预算与决议"), budgets_resolved),
    "purchases_procured": Probe(mark("大额采购方式"), purchases_procured),
    "approvals_complete": Probe(mark("支出审批完整"), approvals_complete),
    "investments_resolved": Probe(mark("投资决议"), investments_resolved),
    "related_payments_resolved": Probe(mark("关联方付款的决策文件"), related_payments_resolved),
    "related_balances_clear": Probe(mark("关联方占用资金"), related_balances_clear),
}
