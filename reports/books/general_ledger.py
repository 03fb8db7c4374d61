"""总账: each first-level account by month, with what it opened with, to date, and its balance."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from ledger.balances import Span
from ledger.catalogue import AccountInfo
from reports.books import sections, turnover
from reports.books.subsidiary_ledger import link_to_sum
from reports.books.trial_balance import lineage_of
from reports.books.turnover import Sums
from reports.parameters import Parameters
from reports.period_range import month_text
from reports.tables import Carry, Column, Emphasis, Kind, Label, Link, Row, Table, Value

ID = "general_ledger"
TITLE = Label("总账", "General ledger")
COLUMNS = (
    Column("account", Label("科目编码", "Account"), Kind.CODE, 10),
    Column("name", Label("科目名称", "Name"), width=26),
    Column("month", Label("月份", "Month"), Kind.CODE, 9),
    Column("summary", Label("摘要", "Summary"), width=14),
    Column("debit", Label("借方", "Debit"), Kind.MONEY, 18),
    Column("credit", Label("贷方", "Credit"), Kind.MONEY, 18),
    Column("direction", Label("方向", "Dr/Cr"), width=6),
    Column("balance", Label("余额", "Balance"), Kind.MONEY, 18),
)
Months = Mapping[int, Mapping[int, Sums]]
"""Turnover by month and first-level account."""


def run(session: Session, parameters: Parameters) -> Table:
    """Return the general ledger of a span: all first-level accounts, or the one asked for."""
    period = parameters.period
    whole = _rolled_up(session, parameters, period.span)
    before = _rolled_up(session, parameters, period.before) if period.before else {}
    # A year has twelve months at most, so this stays a fixed number of queries.
    months = {
        key: _rolled_up(session, parameters, Span.of_period(key))
        for key in period.months
        if key in parameters.known.periods
    }
    accounts = [parameters.known.accounts[key] for key in whole]
    accounts.sort(key=lambda account: (account.code, account.chart))
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(
            row
            for account in accounts
            for row in _account_rows(parameters, account, whole[account.id], before, months)
        ),
        heading=parameters.heading,
        totals={
            "debit": sum(sums.debit_minor for sums in whole.values()),
            "credit": sum(sums.credit_minor for sums in whole.values()),
        },
        subtitle=parameters.subtitle,
        carry=Carry(sums=("debit", "credit"), last=("direction", "balance")),
    )


def _rolled_up(session: Session, parameters: Parameters, span: Span) -> dict[int, Sums]:
    """Return turnover by first-level account, or of the account asked for alone."""
    found: dict[int, Sums] = {}
    for account_id, sums in turnover.by_account(session, parameters, span).items():
        lineage = lineage_of(parameters.known, account_id)
        top = lineage[0]
        if parameters.account is not None:
            if parameters.account.id not in lineage:
                continue
            top = parameters.account.id
        found[top] = found.get(top, Sums()) + sums
    return found


def _account_rows(
    parameters: Parameters,
    account: AccountInfo,
    whole: Sums,
    before: Mapping[int, Sums],
    months: Months,
) -> Iterator[Row]:
    balance = whole.opening_minor
    year = before.get(account.id, Sums())
    yield _row(parameters, account, (0, sections.OPENING), None, balance, Emphasis.OPENING)
    for key, by_account in months.items():
        month = by_account.get(account.id, Sums())
        if not (month.debit_minor or month.credit_minor):
            continue
        balance += month.debit_minor - month.credit_minor
        year += month
        yield _row(parameters, account, (key, sections.MONTH_SUM), month, balance, Emphasis.PLAIN)
        yield _row(
            parameters, account, (key, sections.YEAR_SUM), year, balance, Emphasis.CUMULATIVE
        )


def _row(
    parameters: Parameters,
    account: AccountInfo,
    what: tuple[int, Label],
    sums: Sums | None,
    balance: int,
    emphasis: Emphasis,
) -> Row:
    month, words = what
    link = link_to_sum(parameters, account, words, month)
    cells: tuple[Value, ...] = (
        account.code,
        account.full_name,
        month_text(month) if month else None,
        words,
        sums.debit_minor if sums else None,
        sums.credit_minor if sums else None,
        sections.direction(balance),
        abs(balance),
    )
    links: tuple[Link | None, ...] = (None, None, None, None, link, link, None, link)
    return Row(cells, links, emphasis=emphasis)
