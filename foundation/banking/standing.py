"""How each bank account stands: what the bank holds, what is open, and month by month.

Nothing here writes.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.banking import accounts, items, month_end
from foundation.banking.accounts import Account
from foundation.banking.models import (
    BankLine,
    BankReconciliation,
    BankStatement,
    ReconciliationState,
)
from ledger.clock import Clock
from ledger.periods import Period, PeriodState, months, period_key

_SETTLED = (ReconciliationState.REVIEWED,)


@dataclass(frozen=True, slots=True)
class MonthState:
    """How an account stands at one month. `state` is a word of `labels`."""

    period: int
    state: str
    open_count: int
    line_count: int
    is_closed: bool


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account, what the bank holds, and its months, the latest first."""

    account: Account
    balance_minor: int | None
    balance_on: date | None
    open_count: int
    open_minor: int
    months: tuple[MonthState, ...]


def overview(session: Session, *, clock: Clock, month_count: int = 6) -> list[AccountState]:
    """Return every bank account of the books with its last months."""
    today = period_key(clock.today())
    closed = {
        row.id
        for row in session.execute(select(Period.id).where(Period.state == PeriodState.CLOSED))
    }
    return [
        _state(session, account, today, closed, month_count)
        for account in accounts.list_accounts(session)
    ]


def _state(
    session: Session, account: Account, today: int, closed: set[int], month_count: int
) -> AccountState:
    if account.id is None or account.begins_on is None:
        return AccountState(account, None, None, 0, 0, ())
    open_lines = session.execute(
        select(BankLine.month, func.count(), func.sum(func.abs(BankLine.amount_minor)))
        .where(BankLine.bank_account_id == account.id, items.is_open_line())
        .group_by(BankLine.month)
        .order_by(BankLine.month)
    ).all()
    counted = session.execute(
        select(BankLine.month, func.count())
        .where(BankLine.bank_account_id == account.id)
        .group_by(BankLine.month)
        .order_by(BankLine.month)
    )
    per_month = Counter({row[0]: row[1] for row in open_lines})
    lines = Counter({row[0]: row[1] for row in counted})
    kept = {
        row.period_id: row.state
        for row in session.execute(
            select(BankReconciliation.period_id, BankReconciliation.state).where(
                BankReconciliation.bank_account_id == account.id,
                BankReconciliation.state != ReconciliationState.WITHDRAWN,
            )
        )
    }
    spans = session.execute(
        select(BankStatement.first_on, BankStatement.last_on).where(
            BankStatement.bank_account_id == account.id
        )
    ).all()
    through = max((row.last_on for row in spans), default=None)
    keys = list(months(period_key(account.begins_on), today))
    # The last months, and of the earlier ones those that still want something.
    recent = set(keys[-month_count:])
    keys = [
        key
        for key in keys
        if key in recent
        or (_without(key, through) == "unreconciled" and kept.get(key) not in _SETTLED)
        or per_month[key]
    ]
    return AccountState(
        account=account,
        balance_minor=_balance(session, account),
        balance_on=through,
        open_count=per_month.total(),
        open_minor=sum(int(row[2]) for row in open_lines),
        months=tuple(
            MonthState(
                period=key,
                state=kept[key].value if key in kept else _without(key, through),
                open_count=per_month[key],
                line_count=lines[key],
                is_closed=key in closed,
            )
            for key in reversed(keys)
        ),
    )


def _without(key: int, through: date | None) -> str:
    return "no_statement" if through is None or period_key(through) < key else "unreconciled"


def _balance(session: Session, account: Account) -> int:
    return month_end.bank_balance(session, account, date.max)
