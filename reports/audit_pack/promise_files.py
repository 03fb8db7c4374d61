"""Files 14, 15, 22, 23, 26 and 41: agreements, pledges, projects, spending, beneficiaries."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement, AgreementChange, AgreementFile, AgreementState
from foundation.donors.models import Donor
from foundation.gifts.models import Gift, GiftChange
from foundation.gifts.standing import withdrawn
from foundation.pledges.models import Instalment, Pledge, PledgeChange, PledgePayment
from foundation.pledges.service import reference as pledge_reference
from foundation.projects.models import FundProject, ProjectBudget
from foundation.spending import rules
from foundation.spending.labels import METHODS
from foundation.spending.models import (
    SpendingBeneficiary,
    SpendingKind,
    SpendingRequest,
    reference,
)
from ledger.funds import Fund, Restriction
from ledger.vouchers import Voucher, VoucherState, label
from reports import spending_costs
from reports.audit_pack.definitions import filled
from reports.books import fund_roll_forward
from reports.parameters import Parameters
from reports.tables import Row, Table

# 采购台账: what the rubric asks to see the procurement of.
_PURCHASES_FROM = 10_000_000
_BASIS_POINTS = 100


def agreements(session: Session, parameters: Parameters) -> Table:
    """14 捐赠协议台账: every agreement signed up to the end of the year, and what came in."""
    last = parameters.period.last_day
    received = (
        select(func.coalesce(func.sum(Gift.amount_minor), 0))
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Gift.agreement == Agreement.number,
            Gift.received_on <= last,
            Voucher.state == VoucherState.POSTED,
        )
        .correlate(Agreement)
        .scalar_subquery()
    )
    taken = (
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0))
        .join(Gift, Gift.id == GiftChange.gift_id)
        .where(Gift.agreement == Agreement.number, Gift.received_on <= last, ~withdrawn())
        .correlate(Agreement)
        .scalar_subquery()
    )
    found = session.execute(
        select(
            Agreement,
            Donor.name,
            (received - taken).label("received"),
            _count(AgreementChange.agreement_id),
            _count(AgreementFile.agreement_id),
        )
        .join(Donor, Donor.id == Agreement.donor_id)
        .where(Agreement.signed_on <= last, Agreement.state != AgreementState.DRAFT)
        .order_by(Agreement.number)
    )
    rows = []
    for agreement, donor, came, changes, papers in found:
        promised = agreement.amount_minor or 0
        fee = agreement.fee_basis_points
        rows.append(
            Row(
                (
                    agreement.number,
                    agreement.signed_on,
                    donor,
                    promised,
                    agreement.delivery,
                    agreement.purpose,
                    "" if fee is None else f"{fee / _BASIS_POINTS:.2f}%",
                    int(came),
                    max(0, promised - int(came)),
                    f"{changes} 次" if changes else "",
                    papers,
                )
            )
        )
    return filled("14", parameters, rows)


def _count(column: Any) -> Any:
    """How many rows of a table belong to an agreement."""
    return select(func.count()).where(column == Agreement.id).correlate(Agreement).scalar_subquery()


def pledges(session: Session, parameters: Parameters) -> Table:
    """15 捐赠承诺滚动表: what was open, what was promised, paid, given up, and what is open."""
    first, last = parameters.period.first_day, parameters.period.last_day
    paid_before, paid_within = (
        _sum_of(PledgePayment.amount_minor, PledgePayment.paid_on, *span)
        for span in ((None, first), (first, last))
    )
    less_before, less_within = (_given_up(*span) for span in ((None, first), (first, last)))
    overdue = (
        select(func.min(Instalment.due_on))
        .where(
            Instalment.pledge_id == Pledge.id, Instalment.open_minor > 0, Instalment.due_on < last
        )
        .correlate(Pledge)
        .scalar_subquery()
    )
    found = session.execute(
        select(
            Pledge, Agreement.number, paid_before, paid_within, less_before, less_within, overdue
        )
        .outerjoin(Agreement, Agreement.id == Pledge.agreement_id)
        .where(Pledge.made_on <= last)
        .order_by(Pledge.id)
    )
    rows = []
    for pledge, number, before, within, less, now_less, due in found:
        is_new = pledge.made_on >= first
        opening = 0 if is_new else pledge.amount_minor - int(before) - int(less)
        new = pledge.amount_minor if is_new else 0
        rows.append(
            Row(
                (
                    number or pledge_reference(pledge.id, pledge.made_on),
                    opening,
                    new,
                    int(within),
                    int(now_less),
                    opening + new - int(within) - int(now_less),
                    None if due is None else (last - due).days,
                )
            )
        )
    return filled("15", parameters, rows)


def _sum_of(amount: Any, day: Any, first: Any, last: Any) -> Any:
    query = (
        select(func.coalesce(func.sum(amount), 0))
        .join(Instalment, Instalment.id == PledgePayment.instalment_id)
        .where(Instalment.pledge_id == Pledge.id)
    )
    query = query.where(day < last) if first is None else query.where(day.between(first, last))
    return query.correlate(Pledge).scalar_subquery()


def _given_up(first: Any, last: Any) -> Any:
    """Write-offs and cancellations that were approved."""
    day = PledgeChange.changed_on
    query = select(func.coalesce(func.sum(PledgeChange.amount_minor), 0)).where(
        PledgeChange.pledge_id == Pledge.id,
        PledgeChange.kind.in_(("written_off", "cancelled")),
        PledgeChange.approved_at.is_not(None) | (PledgeChange.kind == "cancelled"),
    )
    query = query.where(day < last) if first is None else query.where(day.between(first, last))
    return query.correlate(Pledge).scalar_subquery()


def projects(session: Session, parameters: Parameters) -> Table:
    """22 项目台账: a row for each fund, with its project where it has one."""
    year = parameters.period.year
    described = {row.fund_id: row for row in session.execute(select(FundProject)).scalars()}
    budgets = {
        row.fund_id: row
        for row in session.execute(
            select(ProjectBudget).where(ProjectBudget.year == year)
        ).scalars()
    }
    moved = fund_roll_forward.flows(session, parameters)
    funds = session.execute(select(Fund).order_by(Fund.code)).scalars()
    rows = []
    for fund in funds:
        change = moved.get(fund.id)
        if change is None:
            continue
        project, budget = described.get(fund.id), budgets.get(fund.id)
        rows.append(
            Row(
                (
                    fund.code,
                    fund.name,
                    project.kind if project else "",
                    f"{project.starts_on or ''}—{project.ends_on or ''}" if project else "",
                    budget.amount_minor if budget else None,
                    change.opening_minor,
                    change.income_minor,
                    change.expense_minor,
                    change.closing_minor,
                    project.steward if project else "",
                    budget.resolution if budget else "",
                    fund.closed_on,
                )
            )
        )
    return filled("22", parameters, rows)


def spending(session: Session, parameters: Parameters) -> Table:
    """23 项目收支明细: every cost of a programme that a register knows, by element of 189号."""
    funds = parameters.known.funds
    rows = [
        Row(
            (
                funds[cost.fund_id].code,
                cost.on,
                cost.voucher,
                rules.get_element(cost.element).zh,
                cost.payee,
                cost.minor,
                "非限定" if funds[cost.fund_id].restriction is Restriction.NONE else "限定",
            )
        )
        for cost in spending_costs.of_span(session, parameters.known, parameters.period.span)
    ]
    return filled("23", parameters, rows)


def beneficiaries(session: Session, parameters: Parameters) -> Table:
    """26 受益人清单: by code, without a name."""
    first, last = parameters.period.first_day, parameters.period.last_day
    found = session.execute(
        select(SpendingBeneficiary, SpendingRequest, Voucher)
        .join(SpendingRequest, SpendingRequest.id == SpendingBeneficiary.request_id)
        .join(Voucher, Voucher.id == SpendingRequest.voucher_id)
        .where(SpendingRequest.paid_on.between(first, last), Voucher.state == VoucherState.POSTED)
        .order_by(SpendingRequest.id, SpendingBeneficiary.line_no)
    )
    rows = [
        Row(
            (
                reference(request.id, request.requested_on),
                one.code,
                one.unit,
                one.amount_minor,
                label(voucher.period_id, voucher.word, voucher.number),
            )
        )
        for one, request, voucher in found
    ]
    return filled("26", parameters, rows)


def purchases(session: Session, parameters: Parameters) -> Table:
    """41 采购台账: purchases from 100,000 yuan with how they were procured."""
    first, last = parameters.period.first_day, parameters.period.last_day
    found = session.execute(
        select(SpendingRequest)
        .where(
            SpendingRequest.kind == SpendingKind.PURCHASE,
            SpendingRequest.total_minor >= _PURCHASES_FROM,
            SpendingRequest.paid_on.between(first, last),
        )
        .order_by(SpendingRequest.paid_on, SpendingRequest.id)
    ).scalars()
    rows = [
        Row(
            (
                request.contract or reference(request.id, request.requested_on),
                request.payee_name,
                request.total_minor,
                METHODS[request.procurement] if request.procurement else "",
                request.resolution,
            )
        )
        for request in found
    ]
    return filled("41", parameters, rows)
