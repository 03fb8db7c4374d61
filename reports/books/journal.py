"""序时账: every posted line of a span in the order of the vouchers."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from reports.books import lines, turnover
from reports.books.turnover import Sums
from reports.parameters import Parameters
from reports.tables import Carry, Column, Kind, Label, Link, Row, Table, to_voucher

ID = "journal"
TITLE = Label("序时账", "Journal")
COLUMNS = (
    Column("date", Label("日期", "Date"), Kind.DATE, 11),
    Column("voucher", Label("凭证号", "Voucher"), Kind.CODE, 17),
    Column("line_no", Label("行号", "Line"), Kind.INTEGER, 4),
    Column("summary", Label("摘要", "Summary"), width=28),
    Column("account", Label("科目编码", "Account"), Kind.CODE, 9),
    Column("name", Label("科目名称", "Account name"), width=24),
    Column("fund", Label("基金", "Fund"), Kind.CODE, 9),
    Column("debit", Label("借方", "Debit"), Kind.MONEY, 16),
    Column("credit", Label("贷方", "Credit"), Kind.MONEY, 16),
    Column("attachments", Label("附件数", "Papers"), Kind.INTEGER, 6),
    Column("prepared_by", Label("制单", "Prepared"), width=9),
    Column("reviewed_by", Label("审核", "Reviewed"), width=9),
    Column("posted_by", Label("记账", "Posted"), width=9),
)


def run(session: Session, parameters: Parameters) -> Table:
    """Return the journal of a span, of one fund if asked."""
    total = Sums()
    for sums in turnover.by_account(session, parameters, parameters.period.span).values():
        total += sums
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=_rows(session, parameters),
        heading=parameters.heading,
        totals={"debit": total.debit_minor, "credit": total.credit_minor},
        subtitle=parameters.subtitle,
        carry=Carry(sums=("debit", "credit")),
        is_list=True,
    )


def _rows(session: Session, parameters: Parameters) -> Iterator[Row]:
    known = parameters.known
    for line in lines.posted(session, parameters, parameters.period.span):
        account = known.accounts[line.account_id]
        link: Link | None = to_voucher(line.voucher_id)
        yield Row(
            (
                line.booked_on,
                line.voucher,
                line.line_no,
                line.summary,
                account.code,
                account.full_name,
                known.funds[line.fund_id].code,
                line.debit_minor,
                line.credit_minor,
                line.attachment_count,
                line.prepared_by,
                line.reviewed_by,
                line.posted_by,
            ),
            (None, link, *[None] * 5, link, link, *[None] * 4),
        )
