"""Bring a statement in: look first (see `examining`), then write, all or nothing.

Everything happens in one transaction. A process that dies at any moment leaves nothing, and the
same file again brings nothing new.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from foundation.banking import accounts
from foundation.banking.accounts import Account
from foundation.banking.continuity import Gap
from foundation.banking.examining import Examination, StatementRequest, balance_after, examine
from foundation.banking.models import BankAccount, BankLine, BankStatement
from foundation.banking.recognition import Understanding
from foundation.banking.refusals import BalanceBroken, StatementRejected
from foundation.donors.vault import Vault
from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.money import to_text
from ledger.orm import bulk_insert, reserve_ids
from ledger.periods import Period, PeriodState, period_key

_MANY = 5000
IDLE = "（无收支）"
_LINE_COLUMNS = (
    "id",
    "bank_account_id",
    "statement_id",
    "row_no",
    "booked_on",
    "month",
    "day_order",
    "amount_minor",
    "balance_minor",
    "reference",
    "name",
    "account_masked",
    "account_mark",
    "summary",
    "note",
    "fingerprint",
)


@dataclass(frozen=True, slots=True)
class StatementResult:
    """What an import did."""

    examination: Examination
    statement_id: int | None
    imported: int


def import_statement(
    session: Session,
    understanding: Understanding,
    request: StatementRequest,
    *,
    vault: Vault,
    actor: str,
    clock: Clock,
) -> StatementResult:
    """Import a statement whole. Raises StatementRejected, BalanceBroken and what `examine` does."""
    if session.connection().dialect.name == "postgresql":
        # Two imports at once could each miss the other's lines; SQLite has one writer anyway.
        session.execute(text("LOCK TABLE bank_statement IN SHARE ROW EXCLUSIVE MODE"))
    found = examine(session, understanding, request, clock=clock)
    if found.rejected:
        raise StatementRejected(
            count=len(found.rejected),
            first=found.rejected[0].description,
            rejected=[
                {"row": row.row, "field": row.field, "reason": row.description}
                for row in found.rejected
            ],
        )
    reason = (request.gap_reason or "").strip()
    if found.gaps and found.new and not reason:
        raise BalanceBroken(
            first=found.gaps[0].description,
            count=len(found.gaps),
            gaps=[gap.description for gap in found.gaps],
        )
    if not found.new:
        return StatementResult(found, None, 0)
    account = accounts.ensure(
        session, found.account.code, bank=found.bank or None, actor=actor, clock=clock
    )
    _begin(session, account, found)
    statement_id = _write_statement(session, account, understanding, found, reason, actor, clock)
    _write_lines(session, account, found, statement_id, vault)
    if len(found.new) >= _MANY and session.connection().dialect.name == "postgresql":
        session.execute(text("ANALYZE bank_line, bank_statement"))
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank.import",
        subject=f"bank_statement:{statement_id}",
        reason=reason or None,
        detail={
            "account": account.code,
            "file": understanding.source.filename,
            "digest": understanding.source.digest,
            "imported": len(found.new),
            "duplicates": found.duplicate_count,
            "gaps": len(found.gaps),
            "closing": to_text(found.closing_minor),
        },
    )
    return StatementResult(found, statement_id, len(found.new))


def record_idle(
    session: Session,
    code: str,
    *,
    through: date,
    balance_minor: int,
    actor: str,
    clock: Clock,
) -> int:
    """Record that nothing moved on an account through a day, and return the statement's key.

    Raises UnknownBankAccount, BalanceBroken when the bank's balance is not the one known, and
    InvalidInput for days to come.
    """
    if through > clock.today():
        raise InvalidInput(field="截止日期", reason=f"{through.isoformat()} 还没有到")
    account = accounts.ensure(session, code, actor=actor, clock=clock)
    row = session.execute(select(BankAccount).where(BankAccount.id == account.id)).scalar_one()
    first = through.replace(day=1)
    if row.begins_on is None:
        row.begins_on, row.opening_minor = first, balance_minor
        row.required_from = row.required_from or _first_open(session, period_key(first))
    before = balance_after(session, row.id, BankLine.booked_on <= through)
    known = row.opening_minor if before is None else before
    if known != balance_minor:
        gap = Gap(0, known or 0, balance_minor)
        raise BalanceBroken(first=gap.description, count=1, gaps=[gap.description])
    said = f"{code} {through.isoformat()} {balance_minor}"
    statement = BankStatement(
        bank_account_id=row.id,
        file_name=IDLE,
        file_digest=hashlib.sha256(said.encode()).hexdigest(),
        first_on=first,
        last_on=through,
        opening_minor=balance_minor,
        closing_minor=balance_minor,
        row_count=0,
        imported_count=0,
        duplicate_count=0,
        received_minor=0,
        paid_minor=0,
        gap_count=0,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(statement)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank.idle",
        subject=f"bank_statement:{statement.id}",
        detail={"account": code, "through": through.isoformat()},
    )
    return statement.id


def masked_account(number: str) -> str:
    """Write somebody's account number so that it can be told apart, not used."""
    return f"{number[:4]}****{number[-4:]}" if len(number) > 8 else number and "****"


