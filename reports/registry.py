"""Reports as data: id, title, parameters, permission, and how to run each.

Pages, commands, API and the index of reports all follow from this list, so that a report is
added in one place.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from foundation.users.permissions import Permission
from ledger.clock import Clock
from reports import (
    assessment,
    assets,
    bank_reconciliation,
    bills,
    disclosure,
    honours,
    parameters,
    registers,
    sampling,
    shared_costs,
)
from reports.books import (
    cash_journal,
    chart_of_accounts,
    fund_roll_forward,
    fund_statement,
    general_ledger,
    journal,
    subsidiary_ledger,
    trial_balance,
    voucher_list,
)
from reports.claims import claim_lines
from reports.definition import Report, UnknownReport
from reports.groups import Group
from reports.parameters import ACCOUNT, CLOSING, DIMENSIONS, FUND, PERIOD
from reports.pledges import ageing as pledge_ageing
from reports.pledges import register as pledge_register
from reports.pledges import roll_forward as pledge_roll_forward
from reports.ratios import report as ratio_report
from reports.statements import (
    activities,
    balance_sheet,
    cash_flows,
    cash_lines,
    net_assets_changes,
    notes,
    sources,
    tabling,
)
from reports.tables import Label, Table
from reports.tie_outs import report as tie_outs

DONOR = DIMENSIONS[0]
CASH_FLOW_ITEM = DIMENSIONS[3]

REPORTS = (
    Report(
        balance_sheet.ID,
        balance_sheet.TITLE,
        Label(
            "会民非01表：资产、负债与净资产的年初数与期末数", "Assets, liabilities and net assets"
        ),
        Group.STATEMENTS,
        balance_sheet.run,
        (PERIOD, tabling.LAYOUT),
    ),
    Report(
        activities.ID,
        activities.TITLE,
        Label("会民非02表：收入、费用与净资产变动，分限定性列示", "Income, expenses and releases"),
        Group.STATEMENTS,
        activities.run,
        (PERIOD, tabling.LAYOUT),
    ),
    Report(
        cash_flows.ID,
        cash_flows.TITLE,
        Label("会民非03表：直接法，附补充资料", "Direct method, with supplementary information"),
        Group.STATEMENTS,
        cash_flows.run,
        (PERIOD, tabling.LAYOUT, cash_flows.SUPPLEMENT),
    ),
    Report(
        net_assets_changes.ID,
        net_assets_changes.TITLE,
        Label("净资产年初数、本期变动与期末数，分限定性列示", "Net assets from opening to closing"),
        Group.STATEMENTS,
        net_assets_changes.run,
        (PERIOD, tabling.LAYOUT),
    ),
    Report(
        notes.ID,
        notes.TITLE,
        Label(
            "附注中账簿能够提供的内容，及须由本单位填写的内容", "What the books say of the notes"
        ),
        Group.STATEMENTS,
        notes.run,
        (PERIOD, tabling.LAYOUT),
    ),
    Report(
        sources.ID,
        sources.TITLE,
        Label("报表每个数字由哪些科目、现金流量项目构成", "The accounts behind every figure"),
        Group.STATEMENTS,
        sources.run,
        (PERIOD, tabling.LAYOUT, sources.STATEMENT, sources.ROW, sources.COLUMN),
    ),
    Report(
        tie_outs.ID,
        tie_outs.TITLE,
        Label(
            "账、表、台账之间的三十六项控制合计，逐项列明差异", "36 control totals, from both sides"
        ),
        Group.STATEMENTS,
        tie_outs.run,
        (PERIOD, tabling.LAYOUT),
    ),
    Report(
        cash_lines.ID,
        cash_lines.TITLE,
        Label("某一现金流量项目的逐笔现金收支", "The cash lines of a cash-flow item"),
        Group.STATEMENTS,
        cash_lines.run,
        (PERIOD, ACCOUNT, CASH_FLOW_ITEM),
        above=cash_flows.ID,
    ),
    Report(
        trial_balance.ID,
        trial_balance.TITLE,
        Label(
            "各科目的期初余额、本期发生额和期末余额，可按基金、捐赠人、往来、项目分列",
            "Opening balance, turnover and closing balance of every account",
        ),
        Group.BOOKS,
        trial_balance.run,
        (PERIOD, FUND, trial_balance.BY, trial_balance.LEVEL, trial_balance.TO_DATE, CLOSING),
    ),
    Report(
        general_ledger.ID,
        general_ledger.TITLE,
        Label("一级科目逐月合计、本年累计与余额", "First-level accounts month by month"),
        Group.BOOKS,
        general_ledger.run,
        (PERIOD, ACCOUNT, FUND, CLOSING),
    ),
    Report(
        subsidiary_ledger.ID,
        subsidiary_ledger.TITLE,
        Label("科目的逐笔分录与余额", "The lines of an account, with the balance after each"),
        Group.BOOKS,
        subsidiary_ledger.run,
        (PERIOD, ACCOUNT, FUND, *DIMENSIONS, CLOSING),
        above=trial_balance.ID,
    ),
    Report(
        journal.ID,
        journal.TITLE,
        Label("全部已记账分录，按凭证号排列", "Every posted line by voucher"),
        Group.BOOKS,
        journal.run,
        (PERIOD, FUND, *DIMENSIONS),
    ),
    Report(
        cash_journal.ID,
        cash_journal.TITLE,
        Label("现金与银行存款逐笔收支，逐日结出余额", "Cash and bank, balanced every day"),
        Group.BOOKS,
        cash_journal.run,
        (PERIOD, ACCOUNT),
        frozenset({Permission.REPORTS_READ, Permission.BANK_RECORD}),
    ),
    Report(
        bank_reconciliation.ID,
        bank_reconciliation.TITLE,
        Label(
            "账面与银行的月末余额、未达账项、编制与复核",
            "Books and bank at the end of a month, with what is on the way",
        ),
        Group.BOOKS,
        bank_reconciliation.run,
        (PERIOD, ACCOUNT),
        frozenset({Permission.REPORTS_READ, Permission.BANK_READ}),
    ),
    Report(
        voucher_list.ID,
        voucher_list.TITLE,
        Label("各凭证的状态、金额与经手人", "Vouchers with state, amount and persons"),
        Group.BOOKS,
        voucher_list.run,
        (PERIOD, voucher_list.STATE),
    ),
    Report(
        chart_of_accounts.ID,
        chart_of_accounts.TITLE,
        Label("科目、用途标记与来源等级", "Accounts with their tags, grades and sources"),
        Group.BOOKS,
        chart_of_accounts.run,
        (PERIOD,),
    ),
    Report(
        fund_roll_forward.ID,
        fund_roll_forward.TITLE,
        Label(
            "各基金的期初、收入、支出、限定解除与期末，合计等于净资产",
            "What each fund opened with, received, spent, released and holds",
        ),
        Group.FUNDS,
        fund_roll_forward.run,
        (PERIOD, FUND, fund_roll_forward.SCOPE),
    ),
    Report(
        fund_statement.ID,
        fund_statement.TITLE,
        Label("一个基金的全部科目余额与发生额", "Every account of one fund"),
        Group.FUNDS,
        fund_statement.run,
        (PERIOD, FUND, fund_statement.BEFORE_CLOSING),
        above=fund_roll_forward.ID,
    ),
    Report(
        ratio_report.ID,
        ratio_report.TITLE,
        Label(
            "公益支出、管理费用比例与各项标准，年内尚须支出与尚可列支的金额",
            "Spending against every rule, and what is still to be spent by when",
        ),
        Group.STATEMENTS,
        ratio_report.run,
        (PERIOD, ratio_report.PAYMENT, ratio_report.PAYMENT_KIND),
    ),
    Report(
        claim_lines.ID,
        claim_lines.TITLE,
        Label(
            "某一申请年度各配比申请的逐笔捐赠、认定与原因",
            "Every gift of the claims of a year, with its standing and reasons",
        ),
        Group.REGISTERS,
        claim_lines.run,
        (PERIOD, claim_lines.STATUS),
    ),
    Report(
        registers.ID,
        registers.TITLE,
        Label("逐笔捐赠及其基金、凭证与状态", "Every gift with fund, voucher and state"),
        Group.REGISTERS,
        registers.run,
        (PERIOD, FUND, DONOR, voucher_list.STATE),
    ),
    Report(
        assets.FIXED_ID,
        assets.FIXED_TITLE,
        Label("逐项资产的原价、累计折旧或摊销与净值", "Cost, depreciation and net of each asset"),
        Group.REGISTERS,
        assets.run_fixed,
        (PERIOD,),
    ),
    Report(
        assets.STOCK_ID,
        assets.STOCK_TITLE,
        Label("受赠物资的期初、收入、发出与期末", "What donated goods came, went and are left"),
        Group.REGISTERS,
        assets.run_stock,
        (PERIOD,),
    ),
    Report(
        assets.AGENCY_ID,
        assets.AGENCY_TITLE,
        Label("受托代理物资的收发存", "Goods held for others: in, out and left"),
        Group.REGISTERS,
        assets.run_agency,
        (PERIOD,),
    ),
    Report(
        assets.INVESTMENTS_ID,
        assets.INVESTMENTS_TITLE,
        Label("理财产品、债权和股权的成本、账面与收益", "Cost, book value and income by product"),
        Group.REGISTERS,
        assets.run_investments,
        (PERIOD,),
    ),
    Report(
        honours.ID,
        honours.TITLE,
        Label("同意公示的姓名按等级列出，其余合计", "Names that may be published, by level"),
        Group.REGISTERS,
        honours.run,
        (PERIOD, honours.SPAN, honours.CAMPAIGN, honours.COLLEGE, honours.CLASS),
        frozenset({Permission.DONORS_READ}),
    ),
    Report(
        assessment.ID,
        assessment.TITLE,
        Label("按评分细则逐项自评，附证据文件号", "Every indicator with own score and evidence"),
        Group.REGISTERS,
        assessment.run,
        (PERIOD,),
    ),
    Report(
        sampling.ID,
        sampling.TITLE,
        Label(
            "按总体、方法和种子抽取的样本与底稿", "A sample with the protocol that gives it again"
        ),
        Group.REGISTERS,
        sampling.run,
        sampling.PARAMETERS,
        frozenset({Permission.BOOKS_READ}),
    ),
    *disclosure.REPORTS,
    Report(
        shared_costs.ID,
        shared_costs.TITLE,
        Label("共同费用按什么分配、各职能负担多少", "What was shared, on what basis, by whom"),
        Group.REGISTERS,
        shared_costs.run,
        (PERIOD,),
        frozenset({Permission.BOOKS_READ}),
    ),
    Report(
        pledge_register.ID,
        pledge_register.TITLE,
        Label("逐份承诺：金额、已到账、核销与期末未到账", "Every promise and how it stands"),
        Group.REGISTERS,
        pledge_register.run,
        (PERIOD, FUND, DONOR),
    ),
    Report(
        pledge_ageing.ID,
        pledge_ageing.TITLE,
        Label("期末未到账的承诺按逾期天数分列", "What is open, by how long it is overdue"),
        Group.REGISTERS,
        pledge_ageing.run,
        (PERIOD, FUND, DONOR),
        above=pledge_register.ID,
    ),
    Report(
        pledge_roll_forward.ID,
        pledge_roll_forward.TITLE,
        Label("期初、新增、到账、核销、取消与期末", "Opening, promised, received, closing"),
        Group.REGISTERS,
        pledge_roll_forward.run,
        (PERIOD, FUND, DONOR),
        above=pledge_register.ID,
    ),
    Report(
        bills.REGISTER_ID,
        bills.REGISTER_TITLE,
        Label("每张官方票据的号码、去向与金额", "Every official bill with number, state, amount"),
        Group.REGISTERS,
        bills.run_register,
        (PERIOD,),
    ),
    Report(
        bills.UNRECEIPTED_ID,
        bills.UNRECEIPTED_TITLE,
        Label(
            "没有票据的捐赠及原因，与全部捐赠勾稽",
            "Gifts without a bill and why, tied to all gifts",
        ),
        Group.REGISTERS,
        bills.run_unreceipted,
        (PERIOD,),
    ),
)


def find(report_id: str) -> Report | None:
    """Return a report by id, or None."""
    return next((report for report in REPORTS if report.id == report_id), None)


def get(report_id: str) -> Report:
    """Return a report by id. Raises UnknownReport."""
    report = find(report_id)
    if report is None:
        raise UnknownReport(report=report_id[:60])
    return report


def run(session: Session, report_id: str, given: Mapping[str, str], *, clock: Clock) -> Table:
    """Run a report with parameters as they were typed.

    Raises UnknownReport, and what `parameters.resolve` raises. A table with many rows streams
    them: read it while the session is open.
    """
    report = get(report_id)
    asked = parameters.resolve(session, report.parameters, given, clock=clock)
    return report.run(session, asked)
