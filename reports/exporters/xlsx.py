"""A table as a workbook: typed cells, a heading that stays, sums as formulas, ready to print.

Rows are written as they come, so a long book needs little memory. Texts are never formulas.
"""

import dataclasses
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from reports.exporters import form_xlsx, sums
from reports.exporters.sums import Adder
from reports.tables import (
    CHINESE,
    STATE_WORDS,
    UNIT,
    Column,
    Emphasis,
    Kind,
    Label,
    Row,
    Table,
    Value,
    plain,
    total_cells,
)

_ROWS_ON_A_SHEET = 1_000_000
_A4 = 9
# A cell holds 15 digits exactly; a larger amount is written as text rather than rounded.
_EXACT_MINOR = 10**15
_MONEY = '#,##0.00;[Red]-#,##0.00;"–"'
_NUMBER_FORMATS = {Kind.MONEY: _MONEY, Kind.INTEGER: "#,##0", Kind.DATE: "yyyy-mm-dd"}
_STRONG = frozenset({Emphasis.HEADING, Emphasis.SUBTOTAL, Emphasis.CUMULATIVE, Emphasis.TOTAL})


def write(table: Table, stream: BinaryIO, *, language: str = CHINESE) -> None:
    """Write the workbook."""
    if table.form is not None:
        form_xlsx.write(table, stream, language=language)
        return
    book = xlsxwriter.Workbook(
        stream,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd",
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
    writer = _Writer(book, table, language)
    for row in table.rows:
        writer.add(row)
    writer.finish()
    book.close()


def write_several(tables: Sequence[Table], stream: BinaryIO, *, language: str = CHINESE) -> None:
    """Write small tables into one workbook, each on a sheet of its own."""
    book = xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False})
    heading = tables[0].heading
    book.set_properties(
        {
            "author": heading.organisation.of(language),
            "created": heading.printed_at.replace(tzinfo=None),
        }
    )
    for number, table in enumerate(tables, start=1):
        # Titles may be long and alike; the number keeps the names of sheets apart.
        short = Label(f"{number} {table.title.zh}", f"{number} {table.title.en}")
        writer = _Writer(book, dataclasses.replace(table, title=short), language)
        for row in table.rows:
            writer.add(row)
        writer.finish()
    book.close()


