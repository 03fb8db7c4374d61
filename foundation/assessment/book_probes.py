"""Probes of the vouchers, accounts, periods, statements and net assets."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from foundation.assessment.probing import Answer, Instance, Probe, Question, Verdict, judged
from foundation.http.languages import mark
from foundation.spending.models import SpendingRequest
from foundation.statements.models import IssuedStatement
from ledger import balances
from ledger.accounts import Account
from ledger.charts import loading
from ledger.money import grouped
from ledger.periods import FiscalYear, Period, PeriodState, text_of
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherSeries, VoucherState, label

_MOST_READ = 1000
_NO_VOUCHERS = mark("这些年度没有已记账凭证")


def people_differ(session: Session, question: Question) -> Answer:
    """Preparer and reviewer differ on every voucher, and neither of them paid the money."""
    total = _count_vouchers(session, question)
    if not total:
        return Answer(Verdict.UNCLEAR, _NO_VOUCHERS)
    found = session.execute(
        select(
            Voucher.id,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.prepared_by,
            Voucher.reviewed_by,
            SpendingRequest.paid_by,
        )
        .outerjoin(SpendingRequest, SpendingRequest.voucher_id == Voucher.id)
        .where(
            *_posted(question),
            # What opens and closes the books is generated; nobody receives or pays by it.
            Voucher.kind.not_in((VoucherKind.CLOSING, VoucherKind.CONVERSION)),
            or_(
                Voucher.prepared_by == Voucher.reviewed_by,
                SpendingRequest.paid_by == Voucher.prepared_by,
                SpendingRequest.paid_by == Voucher.reviewed_by,
            ),
        )
        .order_by(Voucher.period_id, Voucher.word, Voucher.number)
        .limit(_MOST_READ)
    )
    instances = [
        Instance(
            f"{label(row.period_id, row.word, row.number)} {row.prepared_by}/{row.reviewed_by}"
            + (f"/{row.paid_by}" if row.paid_by else ""),
            "books.voucher",
            {"voucher_id": row.id},
        )
        for row in found
    ]
    return judged(
        instances,
        good=mark("{total} 张凭证的制单、审核与出纳付款均不是同一人"),
        bad=mark("{total} 张凭证中有 {count} 张由同一人制单、审核或付款"),
        values={"total": total},
        endpoint="books.vouchers",
        arguments={"period": "all"},
    )


def _posted(question: Question) -> tuple[Any, ...]:
    return (
        Voucher.state == VoucherState.POSTED,
        Voucher.period_id.between(question.first_period, question.last_period),
    )


def _count_vouchers(session: Session, question: Question) -> int:
    query = select(func.count()).select_from(Voucher).where(*_posted(question))
    return session.execute(query).scalar_one()


def numbers_whole(session: Session, question: Question) -> Answer:
    """The numbers of every month and word run from one without a gap."""
    found = session.execute(
        select(
            VoucherSeries.period_id,
            VoucherSeries.word,
            VoucherSeries.last_number,
            func.count(Voucher.id),
            func.max(Voucher.number),
        )
        .outerjoin(
            Voucher,
            (Voucher.period_id == VoucherSeries.period_id)
            & (Voucher.word == VoucherSeries.word)
            & (Voucher.state == VoucherState.POSTED),
        )
        .where(VoucherSeries.period_id.between(question.first_period, question.last_period))
        .group_by(VoucherSeries.period_id, VoucherSeries.word, VoucherSeries.last_number)
        .order_by(VoucherSeries.period_id, VoucherSeries.word)
    ).all()
    if not found:
        return Answer(Verdict.UNCLEAR, _NO_VOUCHERS)
    broken = [
        Instance(
            f"{text_of(period)} {word}：{count}/{last}",
            "books.vouchers",
            {"period": text_of(period)},
        )
        for period, word, last, count, highest in found
        if not count == last == highest
    ]
    return judged(
        broken,
        good=mark("{total} 张凭证按月按字连续编号，无断号、重号"),
        bad=mark("{total} 张凭证中有 {count} 个月份或凭证字编号不连续"),
        values={"total": sum(row[3] for row in found)},
        endpoint="books.vouchers",
        arguments={"period": "all"},
    )


def accounts_of_the_chart(session: Session, question: Question) -> Answer:
    """Every account that was booked on is of the chart of its year and has a meaning."""
    charts = {
        year: loading.chart_for(question.last_day.replace(year=year, month=1, day=1)).version
        for year in question.years
    }
    kept = {
        row.year: row.chart for row in session.execute(select(FiscalYear.year, FiscalYear.chart))
    }
    wrong = [
        Instance(f"{year}：{kept[year]}")
        for year, chart in charts.items()
        if year in kept and kept[year] != chart
    ]
    used = (
        select(VoucherLine.account_id)
        .where(VoucherLine.period_id.between(question.first_period, question.last_period))
        .distinct()
    )
    accounts = session.execute(
        select(Account.chart, Account.code, Account.full_name, Account.tag)
        .where(Account.id.in_(used))
        .order_by(Account.chart, Account.code)
    ).all()
    if not accounts:
        return Answer(Verdict.UNCLEAR, _NO_VOUCHERS)
    wrong += [
        Instance(
            f"{row.chart} {row.code} {row.full_name}",
            "books.account",
            {"chart": row.chart, "code": row.code},
        )
        for row in accounts
        if not row.tag
    ]
    return judged(
        wrong,
        good=mark("使用的 {total} 个科目都属于当年适用的科目表并对应报表项目"),
        bad=mark("使用的 {total} 个科目中有 {count} 处不属于适用的科目表或没有报表项目"),
        values={"total": len(accounts)},
        endpoint="books.accounts",
    )


def statements_issued(session: Session, question: Question) -> Answer:
    """The statements of every year that ended were issued from closed books."""
    ended = [year for year in question.years if year < question.today.year]
    if not ended:
        return Answer(Verdict.UNCLEAR, mark("这些年度都没有结束"))
    issued = set(session.execute(select(IssuedStatement.period)).scalars())
    missing = [Instance(str(year), "statements.index") for year in ended if str(year) not in issued]
    return judged(
        missing,
        good=mark("{years} 年度报表均已由结账后的账簿签发"),
        bad=mark("{count} 个年度的报表尚未签发"),
        values={"years": "、".join(map(str, ended))},
        endpoint="statements.index",
    )


def months_archived(session: Session, question: Question) -> Answer:
    """Every month that ended is closed, so that its volumes of vouchers are final."""
    found = session.execute(select(Period.id, Period.state).where(Period.id.in_(question.months)))
    states = {row.id: row.state for row in found}
    if not states:
        return Answer(Verdict.UNCLEAR, mark("这些年度没有已结束的会计期间"))
    open_months = [
        Instance(text_of(period), "books.periods")
        for period, state in sorted(states.items())
        if state is PeriodState.OPEN
    ]
    return judged(
        open_months,
        good=mark("{total} 个月份均已结账，会计档案清册按月成卷"),
        bad=mark("{count} 个月份尚未结账，案卷未定"),
        values={"total": len(states)},
        endpoint="books.periods",
    )


def net_assets_kept(session: Session, question: Question) -> Answer:
    """Net assets at the end of every year are not below the founding capital."""
    if question.founding_minor is None:
        return Answer(Verdict.UNCLEAR, mark("尚未登记原始基金数额（启用评分细则时填写）"))
    closing = {year: _net_assets(session, year * 100 + 12) for year in question.years}
    below = [
        Instance(f"{year}：{grouped(minor)}", "reports.show", _balance_sheet(year))
        for year, minor in closing.items()
        if minor < question.founding_minor
    ]
    found = judged(
        below,
        good=mark("各年末净资产 {figures}，均不低于原始基金 {founding}"),
        bad=mark("各年末净资产 {figures}，有 {count} 年低于原始基金 {founding}"),
        values={"figures": _figures(closing), "founding": grouped(question.founding_minor)},
        endpoint="reports.show",
        arguments=_balance_sheet(question.years[-1]),
    )
    multiple = Fraction(closing[question.years[-1]], question.founding_minor)
    return replace(found, measure=multiple)


def net_assets_growth(session: Session, question: Question) -> Answer:
    """How net assets grew: a figure, which no known text holds against a threshold."""
    before = _net_assets(session, question.years[0] * 100)
    closing = {year: _net_assets(session, year * 100 + 12) for year in question.years}
    if before <= 0:
        return Answer(Verdict.UNCLEAR, mark("年初净资产不大于零，不计算增长率"))
    growth = Fraction(closing[question.years[-1]] - before, before)
    hundredths = round(growth * 10000)
    sign = "-" if hundredths < 0 else ""
    percent = f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}%"
    return Answer(
        Verdict.UNCLEAR if growth < 0 else Verdict.MET,
        mark("净资产由 {before} 变为 {figures}，增长 {percent}；细则未给出标准")
        if growth < 0
        else mark("净资产由 {before} 变为 {figures}，增长 {percent}"),
        {"before": grouped(before), "figures": _figures(closing), "percent": percent},
        endpoint="reports.show",
        arguments=_balance_sheet(question.years[-1]),
        measure=growth,
    )


def _net_assets(session: Session, upto: int) -> int:
    return sum(balances.fund_nets(session, upto).values())


def _figures(closing: dict[int, int]) -> str:
    return "、".join(f"{year} {grouped(minor)}" for year, minor in closing.items())


def _balance_sheet(year: int) -> dict[str, str]:
    return {"report_id": "balance_sheet", "period": str(year)}


PROBES = {
    "people_differ": Probe(mark("不相容岗位分离：制单、审核、出纳"), people_differ),
    "numbers_whole": Probe(mark("凭证编号连续"), numbers_whole),
    "accounts_of_the_chart": Probe(mark("科目执行会计制度"), accounts_of_the_chart),
    "statements_issued": Probe(mark("年度报表签发"), statements_issued),
    "months_archived": Probe(mark("会计档案按月成卷"), months_archived),
    "net_assets_kept": Probe(mark("净资产不低于原始基金"), net_assets_kept),
    "net_assets_growth": Probe(mark("净资产增长"), net_assets_growth),
}
