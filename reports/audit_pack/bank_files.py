"""Files 09 to 12: the bank accounts, their statements, the reconciliations, what is outstanding."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.banking.models import (
    BankAccount,
    BankAccountLedger,
    BankLine,
    BankReconciliation,
    BankReconciliationItem,
    ItemKind,
    ReconciliationState,
)
from ledger import balances
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.period_range import month_text
from reports.tables import Row, Table

_CHUNK = 2000
_KINDS = {
    ItemKind.BANK_RECEIVED: "银行已收、企业未收",
    ItemKind.BANK_PAID: "银行已付、企业未付",
    ItemKind.BOOKS_RECEIVED: "企业已收、银行未收",
    ItemKind.BOOKS_PAID: "企业已付、银行未付",
}


def accounts(session: Session, parameters: Parameters) -> Table:
    """09 银行账户清单: with the balance of their ledger accounts at the end of the year."""
    held = balances.balances_at(session, parameters.period.last)
    ledger: dict[int, int] = {}
    for account_id, bank_account_id in session.execute(
        select(BankAccountLedger.account_id, BankAccountLedger.bank_account_id)
    ):
        ledger[bank_account_id] = ledger.get(bank_account_id, 0) + held.get((account_id, 0), 0)
    rows = [
        Row(
            (
                account.number or account.code,
                account.bank,
                account.name,
                "CNY",
                account.begins_on,
                None,
                ledger.get(account.id, 0),
            )
        )
        for account in session.execute(select(BankAccount).order_by(BankAccount.code)).scalars()
    ]
    return filled("09", parameters, rows)


def lines(session: Session, parameters: Parameters) -> Table:
    """10 银行对账单: every line of the year, other parties' accounts masked."""
    return filled("10", parameters, _lines(session, parameters))


def _lines(session: Session, parameters: Parameters) -> Iterator[Row]:
    first, last = parameters.period.first_day, parameters.period.last_day
    found = session.execute(
        select(BankLine, BankAccount.number, BankAccount.code)
        .join(BankAccount, BankAccount.id == BankLine.bank_account_id)
        .where(BankLine.booked_on.between(first, last))
        .order_by(BankAccount.code, BankLine.booked_on, BankLine.day_order, BankLine.id)
        .execution_options(yield_per=_CHUNK)
    )
    for line, number, code in found:
        yield Row(
            (
                number or code,
                line.booked_on,
                line.reference,
                line.name,
                line.account_masked,
                line.summary,
                max(0, line.amount_minor),
                max(0, -line.amount_minor),
                line.balance_minor,
            )
        )


def reconciliations(session: Session, parameters: Parameters) -> Table:
    """11 余额调节表: a row for each account and month that was reconciled."""
    span = (parameters.period.first, parameters.period.last)
    rows = [
        Row(
            (
                number or code,
                month_text(item.period_id),
                item.books_minor,
                item.bank_received_minor,
                item.bank_paid_minor,
                item.books_minor + item.bank_received_minor - item.bank_paid_minor,
                item.bank_minor,
                item.books_received_minor,
                item.books_paid_minor,
                item.bank_minor + item.books_received_minor - item.books_paid_minor,
                item.difference_minor,
            )
        )
        for item, number, code in session.execute(
            select(BankReconciliation, BankAccount.number, BankAccount.code)
            .join(BankAccount, BankAccount.id == BankReconciliation.bank_account_id)
            .where(
                BankReconciliation.period_id.between(*span),
                BankReconciliation.state == ReconciliationState.REVIEWED,
            )
            .order_by(BankAccount.code, BankReconciliation.period_id)
        )
    ]
    return filled("11", parameters, rows)


def outstanding(session: Session, parameters: Parameters) -> Table:
    """12 未达账项: what the last reconciliation of the year of each account left open."""
    latest = (
        select(
            BankReconciliation.bank_account_id,
            func.max(BankReconciliation.period_id).label("period_id"),
        )
        .where(
            BankReconciliation.period_id.between(parameters.period.first, parameters.period.last),
            BankReconciliation.state == ReconciliationState.REVIEWED,
        )
        .group_by(BankReconciliation.bank_account_id)
        .subquery()
    )
    found = session.execute(
        select(BankReconciliationItem, BankReconciliation, BankAccount.number, BankAccount.code)
        .join(BankReconciliation, BankReconciliation.id == BankReconciliationItem.reconciliation_id)
        .join(BankAccount, BankAccount.id == BankReconciliation.bank_account_id)
        .join(
            latest,
            (latest.c.bank_account_id == BankReconciliation.bank_account_id)
            & (latest.c.period_id == BankReconciliation.period_id),
        )
        .where(BankReconciliation.state == ReconciliationState.REVIEWED)
        .order_by(BankAccount.code, BankReconciliationItem.item_no)
    )
    rows = [
        Row(
            (
                number or code,
                _KINDS[item.kind],
                item.happened_on,
                item.amount_minor,
                (reconciliation.statement_through - item.happened_on).days,
                item.text,
            )
        )
        for item, reconciliation, number, code in found
    ]
    return filled("12", parameters, rows)
