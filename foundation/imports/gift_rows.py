"""One row read as a gift, by the columns that a header names."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from foundation.imports import amounts, dates, totals
from foundation.imports.cells import Cell, Flaw, Row, compact, text_of, text_of_row
from foundation.imports.names import Donor, read_donor
from foundation.imports.rows import NotAGift, Outcome, Reason, RegisterRow, RejectedRow

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


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column means what while a header holds, and how many yuan one unit is."""

    columns: dict[str, int]
    labels: dict[int, str]
    panels: tuple[int, ...]
    unit: int

    @property
    def extras(self) -> tuple[tuple[str, int], ...]:
        """The labelled columns that have no role; panels side by side have none."""
        taken = set(self.columns.values())
        found = self.labels.items() if len(self.panels) == 1 else ()
        return tuple((label, index) for index, label in found if label and index not in taken)

    @property
    def width(self) -> int:
        """How many cells a row needs for every column to be there."""
        columns = [*self.columns.values(), *(index for _, index in self.extras)]
        return max(columns) + self.panels[-1] + 1

    def index(self, role: str) -> int:
        """Return the column of the role, -1 if the table has none."""
        return self.columns.get(role, -1)


class GiftReader:
    """Reads rows of one layout; remembers the dates and donors that it has read."""

    def __init__(self, layout: Layout, *, year: int | None, default_date: date | None) -> None:
        self.layout = layout
        # Set when a unit line below the header contradicts it: what follows is not read.
        self.is_unit_doubtful = False
        self.donor, self.amount = layout.columns["donor"], layout.columns["amount"]
        self.date, self.other_donor = layout.index("date"), layout.index("donor_other")
        self._currency, self._direction = layout.index("currency"), layout.index("direction")
        self._texts = [
            (field, layout.columns[role])
            for field, role in _TEXTS.items()
            if role in layout.columns
        ]
        self._extras = layout.extras
        self._default_date = default_date
        self._dates = dates.DateReader(year=year)
        self._donors: dict[str, Donor] = {}

    def read(self, number: int, row: Row) -> Outcome:
        """Read the row, which is wide enough; the first cell that cannot be read rejects it."""
        amount = amounts.read_amount(row[self.amount], unit=self.layout.unit)
        if isinstance(amount, Flaw):
            return reject(number, "amount", row[self.amount], amount)
        # Money that went out has no donor to be looked for.
        if self._direction >= 0 and compact(row[self._direction]).upper() in _OUTGOING:
            return NotAGift(number, Reason.PAYMENT_OUT, text_of_row(row))
        donor = self._read_donor(row)
        if isinstance(donor, Flaw):
            return reject(number, "donor", row[self.donor], donor)
        day = self._read_date(row)
        if isinstance(day, Flaw):
            return reject(number, "date", row[self.date] if self.date >= 0 else None, day)
        if self._currency >= 0 and compact(row[self._currency]).upper() not in _BOOK_CURRENCY:
            return reject(number, "currency", row[self._currency], _CURRENCY)
        if self.is_unit_doubtful:
            return reject(number, "amount", row[self.amount], _DOUBTFUL_UNIT)
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

    def is_dated(self, row: Row) -> bool:
        """Tell whether the row has a date of its own."""
        return self.date >= 0 and isinstance(self._dates.read(row[self.date]), date)

    def _read_date(self, row: Row) -> date | Flaw:
        if self.date < 0:
            return self._default_date or dates.MISSING
        day = self._dates.read(row[self.date])
        return self._default_date or day if day is dates.MISSING else day

    def _read_donor(self, row: Row) -> tuple[str, Donor] | Flaw:
        raw = text_of(row[self.donor])
        if raw in _NOT_GIVEN and self.other_donor >= 0:
            raw = text_of(row[self.other_donor])
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


def reject(number: int, field: str, found: Cell, flaw: Flaw) -> RejectedRow:
    """Return the rejection of a row, with what was found cut to what a person reads."""
    text = text_of(found)[:_LONGEST_FOUND]
    return RejectedRow(number, field, text, flaw.expected, flaw.code)
