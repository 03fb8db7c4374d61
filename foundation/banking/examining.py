"""What a statement holds, and what importing it would do: nothing is written here.

The file must tie with itself and with what is there. A line is known by its day, amount,
reference, name, and how often that occurred on the day, so that the same file again brings
nothing new.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from foundation.banking import accounts, continuity, statement_rows
from foundation.banking.accounts import Account
from foundation.banking.continuity import Around, Gap
from foundation.banking.models import BankLine
from foundation.banking.recognition import Understanding
from foundation.banking.refusals import (
    AccountDiffers,
    MonthReconciled,
    NothingInStatement,
    OpeningNeeded,
)
from foundation.banking.statement_rows import Rejected, StatementLine
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.periods import period_key, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRequest:
    """Where a statement belongs, and what a person adds to it."""

    account_code: str
    opening_minor: int | None = None
    through: date | None = None
    gap_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """What a statement holds, and what importing it would do. Lines are oldest first."""

    account: Account
    bank: str
    number: str
    row_count: int
    new: tuple[StatementLine, ...]
    fingerprints: tuple[str, ...]
    places: tuple[int, ...]
    duplicate_count: int
    rejected: tuple[Rejected, ...]
    gaps: tuple[Gap, ...]
    opening_minor: int
    closing_minor: int
    received_minor: int
    paid_minor: int
    first_on: date
    last_on: date
    skipped_count: int

    @property
    def may_import(self) -> bool:
        """Whether importing would bring lines, perhaps with a reason for the gaps."""
        return bool(self.new) and not self.rejected


def examine(
    session: Session, understanding: Understanding, request: StatementRequest, *, clock: Clock
) -> Examination:
    """Find out what importing a statement would do.

    Raises UnknownBankAccount, AccountDiffers, DirectionUnknown, NothingInStatement,
    OpeningNeeded, InvalidInput (days to come) and MonthReconciled.
    """
    account = accounts.find_account(session, request.account_code)
    if account is None:
        raise accounts.unknown(request.account_code)
    rows = statement_rows.read(understanding)
    lines = continuity.in_order(rows.lines)
    if not lines and not rows.rejected:
        raise NothingInStatement
    around = continuity.around(understanding, rows.skipped, continuity.own_number(understanding))
    _check_number(account, around.number)
    if lines and lines[-1].booked_on > clock.today():
        raise InvalidInput(field="交易日期", reason=f"{lines[-1].booked_on.isoformat()} 还没有到")
    marks = fingerprints(lines)
    stored = _stored(session, account, lines)
    places = _places(lines)
    fresh = [i for i, mark in enumerate(marks) if mark not in stored]
    opening = _opening(session, account, lines, around, request)
    lines = continuity.with_balances(lines, opening) if not rows.rejected else lines
    _check_open(session, account, [lines[i] for i in fresh])
    found = continuity.gaps(lines, opening)
    if around.closing_minor is not None and lines and not found:
        closing = continuity.closing_of(lines, opening)
        if closing != around.closing_minor:
            found.append(Gap(lines[-1].row, closing, around.closing_minor))
    found += _seams(session, account, [lines[i] for i in fresh])
    days = [line.booked_on for line in lines] or [clock.today()]
    through = min(max(filter(None, (days[-1], request.through, around.through))), clock.today())
    return Examination(
        account=account,
        bank=understanding.bank.name if understanding.bank else "",
        number=around.number,
        row_count=len(lines),
        new=tuple(lines[i] for i in fresh),
        fingerprints=tuple(marks[i] for i in fresh),
        places=tuple(places[i] for i in fresh),
        duplicate_count=len(lines) - len(fresh),
        rejected=rows.rejected,
        gaps=tuple(found),
        opening_minor=opening,
        closing_minor=continuity.closing_of(lines, opening),
        received_minor=sum(line.amount_minor for line in lines if line.amount_minor > 0),
        paid_minor=-sum(line.amount_minor for line in lines if line.amount_minor < 0),
        first_on=days[0],
        last_on=through,
        skipped_count=len(rows.skipped),
    )


def fingerprints(lines: Sequence[StatementLine]) -> list[str]:
    """Return the mark of each line: N equal lines of a day are N lines, in this file or another."""
    seen: Counter[str] = Counter()
    marks = []
    for line in lines:
        parts = (
            "bank 1",
            line.booked_on.isoformat(),
            str(line.amount_minor),
            line.reference.upper(),
            line.name.casefold(),
        )
        key = "\n".join(parts)
        seen[key] += 1
        marks.append(hashlib.sha256(f"{key}\n{seen[key]}".encode()).hexdigest())
    return marks


def _check_number(account: Account, found: str) -> None:
    if account.number and found and not continuity.is_same_number(account.number, found):
        raise AccountDiffers(
            found=accounts.masked(found),
            account=account.label,
            expected=accounts.masked(account.number),
        )


def _check_open(session: Session, account: Account, fresh: Sequence[StatementLine]) -> None:
    if account.id is None or not fresh:
        return
    last = accounts.last_reconciled(session, account.id)
    first = period_key(fresh[0].booked_on)
    if first <= last:
        raise MonthReconciled(account=account.label, period=text_of(first))


def _stored(session: Session, account: Account, lines: Sequence[StatementLine]) -> set[str]:
    if account.id is None or not lines:
        return set()
    query = select(BankLine.fingerprint).where(
        BankLine.bank_account_id == account.id,
        BankLine.booked_on >= lines[0].booked_on,
        BankLine.booked_on <= lines[-1].booked_on,
    )
    return set(session.execute(query).scalars())


def _places(lines: Sequence[StatementLine]) -> list[int]:
    """Return the place of each line within its day."""
    seen: Counter[date] = Counter()
    places = []
    for line in lines:
        seen[line.booked_on] += 1
        places.append(seen[line.booked_on])
    return places


def balance_after(
    session: Session, bank_account_id: int, condition: ColumnElement[bool]
) -> int | None:
    """Return what the bank held after the last of some lines, None where none says it."""
    query = (
        select(BankLine.balance_minor)
        .where(BankLine.bank_account_id == bank_account_id, condition)
        .order_by(BankLine.booked_on.desc(), BankLine.day_order.desc(), BankLine.id.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def _opening(
    session: Session,
    account: Account,
    lines: Sequence[StatementLine],
    around: Around,
    request: StatementRequest,
) -> int:
    found = continuity.opening_of(lines, around)
    if found is None:
        found = request.opening_minor
    if found is None and account.id is not None and lines:
        found = balance_after(session, account.id, BankLine.booked_on < lines[0].booked_on)
    if found is None:
        raise OpeningNeeded
    return found


def _seams(session: Session, account: Account, fresh: Sequence[StatementLine]) -> list[Gap]:
    """Check where new lines touch those that are there: no statement may be missing between."""
    if account.id is None or account.begins_on is None or not fresh:
        return []
    first, last = fresh[0], fresh[-1]
    found = []
    if first.balance_minor is not None:
        before = balance_after(session, account.id, BankLine.booked_on <= first.booked_on)
        opening = first.balance_minor - first.amount_minor
        if before is not None and before != opening:
            found.append(Gap(0, before, opening))
    following = session.execute(
        select(BankLine.balance_minor, BankLine.amount_minor)
        .where(BankLine.bank_account_id == account.id, BankLine.booked_on > last.booked_on)
        .order_by(BankLine.booked_on, BankLine.day_order, BankLine.id)
        .limit(1)
    ).one_or_none()
    if following is not None and None not in (following.balance_minor, last.balance_minor):
        opening = following.balance_minor - following.amount_minor
        if opening != last.balance_minor:
            found.append(Gap(0, last.balance_minor or 0, opening))
    return found
