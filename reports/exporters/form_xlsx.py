"""A statutory form as a workbook: both halves, typed cells, every sum a formula that agrees."""

from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from reports.exporters.arranging import STRONG, Arranged, Place, arrange
from reports.tables import CHINESE, STATE_WORDS, UNIT, Emphasis, Kind, Row, Table, plain

_A4 = 9
# A cell holds 15 digits exactly; a larger amount is written as text rather than rounded.
_EXACT_MINOR = 10**15
_MONEY = '#,##0.00;[Red]-#,##0.00;"–"'


def write(table: Table, stream: BinaryIO, *, language: str = CHINESE) -> None:
    """Write the workbook."""
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    heading = table.heading
    book.set_properties(
        {
            "title": table.title.of(language),
            "author": heading.organisation.of(language),
            "created": heading.printed_at.replace(tzinfo=None),
        }
    )
    _Writer(book, arrange(table), language).write()
    book.close()


class _Writer:
    """The one sheet of a form."""

    def __init__(self, book: Any, arranged: Arranged, language: str) -> None:
        self._book = book
        self._arranged = arranged
        self._table = arranged.table
        self._language = language
        self._sheet = book.add_worksheet(self._table.title.of(language)[:31])
        self._formats: dict[tuple[Kind, bool, int], Any] = {}
        self._first = 0

    def write(self) -> None:
        """Write head, lines, signatures and notes."""
        self._set_up()
        self._head()
        for line in range(len(self._arranged.lines)):
            for column, place in enumerate(self._arranged.places):
                self._cell(line, column, place)
        self._foot(self._first + len(self._arranged.lines))

    def _set_up(self) -> None:
        sheet = self._sheet
        sheet.set_paper(_A4)
        if len(self._arranged.places) > 5:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 1)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
        for column, place in enumerate(self._arranged.places):
            sheet.set_column(column, column, place.width * (0.8 if place.width > 20 else 1) + 1)

    def _head(self) -> None:
        table, language, places = self._table, self._language, self._arranged.places
        heading, form = table.heading, table.form
        assert form is not None
        last = len(places) - 1
        book = self._book
        title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        middle, right = book.add_format({"align": "center"}), book.add_format({"align": "right"})
        self._merged(0, 0, last, table.title.of(language), title)
        state = STATE_WORDS[heading.state].of(language)
        period = f"{heading.period_title.of(language)}　{state}"
        self._merged(1, 0, last - 1, period, middle)
        self._sheet.write_string(1, last, form.number, right)
        name = f"{'编制单位：' if language == CHINESE else ''}{heading.organisation.of(language)}"
        self._sheet.write_string(2, 0, name)
        self._sheet.write_string(2, last, UNIT.of(language), right)
        look = {"bold": True, "align": "center", "valign": "vcenter", "border": 1}
        head = book.add_format({**look, "bg_color": "#EEF2F7", "text_wrap": True})
        row = 3
        if any(place.group for place in places):
            self._groups(row, head)
            row += 1
        for column, place in enumerate(places):
            self._sheet.write_string(row, column, place.title.of(language), head)
        self._first = row + 1
        has_halves = form.right_from is not None
        self._sheet.freeze_panes(self._first, 0 if has_halves else 1)
        self._sheet.repeat_rows(3, row)

    def _groups(self, row: int, look: Any) -> None:
        places, first = self._arranged.places, 0
        while first < len(places):
            group, last = places[first].group, first
            while group and last + 1 < len(places) and places[last + 1].group == group:
                last += 1
            self._merged(row, first, last, group.of(self._language) if group else "", look)
            first = last + 1

    def _merged(self, row: int, first: int, last: int, text: str, look: Any) -> None:
        if last > first:
            self._sheet.merge_range(row, first, row, last, "", look)
        self._sheet.write_string(row, first, text, look)

    def _cell(self, line: int, column: int, place: Place) -> None:
        row = self._arranged.row_of(line, place)
        value = self._arranged.value(line, place, self._language)
        number = self._first + line
        look = self._format(place, row)
        if not isinstance(value, int) or place.kind is not Kind.MONEY:
            text = plain(value, place.kind, self._language)
            if text:
                self._sheet.write_string(number, column, text, look)
            else:
                self._sheet.write_blank(number, column, None, look)
        elif abs(value) >= _EXACT_MINOR:
            self._sheet.write_string(number, column, plain(value, Kind.MONEY, ""), look)
        else:
            formula = self._formula(line, column, place, value)
            amount = Decimal(value).scaleb(-2)
            if formula:
                self._sheet.write_formula(number, column, formula, look, amount)
            else:
                self._sheet.write_number(number, column, amount, look)

    def _formula(self, line: int, column: int, place: Place, value: int) -> str:
        """Return the formula of a sum; what it does not add up to stands in it as a number."""
        form = self._table.form
        assert form is not None
        key = self._arranged.lines[line][place.is_right]
        addends = form.sums.get(key, ()) if key is not None else ()
        if not addends:
            return ""
        lines = {pair[place.is_right]: i for i, pair in enumerate(self._arranged.lines)}
        parts, rest = [], value
        for sign, other in addends:
            amount = self._arranged.rows[other].cells[place.column]
            if other not in lines or not isinstance(amount, int):
                continue
            rest -= sign * amount
            cell = xl_rowcol_to_cell(self._first + lines[other], column)
            parts.append(f"{'-' if sign < 0 else '+'}{cell}")
        if not parts:
            return ""
        if rest:
            parts.append(f"{Decimal(rest).scaleb(-2):+}")
        return f"=ROUND({''.join(parts).removeprefix('+')},2)"

    def _foot(self, row: int) -> None:
        form, language = self._table.form, self._language
        assert form is not None
        signed = "　　　　".join(
            f"{label.of(language)}：{name or '　　　　'}" for label, name in form.signatures
        )
        self._sheet.write_string(row + 1, 0, signed)
        note = self._book.add_format({"font_color": "#555555", "font_size": 9})
        texts = [text.of(language) for text in self._table.notes]
        if form.seal is not None:
            texts.append(form.seal.of(language))
        for i, text in enumerate(texts):
            self._sheet.write_string(row + 2 + i, 0, text, note)

    def _format(self, place: Place, row: Row | None) -> Any:
        is_strong = row is not None and row.emphasis in STRONG
        indent = 0
        if row is not None and place.kind is Kind.TEXT:
            indent = row.level + (1 if row.emphasis is Emphasis.TOTAL else 0)
        key = (place.kind, is_strong, indent)
        if key not in self._formats:
            look: dict[str, Any] = {"border": 1, "valign": "vcenter", "indent": indent}
            look["num_format"] = _MONEY if place.kind is Kind.MONEY else "@"
            if place.kind is Kind.CODE:
                look["align"] = "center"
            if is_strong:
                look["bold"] = True
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]
