"""日记账: receipts and payments of cash and bank accounts, line by line, balanced every day."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from ledger.errors import InvalidInput
from reports.books import lines, sections
from reports.books.lines import PostedLine
from reports.books.sections import Figures
from reports.books.subsidiary_ledger import CARRY, Section, account_sections, link_to_sum
from reports.parameters import Parameters
from reports.tables import Column, Emphasis, Kind, Label, Link, Row, Table, Value, to_voucher

ID = "cash_journal"
TITLE = Label("现金、银行存款日记账", "Cash and bank journal")
COLUMNS = (
    Column("account", Label("科目", "Account"), Kind.CODE, 9),
    Column("date", Label("日期", "Date"), Kind.DATE, 11),
    Column("voucher", Label("凭证号", "Voucher"), Kind.CODE, 17),
    Column("summary", Label("摘要", "Summary"), width=30),
    Column("opposite", Label("对方科目", "Opposite"), width=16),
    Column("fund", Label("基金", "Fund"), Kind.CODE, 10),
    Column("debit", Label("收入（借方）", "Received"), Kind.MONEY, 16),
    Column("credit", Label("支出（贷方）", "Paid"), Kind.MONEY, 16),
    Column("direction", Label("方向", "Dr/Cr"), width=5),
    Column("balance", Label("余额", "Balance"), Kind.MONEY, 16),
)


def run(session: Session, parameters: Parameters) -> Table:
    """Return the journals of the cash and bank accounts, or of the account asked for.

    Raises InvalidInput for any other account: a cashier may read this book and no other.
    """
    if parameters.account is not None and "cash" not in parameters.account.flags:
        account = f"{parameters.account.code} {parameters.account.full_name}"
        raise InvalidInput(field="科目", reason=f"{account} 不是现金或银行存款科目")
    found = account_sections(session, parameters, flag="cash")
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


def _rows(session: Session, parameters: Parameters, found: list[Section]) -> Iterator[Row]:
    for section in found:
        account = section.account
        heading = (account.code, None, None, account.full_name, *[None] * 6)
        yield Row(heading, emphasis=Emphasis.HEADING)
        yield from sections.rows(
            lines.posted(session, parameters, parameters.period.span, accounts=section.members),
            opening=section.span,
            before=section.before,
            draw=_drawing(parameters, section),
            links=_linking(parameters, section),
            daily=True,
        )


def _drawing(parameters: Parameters, section: Section) -> sections.Draw:
    known = parameters.known

    def draw(figures: Figures, what: PostedLine | Label) -> tuple[Value, ...]:
        amounts = sections.amounts(figures, what)
        if isinstance(what, Label):
            return (section.account.code, None, None, what, None, None, *amounts)
        return (
            known.accounts[what.account_id].code,
            what.booked_on,
            what.voucher,
            what.summary,
            what.opposite,
            known.funds[what.fund_id].code,
            *amounts,
        )

    return draw


def _linking(parameters: Parameters, section: Section) -> sections.Links:
    def links(what: PostedLine | Label, month: int) -> tuple[Link | None, ...]:
        if not isinstance(what, Label):
            voucher = to_voucher(what.voucher_id)
            return (None, None, voucher, None, None, None, voucher, voucher, None, None)
        found = link_to_sum(parameters, section.account, what, month)
        return (*[None] * 6, found, found, None, found)

    return links
