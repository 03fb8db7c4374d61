"""A voucher on paper (记账凭证), as the evidence of a claim carries it."""

from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.accounts import Account
from ledger.funds import Fund
from ledger.vouchers import Side, Voucher, VoucherLine, label
from reports.exporters import pdf
from reports.period_range import month_text
from reports.tables import Column, Heading, Kind, Label, Row, State, Table

_COLUMNS = (
    Column("summary", Label("摘要", "Summary"), width=30),
    Column("account", Label("科目", "Account"), width=34),
    Column("fund", Label("基金", "Fund"), width=18),
    Column("debit", Label("借方", "Debit"), Kind.MONEY, 16),
    Column("credit", Label("贷方", "Credit"), Kind.MONEY, 16),
)
_BLANK = "　　　　　　"


def name_of(voucher: Voucher) -> str:
    """What a posted voucher is called."""
    number = voucher.number
    return "" if number is None else label(voucher.period_id, voucher.word, number)


def write(
    session: Session,
    voucher: Voucher,
    stream: BinaryIO,
    *,
    organisation: str,
    printed_at: datetime,
) -> None:
    """Write a voucher. Raises TooLongForPaper for one that no binder takes."""
    pdf.write(_table(session, voucher, organisation, printed_at), stream)


def _table(session: Session, voucher: Voucher, organisation: str, printed_at: datetime) -> Table:
    rows, debit, credit = [], 0, 0
    found = session.execute(
        select(VoucherLine, Account.code, Account.full_name, Fund.code.label("fund"))
        .join(Account, Account.id == VoucherLine.account_id)
        .join(Fund, Fund.id == VoucherLine.fund_id)
        .where(VoucherLine.voucher_id == voucher.id)
        .order_by(VoucherLine.line_no)
    )
    for row in found:
        line = row.VoucherLine
        # What is printed on its side; a reversal is red there.
        minor, is_debit = line.side * line.amount_minor, line.side == Side.DEBIT
        debit += minor if is_debit else 0
        credit += 0 if is_debit else minor
        sides = (minor, None) if is_debit else (None, minor)
        summary = line.summary or voucher.summary
        rows.append(Row((summary, f"{row.code} {row.full_name}", row.fund, *sides)))
    said = (
        f"{name_of(voucher)}　日期 {voucher.booked_on.isoformat()}　"
        f"附单据 {voucher.attachment_count} 张"
    )
    persons = (
        f"审核：{voucher.reviewed_by or _BLANK}　记账：{voucher.posted_by or _BLANK}　"
        f"制单：{voucher.prepared_by}"
    )
    period = month_text(voucher.period_id)
    return Table(
        id="voucher",
        title=Label("记账凭证", "Voucher"),
        columns=_COLUMNS,
        rows=rows,
        heading=Heading(
            Label(organisation, organisation), period, Label(period, period), State.FINAL,
            printed_at,
        ),
        totals={"debit": debit, "credit": credit},
        subtitle=Label(said, said),
        notes=(
            Label(persons, persons),
            Label(f"凭证摘要值 {voucher.digest or '无'}", f"digest {voucher.digest or 'none'}"),
        ),
    )  # fmt: skip
