"""明细账: the lines of an account with the balance after each, by month and to date.

One account (a parent takes its details together), or every account one after another; narrowed
by fund, donor, counterparty, project or cash-flow item.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ledger.catalogue import AccountInfo
from reports.books import lines, sections, turnover
from reports.books.lines import PostedLine
from reports.books.sections import Figures
from reports.books.turnover import Sums
from reports.parameters import Parameters
from reports.tables import (
    Carry,
    Column,
    Emphasis,
    Kind,
    Label,
    Link,
    Row,
    Table,
    Value,
    to_report,
    to_voucher,
)

ID = "subsidiary_ledger"
TITLE = Label("明细账", "Subsidiary ledger")
COLUMNS = (
    Column("account", Label("科目", "Account"), Kind.CODE, 9),
    Column("date", Label("日期", "Date"), Kind.DATE, 11),
    Column("voucher", Label("凭证号", "Voucher"), Kind.CODE, 17),
    Column("line_no", Label("行号", "Line"), Kind.INTEGER, 4),
    Column("summary", Label("摘要", "Summary"), width=24),
    Column("opposite", Label("对方科目", "Opposite"), width=14),
    Column("fund", Label("基金", "Fund"), Kind.CODE, 9),
    Column("donor", Label("捐赠人", "Donor"), width=12),
    Column("counterparty", Label("往来单位", "Counterparty"), width=12),
    Column("debit", Label("借方", "Debit"), Kind.MONEY, 15),
    Column("credit", Label("贷方", "Credit"), Kind.MONEY, 15),
    Column("direction", Label("方向", "Dr/Cr"), width=5),
    Column("balance", Label("余额", "Balance"), Kind.MONEY, 16),
)
CARRY = Carry(sums=("debit", "credit"), last=("direction", "balance"))


@dataclass(frozen=True, slots=True)
class Section:
    """One account of the ledger, with the accounts whose lines stand in it."""

    account: AccountInfo
    members: tuple[int, ...]
    span: Sums
    before: Sums


def run(session: Session, parameters: Parameters) -> Table:
    """Return the subsidiary ledger of one account, or of all."""
    found = account_sections(session, parameters)
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=_rows(session, parameters, found),
        heading=parameters.heading,
        totals={
            "debit": sum(section.span.debit_minor for section in found),
            "credit": sum(section.span.credit_minor for section in found),
        },
        subtitle=parameters.subtitle,
        carry=CARRY,
    )


def account_sections(session: Session, parameters: Parameters, *, flag: str = "") -> list[Section]:
    """Return the sections to print: the account asked for, or all that moved or have a balance.

    With `flag`, only accounts that carry it.
    """
    known = parameters.known
    span = turnover.by_account(session, parameters, parameters.period.span)
    earlier = parameters.period.before
    before = turnover.by_account(session, parameters, earlier) if earlier is not None else {}
    if parameters.account is not None:
        groups = [(parameters.account, _members(parameters, parameters.account.id))]
    else:
        moved = [known.accounts[key] for key in span]
        moved.sort(key=lambda account: (account.code, account.chart))
        groups = [(account, (account.id,)) for account in moved]
    return [
        Section(account, members, _added(span, members), _added(before, members))
        for account, members in groups
        if not flag or flag in account.flags or parameters.account is not None
    ]


def _members(parameters: Parameters, account_id: int) -> tuple[int, ...]:
    """Return the account and everything below it, in code order."""
    accounts = parameters.known.accounts
    found = {account_id}
    for info in sorted(accounts.values(), key=lambda info: len(info.code)):
        if info.parent_id in found:
            found.add(info.id)
    return tuple(sorted(found, key=lambda key: accounts[key].code))


def _added(sums: dict[int, Sums], members: Sequence[int]) -> Sums:
    total = Sums()
    for key in members:
        total += sums.get(key, Sums())
    return total


def _rows(session: Session, parameters: Parameters, found: list[Section]) -> Iterator[Row]:
    for section in found:
        if parameters.account is None:
            cells: list[Value] = [None] * len(COLUMNS)
            cells[0] = section.account.code
            cells[4] = section.account.full_name
            yield Row(tuple(cells), emphasis=Emphasis.HEADING)
        yield from sections.rows(
            lines.posted(session, parameters, parameters.period.span, accounts=section.members),
            opening=section.span,
            before=section.before,
            draw=_drawing(parameters, section),
            links=_linking(parameters, section),
            daily=False,
        )


def _drawing(parameters: Parameters, section: Section) -> sections.Draw:
    known = parameters.known

    def draw(figures: Figures, what: PostedLine | Label) -> tuple[Value, ...]:
        amounts = sections.amounts(figures, what)
        if isinstance(what, Label):
            return (section.account.code, *[None] * 3, what, *[None] * 4, *amounts)
        return (
            known.accounts[what.account_id].code,
            what.booked_on,
            what.voucher,
            what.line_no,
            what.summary,
            what.opposite,
            known.funds[what.fund_id].code,
            what.donor,
            what.counterparty,
            *amounts,
        )

    return draw


def _linking(parameters: Parameters, section: Section) -> sections.Links:
    def links(what: PostedLine | Label, month: int) -> tuple[Link | None, ...]:
        if not isinstance(what, Label):
            voucher = to_voucher(what.voucher_id)
            return (None, None, voucher, *[None] * 6, voucher, voucher, None, None)
        found = link_to_sum(parameters, section.account, what, month)
        if sections.period_of(parameters, what, month) == parameters.period.text:
            found = None  # it would lead to this very page
        return (*[None] * 9, found, found, None, found)

    return links


def link_to_sum(
    parameters: Parameters, account: AccountInfo, words: Label, month: int
) -> Link | None:
    """Link a sum to the subsidiary ledger of the months that it adds up."""
    period = sections.period_of(parameters, words, month)
    if period is None:
        return None
    year = int(period[:4])
    # An account of the old chart is named with its chart in the year after.
    return to_report(
        ID,
        account=parameters.account_text(account, year=year),
        period=period,
        **parameters.filters,
    )
