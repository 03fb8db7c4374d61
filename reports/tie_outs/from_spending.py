"""Control totals between the registers of spending and the books: CT18, CT19, CT33."""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select

from foundation.shared_costs import measuring
from foundation.shared_costs.models import RunState
from foundation.spending.rules import get_element
from ledger import money
from ledger.balances import Span
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState, label
from reports import spending_costs
from reports.ratios import computing, from_books
from reports.shared_costs import posted_runs
from reports.spending_costs import OTHER_ACTIVITY
from reports.tie_outs.definitions import Gap, Question, Sides

_MANY = 50
_PROGRAMME = "programme_expense"


def programme_costs(question: Question) -> Sides:
    """CT18: what the registers say programmes cost, and 业务活动成本, voucher by voucher."""
    parameters = question.parameters
    span = parameters.period.to_date.span
    left: dict[int, int] = {}
    for cost in spending_costs.of_span(question.session, parameters.known, span):
        left[cost.voucher_id] = left.get(cost.voucher_id, 0) + cost.minor
    accounts = [key for key, info in parameters.known.accounts.items() if info.tag == _PROGRAMME]
    rows = question.session.execute(
        select(
            Voucher.id,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            func.sum(VoucherLine.amount_minor).label("minor"),
        )
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .where(
            VoucherLine.account_id.in_(accounts),
            VoucherLine.period_id.between(span.first, span.last),
            Voucher.state == VoucherState.POSTED,
            Voucher.kind != VoucherKind.CLOSING,
        )
        .group_by(Voucher.id, Voucher.period_id, Voucher.word, Voucher.number)
        .order_by(Voucher.id)
    ).all()
    right = {row.id: int(row.minor) for row in rows}
    names = {row.id: label(row.period_id, row.word, row.number) for row in rows}
    gaps = [
        Gap(_said(names.get(key), left.get(key)), left.get(key, 0) - right.get(key, 0))
        for key in sorted(left.keys() | right.keys())
        if left.get(key, 0) != right.get(key, 0)
    ]
    return Sides(sum(left.values()), sum(right.values()), _first(gaps))


def _said(voucher: str | None, registered: int | None) -> str:
    if voucher is None:
        return "登记的支出没有业务活动成本分录"
    return f"{voucher} 与登记不符" if registered else f"{voucher} 没有支出登记"


def charitable_by_element(question: Question) -> Sides:
    """CT19: the charitable elements of the registers, and what the ratios count as charitable.

    Costs of other activities and costs that no register knows are named: they are in the figure
    of the ratios and not among the elements.
    """
    parameters = question.parameters
    year = parameters.period.year
    costs = spending_costs.of_span(question.session, parameters.known, Span.of_year(year))
    by_element: dict[str, int] = {}
    for cost in costs:
        by_element[cost.element] = by_element.get(cost.element, 0) + cost.minor
    other = by_element.pop(OTHER_ACTIVITY, 0)
    left = sum(by_element.values())
    right = _of_the_ratios(question, year)
    gaps = []
    if left != right:
        gaps.append(Gap("没有按要素登记的业务活动成本", left - right))
    said = "；".join(
        f"{get_element(code).zh} {money.to_text(minor)}"
        for code, minor in sorted(by_element.items())
    )
    note = f"{said}；其他业务活动成本 {money.to_text(other)} 不计入" if other else said
    return Sides(left, right, tuple(gaps), note)


def _of_the_ratios(question: Question, year: int) -> int:
    """The charitable spending of a year as the ratios take it."""
    figures = from_books.figures_of(question.session, question.parameters, year)
    side = computing.amount("charity", {year: figures}, fiscal_year=year)
    return 0 if side is None else int(side.total)


def shared_costs(question: Question) -> Sides | None:
    """CT33: what was allocated, and what the sources cost in the ledger, run by run."""
    parameters = question.parameters.at(question.parameters.period.to_date)
    rows = posted_runs(question.session, parameters)
    if not rows:
        return None
    left: dict[str, int] = {}
    right: dict[str, int] = {}
    for row in rows:
        assert row.run.state is RunState.BOOKED
        name = f"{row.reference} {row.months.text}"
        left[name] = row.run.total_minor
        costs = measuring.costs(question.session, parameters.known, row.key, row.months)
        right[name] = sum(cost.minor for cost in costs)
    return _compared(left, right)


def _compared(left: Mapping[str, int], right: Mapping[str, int]) -> Sides:
    gaps = tuple(Gap(name, left[name] - right[name]) for name in left if left[name] != right[name])
    return Sides(sum(left.values()), sum(right.values()), gaps)


def _first(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Keep the first gaps by name, and the rest as one, so that they still add up."""
    found = list(gaps)
    rest = found[_MANY:]
    if rest:
        found[_MANY:] = [Gap(f"其余 {len(rest)} 张凭证", sum(gap.minor for gap in rest))]
    return tuple(found)