class _Writer:
    """One workbook being written; a book that is too long goes on in another sheet."""

    def __init__(self, book: Any, table: Table, language: str) -> None:
        self._book = book
        self._table = table
        self._language = language
        self._formats: dict[tuple[Kind, bool, int], Any] = {}
        self._summed = [i for i, column in enumerate(table.columns) if column.key in table.totals]
        self._sheets = 0
        self._open_sheet()

    def add(self, row: Row) -> None:
        """Write one row."""
        if self._next - self._first >= _ROWS_ON_A_SHEET:
            self._open_sheet()
        covered = sums.rows_of(row, self._adder, self._next)
        self._write_row(row.cells, covered, is_strong=row.emphasis in _STRONG, level=row.level)

    def finish(self) -> None:
        """Write the totals and the notes."""
        table = self._table
        if table.totals:
            figures = [table.totals[table.columns[i].key] for i in self._summed]
            covered = self._adder.total(figures) if self._sheets == 1 else None
            cells = total_cells(table, self._language)
            self._write_row(cells, covered, is_strong=True, level=0)
        note = self._book.add_format({"font_color": "#555555"})
        for text in table.notes:
            self._sheet.write_string(self._next, 0, text.of(self._language), note)
            self._next += 1

    def _open_sheet(self) -> None:
        table, language = self._table, self._language
        self._sheets += 1
        name = table.title.of(language)[:28]
        self._sheet = self._book.add_worksheet(
            name if self._sheets == 1 else f"{name}{self._sheets}"
        )
        self._sheet.set_landscape()
        self._sheet.set_paper(_A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._sheet.set_footer(f"&L{_escaped(table.heading.organisation.of(language))}&C&P / &N")
        for i, column in enumerate(table.columns):
            self._sheet.set_column(i, i, column.width + 2)
        self._next = 0
        self._write_head()
        self._first = self._next
        self._adder = Adder(self._summed)

    def _write_head(self) -> None:
        table, language = self._table, self._language
        heading = table.heading
        last = len(table.columns) - 1
        title = self._book.add_format({"bold": True, "font_size": 15, "align": "center"})
        small = self._book.add_format({"align": "left"})
        facts = [
            heading.organisation.of(language),
            heading.period_title.of(language),
            STATE_WORDS[heading.state].of(language),
            UNIT.of(language),
            heading.printed_at.strftime("%Y-%m-%d %H:%M"),
        ]
        self._merge(title, table.title.of(language), last)
        self._merge(small, "　".join(fact for fact in facts if fact), last)
        if table.subtitle is not None:
            self._merge(small, table.subtitle.of(language), last)
        first_head = self._next
        head = self._book.add_format(
            {
                "bold": True,
                "align": "center",
                "valign": "vcenter",
                "bg_color": "#EEF2F7",
                "border": 1,
            }
        )
        if any(column.group for column in table.columns):
            self._write_groups(head)
        for i, column in enumerate(table.columns):
            self._sheet.write_string(self._next, i, column.title.of(language), head)
        self._next += 1
        self._sheet.freeze_panes(self._next, _frozen_columns(table.columns))
        self._sheet.repeat_rows(first_head, self._next - 1)

    def _merge(self, look: Any, text: str, last: int) -> None:
        if last > 0:
            self._sheet.merge_range(self._next, 0, self._next, last, "", look)
        # Written over the merged cell, because a merged text could be taken for a formula.
        self._sheet.write_string(self._next, 0, text, look)
        self._next += 1

    def _write_groups(self, look: Any) -> None:
        columns = self._table.columns
        place = 0
        while place < len(columns):
            group = columns[place].group
            end = place
            while group is not None and end + 1 < len(columns) and columns[end + 1].group == group:
                end += 1
            text = group.of(self._language) if group is not None else ""
            if end > place:
                self._sheet.merge_range(self._next, place, self._next, end, "", look)
            self._sheet.write_string(self._next, place, text, look)
            place = end + 1
        self._next += 1

    def _write_row(
        self,
        cells: Sequence[Value],
        covered: list[tuple[int, int]] | None,
        *,
        is_strong: bool,
        level: int,
    ) -> None:
        indented = next((i for i, c in enumerate(self._table.columns) if c.kind is Kind.TEXT), 0)
        for i, (column, value) in enumerate(zip(self._table.columns, cells, strict=True)):
            indent = level if i == indented and not is_strong else 0
            look = self._format(column.kind, is_strong=is_strong, indent=indent)
            if covered is not None and i in self._summed and isinstance(value, int):
                self._write_sum(i, value, covered, look)
            else:
                self._write_cell(i, column.kind, value, look)
        self._next += 1

    def _write_cell(self, place: int, kind: Kind, value: Value, look: Any) -> None:
        sheet, row = self._sheet, self._next
        if value is None or value == "":
            sheet.write_blank(row, place, None, look)
        elif isinstance(value, int) and kind is Kind.MONEY and abs(value) < _EXACT_MINOR:
            sheet.write_number(row, place, Decimal(value).scaleb(-2), look)
        elif isinstance(value, int) and kind is Kind.INTEGER:
            sheet.write_number(row, place, value, look)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, look)
        else:
            sheet.write_string(row, place, plain(value, kind, self._language), look)

    def _write_sum(self, place: int, value: int, covered: list[tuple[int, int]], look: Any) -> None:
        if abs(value) >= _EXACT_MINOR:
            self._write_cell(place, Kind.MONEY, value, look)
            return
        name = xl_col_to_name(place)
        ranges = (
            f"{name}{start + 1}" if start == end else f"{name}{start + 1}:{name}{end + 1}"
            for start, end in covered
        )
        result = Decimal(value).scaleb(-2)
        self._sheet.write_formula(self._next, place, f"=SUM({','.join(ranges)})", look, result)

    def _format(self, kind: Kind, *, is_strong: bool, indent: int) -> Any:
        key = (kind, is_strong, indent)
        if key not in self._formats:
            look: dict[str, Any] = {"border": 1, "border_color": "#C9D1DB", "valign": "vcenter"}
            look["num_format"] = _NUMBER_FORMATS.get(kind, "@")
            if is_strong:
                look |= {"bold": True, "bg_color": "#F6F8FA"}
            if indent:
                look["indent"] = indent
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]


def _frozen_columns(columns: tuple[Column, ...]) -> int:
    """Keep the columns before the first figure in view, but never a whole screen of them."""
    first = next((i for i, column in enumerate(columns) if column.kind is Kind.MONEY), 0)
    return first if sum(column.width for column in columns[:first]) <= 60 else 0


def _escaped(text: str) -> str:
    return text.replace("&", "&&")
