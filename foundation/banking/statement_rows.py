"""The lines of a statement: every row becomes a line, or says why it is none.

Received is positive, paid negative, whatever way the bank writes it: two columns, a column with
a sign, a column beside 借 and 贷, or a column from whose balances the direction follows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from foundation.banking import columns, recognition
from foundation.banking.recognition import Mapping, Understanding
from foundation.banking.refusals import DirectionUnknown
from foundation.imports import amounts
from foundation.imports.cells import Cell, Flaw, Row, compact, is_blank, text_of, text_of_row
from foundation.imports.dates import DateReader
from foundation.imports.names import normalise_name

_RMB = frozenset({"", "人民币", "人民币元", "CNY", "RMB", "156", "01", "001", "10"})
_CURRENCY = Flaw("amount_currency", "人民币账户的对账单；外币账户暂不支持")
_TWO_AMOUNTS = Flaw("two_amounts", "收入和支出只能有一个金额")
_NOTHING = frozenset({"amount_missing"})


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a statement as the file has it; `row` is what a spreadsheet shows."""

    row: int
    booked_on: date
    amount_minor: int
    balance_minor: int | None
    reference: str = ""
    name: str = ""
    account: str = ""
    summary: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that should be a line but cannot be read."""

    row: int
    field: str
    found: str
    expected: str

    @property
    def description(self) -> str:
        """Say in Chinese which field of which row, what was found and what was expected."""
        found = f"是“{self.found}”" if self.found else "为空"
        field = columns.ROLE_NAMES.get(self.field, self.field)
        return f"第 {self.row} 行的{field}{found}，应为{self.expected}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is rightly no line: a title, a total, the header again, nothing."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class _Raw:
    """A row with its cells read, before the direction of its amount is settled."""

    row: int
    booked_on: date
    received: int
    paid: int
    amount: int
    way: int
    balance: int | None
    cells: Row


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything below and above the header, in the order of the file."""

    lines: tuple[StatementLine, ...]
    rejected: tuple[Rejected, ...]
    skipped: tuple[Skipped, ...]


def read(understanding: Understanding) -> Rows:
    """Read every row of the table.

    Raises DirectionUnknown, and while reading FileDamaged or TextUnreadable.
    """
    raws: list[_Raw] = []
    rejected: list[Rejected] = []
    skipped: list[Skipped] = []
    for found in _Reader(understanding).rows():
        if isinstance(found, _Raw):
            raws.append(found)
        elif isinstance(found, Rejected):
            rejected.append(found)
        else:
            skipped.append(found)
    mapping = understanding.mapping
    signed = _signed(raws, mapping, understanding.source.filename)
    lines = tuple(_line(raw, minor, mapping) for raw, minor in zip(raws, signed, strict=True))
    return Rows(tuple(line for line in lines if line.amount_minor), tuple(rejected), tuple(skipped))


