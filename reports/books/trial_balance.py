"""科目余额表: opening balance, turnover and closing balance of every account.

Rows are by account, or by account and fund, donor or another dimension; rolled up to first-level
accounts or shown as a tree. Every figure leads to the subsidiary ledger that it is the sum of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.balances import Span
from ledger.catalogue import AccountInfo, Catalogue
from ledger.dimensions import Dimension, DimensionKind
from reports.books import turnover
from reports.books.turnover import Pair, Sums
from reports.parameters import NONE_GIVEN, Answer, Parameter, Parameters
from reports.tables import Column, Emphasis, Kind, Label, Link, Row, Table, Value, to_report

ID = "trial_balance"
TITLE = Label("科目余额表", "Trial balance")
BY = Parameter(
    "by",
    Label("分列", "Broken down by"),
    Answer.CHOICE,
    (
        ("account", Label("科目", "Account")),
        ("fund", Label("科目、基金", "Account and fund")),
        ("donor", Label("科目、捐赠人", "Account and donor")),
        ("counterparty", Label("科目、往来单位", "Account and counterparty")),
        ("project", Label("科目、项目", "Account and project")),
        ("cash_flow_item", Label("科目、现金流量项目", "Account and cash-flow item")),
    ),
)
LEVEL = Parameter(
    "level",
    Label("科目级次", "Account level"),
    Answer.CHOICE,
    (
        ("detail", Label("明细科目", "Detail accounts")),
        ("first", Label("一级科目", "First-level accounts")),
        ("tree", Label("逐级汇总", "All levels")),
    ),
)
TO_DATE = Parameter("ytd", Label("本年累计", "Year to date"), Answer.FLAG)

_OPENING = Label("期初余额", "Opening balance")
_PERIOD = Label("本期发生额", "Period")
_YEAR = Label("本年累计发生额", "Year to date")
_CLOSING = Label("期末余额", "Closing balance")
_DEBIT, _CREDIT = Label("借方", "Debit"), Label("贷方", "Credit")
_NO_VALUE = ("", "（未指定）")


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one row shows: an account, a value beside it, and two turnovers."""

    account: AccountInfo
    value: tuple[str, str]
    span: Sums
    year: Sums
    level: int = 0
    emphasis: Emphasis = Emphasis.PLAIN


def run(session: Session, parameters: Parameters) -> Table:
    """Return the trial balance of a span."""
    entries = sorted(
        _levelled(parameters, _details(session, parameters), _names(session, parameters)),
        key=lambda entry: (entry.account.code, entry.account.chart, entry.value[0]),
    )
    columns = columns_of(parameters)
    rows = tuple(_row(parameters, entry) for entry in entries)
    return Table(
        id=ID,
        title=TITLE,
        columns=columns,
        rows=rows,
        heading=parameters.heading,
        totals=totals_of(columns, rows),
        subtitle=parameters.subtitle,
    )


def columns_of(parameters: Parameters) -> tuple[Column, ...]:
    """Return the columns that the parameters ask for."""
    found = [
        Column("account", Label("科目编码", "Account"), Kind.CODE, 12),
        Column("name", Label("科目名称", "Name"), width=26),
    ]
    by = parameters.option("by")
    if by != "account":
        title = dict(BY.choices)[by]
        word = Label(title.zh.removeprefix("科目、"), title.en.removeprefix("Account and "))
        found.append(Column(by, Label(f"{word.zh}编码", word.en.capitalize()), Kind.CODE, 12))
        found.append(Column(f"{by}_name", Label(f"{word.zh}名称", "Name"), width=18))
    found += _pair("opening", _OPENING) + _pair("period", _PERIOD)
    if parameters.option("ytd"):
        found += _pair("ytd", _YEAR)
    return tuple(found + _pair("closing", _CLOSING))


def _pair(key: str, group: Label) -> list[Column]:
    return [
        Column(f"{key}_debit", _DEBIT, Kind.MONEY, 16, group),
        Column(f"{key}_credit", _CREDIT, Kind.MONEY, 16, group),
    ]


def totals_of(columns: tuple[Column, ...], rows: tuple[Row, ...]) -> dict[str, int]:
    """Add up the money cells of the plain rows."""
    totals = {}
    for i, column in enumerate(columns):
        if column.kind is Kind.MONEY:
            cells = (row.cells[i] for row in rows if row.emphasis is Emphasis.PLAIN)
            totals[column.key] = sum(cell for cell in cells if isinstance(cell, int))
    return totals


