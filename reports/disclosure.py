"""The reports of what is disclosed: related parties, large donors, ageing."""

from reports import ageing, parties
from reports.annual import report as annual
from reports.definition import Report
from reports.groups import Group
from reports.parameters import PERIOD
from reports.tables import Label

REPORTS = (
    Report(
        parties.RELATED_ID,
        parties.RELATED_TITLE,
        Label("各关联方及与其发生的六类事项、余额与公开日", "Parties, dealings, what is published"),
        Group.REGISTERS,
        parties.run_related,
        (PERIOD, parties.IMPORTANT),
    ),
    Report(
        parties.BALANCES_ID,
        parties.BALANCES_TITLE,
        Label("与各关联方的应收应付，逐月月末", "What stands open with each at every month end"),
        Group.REGISTERS,
        parties.run_balances,
        (PERIOD,),
        above=parties.RELATED_ID,
    ),
    Report(
        parties.LARGE_ID,
        parties.LARGE_TITLE,
        Label("本年累计捐赠超过标准的捐赠人", "Donors above the threshold of the year"),
        Group.REGISTERS,
        parties.run_large,
        (PERIOD,),
    ),
    Report(
        ageing.ID,
        ageing.TITLE,
        Label("应收、预付、应付、预收按往来单位和账龄", "What is open by counterparty and age"),
        Group.REGISTERS,
        ageing.run,
        (PERIOD,),
    ),
    Report(
        annual.ID,
        annual.TITLE,
        Label(
            "年度工作报告的财务表：捐赠、支出、投资、关联方、往来",
            "Tables of the annual report: gifts, spending, investments, parties",
        ),
        Group.STATEMENTS,
        annual.run,
        (PERIOD,),
    ),
)
