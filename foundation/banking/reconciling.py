"""银行存款余额调节表: preparing it, reviewing it by a second person, and taking it back.

What was prepared stays as it was prepared; see `month_end` for how a month is computed.
"""

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from foundation.banking import accounts
from foundation.banking.accounts import Account
from foundation.banking.models import (
    BankReconciliation,
    BankReconciliationItem,
    ReconciliationState,
)
from foundation.banking.month_end import Month, last_day, month
from foundation.banking.refusals import (
    DifferenceUnexplained,
    NoStatement,
    ReconciliationRefused,
)
from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput, NotAllowed
from ledger.money import to_text
from ledger.periods import Period, PeriodState, get_period, text_of


def prepare(
    session: Session, account: Account, key: int, *, explanation: str, actor: str, clock: Clock
) -> int:
    """Keep the reconciliation of a month, for another person to review.

    Raises NoStatement, DifferenceUnexplained, and ReconciliationRefused for a month to come, out
    of order, or kept already.
    """
    get_period(session, key)
    found = month(session, account, key)
    _check_preparable(session, account, found, clock)
    reason = explanation.strip()
    if found.figures.difference_minor and not reason:
        raise DifferenceUnexplained(difference=to_text(found.figures.difference_minor))
    figures = found.figures
    row = BankReconciliation(
        bank_account_id=account.id,
        period_id=key,
        state=ReconciliationState.BUILDING,
        books_minor=figures.books_minor,
        bank_minor=figures.bank_minor,
        bank_received_minor=figures.bank_received_minor,
        bank_paid_minor=figures.bank_paid_minor,
        books_received_minor=figures.books_received_minor,
        books_paid_minor=figures.books_paid_minor,
        difference_minor=figures.difference_minor,
        explanation=reason or None,
        statement_through=found.statement_through,
        prepared_by=actor,
        prepared_at=clock.now(),
    )
    session.add(row)
    session.flush()
    if found.items:
        session.execute(
            insert(BankReconciliationItem),
            [
                {
                    "reconciliation_id": row.id,
                    "item_no": number,
                    "kind": item.kind,
                    "happened_on": item.on,
                    "amount_minor": item.amount_minor,
                    "bank_line_id": item.bank_line_id,
                    "voucher_id": item.voucher_id,
                    "side": item.side,
                    "text": item.text[:500],
                }
                for number, item in enumerate(found.items, 1)
            ],
        )
    row.state = ReconciliationState.PREPARED
    session.flush()
    _record(session, "bank.reconcile", account, key, actor, clock, reason=reason or None)
    return row.id


def review(session: Session, account: Account, key: int, *, actor: str, clock: Clock) -> None:
    """Confirm what another person prepared.

    Raises ReconciliationRefused when there is nothing to review or the books changed since, and
    NotAllowed for the person who prepared it.
    """
    row = _standing(session, account, key)
    if row.state is not ReconciliationState.PREPARED:
        raise ReconciliationRefused(period=text_of(key), reason="已经复核")
    if row.prepared_by == actor:
        raise NotAllowed(reason="余额调节表须由编制人以外的另一人复核")
    if month(session, account, key).is_stale:
        raise ReconciliationRefused(
            period=text_of(key), reason="编制后账面或勾对有变动，请撤回后重新编制"
        )
    row.state = ReconciliationState.REVIEWED
    row.reviewed_by, row.reviewed_at = actor, clock.now()
    session.flush()
    _record(session, "bank.review_reconciliation", account, key, actor, clock)


def withdraw(
    session: Session, account: Account, key: int, *, reason: str, actor: str, clock: Clock
) -> None:
    """Take back the last reconciliation, so that its month can be changed again.

    Raises ReconciliationRefused once the month is closed or a later month stands on it.
    """
    row = _standing(session, account, key)
    if not reason.strip():
        raise InvalidInput(field="原因", reason="请写明撤回的原因")
    if accounts.last_reconciled(session, account.id or 0) > key:
        raise ReconciliationRefused(
            period=text_of(key), reason="以后月份已编制调节表，请先撤回以后月份的"
        )
    closed = get_period(session, key).state is PeriodState.CLOSED
    if closed and row.state is ReconciliationState.REVIEWED:
        raise ReconciliationRefused(period=text_of(key), reason="该月已结账，不能撤回")
    row.state = ReconciliationState.WITHDRAWN
    row.withdrawn_by, row.withdrawn_at = actor, clock.now()
    row.withdrawn_reason = reason.strip()
    session.flush()
    _record(
        session, "bank.withdraw_reconciliation", account, key, actor, clock, reason=reason.strip()
    )


def _check_preparable(session: Session, account: Account, found: Month, clock: Clock) -> None:
    key = found.period
    if not found.has_statement:
        raise NoStatement(account=account.label, period=text_of(key))
    if last_day(key) > clock.today():
        raise ReconciliationRefused(period=text_of(key), reason="这个月还没有结束")
    if found.kept is not None:
        raise ReconciliationRefused(period=text_of(key), reason="已经编制，如需重编请先撤回")
    last = accounts.last_reconciled(session, account.id or 0)
    if last and _next(last) != key:
        raise ReconciliationRefused(
            period=text_of(key), reason=f"应按月编制，下一个月份是 {text_of(_next(last))}"
        )


def _next(key: int) -> int:
    return key + 1 if key % 100 < 12 else (key // 100 + 1) * 100 + 1


def _standing(session: Session, account: Account, key: int) -> BankReconciliation:
    # The period is locked first, as closing locks it: a review and a close do not cross.
    session.execute(select(Period.id).where(Period.id == key).with_for_update(read=True))
    row = session.execute(
        select(BankReconciliation)
        .where(
            BankReconciliation.bank_account_id == account.id,
            BankReconciliation.period_id == key,
            BankReconciliation.state != ReconciliationState.WITHDRAWN,
        )
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise ReconciliationRefused(period=text_of(key), reason="尚未编制")
    return row


def _record(
    session: Session,
    action: str,
    account: Account,
    key: int,
    actor: str,
    clock: Clock,
    *,
    reason: str | None = None,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"bank_reconciliation:{account.code}:{text_of(key)}",
        reason=reason,
    )