def _details(session: Session, parameters: Parameters) -> dict[Pair, tuple[Sums, Sums]]:
    """Return turnover of the span and of the year to date by posted account and value."""
    span = _turnover(session, parameters, parameters.period.span)
    year: dict[Pair, Sums] = {}
    if parameters.option("ytd"):
        year = _turnover(session, parameters, parameters.period.to_date.span)
    keys = span.keys() | year.keys()
    return {key: (span.get(key, Sums()), year.get(key, Sums())) for key in keys}


def _turnover(session: Session, parameters: Parameters, span: Span) -> dict[Pair, Sums]:
    by = parameters.option("by")
    if by in ("account", "fund"):
        return turnover.by_pair(session, parameters, span, by_fund=by == "fund")
    return turnover.by_dimension(session, parameters, span, f"{by}_id")


def _levelled(
    parameters: Parameters,
    details: Mapping[Pair, tuple[Sums, Sums]],
    names: Mapping[int, tuple[str, str]],
) -> Iterator[_Entry]:
    """Yield the rows of the level asked for; the parents of a tree are headings, not addends."""
    known, level = parameters.known, parameters.option("level")
    rolled: dict[Pair, tuple[Sums, Sums]] = {}
    for (account_id, value), sums in details.items():
        lineage = lineage_of(known, account_id)
        if level == "detail":
            lineage = lineage[-1:]
        elif level == "first":
            lineage = lineage[:1]
        for ancestor in lineage:
            span, year = rolled.get((ancestor, value), (Sums(), Sums()))
            rolled[ancestor, value] = (span + sums[0], year + sums[1])
    posted = {account_id for account_id, _ in details}
    for (account_id, value), (span, year) in rolled.items():
        is_parent = level == "tree" and account_id not in posted
        yield _Entry(
            account=known.accounts[account_id],
            value=names.get(value, _NO_VALUE),
            span=span,
            year=year,
            level=len(lineage_of(known, account_id)) - 1 if level == "tree" else 0,
            emphasis=Emphasis.HEADING if is_parent else Emphasis.PLAIN,
        )


def lineage_of(known: Catalogue, account_id: int) -> list[int]:
    """Return the keys from the first-level account down to this one."""
    found: list[int] = []
    current: int | None = account_id
    while current is not None:
        found.insert(0, current)
        current = known.accounts[current].parent_id
    return found


def _names(session: Session, parameters: Parameters) -> dict[int, tuple[str, str]]:
    """Return code and name of the values that rows are broken down by."""
    by = parameters.option("by")
    if by == "account":
        return {0: ("", "")}
    if by == "fund":
        return {info.id: (info.code, info.name) for info in parameters.known.funds.values()}
    rows = session.execute(
        select(Dimension.id, Dimension.code, Dimension.name)
        .where(Dimension.kind == DimensionKind(by))
        .order_by(Dimension.id)
    )
    return {row.id: (row.code, row.name) for row in rows}


def _row(parameters: Parameters, entry: _Entry) -> Row:
    cells: list[Value] = [entry.account.code, entry.account.full_name]
    if parameters.option("by") != "account":
        cells += entry.value
    to_span = _link(parameters, entry, parameters.period.text)
    links: list[Link | None] = [None] * len(cells)
    cells += [*split(entry.span.opening_minor), entry.span.debit_minor, entry.span.credit_minor]
    links += [to_span] * 4
    if parameters.option("ytd"):
        cells += [entry.year.debit_minor, entry.year.credit_minor]
        links += [_link(parameters, entry, parameters.period.to_date.text)] * 2
    cells += split(entry.span.closing_minor)
    links += [to_span] * 2
    return Row(tuple(cells), tuple(links), entry.level, entry.emphasis)


def split(balance_minor: int) -> tuple[int, int]:
    """Return a balance as (debit, credit), the side that it is not on being zero."""
    return max(balance_minor, 0), max(-balance_minor, 0)


def _link(parameters: Parameters, entry: _Entry, period: str) -> Link:
    params = parameters.filters
    if (by := parameters.option("by")) != "account":
        params[by] = entry.value[0] or NONE_GIVEN
    account = parameters.account_text(entry.account)
    return to_report("subsidiary_ledger", account=account, period=period, **params)
