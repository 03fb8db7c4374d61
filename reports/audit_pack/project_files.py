"""Files 24, 25 and 40: major projects, payees of large amounts, budgets and what became of them.

Programme costs are those of the registers; what the ledger has beside them is no figure of table
24, and control total CT20 names it. What else a project's fund bore, such as a management fee,
stands in the ledger only and is among its other costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.projects.models import FundProject, ProjectBudget
from foundation.spending import rules
from ledger import money
from ledger.catalogue import FundInfo
from ledger.charts.definitions import AccountCategory, AccountTag
from ledger.funds import Restriction
from reports import spending_costs
from reports.audit_pack import criteria
from reports.audit_pack.definitions import filled
from reports.books import fund_roll_forward, turnover
from reports.parameters import Parameters
from reports.spending_costs import OTHER_ACTIVITY, ProgrammeCost
from reports.tables import Label, Row, Table, Value

_NOTE = Label(
    "重大项目：{source}（等级 {grade}，须与当年填表说明核对）。"
    "费用取自支出登记；未登记的见勾稽 CT20。",
    "Major: {source} (grade {grade}, to be checked with the form of the year). Costs are those of"
    " the registers; what they lack is in CT20.",
)


@dataclass(frozen=True, slots=True)
class Major:
    """A major project of a year: what came in, and what its costs were by heading."""

    fund: FundInfo
    income_minor: int
    expense_minor: int
    costs: tuple[ProgrammeCost, ...]
    beside_minor: int  # management and other expense that the fund bore

    @property
    def by_heading(self) -> dict[str, int]:
        """The costs by heading of table 24."""
        found = dict.fromkeys(criteria.HEADINGS, 0)
        for cost in self.costs:
            found[criteria.heading_of(cost.element)] += cost.minor
        found["other"] += self.beside_minor
        return found


def majors(session: Session, parameters: Parameters) -> list[Major]:
    """Return the projects that count as major in a year, by code."""
    flows = fund_roll_forward.flows(session, parameters)
    described = {row.fund_id: row for row in session.execute(select(FundProject)).scalars()}
    income = sum(flow.income_minor for flow in flows.values())
    expense = sum(flow.expense_minor for flow in flows.values())
    rule = criteria.major_project(parameters.period.last_day)
    costs: dict[int, list[ProgrammeCost]] = {}
    span = parameters.period.span
    for cost in spending_costs.of_span(session, parameters.known, span):
        if cost.element != OTHER_ACTIVITY:
            costs.setdefault(cost.fund_id, []).append(cost)
    beside = _beside(session, parameters)
    found = []
    for fund_id, flow in flows.items():
        project = described.get(fund_id)
        # Money for anything is no project, however much of it there is.
        is_project = parameters.known.funds[fund_id].restriction is not Restriction.NONE
        moved = flow.income_minor or flow.expense_minor
        if project is None or not is_project or not moved:
            continue
        if rule.is_met(
            income=(flow.income_minor, income),
            expense=(flow.expense_minor, expense),
            years=_years(project, parameters.period.last_day),
        ):
            fund = parameters.known.funds[fund_id]
            found.append(
                Major(
                    fund,
                    flow.income_minor,
                    flow.expense_minor,
                    tuple(costs.get(fund_id, ())),
                    beside.get(fund_id, 0),
                )
            )
    return sorted(found, key=lambda one: one.fund.code)


def _beside(session: Session, parameters: Parameters) -> dict[int, int]:
    """Return by fund the expense of the year that is no programme cost."""
    found: dict[int, int] = {}
    span = parameters.period.span
    sums = turnover.by_pair(session, parameters.before_closing(), span, by_fund=True)
    for (account_id, fund_id), moved in sums.items():
        account = parameters.known.accounts[account_id]
        if (
            account.category is AccountCategory.EXPENSE
            and account.tag != AccountTag.PROGRAMME_EXPENSE
        ):
            net = moved.debit_minor - moved.credit_minor
            found[fund_id] = found.get(fund_id, 0) + net
    return found


def major_projects(session: Session, parameters: Parameters) -> Table:
    """24 重大公益慈善项目收支明细表."""
    rows = []
    for one in majors(session, parameters):
        parts = one.by_heading
        direct = parts.pop("beneficiaries")
        subtotal = sum(parts.values())
        name = f"{one.fund.code} {one.fund.name}"
        figures: list[Value] = [one.income_minor, direct, *parts.values()]
        rows.append(Row((name, *figures, subtotal, direct + subtotal)))
    rule = criteria.major_project(parameters.period.last_day)
    return filled("24", parameters, rows, notes=(_said(rule.source, rule.grade.value),))


def large_payees(session: Session, parameters: Parameters) -> Table:
    """25 大额支付对象: of the major projects, by payee."""
    rule = criteria.large_payee(parameters.period.last_day)
    rows = list(_payees(session, parameters, rule))
    return filled("25", parameters, rows, notes=(_said(rule.source, rule.grade.value),))


def _payees(session: Session, parameters: Parameters, rule: criteria.LargePayee) -> Iterator[Row]:
    span = parameters.period.span
    whole = sum(
        cost.minor
        for cost in spending_costs.of_span(session, parameters.known, span)
        if cost.element != OTHER_ACTIVITY
    )
    for one in majors(session, parameters):
        paid: dict[str, int] = {}
        elements: dict[str, set[str]] = {}
        for cost in one.costs:
            paid[cost.payee] = paid.get(cost.payee, 0) + cost.minor
            elements.setdefault(cost.payee, set()).add(cost.element)
        for payee, minor in sorted(paid.items(), key=lambda item: (-item[1], item[0])):
            if rule.is_met(minor, whole):
                share = f"{_percent(minor, whole)}%" if whole else ""
                purpose = "、".join(_element(code) for code in sorted(elements[payee]))
                yield Row((f"{one.fund.code} {one.fund.name}", payee, minor, share, purpose))


def budgets(session: Session, parameters: Parameters) -> Table:
    """40 预算执行: what each fund planned for the year, and what it spent."""
    year = parameters.period.year
    planned = {
        row.fund_id: row
        for row in session.execute(
            select(ProjectBudget).where(ProjectBudget.year == year)
        ).scalars()
    }
    flows = fund_roll_forward.flows(session, parameters)
    known = parameters.known.funds
    rows = []
    for fund in sorted(known.values(), key=lambda fund: fund.code):
        budget, flow = planned.get(fund.id), flows.get(fund.id)
        spent = flow.expense_minor if flow is not None else 0
        if budget is None and not spent:
            continue
        amount = budget.amount_minor if budget is not None else 0
        resolution = (budget.resolution or "") if budget is not None else "未列预算"
        name = f"{fund.code} {fund.name}"
        rows.append(Row((name, amount, 0, spent, amount - spent, resolution)))
    return filled("40", parameters, rows)


def _years(project: FundProject, last: date) -> int:
    if project.starts_on is None or project.starts_on > last:
        return 0
    end = min(project.ends_on or last, last)
    return end.year - project.starts_on.year + 1


def _percent(part: int, whole: int) -> str:
    """Two decimals, half up, as the form prints shares."""
    return money.to_text((part * 20_000 + whole) // (2 * whole))


def _element(code: str) -> str:
    return rules.get_element(code).zh


def _said(source: str, grade: str) -> Label:
    return Label(
        _NOTE.zh.format(source=source, grade=grade), _NOTE.en.format(source=source, grade=grade)
    )
