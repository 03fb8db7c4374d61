"""Who paid a gift, as the statement of the bank says it: the name beside the matched line.

A gift has a payer of the bank where its voucher is matched to a line that is certainly its own:
one with its reference, or the only line of the match, of exactly its amount. Lines that several
gifts share under different names say nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.banking.models import BankLine, BankMatchLine, BankMatchVoucher
from ledger.orm import connection_of


@dataclass(frozen=True, slots=True)
class Paid:
    """What of a gift tells its line of the bank."""

    gift_id: int
    voucher_id: int
    amount_minor: int
    reference: str | None


def has_matches(session: Session) -> bool:
    """Whether any voucher is matched with the bank, so that it is worth asking."""
    found = select(BankMatchVoucher.match_id).where(BankMatchVoucher.is_live).limit(1)
    return connection_of(session).execute(found).first() is not None


def payers(session: Session, gifts: Sequence[Paid]) -> dict[int, str]:
    """Return the payers that the bank names, by gift."""
    by_voucher: dict[int, list[Any]] = {}
    for row in _lines(session, {gift.voucher_id for gift in gifts}):
        by_voucher.setdefault(row.voucher_id, []).append(row)
    found = {}
    for gift in gifts:
        names = {row.name for row in _own(by_voucher.get(gift.voucher_id, ()), gift) if row.name}
        if len(names) == 1:
            (found[gift.gift_id],) = names
    return found


def _lines(session: Session, voucher_ids: set[int]) -> Iterable[Any]:
    query = (
        select(
            BankMatchVoucher.voucher_id, BankLine.reference, BankLine.amount_minor, BankLine.name
        )
        .join(BankMatchLine, BankMatchLine.match_id == BankMatchVoucher.match_id)
        .join(BankLine, BankLine.id == BankMatchLine.bank_line_id)
        .where(
            BankMatchVoucher.voucher_id.in_(sorted(voucher_ids)),
            BankMatchVoucher.is_live,
            BankMatchLine.is_live,
            BankLine.amount_minor > 0,
        )
        .order_by(BankMatchVoucher.voucher_id, BankLine.id)
    )
    return connection_of(session).execute(query)


def _own(lines: Sequence[Any], gift: Paid) -> Sequence[Any]:
    named = [row for row in lines if gift.reference and row.reference == gift.reference]
    if named:
        return named
    is_sole = len(lines) == 1 and lines[0].amount_minor == gift.amount_minor
    return lines if is_sole else ()
