"""What a person may choose for an open line: candidates with their reasons, the best first.

For single lines as they are looked at, so everything is asked for by amount and day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.banking import items, naming, scoring
from foundation.banking.accounts import Account
from foundation.banking.scoring import FAR_DAYS, BankItem, BookItem, Reason
from foundation.banking.sums import only_subset
from foundation.donors.models import Donor
from foundation.pledges import queries as pledge_queries
from ledger.vouchers import Voucher, VoucherLine, VoucherState

MOST = 5
_MERGED_DAYS = 15
_MERGED_MOST = 12
_WAITING_DAYS = 7


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Sides of vouchers that may be the money of a line."""

    books: tuple[BookItem, ...]
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """How sure it is, from 0 to 100."""
        return scoring.total(self.reasons)


@dataclass(frozen=True, slots=True)
class WaitingVoucher:
    """A voucher of the same amount that is not posted yet: it will match once it is."""

    id: int
    on: date
    summary: str


@dataclass(frozen=True, slots=True)
class DonorHint:
    """Who the payer of a line may be, and why."""

    id: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class PledgeHint:
    """An instalment that a payment may be: its pledge, and why."""

    pledge: str
    donor_id: int
    donor_name: str
    due_on: date
    open_minor: int
    why: str


def for_lines(
    session: Session, account: Account, lines: Sequence[BankItem]
) -> dict[int, list[Suggestion]]:
    """Return the candidates of some lines of an account, by line."""
    if not lines:
        return {}
    first, last = items.around(line.on for line in lines)
    books = items.book_items(session, account, first=first, last=last)
    by_amount: dict[int, list[BookItem]] = {}
    for book in books:
        by_amount.setdefault(book.amount, []).append(book)
    return {line.id: _candidates(line, by_amount.get(line.amount, []), books) for line in lines}


def waiting(session: Session, account: Account, line: BankItem) -> list[WaitingVoucher]:
    """Return vouchers on the way that book the same amount near the day of a line."""
    near = timedelta(days=_WAITING_DAYS)
    rows = session.execute(
        select(Voucher.id, Voucher.booked_on, Voucher.summary)
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .where(
            Voucher.state.in_([VoucherState.DRAFT, VoucherState.SUBMITTED, VoucherState.REVIEWED]),
            Voucher.booked_on.between(line.on - near, line.on + near),
            VoucherLine.account_id.in_(account.ledger_ids),
        )
        .group_by(Voucher.id, Voucher.booked_on, Voucher.summary)
        .having(func.sum(VoucherLine.amount_minor) == line.amount)
        .order_by(Voucher.id)
        .limit(MOST)
    )
    return [WaitingVoucher(row.id, row.booked_on, row.summary) for row in rows]


def donors(session: Session, line: BankItem) -> list[DonorHint]:
    """Return who the payer of a line may be: remembered, by name, or by reading."""
    found: dict[int, DonorHint] = {}
    if line.donor_id is not None:
        donor = session.get(Donor, line.donor_id)
        if donor is not None:
            found[donor.id] = DonorHint(donor.id, donor.name, scoring.WORDS["payer"])
    if line.name:
        for column, value, why in (
            (Donor.name_key, line.name.casefold(), scoring.WORDS["name"]),
            (Donor.pinyin, naming.sound(line.name), scoring.WORDS["name_variant"]),
        ):
            query = select(Donor).where(column == value).order_by(Donor.id).limit(MOST)
            for donor in session.execute(query).scalars():
                found.setdefault(donor.id, DonorHint(donor.id, donor.name, why))
    return list(found.values())[:MOST]


def pledges(session: Session, line: BankItem, known: Sequence[DonorHint]) -> list[PledgeHint]:
    """Return open instalments that a received line may pay: of the same donor, or as much."""
    if line.amount < 0:
        return []
    donor_ids = {hint.id for hint in known}
    found: list[tuple[int, PledgeHint]] = []
    for one in pledge_queries.open_instalments(session):
        is_known = one.donor_id in donor_ids
        is_named = bool(line.name) and naming.is_variant(line.name, one.donor_name)
        is_equal = one.open_minor == line.amount
        if not (is_known or is_named):
            continue
        why = scoring.WORDS["amount"] if is_equal else scoring.WORDS["name"]
        rank = abs((one.due_on - line.on).days) - (1000 if is_equal else 0)
        hint = PledgeHint(one.pledge, one.donor_id, one.donor_name, one.due_on, one.open_minor, why)
        found.append((rank, hint))
    found.sort(key=lambda pair: (pair[0], pair[1].pledge))
    return [hint for _, hint in found[:MOST]]


def _candidates(
    line: BankItem, same: Sequence[BookItem], books: Sequence[BookItem]
) -> list[Suggestion]:
    found = []
    for book in same:
        if abs((line.on - book.on).days) > FAR_DAYS:
            continue
        reasons = scoring.explain(line, book, alone=len(same) == 1)
        found.append(Suggestion((book,), tuple(reasons)))
    merged = _merged(line, books)
    if merged is not None:
        found.append(merged)
    found = [one for one in found if one.score >= scoring.SUGGESTED]
    found.sort(key=lambda one: (-one.score, abs((line.on - one.books[0].on).days)))
    return found[:MOST]


def _merged(line: BankItem, books: Sequence[BookItem]) -> Suggestion | None:
    """Several vouchers of the same party that add up to the line."""
    near = [
        book
        for book in books
        if (book.amount > 0) == (line.amount > 0)
        and abs(book.amount) < abs(line.amount)
        and abs((line.on - book.on).days) <= _MERGED_DAYS
        and any(reason.points > 0 for reason in scoring.names(line, book))
    ]
    near.sort(key=lambda book: abs((line.on - book.on).days))
    near = near[:_MERGED_MOST]
    chosen = only_subset([book.amount for book in near], line.amount)
    if not chosen:
        return None
    parts = tuple(near[i] for i in chosen)
    farthest = max(parts, key=lambda book: abs((line.on - book.on).days))
    reasons = (
        Reason("amount", scoring.POINTS["amount"]),
        Reason("merged", scoring.POINTS["merged"], count=len(parts)),
        *scoring.names(line, parts[0]),
        scoring.days(line.on, farthest.on),
    )
    return Suggestion(parts, reasons)