def _begin(session: Session, account: Account, found: Examination) -> None:
    """The first statement says since when the account is reconciled; an earlier one moves it."""
    row = session.execute(select(BankAccount).where(BankAccount.id == account.id)).scalar_one()
    # From the first of the month: what the books moved before the bank's first line is on the way.
    first = found.new[0].booked_on.replace(day=1)
    if row.begins_on is None or first < row.begins_on:
        if row.required_from is None:
            row.required_from = _first_open(session, period_key(first))
        row.begins_on, row.opening_minor = first, found.opening_minor
    if row.number is None and found.number and found.number.isalnum():
        row.number = found.number
    if row.bank is None and found.bank:
        row.bank = found.bank
    session.flush()


def _first_open(session: Session, key: int) -> int:
    """From which month on closing needs the reconciliation: a closed month asks for nothing."""
    found = session.execute(
        select(func.min(Period.id)).where(
            Period.state == PeriodState.OPEN, Period.month > 0, Period.id >= key
        )
    ).scalar()
    return found or key


def _write_statement(
    session: Session,
    account: Account,
    understanding: Understanding,
    found: Examination,
    reason: str,
    actor: str,
    clock: Clock,
) -> int:
    statement = BankStatement(
        bank_account_id=account.id,
        file_name=understanding.source.filename[:200],
        file_digest=understanding.source.digest,
        first_on=found.first_on,
        last_on=found.last_on,
        opening_minor=found.opening_minor,
        closing_minor=found.closing_minor,
        row_count=found.row_count,
        imported_count=len(found.new),
        duplicate_count=found.duplicate_count,
        received_minor=found.received_minor,
        paid_minor=found.paid_minor,
        gap_count=len(found.gaps),
        gap_reason=reason or None,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(statement)
    session.flush()
    return statement.id


def _write_lines(
    session: Session, account: Account, found: Examination, statement_id: int, vault: Vault
) -> None:
    connection = session.connection()
    table = BankLine.__table__
    keys = reserve_ids(connection, table, len(found.new))  # type: ignore[arg-type]
    rows = zip(keys, found.new, found.fingerprints, found.places, strict=True)
    bulk_insert(
        connection,
        table,  # type: ignore[arg-type]
        _LINE_COLUMNS,
        (
            (
                key,
                account.id,
                statement_id,
                line.row,
                line.booked_on,
                period_key(line.booked_on),
                place,
                line.amount_minor,
                line.balance_minor,
                line.reference,
                line.name,
                masked_account(line.account),
                vault.index(f"bank account {line.account.upper()}") if line.account else "",
                line.summary,
                line.note,
                mark,
            )
            for key, line, mark, place in rows
        ),
    )
