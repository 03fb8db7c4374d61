"""基金变动表: what each fund opened with, received, spent and released, and what it holds.

Income and expenses are read before the generated closing vouchers. What else moved the net
assets of a fund is told apart by the voucher: a release (限定性 to 非限定性), a move between
funds, or a change straight to net assets such as 以前年度调整 and 注册资金. The columns add up for
every fund, and the restricted funds together are the balance of 限定性净资产.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import balances
from ledger.catalogue import Catalogue, FundInfo
from ledger.charts.definitions import AccountCategory, AccountTag
from ledger.funds import Restriction
from ledger.vouchers import Voucher, VoucherLine, VoucherState
from reports.books import lines, turnover
from reports.parameters import Answer, Parameter, Parameters
from reports.tables import Column, Emphasis, Kind, Label, Link, Row, Table, Term, Value, to_report

ID = "fund_roll_forward"
TITLE = Label("基金变动表", "Fund roll-forward")
SCOPE = Parameter(
    "scope",
    Label("范围", "Scope"),
    Answer.CHOICE,
    (
        ("all", Label("全部基金", "All funds")),
        ("restricted", Label("限定性基金", "Restricted funds")),
        ("unrestricted", Label("非限定性基金", "Unrestricted funds")),
    ),
)
COLUMNS = (
    Column("fund", Label("基金编码", "Fund"), Kind.CODE, 12),
    Column("name", Label("基金名称", "Name"), width=26),
    Column("restriction", Label("限定类型", "Restriction"), width=10),
    Column("opening", Label("期初余额", "Opening"), Kind.MONEY, 17),
    Column("restricted_income_net", Label("本期收入", "Income"), Kind.MONEY, 17),
    Column("restricted_expense", Label("本期支出", "Expense"), Kind.MONEY, 17),
    Column("released_to_unrestricted", Label("转为非限定性", "Released"), Kind.MONEY, 17),
    Column("reclassified", Label("基金间调整", "Between funds"), Kind.MONEY, 15),
    Column("other_changes", Label("其他净资产变动", "Other changes"), Kind.MONEY, 15),
    Column("closing", Label("期末余额", "Closing"), Kind.MONEY, 17),
)
RESTRICTIONS = {
    Restriction.NONE: Term("none", Label("非限定", "None")),
    Restriction.PURPOSE: Term("purpose", Label("用途限定", "Purpose")),
    Restriction.TIME: Term("time", Label("时间限定", "Time")),
    Restriction.PERMANENT: Term("permanent", Label("永久（留本）", "Permanent")),
}
_RESTRICTED = Label("限定性小计", "Restricted")
_UNRESTRICTED = Label("非限定性小计", "Unrestricted")


@dataclass(frozen=True, slots=True)
class Flow:
    """What one fund did, in fen; `released_minor` is positive when it leaves the fund."""

    opening_minor: int = 0
    income_minor: int = 0
    expense_minor: int = 0
    released_minor: int = 0
    reclassified_minor: int = 0
    other_minor: int = 0

    @property
    def closing_minor(self) -> int:
        """What the fund holds in the end."""
        return (
            self.opening_minor
            + self.income_minor
            - self.expense_minor
            - self.released_minor
            + self.reclassified_minor
            + self.other_minor
        )

    @property
    def figures(self) -> tuple[int, ...]:
        """The figures in column order."""
        return (*dataclasses.astuple(self), self.closing_minor)


def run(session: Session, parameters: Parameters) -> Table:
    """Return the roll-forward of the funds in scope that hold or moved anything."""
    found = flows(session, parameters)
    scope = parameters.option("scope")
    funds = [
        fund
        for fund in parameters.known.funds.values()
        if fund.id in found and scope in ("all", _scope_of(fund))
    ]
    if parameters.fund is not None:
        funds = [fund for fund in funds if fund.id == parameters.fund.id]
    funds.sort(key=lambda fund: (_scope_of(fund), fund.code))
    money = [column.key for column in COLUMNS if column.kind is Kind.MONEY]
    totals = [sum(column) for column in zip(*(found[f.id].figures for f in funds), strict=True)]
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(_rows(parameters, funds, found)),
        heading=parameters.heading,
        totals=dict(zip(money, totals or [0] * len(money), strict=True)),
        subtitle=parameters.subtitle,
        notes=(
            Label(
                "期末余额 = 期初余额 + 本期收入 - 本期支出 - 转为非限定性 + 基金间调整"
                " + 其他净资产变动；收入、支出均为结转净资产前的净额。",
                "Closing = opening + income - expense - released + between funds + other changes;"
                " income and expense are net, before the closing vouchers.",
            ),
        ),
    )


def flows(session: Session, parameters: Parameters) -> dict[int, Flow]:
    """Return what each fund did in the span; funds that hold and did nothing are left out."""
    known, span = parameters.known, parameters.period.span
    opening = balances.fund_nets(session, span.first - 1)
    income: dict[int, int] = {}
    expense: dict[int, int] = {}
    sums = turnover.by_pair(session, parameters.before_closing(), span, by_fund=True)
    for (account_id, fund_id), moved in sums.items():
        category = known.accounts[account_id].category
        net = moved.debit_minor - moved.credit_minor
        if category is AccountCategory.INCOME:
            income[fund_id] = income.get(fund_id, 0) - net
        elif category is AccountCategory.EXPENSE:
            expense[fund_id] = expense.get(fund_id, 0) + net
    released, reclassified, other = _net_asset_changes(session, parameters)
    touched = {fund_id for _, fund_id in sums} | opening.keys()
    found = {
        fund_id: Flow(
            opening.get(fund_id, 0),
            income.get(fund_id, 0),
            expense.get(fund_id, 0),
            -released.get(fund_id, 0),
            reclassified.get(fund_id, 0),
            other.get(fund_id, 0),
        )
        for fund_id in touched
    }
    return {fund_id: flow for fund_id, flow in found.items() if any(flow.figures)}


Effects = dict[int, int]
"""What net assets gained, by fund."""


def _net_asset_changes(
    session: Session, parameters: Parameters
) -> tuple[Effects, Effects, Effects]:
    """Return releases, moves between funds and other changes, by fund (credit positive).

    Net asset accounts have few lines beside the closing vouchers, so they are read one by one.
    """
    span, known = parameters.period.span, parameters.known
    accounts = [
        info.id for info in known.accounts.values() if info.category is AccountCategory.NET_ASSET
    ]
    amount = func.sum(-VoucherLine.amount_minor).label("amount")
    keys = (VoucherLine.voucher_id, VoucherLine.account_id, VoucherLine.fund_id)
    rows = session.execute(
        lines.joined(select(*keys, amount))
        .where(
            VoucherLine.account_id.in_(accounts),
            VoucherLine.period_id >= span.first,
            VoucherLine.period_id <= span.last,
            Voucher.state == VoucherState.POSTED,
            ~lines.is_closing(),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    effects: tuple[Effects, Effects, Effects] = ({}, {}, {})
    for _, of_voucher in groupby(rows, key=lambda row: row.voucher_id):
        parts = list(of_voucher)
        into = effects[_kind_of(known, parts)]
        for part in parts:
            into[part.fund_id] = into.get(part.fund_id, 0) + int(part.amount)
    return effects


def _kind_of(known: Catalogue, parts: Iterable[Any]) -> int:
    """Tell a release (0) and a move between funds (1) from any other change (2)."""
    by_tag: dict[str, int] = {}
    for part in parts:
        tag = known.accounts[part.account_id].tag
        by_tag[tag] = by_tag.get(tag, 0) + int(part.amount)
    restricted = by_tag.get(AccountTag.NET_ASSET_RESTRICTED, 0)
    if sum(by_tag.values()) or AccountTag.PRIOR_PERIOD_ADJUSTMENT in by_tag:
        return 2
    return 0 if restricted else 1


def _scope_of(fund: FundInfo) -> str:
    return "unrestricted" if fund.restriction is Restriction.NONE else "restricted"


def _rows(
    parameters: Parameters, funds: list[FundInfo], found: Mapping[int, Flow]
) -> Iterator[Row]:
    groups = [(scope, list(members)) for scope, members in groupby(funds, key=_scope_of)]
    for scope, members in groups:
        for fund in members:
            yield _row(parameters, fund, found[fund.id])
        if len(groups) > 1:
            sums = tuple(
                sum(parts) for parts in zip(*(found[f.id].figures for f in members), strict=True)
            )
            words = _RESTRICTED if scope == "restricted" else _UNRESTRICTED
            yield Row((None, words, None, *sums), level=1, emphasis=Emphasis.SUBTOTAL)


def _row(parameters: Parameters, fund: FundInfo, flow: Flow) -> Row:
    period = parameters.period.text
    statement = to_report("fund_statement", fund=fund.code, period=period)
    cells: tuple[Value, ...] = (
        fund.code,
        fund.name,
        RESTRICTIONS[fund.restriction],
        *flow.figures,
    )
    links: list[Link | None] = [None, None, None, *[statement] * len(flow.figures)]
    return Row(cells, tuple(links))
