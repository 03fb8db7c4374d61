"""基金科目余额表: every account of one fund, or of each, by kind of account, before closing."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from sqlalchemy.orm import Session

from ledger.catalogue import AccountInfo, FundInfo
from ledger.charts.definitions import AccountCategory
from reports.books import turnover
from reports.books.trial_balance import split, totals_of
from reports.books.turnover import Sums
from reports.parameters import CLOSING, Parameter, Parameters
from reports.tables import Column, Emphasis, Kind, Label, Link, Row, Table, Value, to_report

ID = "fund_statement"
TITLE = Label("基金科目余额表", "Fund statement")
# What a fund received and spent is not to be seen once it is closed to net assets.
BEFORE_CLOSING = Parameter(
    CLOSING.name, CLOSING.title, CLOSING.answer, tuple(reversed(CLOSING.choices))
)
_DEBIT, _CREDIT = Label("借方", "Debit"), Label("贷方", "Credit")
COLUMNS = (
    Column("fund", Label("基金", "Fund"), Kind.CODE, 10),
    Column("account", Label("科目编码", "Account"), Kind.CODE, 12),
    Column("name", Label("科目名称", "Name"), width=28),
    *(
        Column(f"{key}_{side}", title, Kind.MONEY, 16, group)
        for key, group in (
            ("opening", Label("期初余额", "Opening balance")),
            ("period", Label("本期发生额", "Period")),
            ("closing", Label("期末余额", "Closing balance")),
        )
        for side, title in (("debit", _DEBIT), ("credit", _CREDIT))
    ),
)
_CATEGORIES = {
    AccountCategory.ASSET: Label("资产小计", "Assets"),
    AccountCategory.LIABILITY: Label("负债小计", "Liabilities"),
    AccountCategory.NET_ASSET: Label("净资产小计", "Net assets"),
    AccountCategory.INCOME: Label("收入小计", "Income"),
    AccountCategory.EXPENSE: Label("费用小计", "Expenses"),
}
_ORDER = list(_CATEGORIES)
Accounts = Sequence[tuple[AccountInfo, Sums]]


def run(session: Session, parameters: Parameters) -> Table:
    """Return the statement of the fund asked for, or of every fund that moved or holds anything."""
    known = parameters.known
    by_fund: dict[int, list[tuple[AccountInfo, Sums]]] = {}
    sums = turnover.by_pair(session, parameters, parameters.period.span, by_fund=True)
    for (account_id, fund_id), moved in sums.items():
        by_fund.setdefault(fund_id, []).append((known.accounts[account_id], moved))
    funds = sorted((known.funds[key] for key in by_fund), key=lambda fund: fund.code)
    rows = tuple(row for fund in funds for row in _fund_rows(parameters, fund, by_fund[fund.id]))
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=rows,
        heading=parameters.heading,
        totals=totals_of(COLUMNS, rows),
        subtitle=parameters.subtitle,
    )


def _fund_rows(parameters: Parameters, fund: FundInfo, accounts: Accounts) -> Iterator[Row]:
    if parameters.fund is None:
        heading: list[Value] = [fund.code, None, fund.name, *[None] * 6]
        yield Row(tuple(heading), emphasis=Emphasis.HEADING)
    ordered = sorted(
        accounts, key=lambda item: (_ORDER.index(item[0].category), item[0].code, item[0].chart)
    )
    for category, of_category in groupby(ordered, key=lambda item: item[0].category):
        members = [_row(parameters, fund, account, sums) for account, sums in of_category]
        yield from members
        yield _subtotal(fund, _CATEGORIES[category], members, level=2)
    if parameters.fund is None:
        everything = [_row(parameters, fund, account, sums) for account, sums in ordered]
        yield _subtotal(fund, Label("基金小计", "Fund total"), everything, level=1)


def _row(parameters: Parameters, fund: FundInfo, account: AccountInfo, sums: Sums) -> Row:
    filters: Mapping[str, str] = {
        **parameters.filters,
        "fund": fund.code,
        "closing": parameters.option("closing"),
    }
    link = to_report(
        "subsidiary_ledger",
        account=parameters.account_text(account),
        period=parameters.period.text,
        **filters,
    )
    cells: tuple[Value, ...] = (
        fund.code,
        account.code,
        account.full_name,
        *split(sums.opening_minor),
        sums.debit_minor,
        sums.credit_minor,
        *split(sums.closing_minor),
    )
    links: tuple[Link | None, ...] = (None, None, None, *[link] * 6)
    return Row(cells, links)


def _subtotal(fund: FundInfo, words: Label, members: Sequence[Row], *, level: int) -> Row:
    sums = totals_of(COLUMNS, tuple(members))
    cells: tuple[Value, ...] = (fund.code, None, words, *sums.values())
    return Row(cells, level=level, emphasis=Emphasis.SUBTOTAL)
