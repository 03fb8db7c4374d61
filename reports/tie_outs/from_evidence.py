"""Control totals between what was handed in, the projects, the pledges and the books.

CT16, CT20, CT22, CT23 and CT24.
"""

from sqlalchemy import func, select

from foundation.agreements.models import Agreement
from foundation.evidence import queries
from foundation.evidence.kinds import MANAGEMENT, PAYROLL
from foundation.evidence.queries import Line
from foundation.gifts.models import Gift, GiftChange
from foundation.gifts.standing import withdrawn
from foundation.pledges.models import Instalment, Pledge, PledgePayment
from ledger import balances, money
from ledger.charts.definitions import AccountTag
from ledger.funds import Restriction
from ledger.vouchers import Voucher, VoucherState
from reports.audit_pack import management_files, project_files
from reports.books import fund_roll_forward, turnover
from reports.parameters import chart_of
from reports.tie_outs.definitions import Gap, Question, Sides

_MANY = 50


def pledges(question: Question) -> Sides | None:
    """CT16: what pledges received, and the gifts of the register under the same agreements."""
    first, last = question.parameters.period.first_day, question.parameters.period.last_day
    session = question.session
    if session.execute(select(Pledge.id).limit(1)).first() is None:
        return None
    paid = {
        number: int(minor)
        for number, minor in session.execute(
            select(Agreement.number, func.sum(PledgePayment.amount_minor))
            .join(Pledge, Pledge.agreement_id == Agreement.id)
            .join(Instalment, Instalment.pledge_id == Pledge.id)
            .join(PledgePayment, PledgePayment.instalment_id == Instalment.id)
            .where(PledgePayment.paid_on.between(first, last))
            .group_by(Agreement.number)
            .order_by(Agreement.number)
        )
    }
    taken = (
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0))
        .where(GiftChange.gift_id == Gift.id, ~withdrawn())
        .correlate(Gift)
        .scalar_subquery()
    )
    promised = select(Agreement.number).join(Pledge, Pledge.agreement_id == Agreement.id).distinct()
    given = {
        str(number): int(minor)
        for number, minor in session.execute(
            select(Gift.agreement, func.sum(Gift.amount_minor - taken))
            .join(Voucher, Voucher.id == Gift.voucher_id)
            .where(
                Gift.agreement.in_(promised),
                Gift.received_on.between(first, last),
                Voucher.state == VoucherState.POSTED,
            )
            .group_by(Gift.agreement)
            .order_by(Gift.agreement)
        )
    }
    return _by_name(paid, given)


def major_projects(question: Question) -> Sides | None:
    """CT20: the costs of the major projects by the registers, and by the ledger."""
    parameters = question.parameters
    found = project_files.majors(question.session, parameters.at(parameters.period.to_date))
    if not found:
        return None
    return _by_name(
        {one.fund.code: sum(one.by_heading.values()) for one in found},
        {one.fund.code: one.expense_minor for one in found},
    )


def project_closings(question: Question) -> Sides:
    """CT22: what restricted projects close with by their movements, and by their balances."""
    parameters = question.parameters
    period = parameters.period.to_date
    restricted = {
        fund.id: fund.code
        for fund in parameters.known.funds.values()
        if fund.restriction is not Restriction.NONE
    }
    flows = fund_roll_forward.flows(question.session, parameters.at(period))
    held = balances.fund_nets(question.session, period.span.last)
    return _by_name(
        {restricted[key]: f.closing_minor for key, f in flows.items() if key in restricted},
        {restricted[key]: minor for key, minor in held.items() if key in restricted and minor},
    )


def management(question: Question) -> Sides | None:
    """CT23: management expense other than pay, with the pay of the payroll, and the ledger."""
    parameters = question.parameters
    lines = _payroll(question)
    if lines is None:
        return None
    costs = management_files.costs(question.session, parameters)
    other = sum(cost.minor for cost in costs if not cost.is_pay)
    pay = sum(cost.minor for cost in costs if cost.is_pay)
    by_payroll = sum(_total(line) for line in lines if line.text("charged") == MANAGEMENT)
    sums = turnover.by_account(
        question.session, parameters.before_closing(), parameters.period.span
    )
    right = sum(
        moved.debit_minor - moved.credit_minor
        for key, moved in sums.items()
        if parameters.known.accounts[key].tag == AccountTag.MANAGEMENT_EXPENSE
    )
    gaps = []
    if by_payroll != pay:
        gaps.append(Gap("工资薪酬表管理部分与账面人员费用", by_payroll - pay))
    if other + pay != right:
        gaps.append(Gap("管理费用明细与管理费用", other + pay - right))
    said = (money.to_text(other), money.to_text(by_payroll))
    note = f"管理费用明细（不含人员）{said[0]}，工资薪酬表管理部分 {said[1]}"
    return Sides(other + by_payroll, right, tuple(gaps), note)


def payroll(question: Question) -> Sides | None:
    """CT24: the total of the payroll, and the credits of payroll payable.

    Under the chart of 2004 应付工资 holds wages alone; under that of 2024 social insurance too.
    """
    parameters = question.parameters
    lines = _payroll(question)
    if lines is None:
        return None
    with_insurance = chart_of(parameters.known, parameters.period.year) != "2004"
    left = sum(line.fen("wages") for line in lines)
    note = "按工资福利"
    if with_insurance:
        left += sum(line.fen("insurance") for line in lines)
        note = "按工资福利与社保公积金"
    sums = turnover.by_account(
        question.session, parameters.before_closing(), parameters.period.span
    )
    right = sum(
        moved.credit_minor
        for key, moved in sums.items()
        if parameters.known.accounts[key].tag == AccountTag.PAYROLL_PAYABLE
    )
    gaps = (Gap("工资薪酬表与应付职工薪酬", left - right),) if left != right else ()
    return Sides(left, right, gaps, note)


def _payroll(question: Question) -> list[Line] | None:
    """Return the lines of the payroll of the year; it is asked for by whole years."""
    period = question.parameters.period
    if not period.is_year:
        return None
    lines = queries.table(question.session, PAYROLL, period.year)
    return None if lines is None else [line for line in lines if line.sheet == 1]


def _total(line: Line) -> int:
    return line.fen("wages") + line.fen("insurance")


def _by_name(left: dict[str, int], right: dict[str, int]) -> Sides:
    gaps = [
        Gap(name, left.get(name, 0) - right.get(name, 0))
        for name in sorted(left.keys() | right.keys())
        if left.get(name, 0) != right.get(name, 0)
    ]
    if len(gaps) > _MANY:
        rest = sum(gap.minor for gap in gaps[_MANY:])
        gaps = [*gaps[:_MANY], Gap(f"其余 {len(gaps) - _MANY} 项", rest)]
    return Sides(sum(left.values()), sum(right.values()), tuple(gaps))
