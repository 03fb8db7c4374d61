"""What the foundation pays in a month by its plan: grants, running costs, dated vouchers."""

from collections.abc import Iterator
from random import Random

from foundation.demo.events import BANK, Act, Event, PriorPeriod, Release, Row, exchange
from foundation.demo.months import Month
from foundation.demo.plan import Plan, Spending, fen
from foundation.demo.purses import Purses


def dated(plan: Plan, month: Month, *, freed_minor: int) -> Iterator[Event]:
    """Yield what happens on one day of the year; `freed_minor` becomes free of time."""
    for one in plan.dated:
        if month.is_in(one.years) and one.day[0] == month.number:
            yield Act(
                on=month.day(one.day[1]),
                rule=one.rule,
                summary=_worded(one.summary, month),
                rows=exchange(one.taking, one.giving, one.fund, fen(one.yuan), one.counterparty),
                item=plan.item(one.item),
                attachments=one.attachments,
            )
    found = plan.tables["prior_period"]
    if month.is_at(1, found["day"][0]):
        yield PriorPeriod(
            on=month.day(found["day"][1]),
            summary=found["summary"],
            place=found["place"],
            fund=found["fund"],
            increase=fen(found["yuan"]),
        )
    freed = plan.tables["release"]
    if month.number == freed["day"][0] and freed_minor > 0:
        yield Release(
            on=month.day(freed["day"][1]),
            summary=freed["summary"],
            source=freed["source"],
            target=freed["target"],
            minor=freed_minor,
        )


def planned(plan: Plan, month: Month, left: Purses) -> Iterator[Event]:
    """Yield what funds pay out of `left`, which becomes less by it."""
    rng = month.random("spending")
    for one in plan.spending:
        if month.number not in one.months:
            continue
        minor = _amount(one, left, rng)
        if minor <= 0 or minor > left.cash(one.fund):
            continue
        act = Act(
            on=month.day(one.day),
            rule="spending",
            summary=_worded(one.summary, month),
            rows=exchange(one.expense, BANK, one.fund, minor, one.counterparty),
            item=plan.item(one.item),
            attachments=one.attachments,
        )
        left.burden(act.rows)
        yield act


def payroll(plan: Plan, month: Month, purses: Purses) -> Iterator[Event]:
    """Yield the accrual of the month, and what is paid of the months before."""
    table = plan.tables["payroll"]
    fund = table["fund"]
    owed, tax = -purses.of("payroll_payable", fund), -purses.of("tax_payable", fund)
    if owed > 0:
        withheld = owed * table["tax_percent"] // 100
        yield Act(
            on=month.day(table["paid_day"]),
            rule="payroll.payment",
            summary="发放上月工资并代扣个人所得税",
            rows=(
                Row("payroll_payable", fund, owed),
                Row(BANK, fund, withheld - owed),
                Row("tax_payable", fund, -withheld),
            ),
            item=plan.item("staff"),
            attachments=2,
        )
    if tax > 0:
        yield Act(
            on=month.day(table["tax_day"]),
            rule="payroll.tax",
            summary="缴纳代扣代缴个人所得税",
            rows=exchange("tax_payable", BANK, fund, tax),
            item=plan.item("staff"),
        )
    rows = []
    for expense, key in (
        ("management_expense", "management_yuan"),
        ("programme_expense", "programme_yuan"),
    ):
        pay = fen(table[key]) * (100 + table["rise_percent"] * (month.index // 12)) // 100
        rows.append(Row(expense, fund, pay * (2 if month.number == table["bonus_month"] else 1)))
    rows.append(Row("payroll_payable", fund, -sum(row.minor for row in rows)))
    yield Act(
        on=month.day(table["accrued_day"]),
        rule="payroll.accrual",
        summary=f"计提{month.number}月职工薪酬",
        rows=tuple(rows),
    )


def depreciation(plan: Plan, month: Month) -> Iterator[Event]:
    """Yield the depreciation of the month, each fund its own."""
    rows: list[Row] = []
    for asset in plan.assets:
        since = asset.since[0] * 12 + asset.since[1] - 1
        if since < month.index <= since + asset.months:
            minor = fen(asset.monthly_yuan)
            rows.append(Row(asset.expense, asset.fund, minor, summary=f"计提折旧：{asset.name}"))
            rows.append(Row("accumulated_depreciation", asset.fund, -minor))
    if rows:
        yield Act(
            on=month.last_day,
            rule="depreciation",
            summary=f"计提{month.number}月固定资产折旧",
            rows=tuple(sorted(rows, key=lambda row: row.minor < 0)),
        )


def _amount(one: Spending, left: Purses, rng: Random) -> int:
    step = fen(one.step)
    if one.share:
        wanted = min(left.free(one.fund) * one.share // 100, fen(one.most))
    else:
        wanted = rng.randint(fen(one.low), fen(one.high))
    return wanted // step * step


def _worded(summary: str, month: Month) -> str:
    return summary.format(year=month.year, month=month.number)
