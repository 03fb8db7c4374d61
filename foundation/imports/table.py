"""Walking down a table: every row becomes a gift, or says why it is none.

The common row is read at once. Whatever cannot be read as a gift is then looked at more
closely: blank, total, repeated header, unit, payment out, note; what is left is rejected with
the field, what was found and what was expected.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.imports import amounts, dates, headers, labels, totals
from foundation.imports.cells import Cell, Flaw, Row, compact, is_blank, text_of
from foundation.imports.names import Donor, read_donor
from foundation.imports.rows import NotAGift, Outcome, Reason, RegisterRow, RejectedRow
from foundation.imports.totals import TotalRow
from foundation.imports.workbooks import Merged

_NOT_GIVEN = frozenset({"", "-", "--", "—", "——", "/", "无", "0", "N/A", "n/a"})
_BOOK_CURRENCY = frozenset({"", "人民币", "人民币元", "元", "¥", "CNY", "RMB", "156", "01", "001"})
_OUTGOING = frozenset({"借", "借方", "支", "支出", "付", "付款", "往账", "往帐", "转出", "D", "DR"})
_LONGEST_NAME = 200
_LONGEST_FOUND = 60
_MOST_PENDING = 20
_MISSING_NAME = Flaw("donor_missing", "捐赠人的名称；不愿具名的请写“匿名”")
_LONG_NAME = Flaw("donor_too_long", f"不超过 {_LONGEST_NAME} 个字的捐赠人名称")
_UNCLEAR_TOTAL = Flaw("unclear_total", "捐赠人的名称；如果这是小计行，请删去该行或只写“小计”")
_CURRENCY = Flaw("currency_not_book", "人民币；外币捐赠请单独登记")
_STAFF = re.compile(r"[:：]|制表|审核|复核|经办|出纳|负责人|盖章|公章|^(注|备注|说明|附)")
_SECTION = re.compile(
    r"^[（(]?[一二三四五六七八九十]+[）)、.．]|^\d+[、.．]|月\d+日|(名单|明细|情况|部分|捐赠|捐款|公示|一览表|类)$"
)
# Values that hold for several rows when their cells are merged. An amount never does.
_FILLED_DOWN = ("date", "donor", "fund", "method", "note")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column means what while a header holds; -1 where there is none."""

    columns: dict[str, int]
    panels: tuple[int, ...]
    extras: tuple[tuple[str, int], ...]
    unit: int

    def index(self, role: str) -> int:
        """Return the column of the role, -1 if the table has none."""
        return self.columns.get(role, -1)


class Reader:
    """Reads the rows below the header; keeps the total rows and the gifts since the last."""

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
        self._pending: list[NotAGift] = []
        self._use(layout)

    def outcomes(self, numbered: Iterable[tuple[int, Row]]) -> Iterator[Outcome]:
        """Yield what each row is, in order."""
        for number, row in numbered:
            for offset in self._layout.panels:
                if offset:
                    outcome = self._read(number, self._shifted(row, offset), is_panel=True)
                else:
                    outcome = self._read(number, row, is_panel=False)
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