class _Reader:
    """Reads rows one by one."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding
        self._mapping = understanding.mapping
        self._dates = DateReader(year=None)
        self._wording = columns.wording()

    def rows(self) -> Iterator[_Raw | Rejected | Skipped]:
        """Yield what each row is."""
        mapping = self._mapping
        rows: Iterable[Row] = self._understanding.source.rows(mapping.sheet)
        for number, row in enumerate(rows, 1):
            if number <= mapping.header_row:
                yield Skipped(number, text_of_row(row))
            else:
                yield self._row(number, row)

    def _row(self, number: int, row: Row) -> _Raw | Rejected | Skipped:
        text = text_of_row(row)
        if not text or recognition.is_header(row, self._understanding.labels):
            return Skipped(number, text)
        day = self._dates.read(self._cell(row, "date"))
        figures = {
            role: amounts.read_signed(self._cell(row, role), unit=1)
            for role in ("debit", "credit", "amount", "balance")
        }
        is_empty = all(isinstance(figures[role], Flaw) for role in ("debit", "credit", "amount"))
        if isinstance(day, Flaw):
            # A total or a closing sentence has no day; a line without its own is refused, or
            # money would vanish between two balances.
            if is_empty or self._wording.total.search(compact(text)):
                return Skipped(number, text)
            found = text_of(self._cell(row, "date"))[:40]
            return Rejected(number, "date", found, day.expected)
        return self._dated(number, row, day, figures)

    def _dated(
        self, number: int, row: Row, day: date, figures: dict[str, int | Flaw]
    ) -> _Raw | Rejected | Skipped:
        values: dict[str, int] = {}
        for role, figure in figures.items():
            if isinstance(figure, int):
                values[role] = figure
            elif figure.code not in _NOTHING:
                found = text_of(self._cell(row, role))[:40]
                return Rejected(number, role, found, figure.expected)
        if compact(self._cell(row, "currency")).upper() not in _RMB:
            found = text_of(self._cell(row, "currency"))
            return Rejected(number, "currency", found, _CURRENCY.expected)
        received, paid = values.get("credit", 0), values.get("debit", 0)
        if received and paid:
            return Rejected(number, "debit", text_of_row(row)[:60], _TWO_AMOUNTS.expected)
        amount = values.get("amount", 0)
        if not received and not paid and not amount:
            return Skipped(number, text_of_row(row))
        return _Raw(
            row=number,
            booked_on=day,
            received=received,
            paid=paid,
            amount=amount,
            way=self._way(row),
            balance=values.get("balance"),
            cells=row,
        )

    def _way(self, row: Row) -> int:
        said = compact(self._cell(row, "direction")).upper()
        if said in self._wording.words_in:
            return 1
        return -1 if said in self._wording.words_out else 0

    def _cell(self, row: Row, role: str) -> Cell:
        return cell_of(row, self._mapping, role)


def cell_of(row: Row, mapping: Mapping, role: str) -> Cell:
    """Return the cell of a role, None where the row has none."""
    index = mapping.columns.get(role, -1)
    return row[index] if 0 <= index < len(row) else None


def _signed(raws: list[_Raw], mapping: Mapping, filename: str) -> list[int]:
    """Return what each row received (positive) or paid."""
    if "debit" in mapping.columns or "credit" in mapping.columns:
        # With both columns, a column of amounts beside them only repeats one of the two.
        both = "debit" in mapping.columns and "credit" in mapping.columns
        if both or "amount" not in mapping.columns:
            return [raw.received - raw.paid for raw in raws]
    if any(raw.way for raw in raws):
        return _by_words(raws, filename)
    if any(raw.amount < 0 for raw in raws):
        return [raw.amount for raw in raws]
    return _by_balances(raws, filename)


def _by_words(raws: list[_Raw], filename: str) -> list[int]:
    if not all(raw.way for raw in raws):
        raise DirectionUnknown(filename=filename)
    # Where payments carry a minus beside 借, the minus says the same thing once more; else a
    # minus is a correction of the bank.
    repeats = all(raw.amount < 0 for raw in raws if raw.way < 0)
    return [-abs(raw.amount) if repeats and raw.way < 0 else raw.way * raw.amount for raw in raws]


def _by_balances(raws: list[_Raw], filename: str) -> list[int]:
    """Take the direction from the running balance, in whichever order the file stands."""
    if any(raw.balance is None for raw in raws):
        raise DirectionUnknown(filename=filename)
    kept = [raw.balance or 0 for raw in raws]
    forward = [0] + [later - before for before, later in pairwise(kept)]
    backward = [before - later for before, later in pairwise(kept)] + [0]
    for moves, oldest in ((forward, 0), (backward, len(raws) - 1)):
        others = [i for i in range(len(raws)) if i != oldest]
        if any(abs(moves[i]) != raws[i].amount for i in others):
            continue
        # Nothing stands before the oldest line. Where every other amount is received, the column
        # has signs; else only a balance that is the amount itself says that it was received.
        is_signed = all(moves[i] == raws[i].amount for i in others)
        if is_signed or kept[oldest] == raws[oldest].amount:
            moves[oldest] = raws[oldest].amount
            return moves
    raise DirectionUnknown(filename=filename)


def _line(raw: _Raw, minor: int, mapping: Mapping) -> StatementLine:
    def text(role: str) -> str:
        return text_of(cell_of(raw.cells, mapping, role))

    other = "payer" if minor > 0 else "payee"
    notes = [
        text_of(raw.cells[index])
        for index in mapping.notes
        if index < len(raw.cells) and not is_blank(raw.cells[index])
    ]
    return StatementLine(
        row=raw.row,
        booked_on=raw.booked_on,
        amount_minor=minor,
        balance_minor=raw.balance,
        reference="".join(text("reference").split())[:120],
        name=normalise_name(text("name") or text(f"{other}_name"))[:200],
        account="".join(text("account").split()) or "".join(text(f"{other}_account").split()),
        summary=text("summary")[:300],
        note="；".join(dict.fromkeys(notes))[:500],
    )
