"""Walking down a table: every row becomes a gift, or says why it is none.

The common row is read at once. Whatever cannot be read as a gift is then looked at more
closely: blank, total, repeated header, unit, payment out, note; what is left is rejected with
the field, what was found and what was expected.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from foundation.imports import amounts, dates, headers, labels, totals
from foundation.imports.cells import Cell, Flaw, Row, compact, is_blank, text_of
from foundation.imports.names import Donor, read_donor
from foundation.imports.rows import NotAGift, Outcome, Reason, RegisterRow, RejectedRow
from foundation.imports.totals import TotalRow

# The texts that are taken over as they are: field of the row, role of the column.
_TEXTS = {
    "note": "note",
    "reference": "reference",
    "method": "method",
    "fund_text": "fund",
    "donor_id_number": "donor_id_number",
    "phone": "phone",
    "email": "email",
    "serial": "serial",
}
_NOT_GIVEN = frozenset({"", "-", "--", "—", "——", "/", "无", "0", "N/A", "n/a"})
_BOOK_CURRENCY = frozenset({"", "人民币", "人民币元", "元", "¥", "CNY", "RMB", "156", "01", "1"})
_OUTGOING = frozenset({"借", "借方", "支", "支出", "付", "付款", "往账", "往帐", "转出", "D", "DR"})
_LONGEST_NAME = 200
_LONGEST_FOUND = 60
_KNOWN_DONORS = 20_000
_MISSING_NAME = Flaw("donor_missing", "捐赠人的名称；不愿具名的请写“匿名”")
_LONG_NAME = Flaw("donor_too_long", f"不超过 {_LONGEST_NAME} 个字的捐赠人名称")
_UNCLEAR_TOTAL = Flaw("unclear_total", "捐赠人的名称；如果这是小计行，请删去该行或只写“小计”")
_CURRENCY = Flaw("currency_not_book", "人民币；外币捐赠请单独登记")
_DOUBTFUL_UNIT = Flaw("amount_unit", "与表头一致的金额单位；上方的单位行写了另一种单位")
_STAFF = re.compile(r"[:：]|制表|审核|复核|经办|出纳|负责人|盖章|公章|^(?:注|备注|说明|附)")
_SECTION = re.compile(
    r"^[（(]?[一二三四五六七八九十]+[）)、.．]|^\d+[、.．]|月\d+日"
    r"|(?:名单|明细|情况|部分|捐赠|捐款|公示|一览表|类)$"
)
_LONGEST_SECTION = 40
_SUM_HINT = re.compile("|".join(totals.HINTS))
_ESSENTIAL = ("date", "donor", "amount", "serial")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column means what while a header holds, and how many yuan one unit is."""

    columns: dict[str, int]
    labels: dict[int, str]
    panels: tuple[int, ...]
    unit: int

    def index(self, role: str) -> int:
        """Return the column of the role, -1 if the table has none."""
        return self.columns.get(role, -1)


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
        self._default_date = default_date
        self._dates = dates.DateReader(year=year)
        self._donors: dict[str, Donor] = {}
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
        self._has_doubtful_unit = False
        self._is_single = len(layout.panels) == 1
        self._width = max(layout.columns.values()) + layout.panels[-1] + 1
        self._donor, self._amount = layout.columns["donor"], layout.columns["amount"]
        self._date, self._other = layout.index("date"), layout.index("donor_other")
        self._currency, self._direction = layout.index("currency"), layout.index("direction")
        self._texts = [
            (field, layout.columns[role])
            for field, role in _TEXTS.items()
            if role in layout.columns
        ]
        taken = set(layout.columns.values())
        self._extras = [
            (label, index)
            for index, label in layout.labels.items()
            if label and self._is_single and index not in taken
        ]
        self._width = max([self._width, *(index + 1 for _, index in self._extras)])

    def _read(self, number: int, row: Row) -> Outcome | None:
        """Return what the row is; None while that depends on the next row."""
        if not _speaks_of_a_sum(row):
            outcome = self._gift(number, row)
            if type(outcome) is RegisterRow:
                return outcome
        special = self._special(number, row)
        if special is not None:
            return special
        outcome = self._gift(number, row)
        if isinstance(outcome, RejectedRow):
            return self._look_closer(number, row, outcome)
        return outcome

    def _side_by_side(self, number: int, row: Row) -> list[Outcome | None]:
        """Read the panels of a row; each may hold a gift or nothing."""
        special = self._special(number, row)
        if special is not None:
            return [special]
        bounds = [*self._layout.panels, len(row)]
        found = []
        for start, end in pairwise(bounds):
            panel = row[start:end]
            if any(not is_blank(cell) for cell in panel):
                panel += (None,) * (self._width - len(panel))
                found.append(self._read(number, panel))
        return found

    def _gift(self, number: int, row: Row) -> Outcome:
        """Read the row as a gift; the first cell that cannot be read rejects it."""
        amount = amounts.read_amount(row[self._amount], unit=self._layout.unit)
        if isinstance(amount, Flaw):
            return _reject(number, "amount", row[self._amount], amount)
        donor = self._read_donor(row)
        if isinstance(donor, Flaw):
            return _reject(number, "donor", row[self._donor], donor)
        day = self._read_date(row)
        if isinstance(day, Flaw):
            return _reject(number, "date", row[self._date] if self._date >= 0 else None, day)
        if self._direction >= 0 and compact(row[self._direction]).upper() in _OUTGOING:
            return NotAGift(number, Reason.PAYMENT_OUT, _text_of_row(row))
        if self._currency >= 0 and compact(row[self._currency]).upper() not in _BOOK_CURRENCY:
            return _reject(number, "currency", row[self._currency], _CURRENCY)
        if self._has_doubtful_unit:
            return _reject(number, "amount", row[self._amount], _DOUBTFUL_UNIT)
        raw, who = donor
        return RegisterRow(
            row=number,
            received_on=day,
            donor=who.name,
            raw_donor=raw,
            amount_minor=amount,
            passed_on_by=who.passed_on_by,
            is_anonymous=who.is_anonymous,
            is_masked=who.is_masked,
            extra=self._extra(row) if self._extras else (),
            **self._plain_texts(row),
        )

    def _read_date(self, row: Row) -> date | Flaw:
        if self._date < 0:
            return self._default_date or dates.MISSING
        day = self._dates.read(row[self._date])
        return self._default_date or day if day is dates.MISSING else day

    def _read_donor(self, row: Row) -> tuple[str, Donor] | Flaw:
        raw = text_of(row[self._donor])
        if raw in _NOT_GIVEN and self._other >= 0:
            raw = text_of(row[self._other])
        known = self._donors.get(raw)
        if known is not None:
            return raw, known
        if raw in _NOT_GIVEN:
            return _MISSING_NAME
        if len(raw) > _LONGEST_NAME:
            return _LONG_NAME
        if "计" in raw and totals.ends_as_sum(raw):
            return _UNCLEAR_TOTAL
        if len(self._donors) >= _KNOWN_DONORS:
            self._donors.clear()
        self._donors[raw] = donor = read_donor(raw)
        return raw, donor

    def _plain_texts(self, row: Row) -> dict[str, Any]:
        texts = {field: text_of(row[index]) for field, index in self._texts}
        if texts.get("reference") in _NOT_GIVEN:
            texts["reference"] = ""
        return texts

    def _extra(self, row: Row) -> tuple[tuple[str, str], ...]:
        found = [(label, text_of(row[index])) for label, index in self._extras]
        return tuple([pair for pair in found if pair[1]])

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
                self._has_doubtful_unit = self._may_change and unit != self._layout.unit
                reason = Reason.UNIT
        return None if reason is None else NotAGift(number, reason, _text_of_row(row))

    def _sum(self, number: int, row: Row) -> Reason | None:
        """Recognise a total row by its label and keep what it states."""
        places = {0, self._donor, self._other, self._date, self._layout.index("serial")}
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
        unit = found.unit or self._layout.unit
        self._use(Layout(found.columns, found.labels, found.panels, unit))
        return True

    def _look_closer(self, number: int, row: Row, rejected: RejectedRow) -> Outcome | None:
        """Tell payments out, notes and blank lines of a form from gifts that lack something."""
        flaw = amounts.read_amount(row[self._amount], unit=self._layout.unit)
        if isinstance(flaw, int):
            return rejected
        text = _text_of_row(row)
        debit = self._layout.index("debit")
        nothing = flaw.code in {"amount_missing", "amount_zero"}
        if nothing and debit >= 0:
            paid = amounts.read_signed(row[debit], unit=self._layout.unit)
            if isinstance(paid, int) and paid:
                return NotAGift(number, Reason.PAYMENT_OUT, text)
        filled = [index for index, cell in enumerate(row) if not is_blank(cell)]
        serial = self._layout.index("serial")
        is_counted = serial >= 0 and amounts.looks_numeric(row[serial])
        is_dated = self._date >= 0 and isinstance(self._dates.read(row[self._date]), date)
        # A form may be printed with numbers, dates and zeros in lines that nobody filled in.
        printed = {index for index, was in ((serial, is_counted), (self._date, is_dated)) if was}
        if nothing and set(filled) <= printed | {self._amount} and filled != [self._date]:
            return NotAGift(number, Reason.BLANK, text)
        if len(filled) == 1:
            return self._lone(number, row, text)
        if not is_counted and not is_dated and (is_blank(row[self._donor]) or _STAFF.search(text)):
            return NotAGift(number, Reason.NOTE, text)
        return rejected

    def _lone(self, number: int, row: Row, text: str) -> NotAGift | None:
        """Take a single filled cell for a note, unless it may be a name without its amount."""
        note = NotAGift(number, Reason.NOTE, text)
        has_more = self._date >= 0 or self._layout.index("serial") >= 0
        if has_more or is_blank(row[self._donor]) or len(text) > _LONGEST_SECTION:
            return note
        if _STAFF.search(text) or _SECTION.search(compact(text)):
            return note
        self._pending.append(note)
        return None

    def _settle(self, *, is_gift_next: bool) -> Iterator[Outcome]:
        """Decide on lone names: between gifts an amount is missing, elsewhere they are notes."""
        pending, self._pending = self._pending, []
        for note in pending:
            yield _reject(note.row, "amount", None, amounts.MISSING) if is_gift_next else note


def _speaks_of_a_sum(row: Row) -> bool:
    return _SUM_HINT.search("\n".join([cell for cell in row if type(cell) is str])) is not None


def _reject(number: int, field: str, found: Cell, flaw: Flaw) -> RejectedRow:
    text = text_of(found)[:_LONGEST_FOUND]
    return RejectedRow(number, field, text, flaw.expected, flaw.code)


def _compact_row(row: Row) -> tuple[str, ...]:
    texts = [compact(cell) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _text_of_row(row: Row) -> str:
    return " ".join([text for cell in row if (text := text_of(cell))])
