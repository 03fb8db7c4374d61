"""Probes of banks, bills, gifts, duties and qualifications.

What stands in the way of a gift is named by its reference: answers leave the house with the
evidence, and donors may not want to be named.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement, Reporting
from foundation.assessment.probing import (
    MOST_SHOWN,
    Answer,
    Instance,
    Probe,
    Question,
    Verdict,
    judged,
)
from foundation.banking.models import BankAccount, BankReconciliation, ReconciliationState
from foundation.duties import service as duties
from foundation.duties.calendar import DutyState
from foundation.gifts.kinds import GiftKind
from foundation.gifts.models import Gift, GiftAllocation, reference
from foundation.gifts.standing import ended
from foundation.http.languages import mark
from foundation.organisation import qualification
from foundation.organisation.models import Standing
from foundation.projects.models import FundProject
from foundation.receipting import unreceipted
from foundation.uses.models import UseReport, UseReportDelivery
from ledger.funds import Fund, Restriction
from ledger.money import grouped
from ledger.periods import text_of
from ledger.vouchers import Voucher, VoucherState
from receipts import bill_registers

_MOST_READ = 1000
# A duty that was marked later than it fell due was not done in time.
_JUDGED = (DutyState.DONE, DutyState.OVERDUE)


@dataclass(frozen=True, slots=True)
class _Month:
    """A month that a bank account must be reconciled in."""

    account: str
    period_id: int


def bank_accounts_kept(session: Session, question: Question) -> Answer:
    """The organisation has bank accounts of its own in its own books."""
    accounts = session.execute(
        select(BankAccount.code, BankAccount.name).order_by(BankAccount.code)
    ).all()
    if not accounts:
        return Answer(
            Verdict.NOT_MET, mark("银行账户登记簿是空的"), count=1, endpoint="banking.index"
        )
    names = "、".join(row.name for row in accounts)
    return Answer(
        Verdict.MET,
        mark("独立账套，{total} 个银行账户：{names}"),
        {"total": len(accounts), "names": names},
        endpoint="banking.index",
    )


def months_reconciled(session: Session, question: Question) -> Answer:
    """Every account has a reviewed reconciliation for every month that ended."""
    accounts = session.execute(
        select(BankAccount.id, BankAccount.code, BankAccount.begins_on, BankAccount.required_from)
        .where(or_(BankAccount.begins_on.is_not(None), BankAccount.required_from.is_not(None)))
        .order_by(BankAccount.code)
    ).all()
    wanted = {
        (row.id, month): _Month(row.code, month)
        for row in accounts
        for month in question.months
        if month >= (row.required_from or _month_of(row.begins_on))
    }
    if not wanted:
        return Answer(Verdict.UNCLEAR, mark("没有已登记对账单的银行账户"), endpoint="banking.index")
    done = session.execute(
        select(BankReconciliation.bank_account_id, BankReconciliation.period_id).where(
            BankReconciliation.state == ReconciliationState.REVIEWED
        )
    )
    for account_id, period_id in done:
        wanted.pop((account_id, period_id), None)
    missing = [
        Instance(f"{month.account} {text_of(month.period_id)}", "banking.index")
        for month in wanted.values()
    ]
    return judged(
        missing,
        good=mark("{accounts} 个银行账户按月编制余额调节表并经复核"),
        bad=mark("{accounts} 个银行账户有 {count} 个月没有经复核的余额调节表"),
        values={"accounts": len(accounts)},
        endpoint="banking.index",
    )


def _month_of(day: date) -> int:
    return day.year * 100 + day.month


def bill_stock_rolls(session: Session, question: Question) -> Answer:
    """Every batch of bills: what was drawn is issued, void, lost, or in stock."""
    batches = bill_registers.list_batches(session)
    if not batches:
        return Answer(Verdict.UNCLEAR, mark("没有领用票据的登记"), endpoint="receipting.index")
    wrong = [
        Instance(f"{batch.code} {batch.first_number}—{batch.last_number}", "receipting.index")
        for batch in batches
        if batch.quantity is not None
        and batch.quantity
        != batch.issued + batch.reversed + batch.void + batch.lost + batch.in_stock
    ]
    return judged(
        wrong,
        good=mark("{total} 批票据的领入、开具、作废、遗失、结存相符"),
        bad=mark("{total} 批票据中有 {count} 批领用与结存不符"),
        values={"total": len(batches)},
        endpoint="receipting.index",
    )


def gifts_have_bills(session: Session, question: Question) -> Answer:
    """No gift waits for a bill beyond the alarm; what has none has a reason."""
    if not _has_gifts(session, question):
        return Answer(Verdict.UNCLEAR, mark("这些年度没有捐赠"))
    survey = unreceipted.survey(
        session,
        question.first_day,
        question.last_day,
        on=question.last_day,
        wanted="overdue",
        most=MOST_SHOWN,
    )
    late = tuple(
        Instance(
            f"{row.reference} {grouped(row.open_minor)}",
            "gifts.show",
            {"reference": row.reference},
        )
        for row in survey.rows
    )
    values = {
        "total": survey.gifts,
        "open": survey.open_count,
        "count": survey.overdue,
        "minor": grouped(survey.open_minor),
    }
    return Answer(
        Verdict.NOT_MET if survey.overdue else Verdict.MET,
        mark("{total} 笔捐赠中有 {count} 笔逾期未开票据，没有票据的共 {minor}")
        if survey.overdue
        else mark("{total} 笔捐赠中 {open} 笔（{minor}）没有票据，均有原因且未逾期"),
        values,
        late,
        survey.overdue,
        "reports.show",
        {"report_id": "unreceipted_gifts", "period": str(question.years[-1])},
    )


def _has_gifts(session: Session, question: Question) -> bool:
    within = Gift.received_on.between(question.first_day, question.last_day)
    return session.execute(select(exists().where(within))).scalar_one()


def gifts_documented(session: Session, question: Question) -> Answer:
    """Restricted gifts have an agreement or a fund that says its purpose."""
    posted = (
        select(func.count())
        .select_from(Gift)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Gift.received_on.between(question.first_day, question.last_day),
            Voucher.state == VoucherState.POSTED,
            ~ended(),
        )
    )
    total = session.execute(posted).scalar_one()
    if not total:
        return Answer(Verdict.UNCLEAR, mark("这些年度没有捐赠"))
    without = session.execute(
        select(Gift.id, Gift.received_on)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Gift.received_on.between(question.first_day, question.last_day),
            Voucher.state == VoucherState.POSTED,
            Gift.kind != GiftKind.AGENCY,
            Gift.agreement.is_(None),
            ~ended(),
            exists()
            .where(GiftAllocation.gift_id == Gift.id, Fund.id == GiftAllocation.fund_id)
            .where(Fund.restriction != Restriction.NONE)
            .where(~exists().where(FundProject.fund_id == Fund.id)),
        )
        .order_by(Gift.id)
        .limit(_MOST_READ)
    )
    instances = [
        Instance(
            reference(row.id, row.received_on),
            "gifts.show",
            {"reference": reference(row.id, row.received_on)},
        )
        for row in without
    ]
    return judged(
        instances,
        good=mark("{total} 笔捐赠都有用途：限定性捐赠有协议或写明用途的基金项目"),
        bad=mark("{total} 笔捐赠中有 {count} 笔限定性捐赠既无协议也无写明用途的基金项目"),
        values={"total": total},
        endpoint="reports.show",
        arguments={"report_id": "donation_register", "period": str(question.years[-1])},
    )


def donors_told(session: Session, question: Question) -> Answer:
    """Donors whose agreement asks for reports were told what became of their money."""
    owed = session.execute(
        select(Gift.id, Gift.received_on)
        .join(Agreement, Agreement.number == Gift.agreement)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Agreement.reporting != Reporting.NONE,
            Voucher.state == VoucherState.POSTED,
            Gift.received_on.between(question.first_day, question.last_day),
            ~ended(),
        )
        .order_by(Gift.id)
        .limit(_MOST_READ)
    ).all()
    if not owed:
        return Answer(Verdict.UNCLEAR, mark("没有约定须报告使用情况的捐赠"))
    told = set(
        session.execute(
            select(UseReport.gift_id).join(
                UseReportDelivery, UseReportDelivery.report_id == UseReport.id
            )
        ).scalars()
    )
    missing = [
        Instance(
            reference(row.id, row.received_on),
            "gifts.show",
            {"reference": reference(row.id, row.received_on)},
        )
        for row in owed
        if row.id not in told
    ]
    return judged(
        missing,
        good=mark("约定报告的 {total} 笔捐赠均已向捐赠人报告使用情况"),
        bad=mark("约定报告的 {total} 笔捐赠中有 {count} 笔没有寄送记录"),
        values={"total": len(owed)},
        endpoint="agreements.index",
    )


def duties_done(session: Session, question: Question) -> Answer:
    """Every duty that fell due in the years was done, and in time."""
    items = [
        item
        for year in question.years
        for item in duties.list_items(session, year=year, today=question.today)
        if item.can_mark and item.state in _JUDGED
    ]
    if not items:
        return Answer(Verdict.UNCLEAR, mark("这些年度的期限日程没有记录"), endpoint="duties.index")
    late = [
        Instance(
            f"{item.due_on} {item.title.zh}",
            "duties.index",
            {"year": item.due_on.year, "_anchor": item.anchor},
        )
        for item in items
        if item.mark is None or item.mark.done_on > item.due_on
    ]
    return judged(
        late,
        good=mark("{total} 项到期的义务均按期完成"),
        bad=mark("{total} 项到期的义务中有 {count} 项逾期或晚于期限完成"),
        values={"total": len(items)},
        endpoint="duties.index",
        arguments={"year": question.last_day.year},
    )


def deduction_qualified(session: Session, question: Question) -> Answer:
    """The qualification for tax-deductible donations is valid today."""
    periods = [
        period
        for period in qualification.list_periods(session)
        if period.standing is Standing.QUALIFIED
    ]
    if not periods:
        return Answer(
            Verdict.UNCLEAR,
            mark("尚未登记公益性捐赠税前扣除资格"),
            endpoint="organisation.settings",
        )
    last = max(period.last_on for period in periods)
    holds = any(period.first_on <= question.today <= period.last_on for period in periods)
    return Answer(
        Verdict.MET if holds else Verdict.NOT_MET,
        mark("公益性捐赠税前扣除资格有效期至 {last}")
        if holds
        else mark("公益性捐赠税前扣除资格已于 {last} 到期"),
        {"last": last.isoformat()},
        count=int(not holds),
        endpoint="organisation.settings",
    )


PROBES = {
    "bank_accounts_kept": Probe(mark("独立账套与银行账户"), bank_accounts_kept),
    "months_reconciled": Probe(mark("银行按月对账"), months_reconciled),
    "bill_stock_rolls": Probe(mark("票据领用与结存"), bill_stock_rolls),
    "gifts_have_bills": Probe(mark("捐赠票据开具"), gifts_have_bills),
    "gifts_documented": Probe(mark("捐赠用途与协议"), gifts_documented),
    "donors_told": Probe(mark("向捐赠人报告使用情况"), donors_told),
    "duties_done": Probe(mark("公开与报送义务按期履行"), duties_done),
    "deduction_qualified": Probe(mark("税前扣除资格"), deduction_qualified),
}
