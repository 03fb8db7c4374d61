"""Statements and books for the tests of the bank."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine

from foundation import database
from foundation.banking import accounts, importing, matches, month_end, recognition, reconciling
from foundation.banking.examining import StatementRequest
from foundation.banking.importing import StatementResult
from foundation.banking.matches import Matched
from foundation.banking.month_end import Month
from foundation.donors import service as donors
from foundation.donors.models import DonorKind
from foundation.donors.vault import Vault
from foundation.gifts import service as gifts
from foundation.gifts.entry import GiftInput
from foundation.imports import reading
from ledger.money import to_text
from tests import factories
from tests.factories import BANK, CLOCK

CASHIER, REVIEWER = "cashier", "reviewer"
VAULT = Vault.of("a key for tests, 0123456789 and more")
HEADINGS = "交易日期,摘要,收入金额,支出金额,账户余额,对方户名,对方账号,交易流水号"
Row = tuple[str, str, int, str, str]
"""Day, summary, signed fen, name, reference."""


def csv_of(rows: Sequence[Row], *, opening: int = 0, head: str = "") -> bytes:
    """Write a statement as a bank would, with the running balance."""
    lines, balance = [head, HEADINGS] if head else [HEADINGS], opening
    for number, (day, summary, minor, name, reference) in enumerate(rows):
        balance += minor
        received = to_text(minor) if minor > 0 else ""
        paid = to_text(-minor) if minor < 0 else ""
        account = f"62220000{abs(hash(name)) % 1000:03d}{number % 1:05d}" if name else ""
        lines.append(
            f"{day},{summary},{received},{paid},{to_text(balance)},{name},{account},{reference}"
        )
    return "\n".join(lines).encode()


def bring(
    engine: Engine,
    content: bytes,
    *,
    account: str = BANK,
    reason: str | None = None,
    opening: int | None = None,
    through: date | None = None,
    name: str = "对账单.csv",
) -> StatementResult:
    """Import a statement."""
    understood = recognition.recognise(reading.open_register(content, name))
    with database.transaction(engine) as session:
        return importing.import_statement(
            session,
            understood,
            StatementRequest(
                account_code=account, opening_minor=opening, through=through, gap_reason=reason
            ),
            vault=VAULT,
            actor=CASHIER,
            clock=CLOCK,
        )


def match(engine: Engine, account: str = BANK) -> Matched:
    """Match automatically."""
    with database.transaction(engine) as session:
        found = accounts.get_account(session, account)
        return matches.match_automatically(session, found, actor=CASHIER, clock=CLOCK)


def month(engine: Engine, key: int, account: str = BANK) -> Month:
    """Compute a month."""
    with database.reading(engine) as session:
        return month_end.month(session, accounts.get_account(session, account), key)


def prepare(engine: Engine, key: int, *, explanation: str = "", actor: str = CASHIER) -> int:
    """Prepare the reconciliation of a month."""
    with database.transaction(engine) as session:
        found = accounts.get_account(session, BANK)
        return reconciling.prepare(
            session, found, key, explanation=explanation, actor=actor, clock=CLOCK
        )


def review(engine: Engine, key: int, *, actor: str = REVIEWER) -> None:
    """Review the reconciliation of a month."""
    with database.transaction(engine) as session:
        found = accounts.get_account(session, BANK)
        reconciling.review(session, found, key, actor=actor, clock=CLOCK)


def gift(
    engine: Engine,
    name: str,
    minor: int,
    on: date,
    *,
    reference: str = "",
    fund: str = "GEN",
    posted: bool = True,
) -> str:
    """Record and post a gift of a donor, who is found or made by name."""
    with database.transaction(engine) as session:
        kind = DonorKind.ORGANISATION if len(name) > 4 else DonorKind.PERSON
        ref = donors.ensure_named(session, {name: kind}, actor="accountant", clock=CLOCK)[name]
        made = gifts.record_gift(
            session,
            GiftInput(
                donor=ref,
                received_on=on,
                amount_minor=minor,
                account_code=BANK,
                allocations=((fund, minor),),
                bank_reference=reference or None,
            ),
            actor="accountant",
            clock=CLOCK,
        )
    if posted:
        factories.post(engine, [made.voucher_id]).require()
    return made.reference
