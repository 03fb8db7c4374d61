"""银行存款余额调节表: each bank account at the end of a month, and what is on the way.

A month that was prepared is shown as it was prepared, with the two persons; any other as it
would be now. For a longer period, each of its months.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.banking import accounts, month_end
from foundation.banking.accounts import Account
from foundation.banking.models import ItemKind, ReconciliationState
from foundation.banking.month_end import Figures, Item, Kept
from reports.parameters import Parameters
from reports.tables import (
    Column,
    Emphasis,
    Kind,
    Label,
    Link,
    Row,
    Table,
    Term,
    to_voucher,
)

ID = "bank_reconciliation"
TITLE = Label("银行存款余额调节表", "Bank reconciliation")
COLUMNS = (
    Column("account", Label("账户", "Account"), Kind.CODE, 9),
    Column("period", Label("月份", "Month"), Kind.CODE, 9),
    Column("item", Label("项目", "Item"), width=34),
    Column("date", Label("日期", "Date"), Kind.DATE, 11),
    Column("age", Label("账龄（天）", "Age (days)"), Kind.INTEGER, 8),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 17),
    Column("state", Label("状态", "State"), width=9),
    Column("prepared_by", Label("编制", "Prepared by"), width=10),
    Column("reviewed_by", Label("复核", "Reviewed by"), width=10),
    Column("note", Label("说明", "Explanation"), width=24),
)
_KINDS = {
    ItemKind.BANK_RECEIVED: Label("加：银行已收、本单位未收", "Add: received by the bank only"),
    ItemKind.BANK_PAID: Label("减：银行已付、本单位未付", "Less: paid by the bank only"),
    ItemKind.BOOKS_RECEIVED: Label("加：本单位已收、银行未收", "Add: received in the books only"),
    ItemKind.BOOKS_PAID: Label("减：本单位已付、银行未付", "Less: paid in the books only"),
}
_STATES = {
    "prepared": Label("待复核", "To be reviewed"),
    "reviewed": Label("已核对", "Reconciled"),
    "unreconciled": Label("未编制", "Not prepared"),
    "no_statement": Label("没有对账单", "No statement"),
    "stale": Label("有变动", "Changed since"),
}
_BOOKS = Label("账面余额", "Balance in the books")
_BANK = Label("银行对账单余额", "Balance of the statement")
_ADJUSTED_BOOKS = Label("调节后账面余额", "Books, adjusted")
_ADJUSTED_BANK = Label("调节后银行余额", "Bank, adjusted")
_DIFFERENCE = Label("差额", "Difference")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One account and month."""

    account: Account
    period: str
    last_day: int
    figures: Figures
    items: tuple[Item, ...]
    kept: Kept | None
    state: str


def run(session: Session, parameters: Parameters) -> Table:
    """Return the reconciliation of every bank account, or of the account asked for."""
    wanted = [
        account
        for account in accounts.list_accounts(session)
        if account.begins_on is not None
        and (parameters.account is None or parameters.account.id in account.ledger_ids)
    ]
    sheets = [
        _sheet(session, account, key)
        for account in wanted
        for key in parameters.period.months
        if key >= _begins(account)
    ]
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(row for sheet in sheets for row in _rows(sheet)),
        heading=parameters.heading,
        subtitle=parameters.subtitle,
        notes=_notes(session, parameters),
    )


def _begins(account: Account) -> int:
    assert account.begins_on is not None
    return account.begins_on.year * 100 + account.begins_on.month


def _sheet(session: Session, account: Account, key: int) -> _Sheet:
    found = month_end.month(session, account, key)
    kept = found.kept
    state = "stale" if found.is_stale else kept.state.value if kept else "unreconciled"
    if kept is None and not found.has_statement:
        state = "no_statement"
    shown = kept or found
    return _Sheet(
        account=account,
        period=f"{key // 100:04d}-{key % 100:02d}",
        last_day=month_end.last_day(key).toordinal(),
        figures=shown.figures,
        items=shown.items,
        kept=kept,
        state=state,
    )


def _rows(sheet: _Sheet) -> Iterator[Row]:
    figures, kept = sheet.figures, sheet.kept
    heading = Label(*[f"{sheet.account.code} {sheet.account.name}"] * 2)
    yield _row(sheet, heading, None, Emphasis.HEADING)
    yield _row(sheet, _BOOKS, figures.books_minor, Emphasis.OPENING)
    yield from _part(sheet, ItemKind.BANK_RECEIVED, figures.bank_received_minor)
    yield from _part(sheet, ItemKind.BANK_PAID, figures.bank_paid_minor)
    yield _row(sheet, _ADJUSTED_BOOKS, figures.adjusted_books_minor, Emphasis.CUMULATIVE)
    yield _row(sheet, _BANK, figures.bank_minor, Emphasis.OPENING)
    yield from _part(sheet, ItemKind.BOOKS_RECEIVED, figures.books_received_minor)
    yield from _part(sheet, ItemKind.BOOKS_PAID, figures.books_paid_minor)
    yield _row(sheet, _ADJUSTED_BANK, figures.adjusted_bank_minor, Emphasis.CUMULATIVE)
    state = _STATES[sheet.state]
    yield Row(
        (
            sheet.account.code,
            sheet.period,
            _DIFFERENCE,
            None,
            None,
            figures.difference_minor,
            Term(sheet.state, state),
            kept.prepared_by if kept else None,
            kept.reviewed_by if kept and kept.state is ReconciliationState.REVIEWED else None,
            kept.explanation if kept else None,
        ),
        emphasis=Emphasis.CUMULATIVE,
    )


def _part(sheet: _Sheet, kind: ItemKind, total: int) -> Iterator[Row]:
    yield _row(sheet, _KINDS[kind], total, Emphasis.CUMULATIVE)
    for item in month_end.of_kind(sheet.items, kind):
        link: Link | None = to_voucher(item.voucher_id) if item.voucher_id else None
        yield Row(
            (
                sheet.account.code,
                sheet.period,
                item.text,
                item.on,
                sheet.last_day - item.on.toordinal(),
                item.amount_minor,
                *[None] * 4,
            ),
            links=(None, None, link, None, None, link, *[None] * 4),
            level=1,
        )


def _row(sheet: _Sheet, what: Label, minor: int | None, emphasis: Emphasis) -> Row:
    cells = (sheet.account.code, sheet.period, what, None, None, minor, *[None] * 4)
    return Row(cells, emphasis=emphasis)


def _notes(session: Session, parameters: Parameters) -> tuple[Label, ...]:
    without = [
        account.code
        for account in accounts.list_accounts(session)
        if account.begins_on is None
        and (parameters.account is None or parameters.account.id in account.ledger_ids)
    ]
    if not without:
        return ()
    codes = "、".join(without)
    return (Label(f"没有导入对账单的账户：{codes}", f"Accounts without statements: {codes}"),)
