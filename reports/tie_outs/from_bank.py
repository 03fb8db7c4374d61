"""Control totals between the bank statements, their reconciliations and the books: CT09, CT10.

A month is judged where it was reconciled, and where it should have been: its period is closed
and the account needs a reconciliation from then on.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.banking import accounts
from foundation.banking.accounts import Account
from foundation.banking.models import (
    BankLine,
    BankReconciliation,
    ReconciliationState,
)
from foundation.banking.month_end import last_day
from ledger import balances
from reports.parameters import Parameters
from reports.period_range import month_text
from reports.tie_outs.definitions import Gap, Question, Sides


@dataclass(frozen=True, slots=True)
class _Month:
    """One account and month, with what was prepared for it."""

    account: Account
    period: int
    kept: BankReconciliation | None

    @property
    def words(self) -> str:
        return f"{self.account.code} {month_text(self.period)}"


def reconciled(question: Question) -> Sides | None:
    """CT09: the statement adjusted by everything on the way, and the books, month by month."""
    left = right = 0
    gaps = []
    months = list(_months(question))
    for month in months:
        books = balances.account_balance(question.session, month.account.ledger_ids, month.period)
        right += books
        if month.kept is None:
            gaps.append(Gap(f"{month.words} 未编制余额调节表", -books))
            continue
        adjusted = _adjusted(month.kept)
        left += adjusted
        if adjusted != books:
            gaps.append(Gap(month.words, adjusted - books))
    return Sides(left, right, tuple(gaps)) if months else None


def _adjusted(kept: BankReconciliation) -> int:
    """Return what the statement comes to with every item on the way."""
    on_the_way = kept.books_received_minor - kept.books_paid_minor
    at_the_bank = kept.bank_received_minor - kept.bank_paid_minor
    return kept.bank_minor + on_the_way - at_the_bank


def statements(question: Question) -> Sides | None:
    """CT10: what the lines of the statements close with, and the side of the reconciliations."""
    left = right = 0
    gaps = []
    months = list(_months(question))
    for month in months:
        closing = _closing(question.session, month)
        left += closing
        kept = month.kept.bank_minor if month.kept is not None else 0
        right += kept
        if month.kept is None:
            gaps.append(Gap(f"{month.words} 未编制余额调节表", closing))
        elif closing != kept:
            gaps.append(Gap(month.words, closing - kept))
    return Sides(left, right, tuple(gaps)) if months else None


def _closing(session: Session, month: _Month) -> int:
    """The balance printed on the last line, or what the lines come to where none is printed."""
    lines = (
        select(BankLine.balance_minor, BankLine.amount_minor)
        .where(
            BankLine.bank_account_id == month.account.id,
            BankLine.booked_on <= last_day(month.period),
        )
        .order_by(BankLine.booked_on.desc(), BankLine.day_order.desc(), BankLine.id.desc())
    )
    after = 0
    for balance, amount in session.execute(lines.execution_options(yield_per=500)):
        if balance is not None:
            return int(balance) + after
        after += amount
    return (month.account.opening_minor or 0) + after


def _months(question: Question) -> Iterator[_Month]:
    span = question.parameters.period.to_date.span
    kept = {
        (row.bank_account_id, row.period_id): row
        for row in question.session.execute(
            select(BankReconciliation).where(
                BankReconciliation.period_id.between(span.first, span.last),
                BankReconciliation.state != ReconciliationState.WITHDRAWN,
            )
        ).scalars()
    }
    for account in accounts.list_accounts(question.session):
        if account.id is None or account.begins_on is None:
            continue
        begins = account.begins_on.year * 100 + account.begins_on.month
        for period in range(max(span.first, begins), span.last + 1):
            found = kept.get((account.id, period))
            if found is not None or _is_due(question.parameters, account, period):
                yield _Month(account, period, found)


def _is_due(parameters: Parameters, account: Account, period: int) -> bool:
    """Whether a month must have been reconciled: it is closed, and reconciling is required."""
    info = parameters.known.periods.get(period)
    is_closed = info is not None and info.state == "closed"
    return is_closed and account.required_from is not None and period >= account.required_from
