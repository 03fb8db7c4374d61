"""Find which lines of a bank and which sides of vouchers are the same money.

Pure and near linear: nothing is compared with everything. Each pass joins by a key (amount and
reference, amount and name, amount and reading ...) and pairs within groups that lie close
together in time. What two pairings would fit equally well is left to a person, unless the
candidates cannot be told apart.

    found = engine.run(lines, books)
    found.proposals          # what the program matches by itself, each with its reasons
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.banking import naming, scoring
from foundation.banking.scoring import AUTOMATIC, NEAR_DAYS, BankItem, BookItem, Reason
from foundation.banking.sums import only_subset

BookKey = tuple[int, int]
"""A day with more lines than that is compared as a whole only, never in parts."""
_MERGED_MOST = 12
_MERGED_DAYS = 15
# A pairing by dates costs lines times vouchers; beyond this the group is paired in order.
_ALIGNED_MOST = 40_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """Lines and sides that are the same money, and why."""

    lines: tuple[int, ...]
    books: tuple[BookKey, ...]
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """How sure it is, from 0 to 100."""
        return scoring.total(self.reasons)


class _Open:
    """What is still open, and what was found."""

    def __init__(self, lines: Iterable[BankItem], books: Iterable[BookItem]) -> None:
        self.lines = {line.id: line for line in lines}
        self.books = {book.key: book for book in books}
        self.proposals: list[Proposal] = []

    def take(
        self, lines: Sequence[BankItem], books: Sequence[BookItem], reasons: Sequence[Reason]
    ) -> None:
        for line in lines:
            del self.lines[line.id]
        for book in books:
            del self.books[book.key]
        self.proposals.append(
            Proposal(
                tuple(line.id for line in lines),
                tuple(book.key for book in books),
                tuple(reasons),
            )
        )


def run(lines: Iterable[BankItem], books: Iterable[BookItem]) -> list[Proposal]:
    """Return what the program would match by itself, each line and side at most once."""
    state = _Open(lines, books)
    _undone(state)
    _join(state, _line_references, _book_references, apart=scoring.FAR_DAYS)
    _join(state, _line_payer, _book_donors, apart=NEAR_DAYS)
    for key in (naming.plain, naming.core, naming.sound):
        _join(state, _named(key), _book_named(key), apart=NEAR_DAYS)
    _lone(state)
    _merged(state)
    _day_totals(state)
    _returned(state)
    return state.proposals


Keys = Callable[[BankItem], Iterable[Hashable]]
BookKeys = Callable[[BookItem], Iterable[Hashable]]


def _line_references(line: BankItem) -> Iterable[Hashable]:
    return [line.reference] if line.reference else []


def _book_references(book: BookItem) -> Iterable[Hashable]:
    return book.references


def _line_payer(line: BankItem) -> Iterable[Hashable]:
    return [] if line.donor_id is None else [line.donor_id]


def _book_donors(book: BookItem) -> Iterable[Hashable]:
    return book.donors


def _named(key: Callable[[str], str]) -> Keys:
    def keys(line: BankItem) -> Iterable[Hashable]:
        found = key(line.name) if line.name else ""
        return [found] if found else []

    return keys


def _book_named(key: Callable[[str], str]) -> BookKeys:
    def keys(book: BookItem) -> Iterable[Hashable]:
        return {found for name in book.names if (found := key(name))}

    return keys


def _join(state: _Open, line_keys: Keys, book_keys: BookKeys, *, apart: int) -> None:
    """Pair what shares an amount and a key, group by group."""
    found: dict[tuple[int, Hashable], list[BookItem]] = defaultdict(list)
    for book in state.books.values():
        for key in book_keys(book):
            found[book.amount, key].append(book)
    groups: dict[tuple[int, Hashable], list[BankItem]] = defaultdict(list)
    for line in state.lines.values():
        for key in line_keys(line):
            if (line.amount, key) in found:
                groups[line.amount, key].append(line)
    for place, lines in groups.items():
        lines = [line for line in lines if line.id in state.lines]  # noqa: PLW2901
        books = [book for book in found[place] if book.key in state.books]
        for near_lines, near_books in _clusters(lines, books, apart):
            _pair(state, near_lines, near_books, apart)


def _clusters(
    lines: Sequence[BankItem], books: Sequence[BookItem], apart: int
) -> Iterator[tuple[list[BankItem], list[BookItem]]]:
    """Cut a group where more than so many days pass without anything."""
    both: list[tuple[date, int, BankItem | BookItem]] = [
        *((line.on, 0, line) for line in lines),
        *((book.on, 1, book) for book in books),
    ]
    both.sort(key=lambda item: item[0])
    near_lines: list[BankItem] = []
    near_books: list[BookItem] = []
    last: date | None = None
    for on, _, item in both:
        if last is not None and (on - last).days > apart:
            if near_lines and near_books:
                yield near_lines, near_books
            near_lines, near_books = [], []
        if isinstance(item, BankItem):
            near_lines.append(item)
        else:
            near_books.append(item)
        last = on
    if near_lines and near_books:
        yield near_lines, near_books


def _pair(state: _Open, lines: Sequence[BankItem], books: Sequence[BookItem], apart: int) -> None:
    """Pair a cluster in the order of its days, and take the pairs that are sure."""
    for line, book in _aligned(lines, books):
        distance = abs((line.on - book.on).days)
        if distance > apart or not _is_clear(line, book, lines, books):
            continue
        reasons = scoring.explain(line, book)
        if scoring.total(reasons) >= AUTOMATIC:
            state.take([line], [book], reasons)


def _is_clear(
    line: BankItem, book: BookItem, lines: Sequence[BankItem], books: Sequence[BookItem]
) -> bool:
    """Whether no other pairing would do as well. With as many on both sides, order decides."""
    if len(lines) == len(books):
        return True
    distance = abs((line.on - book.on).days)
    other_books = [
        abs((line.on - other.on).days)
        for other in books
        if other is not book and other.on != book.on
    ]
    other_lines = [
        abs((other.on - book.on).days)
        for other in lines
        if other is not line and other.on != line.on
    ]
    return distance < min([*other_books, *other_lines], default=distance + 1)


def _aligned(
    lines: Sequence[BankItem], books: Sequence[BookItem]
) -> list[tuple[BankItem, BookItem]]:
    """Pair in order of days with the least distance in all; the longer side leaves some out."""
    if len(lines) == len(books):
        return list(zip(lines, books, strict=True))
    if len(lines) * len(books) > _ALIGNED_MOST:
        return _in_turn(lines, books)
    swapped = len(lines) > len(books)
    short: Sequence[BankItem | BookItem] = books if swapped else lines
    long: Sequence[BankItem | BookItem] = lines if swapped else books
    chosen = _alignment([item.on for item in short], [item.on for item in long])
    pairs = [(short[i], long[j]) for i, j in enumerate(chosen)]
    return [(b, a) if swapped else (a, b) for a, b in pairs]  # type: ignore[misc]


def _alignment(short: Sequence[date], long: Sequence[date]) -> list[int]:
    """Return for each day of `short` its place in `long`: rising, least distance in all."""
    width = len(long)
    costs = [[0] * (width + 1)]
    for i, day in enumerate(short):
        before = costs[-1]
        row = [10**9] * (width + 1)
        for j in range(i, width):
            row[j + 1] = min(row[j], before[j] + abs((day - long[j]).days))
        costs.append(row)
    places: list[int] = []
    j = width
    for i in range(len(short), 0, -1):
        while costs[i][j - 1] == costs[i][j] and j > i:
            j -= 1
        j -= 1
        places.append(j)
    return places[::-1]


def _in_turn(
    lines: Sequence[BankItem], books: Sequence[BookItem]
) -> list[tuple[BankItem, BookItem]]:
    """Pair equal days of a very large group; the rest is left to a person."""
    by_day: dict[date, list[BookItem]] = defaultdict(list)
    for book in reversed(books):
        by_day[book.on].append(book)
    return [(line, by_day[line.on].pop()) for line in lines if by_day.get(line.on)]


def _lone(state: _Open) -> None:
    """Pair what is alone with its amount for days around, where words support it."""
    by_amount: dict[int, list[BookItem]] = defaultdict(list)
    lines: dict[int, list[BankItem]] = defaultdict(list)
    for book in state.books.values():
        by_amount[book.amount].append(book)
    for line in state.lines.values():
        lines[line.amount].append(line)
    for amount, group in lines.items():
        for near_lines, near_books in _clusters(group, by_amount.get(amount, []), NEAR_DAYS):
            if len(near_lines) == len(near_books) == 1:
                line, book = near_lines[0], near_books[0]
                reasons = scoring.explain(line, book, alone=True)
                if abs((line.on - book.on).days) <= NEAR_DAYS and (
                    scoring.total(reasons) >= AUTOMATIC
                ):
                    state.take([line], [book], reasons)


def _merged(state: _Open) -> None:
    """Find one payment for several vouchers, and several payments for one voucher."""
    books: dict[str, list[BookItem]] = defaultdict(list)
    for book in state.books.values():
        for sound in {naming.sound(name) for name in book.names if name}:
            books[sound].append(book)
    lines: dict[str, list[BankItem]] = defaultdict(list)
    for line in state.lines.values():
        if line.name and naming.sound(line.name) in books:
            lines[naming.sound(line.name)].append(line)
    for sound, payments in lines.items():
        _one_for_several(state, payments, books[sound])
        _several_for_one(state, payments, books[sound])


def _one_for_several(state: _Open, payments: Sequence[BankItem], books: Sequence[BookItem]) -> None:
    for line in payments:
        near = _near(state.books, books, line.on, line.amount)
        chosen = only_subset([book.amount for book in near], line.amount)
        if chosen and line.id in state.lines:
            _take_merged(state, [line], [near[i] for i in chosen])


def _several_for_one(state: _Open, payments: Sequence[BankItem], books: Sequence[BookItem]) -> None:
    for book in books:
        parts = _near(state.lines, payments, book.on, book.amount)
        chosen = only_subset([line.amount for line in parts], book.amount)
        if chosen and book.key in state.books:
            _take_merged(state, [parts[i] for i in chosen], [book])


def _near(open_items: dict, items: Sequence, on: date, amount: int) -> list:  # type: ignore[type-arg]
    """Return the open items of one side that are close to a day, the closest first."""
    found = [
        item
        for item in items
        if (item.id if isinstance(item, BankItem) else item.key) in open_items
        and (item.amount > 0) == (amount > 0)
        and abs(item.amount) < abs(amount)
        and abs((item.on - on).days) <= _MERGED_DAYS
    ]
    found.sort(key=lambda item: abs((item.on - on).days))
    return found[:_MERGED_MOST]


def _take_merged(state: _Open, lines: Sequence[BankItem], books: Sequence[BookItem]) -> None:
    count = max(len(lines), len(books))
    farthest = max(abs((line.on - book.on).days) for line in lines for book in books)
    line, book = max(
        ((line, book) for line in lines for book in books),
        key=lambda pair: abs((pair[0].on - pair[1].on).days),
    )
    reasons = [
        Reason("amount", scoring.POINTS["amount"]),
        Reason("merged", scoring.POINTS["merged"], count=count),
        *scoring.names(lines[0], books[0]),
        scoring.days(line.on, book.on),
    ]
    if farthest <= NEAR_DAYS and scoring.total(reasons) >= AUTOMATIC:
        state.take(lines, books, reasons)


def _day_totals(state: _Open) -> None:
    """Match a voucher that adds up a day with everything that the bank has on that day."""
    days: dict[tuple[date, bool], list[BankItem]] = defaultdict(list)
    for line in state.lines.values():
        days[line.on, line.amount > 0].append(line)
    sums = {place: sum(line.amount for line in group) for place, group in days.items()}
    for book in list(state.books.values()):
        place = (book.on, book.amount > 0)
        group = days.get(place, [])
        if len(group) < 2 or sums[place] != book.amount:
            continue
        if all(line.id in state.lines for line in group):
            count = len(group)
            reasons = [
                Reason("amount", scoring.POINTS["amount"]),
                Reason("day_total", scoring.POINTS["day_total"], count=count),
                scoring.days(book.on, book.on),
            ]
            state.take(group, [book], reasons)


def _undone(state: _Open) -> None:
    """Match a voucher with its red copy, unless the bank has one more payment like the original."""
    lines: dict[int, list[BankItem]] = defaultdict(list)
    books: dict[int, list[BookItem]] = defaultdict(list)
    reversals = [book for book in state.books.values() if book.reverses_id]
    wanted = {-book.amount for book in reversals}
    for line in state.lines.values():
        if line.amount in wanted:
            lines[line.amount].append(line)
    for book in state.books.values():
        if book.amount in wanted:
            books[book.amount].append(book)
    for book in reversals:
        original = state.books.get((book.reverses_id or 0, book.side))
        if original is None or original.amount != -book.amount:
            continue
        paid = _count_near(lines[original.amount], original.on)
        others = _count_near(books[original.amount], original.on) - 1
        if paid <= others:
            reasons = (
                Reason("amount", scoring.POINTS["amount"]),
                Reason("reversal", scoring.POINTS["reversal"]),
                Reason("alone", scoring.POINTS["alone"], days=NEAR_DAYS),
            )
            state.take([], [original, book], reasons)
            books[original.amount].remove(original)


def _count_near(items: Sequence[BankItem | BookItem], on: date) -> int:
    return sum(1 for item in items if abs((item.on - on).days) <= NEAR_DAYS)


_RETURNS = ("冲正", "退汇", "退回", "冲账", "抹账", "撤销")


def _returned(state: _Open) -> None:
    """Match a payment with its return by the bank: same name, opposite amount, and it says so."""
    by_place: dict[tuple[int, str], list[BankItem]] = defaultdict(list)
    for line in state.lines.values():
        by_place[line.amount, naming.plain(line.name)].append(line)
    for line in list(state.lines.values()):
        if line.id not in state.lines or not any(word in line.text for word in _RETURNS):
            continue
        others = [
            other
            for other in by_place.get((-line.amount, naming.plain(line.name)), [])
            if other.id in state.lines and 0 <= (line.on - other.on).days <= _MERGED_DAYS
        ]
        if len(others) == 1 and line.name:
            reasons = (
                Reason("amount", scoring.POINTS["amount"]),
                Reason("name", scoring.POINTS["name"]),
                Reason("reversal", scoring.POINTS["reversal"]),
            )
            state.take([others[0], line], [], reasons)
