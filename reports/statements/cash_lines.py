"""现金流量明细: the cash lines of one cash-flow item, or of those that name none."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from ledger.statement_movements import NO_ITEM, MovementKind
from reports.books import lines
from reports.parameters import Parameters
from reports.statements import tabling
from reports.statements.books import Books
from reports.tables import Column, Kind, Label, Row, Table, Value, to_voucher

ID = tabling.CASH_LINES
TITLE = Label("现金流量明细", "Lines of the cash flow")
COLUMNS = (
    Column("date", Label("日期", "Date"), Kind.DATE, 11),
    Column("voucher", Label("凭证号", "Voucher"), Kind.CODE, 17),
    Column("summary", Label("摘要", "Summary"), width=30),
    Column("account", Label("科目", "Account"), Kind.CODE, 10),
    Column("opposite", Label("对方科目", "Opposite"), width=16),
    Column("fund", Label("基金", "Fund"), Kind.CODE, 10),
    Column("debit", Label("收入（借方）", "Received"), Kind.MONEY, 16),
    Column("credit", Label("支出（贷方）", "Paid"), Kind.MONEY, 16),
)


def run(session: Session, parameters: Parameters) -> Table:
    """Return the cash lines of a period, of one item and account where asked."""
    known = parameters.known
    accounts = [
        info.id
        for info in known.accounts.values()
        if "cash" in info.flags and "agency" not in info.flags and info.is_postable
        if parameters.account is None or info.id == parameters.account.id
    ]
    item = parameters.dimensions.get("cash_flow_item")
    wanted = {
        key
        for name, key in known.cash_flow_items.items()
        if item is None or (item.id is not None and key == item.id)
    }
    found = [
        row
        for row in Books(session, known).moved(parameters.period.span)
        if row.kind is MovementKind.CASH and row.account_id in accounts
        if row.item_key in wanted or (row.item_key == NO_ITEM and (item is None or item.id is None))
    ]
    is_whole = item is not None and item.id is not None
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=_rows(session, parameters, accounts),
        heading=parameters.heading,
        # Transfers within cash name no item; only of a named item is the sum known beforehand.
        totals=(
            {
                "debit": sum(row.debit_minor for row in found),
                "credit": sum(row.credit_minor for row in found),
            }
            if is_whole
            else {}
        ),
        subtitle=parameters.subtitle,
        is_list=True,
    )


def _rows(session: Session, parameters: Parameters, accounts: list[int]) -> Iterator[Row]:
    known = parameters.known
    for line in lines.posted(session, parameters, parameters.period.span, accounts=accounts):
        link = to_voucher(line.voucher_id)
        cells: tuple[Value, ...] = (
            line.booked_on,
            line.voucher,
            line.summary,
            known.accounts[line.account_id].code,
            line.opposite,
            known.funds[line.fund_id].code,
            line.debit_minor,
            line.credit_minor,
        )
        yield Row(cells, (None, link, *[None] * 4, link, link))
