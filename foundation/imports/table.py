"""Walking down a table: every row becomes a gift, or says why it is none.

The common row is read at once. Whatever cannot be read as a gift is then looked at more
closely: blank, total, repeated header, unit, payment out, note; what is left is rejected with
the field, what was found and what was expected.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from foundation.imports import amounts, headers, labels, totals
from foundation.imports.cells import Cell, Row, compact, is_blank, text_of, text_of_row
from foundation.imports.gift_rows import GiftReader, Layout, reject
from foundation.imports.rows import NotAGift, Outcome, Reason, RegisterRow, RejectedRow
from foundation.imports.totals import TotalRow

_STAFF = re.compile(r"[:：]|制表|审核|复核|经办|出纳|负责人|盖章|公章|^(?:注|备注|说明|附)")
_SECTION = re.compile(
    r"^[（(]?[一二三四五六七八九十]+[）)、.．]|^\d+[、.．]|月\d+日"
    r"|(?:名单|明细|情况|部分|捐赠|捐款|公示|一览表|类)$"
)
_LONGEST_SECTION = 40
# So many names in a row without one amount are a list, not gifts that lack something.
_MOST_PENDING = 100
_SUM_HINT = re.compile("|".join(totals.HINTS))
_ESSENTIAL = ("date", "donor", "amount", "serial")


class Reader:
    """Reads the rows below a header; keeps the total rows and the gifts since the last one."""

    def __init__(
        self,
        layout: Layout,
        *,
        header_rows: Sequence[Row],
        year: int | None,
        default_date: date | None,
        may_change: bool,
    ) -> None:
        self.totals: list[TotalRow] = []
        self.gifts_since_total = 0
        self._header_rows = {_compact_row(row) for row in header_rows}
        self._may_change = may_change
        self._year, self._default_date = year, default_date
        # Names without an amount that may turn out to be notes: see _settle.
        self._pending: list[NotAGift] = []
        self._use(layout)

    def outcomes(self, numbered: Iterable[tuple[int, Row]]) -> Iterator[Outcome]:
        """Yield what each row is, in order."""
        for number, row in numbered:
            if len(row) < self._width:
                row += (None,) * (self._width - len(row))  # noqa: PLW2901 - short rows are padded
            found = (
                [self._read(number, row)] if self._is_single else self._side_by_side(number, row)
            )
            for outcome in found:
                if type(outcome) is RegisterRow:
                    self.gifts_since_total += 1
                    if self._pending:
                        yield from self._settle(is_gift_next=True)
                elif outcome is None:
                    continue
                elif self._pending:
                    yield from self._settle(is_gift_next=False)
                yield outcome
        yield from self._settle(is_gift_next=False)

    def _use(self, layout: Layout) -> None:
        """Read what follows by this layout."""
        self._layout = layout
        self._gifts = GiftReader(layout, year=self._year, default_date=self._default_date)
        self._donor, self._amount = self._gifts.donor, self._gifts.amount
        self._serial = layout.index("serial")
        self._width = layout.width
        self._is_single = len(layout.panels) == 1
        taken = set(layout.columns.values())
        self._repeated = {index for index in taken if self._repeats(index)}
        self._shared = taken - self._repeated

    def _repeats(self, index: int) -> bool:
        """Tell whether every panel has this column; else the panels share the one there is."""
        if index in {self._donor, self._amount}:
            return True
        known = self._layout.labels
        label = known.get(index)
        return bool(label) and all(known.get(index + at) == label for at in self._layout.panels)

    def _read(self, number: int, row: Row) -> Outcome | None:
        """Return what the row is; None while that depends on the next row."""
        if not _speaks_of_a_sum(row):
            outcome = self._gifts.read(number, row)
            if type(outcome) is RegisterRow:
                return outcome
        special = self._special(number, row)
        if special is not None:
            return special
        outcome = self._gifts.read(number, row)
        if isinstance(outcome, RejectedRow):
            return self._look_closer(number, row, outcome)
        return outcome

    def _side_by_side(self, number: int, row: Row) -> list[Outcome | None]:
        """Read the panels of a row; each may hold a gift or nothing."""
        special = self._special(number, row)
        if special is not None:
            return [special]
        found: list[Outcome | None] = []
        for place, offset in enumerate(self._layout.panels):
            panel: list[Cell] = [None] * self._width
            for index in self._repeated:
                panel[index] = row[index + offset]
            if all(is_blank(cell) for cell in panel):
                continue
            for index in self._shared:
                panel[index] = row[index]
            outcome = self._read(number, tuple(panel))
            if isinstance(outcome, RegisterRow):
                outcome = replace(outcome, panel=place)
            found.append(outcome)
        return found

    def _special(self, number: int, row: Row) -> NotAGift | None:
        """Recognise the rows that are never gifts, whatever stands in their columns."""
        filled = [cell for cell in row if not is_blank(cell)]
        if not filled:
            return NotAGift(number, Reason.BLANK)
        reason = self._sum(number, row)
        if reason is None and self._is_header(row):
            reason = Reason.REPEATED_HEADER
        if reason is None and len(filled) == 1:
            unit = labels.unit_line(compact(filled[0]))
            if unit is not None:
                self._gifts.is_unit_doubtful = self._may_change and unit != self._layout.unit
                reason = Reason.UNIT
        return None if reason is None else NotAGift(number, reason, text_of_row(row))

    def _sum(self, number: int, row: Row) -> Reason | None:
        """Recognise a total row by its label and keep what it states."""
        places = {0, self._donor, self._gifts.other_donor, self._gifts.date, self._serial}
        has_donor = not is_blank(row[self._donor])
        for index, cell in enumerate(row):
            if not isinstance(cell, str) or (has_donor and index not in places):
                continue
            found = totals.label_in(cell)
            if found is None:
                continue
            reason, is_grand, beside = found
            columns = [row[self._amount + offset] for offset in self._layout.panels]
            unit = self._layout.unit if beside is None else 1
            self.totals.append(
                TotalRow(
                    row=number,
                    reason=reason,
                    label=text_of(cell),
                    is_grand=is_grand,
                    amount_minor=totals.amount_of(columns, unit=self._layout.unit)
                    if beside is None
                    else totals.amount_of([beside], unit=unit),
                    gifts_before=self.gifts_since_total,
                )
            )
            if reason is not Reason.CARRIED:
                self.gifts_since_total = 0
            return reason
        return None

    def _is_header(self, row: Row) -> bool:
        """Recognise the header again, or another header whose columns hold from here on."""
        if _compact_row(row) in self._header_rows:
            return True
        found = headers.match(row) if self._may_change else None
        if found is None:
            return False
        # A gift from 爱心企业 by 现金 must not pass for a header.
        if not set(found.labels.values()) & set(filter(None, self._layout.labels.values())):
            return False
        if any(role in self._layout.columns and role not in found.columns for role in _ESSENTIAL):
            return False
        # Amounts in fen, or two columns that could be the amount: the row is then rejected.
        if found.rivals or labels.counts_fen(found.labels[found.columns["amount"]]):
            return False
        unit = found.unit or self._layout.unit
        self._use(Layout(found.columns, found.labels, found.panels, unit))
        return True

    def _look_closer(self, number: int, row: Row, rejected: RejectedRow) -> Outcome | None:
        """Tell payments out, notes and blank lines of a form from gifts that lack something."""
        flaw = amounts.read_amount(row[self._amount], unit=self._layout.unit)
        if isinstance(flaw, int):
            return rejected
        text = text_of_row(row)
        debit = self._layout.index("debit")
        nothing = flaw.code in {"amount_missing", "amount_zero"}
        if nothing and debit >= 0:
            paid = amounts.read_signed(row[debit], unit=self._layout.unit)
            if isinstance(paid, int) and paid:
                return NotAGift(number, Reason.PAYMENT_OUT, text)
        filled = [index for index, cell in enumerate(row) if not is_blank(cell)]
        is_counted = self._serial >= 0 and amounts.looks_numeric(row[self._serial])
        is_dated = self._gifts.is_dated(row)
        # A form may be printed with numbers, dates and zeros in lines that nobody filled in.
        printed = {
            index
            for index, was in ((self._serial, is_counted), (self._gifts.date, is_dated))
            if was
        }
        if nothing and set(filled) <= printed | {self._amount} and filled != [self._gifts.date]:
            return NotAGift(number, Reason.BLANK, text)
        if len(filled) == 1:
            return self._lone(number, row, text)
        if not is_counted and not is_dated and (is_blank(row[self._donor]) or _STAFF.search(text)):
            return NotAGift(number, Reason.NOTE, text)
        return rejected

    def _lone(self, number: int, row: Row, text: str) -> NotAGift | None:
        """Take a single filled cell for a note, unless it may be a name without its amount."""
        note = NotAGift(number, Reason.NOTE, text)
        has_more = self._gifts.date >= 0 or self._serial >= 0
        if has_more or is_blank(row[self._donor]) or len(text) > _LONGEST_SECTION:
            return note
        if _STAFF.search(text) or _SECTION.search(compact(text)):
            return note
        if len(self._pending) >= _MOST_PENDING:
            return note
        self._pending.append(note)
        return None

    def _settle(self, *, is_gift_next: bool) -> Iterator[Outcome]:
        """Decide on lone names: between gifts an amount is missing, elsewhere they are notes."""
        pending, self._pending = self._pending, []
        for note in pending:
            yield reject(note.row, "amount", None, amounts.MISSING) if is_gift_next else note


def _speaks_of_a_sum(row: Row) -> bool:
    return _SUM_HINT.search("\n".join([cell for cell in row if type(cell) is str])) is not None


def _compact_row(row: Row) -> tuple[str, ...]:
    texts = [compact(cell) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)
