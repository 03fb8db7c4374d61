"""科目表: the accounts of the year's chart, what they mean, and where each name comes from.

The grade says how well code and name are established: A read in the official text, B quoted
from it, C secondary, M from memory, I our inference; the organisation's own have none.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.accounts import Account, Chart
from ledger.charts import loading
from ledger.charts.definitions import AccountCategory, BalanceSide
from reports.books.trial_balance import lineage_of
from reports.parameters import Parameters, chart_of
from reports.tables import Column, Kind, Label, Row, Table, Term, to_report

ID = "chart_of_accounts"
TITLE = Label("会计科目表", "Chart of accounts")
COLUMNS = (
    Column("account", Label("科目编码", "Account"), Kind.CODE, 11),
    Column("name", Label("名称", "Name"), width=24),
    Column("level", Label("级次", "Level"), Kind.INTEGER, 5),
    Column("category", Label("类别", "Category"), width=8),
    Column("side", Label("余额方向", "Balance side"), width=6),
    Column("chart", Label("制度版本", "Chart"), Kind.CODE, 7),
    Column("restriction", Label("限定性", "Restriction"), width=10),
    Column("tag", Label("用途标记", "Tag"), Kind.CODE, 24),
    Column("flags", Label("标志", "Flags"), Kind.CODE, 16),
    Column("postable", Label("可记账", "Takes lines"), width=6),
    Column("own", Label("自设", "Own"), width=5),
    Column("closed_on", Label("停用日期", "Closed"), Kind.DATE, 11),
    Column("grade", Label("来源等级", "Grade"), Kind.CODE, 5),
    Column("source", Label("来源", "Source"), width=30),
    Column("note", Label("说明", "Note"), width=30),
)
_CATEGORIES = {
    AccountCategory.ASSET: Label("资产", "Asset"),
    AccountCategory.LIABILITY: Label("负债", "Liability"),
    AccountCategory.NET_ASSET: Label("净资产", "Net assets"),
    AccountCategory.INCOME: Label("收入", "Income"),
    AccountCategory.EXPENSE: Label("费用", "Expense"),
}
_SIDES = {BalanceSide.DEBIT: Label("借", "Dr"), BalanceSide.CREDIT: Label("贷", "Cr")}
_RESTRICTIONS = {
    "": Term("", Label("", "")),
    "restricted": Term("restricted", Label("限定性", "Restricted")),
    "unrestricted": Term("unrestricted", Label("非限定性", "Unrestricted")),
}
_YES_NO = {True: Term("yes", Label("是", "Yes")), False: Term("no", Label("", ""))}


def run(session: Session, parameters: Parameters) -> Table:
    """Return the chart of the year that was asked for."""
    version = chart_of(parameters.known, parameters.period.year)
    chart = session.get_one(Chart, version)
    rows = session.execute(
        select(Account).where(Account.chart == version).order_by(Account.code)
    ).scalars()
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(_row(parameters, account) for account in rows),
        heading=parameters.heading,
        subtitle=Label(f"{chart.name}　{chart.document}", f"{chart.name}  {chart.document}"),
    )


def _row(parameters: Parameters, account: Account) -> Row:
    prescribed = loading.load_chart(account.chart).find_account(account.code)
    level = len(lineage_of(parameters.known, account.id))
    link = to_report("subsidiary_ledger", account=account.code, period=parameters.period.text)
    return Row(
        (
            account.code,
            account.name,
            level,
            Term(account.category.value, _CATEGORIES[account.category]),
            Term(account.side.value, _SIDES[account.side]),
            account.chart,
            _RESTRICTIONS[account.restriction],
            account.tag,
            account.flags,
            _YES_NO[account.is_postable],
            _YES_NO[account.is_own],
            account.closed_on,
            account.grade,
            prescribed.source if prescribed is not None else Label("本单位增设", "Our own"),
            prescribed.note if prescribed is not None else "",
        ),
        (link, *[None] * (len(COLUMNS) - 1)),
        level=level - 1,
    )
