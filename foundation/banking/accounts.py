"""Accounts at banks: which account of the books each one is, its number, and since when it is
reconciled.

A bank account goes by the code of its detail account. That detail exists once in every chart;
all of them are linked, so that a statement runs on when the chart changes.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.banking.models import (
    BankAccount,
    BankAccountLedger,
    BankReconciliation,
    ReconciliationState,
)
from foundation.banking.refusals import UnknownBankAccount
from ledger import catalogue, trail
from ledger.catalogue import AccountInfo, Catalogue
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.orm import bulk_insert
from ledger.periods import parse_period, text_of

TAGS = frozenset({"bank", "other_monetary"})


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account; `id` is None for one of the books that nobody registered yet."""

    id: int | None
    code: str
    name: str
    bank: str | None
    number: str | None
    begins_on: date | None
    opening_minor: int | None
    required_from: int | None
    ledger_ids: tuple[int, ...]

    @property
    def label(self) -> str:
        """The code and the name."""
        return f"{self.code} {self.name}"


def list_accounts(session: Session) -> list[Account]:
    """Return every bank account of the books in code order, registered or not."""
    known = catalogue.load(session)
    registered = {row.code: row for row in session.execute(select(BankAccount)).scalars()}
    codes = sorted({info.code for info in _candidates(known)} | set(registered))
    return [_account(known, code, registered.get(code)) for code in codes]


def get_account(session: Session, code: str) -> Account:
    """Return a registered bank account. Raises UnknownBankAccount."""
    found = find_account(session, code)
    if found is None or found.id is None:
        raise unknown(code)
    return found


def find_account(session: Session, code: str) -> Account | None:
    """Return a bank account of the books, registered or not."""
    known = catalogue.load(session)
    row = session.execute(select(BankAccount).where(BankAccount.code == code)).scalar_one_or_none()
    if row is None and all(info.code != code for info in _candidates(known)):
        return None
    return _account(known, code, row)


def unknown(code: str) -> UnknownBankAccount:
    """Return the refusal of a code that is no bank account."""
    return UnknownBankAccount(account=code[:40])


def ensure(
    session: Session,
    code: str,
    *,
    actor: str,
    clock: Clock,
    bank: str | None = None,
    number: str | None = None,
) -> Account:
    """Return the bank account of a code, registering it when it is new, and link the details of
    charts that came later. Raises UnknownBankAccount for what is no bank account of the books."""
    found = find_account(session, code)
    if found is None:
        raise unknown(code)
    if found.id is None:
        row = BankAccount(
            code=code,
            name=found.name,
            bank=bank,
            number=number,
            created_by=actor,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        trail.record(
            session,
            actor=actor,
            clock=clock,
            action="bank_account.add",
            subject=f"bank_account:{code}",
            detail={"bank": bank},
        )
        found = _account(catalogue.load(session), code, row)
    _link(session, found)
    return found


def change(
    session: Session,
    code: str,
    *,
    bank: str | None,
    number: str | None,
    required_from: str | None,
    reason: str,
    actor: str,
    clock: Clock,
) -> Account:
    """Change what is known of an account; the old and the new values go to the trail.

    `required_from` is the first month (2026-03) that needs a reconciliation, "" for none.
    Raises UnknownBankAccount, InvalidInput.
    """
    ensure(session, code, actor=actor, clock=clock)
    row = session.execute(select(BankAccount).where(BankAccount.code == code)).scalar_one()
    if not reason.strip():
        raise InvalidInput(field="原因", reason="请写明原因")
    if number and not number.replace(" ", "").isalnum():
        raise InvalidInput(field="账号", reason="只能有数字和字母")
    after = {
        "bank": (bank or "").strip() or None,
        "number": (number or "").replace(" ", "") or None,
        "required_from": parse_period(required_from) if required_from else None,
    }
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank_account.change",
        subject=f"bank_account:{code}",
        reason=reason.strip(),
        detail={"before": _hidden(before), "after": _hidden(after)},
    )
    return get_account(session, code)


def last_reconciled(session: Session, bank_account_id: int) -> int:
    """Return the last month that has a reconciliation, 0 when there is none."""
    query = select(BankReconciliation.period_id).where(
        BankReconciliation.bank_account_id == bank_account_id,
        BankReconciliation.state != ReconciliationState.WITHDRAWN,
    )
    return max(session.execute(query).scalars(), default=0)


def masked(number: str | None) -> str:
    """Write an account number for people: its first and last four digits."""
    if not number or len(number) <= 8:
        return number or ""
    return f"{number[:4]}****{number[-4:]}"


def _hidden(values: dict[str, str | int | None]) -> dict[str, str | None]:
    required = values["required_from"]
    return {
        "bank": None if values["bank"] is None else str(values["bank"]),
        "number": masked(str(values["number"])) if values["number"] else None,
        "required_from": text_of(int(required)) if required else None,
    }


def _candidates(known: Catalogue) -> list[AccountInfo]:
    return [
        info
        for info in known.accounts.values()
        if info.tag in TAGS and info.is_postable and "cash" in info.flags
    ]


def _account(known: Catalogue, code: str, row: BankAccount | None) -> Account:
    linked = [info for info in _candidates(known) if info.code == code]
    linked.sort(key=lambda info: info.chart)
    name = linked[-1].full_name if linked else (row.name if row else code)
    return Account(
        id=row.id if row else None,
        code=code,
        name=name,
        bank=row.bank if row else None,
        number=row.number if row else None,
        begins_on=row.begins_on if row else None,
        opening_minor=row.opening_minor if row else None,
        required_from=row.required_from if row else None,
        ledger_ids=tuple(info.id for info in linked),
    )


def _link(session: Session, account: Account) -> None:
    query = select(BankAccountLedger.account_id).where(
        BankAccountLedger.bank_account_id == account.id
    )
    linked = set(session.execute(query).scalars())
    missing = [key for key in account.ledger_ids if key not in linked]
    if missing:
        bulk_insert(
            session.connection(),
            BankAccountLedger.__table__,  # type: ignore[arg-type]
            ("account_id", "bank_account_id"),
            [(key, account.id) for key in missing],
        )
