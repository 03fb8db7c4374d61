"""Reports as data: id, title, parameters, permission, and how to run each.

Pages, commands, API and the index of reports all follow from this list, so that a report is
added in one place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from foundation.users.models import Role
from foundation.users.permissions import Permission, allows
from ledger.clock import Clock
from ledger.errors import NotFound
from reports import parameters, registers
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
from reports.parameters import ACCOUNT, CLOSING, DIMENSIONS, FUND, PERIOD, Parameter, Parameters
from reports.tables import Label, Table

DONOR = DIMENSIONS[0]


class Group(StrEnum):
    """Where a report stands in the index."""

    BOOKS = "books"
    FUNDS = "funds"
    REGISTERS = "registers"


GROUP_TITLES = {
    Group.BOOKS: Label("账簿", "Books"),
    Group.FUNDS: Label("基金", "Funds"),
    Group.REGISTERS: Label("台账与清单", "Registers and lists"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """One report. Whoever has one of the permissions may run it."""

    id: str
    title: Label
    purpose: Label
    group: Group
    run: Callable[[Session, Parameters], Table]
    parameters: tuple[Parameter, ...]
    permissions: frozenset[Permission] = frozenset({Permission.REPORTS_READ})
    # The report whose figures this one explains: the way back up.
    above: str = ""

    def allows(self, role: Role) -> bool:
        """Tell whether a role may run it."""
        return any(allows(role, permission) for permission in self.permissions)


class UnknownReport(NotFound):
    """There is no such report."""

    code = "unknown_report"
    message = "没有名为“{report}”的报表"


REPORTS = (
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
        registers.ID,
        registers.TITLE,
        Label("逐笔捐赠及其基金、凭证与状态", "Every gift with fund, voucher and state"),
        Group.REGISTERS,
        registers.run,
        (PERIOD, FUND, DONOR, voucher_list.STATE),
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


def described(report: Report) -> dict[str, Any]:
    """Return what programs are told about a report."""
    return {
        "id": report.id,
        "title": report.title.zh,
        "title_en": report.title.en,
        "group": report.group.value,
        "purpose": report.purpose.zh,
        "parameters": [
            {
                "name": parameter.name,
                "title": parameter.title.zh,
                "kind": parameter.answer.value,
                "choices": [code for code, _ in parameter.choices],
            }
            for parameter in report.parameters
        ],
    }


def run(session: Session, report_id: str, given: Mapping[str, str], *, clock: Clock) -> Table:
    """Run a report with parameters as they were typed.

    Raises UnknownReport, and what `parameters.resolve` raises. A table with many rows streams
    them: read it while the session is open.
    """
    report = get(report_id)
    asked = parameters.resolve(session, report.parameters, given, clock=clock)
    return report.run(session, asked)
