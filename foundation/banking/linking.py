"""Match lines with the vouchers of the spending requests that they are known to have paid."""

from collections.abc import Iterable, Sequence

from foundation.banking.engine import Proposal
from foundation.banking.scoring import POINTS, BankItem, BookItem, Reason

_WHY = tuple(Reason(code, POINTS[code]) for code in ("amount", "payment"))


def run(lines: Iterable[BankItem], books: Iterable[BookItem]) -> list[Proposal]:
    """Return a match for each such line once all its vouchers are posted and add up to it."""
    paid = {book.voucher_id: book for book in books if book.amount < 0}
    found = []
    for line in lines:
        parts: Sequence[BookItem] = [paid[key] for key in sorted(line.paid) if key in paid]
        is_complete = bool(parts) and len(parts) == len(line.paid)
        if is_complete and sum(part.amount for part in parts) == line.amount:
            found.append(Proposal((line.id,), tuple(part.key for part in parts), _WHY))
    return found
