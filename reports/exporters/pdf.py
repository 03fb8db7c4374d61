"""A table on paper: A4 landscape, the heading on every page, page x of y, sums carried over.

Ledgers close a page with 过次页 and open the next with 承前页. Digits that do not fit are set
smaller, texts run on below; nothing is cut off without a sign.
"""

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ledger.errors import InvalidInput
from receipts.pdf.fonts import FontSet, load_typeface
from receipts.pdf.sheet import A4_LANDSCAPE, BLACK, Metadata, Sheet, Style
from reports.exporters import form_pdf
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
    printed,
    total_cells,
)

MAX_ROWS = 20_000
_MARGIN, _TOP, _BOTTOM = 30.0, 30.0, 36.0
_PADDING = 2.5
_LINES = 4
_GREY, _PALE, _RED = (0.35, 0.35, 0.35), (0.93, 0.95, 0.97), (0.75, 0.1, 0.1)
_LINE = (0.6, 0.64, 0.7)
_TITLE = Style(14, 18, is_bold=True)
_SMALL = Style(8, 11)
_FOOT = Style(7.5, 10, colour=_GREY)
_BROUGHT = Label("承前页", "Brought forward")
_CARRIED = Label("过次页", "Carried forward")
_STRONG = frozenset({Emphasis.HEADING, Emphasis.SUBTOTAL, Emphasis.CUMULATIVE, Emphasis.TOTAL})
_RIGHT = frozenset({Kind.MONEY, Kind.INTEGER})
# These stay on one line, set smaller when they must; only texts run on below.
_WHOLE = frozenset({Kind.DATE, *_RIGHT})
_MISSING = "〓"


class TooLongForPaper(InvalidInput):
    """A book of this length is read as a spreadsheet."""

    code = "too_long_for_paper"
    message = "表格超过 {rows} 行，不宜打印为 PDF；请缩小期间或科目范围，或导出 Excel、CSV"


def write(table: Table, stream: BinaryIO, *, language: str = CHINESE) -> None:
    """Write the document. Raises TooLongForPaper."""
    if table.form is not None:
        form_pdf.write(table, stream, language=language)
        return
    paper = _Paper(table, language)
    for count, row in enumerate(table.rows, start=1):
        if count > MAX_ROWS:
            raise TooLongForPaper(rows=MAX_ROWS)
        paper.add(row)
    stream.write(paper.finish())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column stands on the page."""

    left: float
    width: float


class _Paper:
    """The pages being filled, from the top down."""

    def __init__(self, table: Table, language: str) -> None:
        self._table = table
        self._language = language
        heading = table.heading
        self._sheet = Sheet(
            A4_LANDSCAPE,
            FontSet(),
            Metadata(
                title=f"{table.title.of(language)} {heading.period_title.of(language)}",
                author=heading.organisation.of(language),
                subject=table.title.of(language),
                language="zh-CN" if language == CHINESE else "en",
                issued_on=heading.printed_at.date(),
                digest="",
            ),
        )
        self._digest = hashlib.sha256()
        self._printable: set[str] = set()
        usable = self._sheet.width - 2 * _MARGIN
        unit = usable / sum(column.width for column in table.columns)
        size = round(min(8.5, max(5.2, unit * 1.85)), 1)
        self._body = Style(size, round(size * 1.3, 2))
        self._places = []
        left = _MARGIN
        for column in table.columns:
            self._places.append(_Place(left, column.width * unit))
            left += column.width * unit
        self._carried = dict.fromkeys(table.carry.sums, 0) if table.carry else {}
        self._last: dict[str, Value] = {}
        self._is_open = False
        self._y = self._head()

    def add(self, row: Row) -> None:
        """Write a row, going to the next page when this one is full."""
        texts = self._texts(row.cells)
        self._digest.update("\x1f".join(texts).encode())
        lines = self._wrapped(texts, row)
        height = self._height(lines)
        needed = height
        if row.emphasis in (Emphasis.HEADING, Emphasis.OPENING):
            # A heading never stands alone at the foot of a page.
            needed += 3 * self._height([[""]])
            self._close_section()
        if self._y - needed - self._room_to_carry() < _BOTTOM:
            self._turn_page()
        self._draw(lines, height, cells=row.cells, is_strong=row.emphasis in _STRONG)
        self._follow(row)

    def finish(self) -> bytes:
        """Write the totals and notes, and return the file."""
        if self._table.totals:
            cells = total_cells(self._table, self._language)
            lines = self._wrapped(self._texts(cells), Row(tuple(cells)))
            height = self._height(lines)
            if self._y - height < _BOTTOM:
                self._turn_page()
            self._draw(lines, height, cells=cells, is_strong=True)
        for note in self._table.notes:
            wrapped = self._sheet.wrap(
                self._known(note.of(self._language)), self._sheet.width - 2 * _MARGIN, _FOOT
            )
            if self._y - 12 - _FOOT.leading * len(wrapped) < _BOTTOM:
                self._turn_page()
            self._y = self._sheet.lines(_MARGIN, self._y - 12, wrapped, _FOOT) + _FOOT.leading
        self._sheet.metadata = dataclasses.replace(
            self._sheet.metadata, digest=self._digest.hexdigest()
        )
        return self._sheet.finish(self._foot)

    def _head(self) -> float:
        """Draw the heading of a page and return where its rows begin."""
        sheet, table, language = self._sheet, self._table, self._language
        heading = table.heading
        right, y = sheet.width - _MARGIN, sheet.height - _TOP - 12
        sheet.text_centred(sheet.width / 2, y, self._known(table.title.of(language)), _TITLE)
        y -= 17
        sheet.text(_MARGIN, y, self._known(heading.organisation.of(language)), _SMALL)
        sheet.text_centred(sheet.width / 2, y, heading.period_title.of(language), _SMALL)
        state = f"{STATE_WORDS[heading.state].of(language)}　{UNIT.of(language)}"
        sheet.text_right(right, y, state, _SMALL)
        if table.subtitle is not None:
            text = self._known(table.subtitle.of(language))
            for line in sheet.wrap(text, right - _MARGIN, _SMALL):
                y -= 12
                sheet.text(_MARGIN, y, line, _SMALL)
        return self._column_heads(y - 5)

    def _column_heads(self, top: float) -> float:
        sheet, columns = self._sheet, self._table.columns
        style = dataclasses.replace(self._body, is_bold=True)
        row_height = self._body.leading + 2 * _PADDING
        titles = [
            sheet.wrap(column.title.of(self._language), place.width - 2 * _PADDING, style)
            for column, place in zip(columns, self._places, strict=True)
        ]
        has_groups = any(column.group for column in columns)
        height = row_height * has_groups + max(map(len, titles)) * style.leading + 2 * _PADDING
        bottom = top - height
        sheet.box((_MARGIN, bottom), (sheet.width - 2 * _MARGIN, height), fill=_PALE)
        self._grid(top, bottom)
        for column, place, lines in zip(columns, self._places, titles, strict=True):
            low = bottom + (height - (row_height if column.group else 0)) / 2
            y = low + (len(lines) / 2 - 0.8) * style.leading
            for line in lines:
                sheet.text_centred(place.left + place.width / 2, y, line, style)
                y -= style.leading
        if has_groups:
            self._group_heads(top, row_height, style)
        return bottom

    def _group_heads(self, top: float, height: float, style: Style) -> None:
        columns, sheet = self._table.columns, self._sheet
        first = 0
        while first < len(columns):
            group, last = columns[first].group, first
            while (
                group is not None and last + 1 < len(columns) and columns[last + 1].group == group
            ):
                last += 1
            if group is not None:
                left, end = self._places[first].left, self._places[last]
                right = end.left + end.width
                # The group covers the rules between its columns.
                sheet.box(
                    (left + 0.3, top - height + 0.3), (right - left - 0.6, height - 0.6), fill=_PALE
                )
                sheet.rule((left, top - height), (right, top - height), width=0.4, colour=_LINE)
                text = group.of(self._language)
                sheet.text_centred((left + right) / 2, top - height + _PADDING + 1.5, text, style)
            first = last + 1

    def _foot(self, number: int, pages: int) -> None:
        sheet, heading = self._sheet, self._table.heading
        is_chinese = self._language == CHINESE
        counted = f"第 {number} 页　共 {pages} 页" if is_chinese else f"Page {number} of {pages}"
        at = heading.printed_at.strftime("%Y-%m-%d %H:%M")
        word = "打印时间：" if is_chinese else "Printed "
        sheet.text(_MARGIN, 20, self._known(heading.organisation.of(self._language)), _FOOT)
        sheet.text_centred(sheet.width / 2, 20, counted, _FOOT)
        sheet.text_right(sheet.width - _MARGIN, 20, f"{word}{at}", _FOOT)

    def _turn_page(self) -> None:
        is_carrying = self._is_open and bool(self._carried)
        if is_carrying:
            self._draw_carry(_CARRIED)
        self._sheet.new_page()
        self._y = self._head()
        if is_carrying:
            self._draw_carry(_BROUGHT)

    def _draw_carry(self, words: Label) -> None:
        cells = [
            self._carried.get(column.key, self._last.get(column.key))
            for column in self._table.columns
        ]
        for i, column in enumerate(self._table.columns):
            if column.key == "summary":
                cells[i] = words
        lines = self._wrapped(self._texts(cells), Row(tuple(cells)))
        self._draw(lines, self._height(lines), cells=cells, is_strong=True)

    def _room_to_carry(self) -> float:
        return self._height([[""]]) if self._carried else 0.0

    def _close_section(self) -> None:
        self._is_open = False
        self._carried = dict.fromkeys(self._carried, 0)
        self._last = {}

    def _follow(self, row: Row) -> None:
        """Keep what the next page must be told."""
        if self._table.carry is None or row.emphasis is Emphasis.HEADING:
            return
        columns = self._table.columns
        values = {column.key: value for column, value in zip(columns, row.cells, strict=True)}
        self._is_open = True
        self._last = {key: values[key] for key in self._table.carry.last}
        if row.emphasis is Emphasis.PLAIN:
            for key in self._carried:
                value = values[key]
                self._carried[key] += value if isinstance(value, int) else 0

    def _texts(self, cells: Sequence[Value]) -> list[str]:
        return [
            self._known(printed(value, column.kind, self._language))
            for column, value in zip(self._table.columns, cells, strict=True)
        ]

    def _known(self, text: str) -> str:
        """Put the printers' mark for a missing character where no font has it."""
        new = set(text) - self._printable
        if new:
            face = load_typeface(self._sheet.fonts.regular)
            self._printable |= {character for character in new if face.has(character)}
            if not new <= self._printable:
                return "".join(c if c in self._printable else _MISSING for c in text)
        return text

    def _wrapped(self, texts: Sequence[str], row: Row) -> list[list[str]]:
        indented = next(
            (i for i, column in enumerate(self._table.columns) if column.kind is Kind.TEXT), -1
        )
        found = []
        for i, (column, place, text) in enumerate(
            zip(self._table.columns, self._places, texts, strict=True)
        ):
            if column.kind in _WHOLE or not text:
                found.append([text])
                continue
            is_indented = i == indented and row.emphasis is Emphasis.PLAIN
            shown = "　" * row.level + text if is_indented else text
            lines = self._sheet.wrap(shown, place.width - 2 * _PADDING, self._body)
            if len(lines) > _LINES:
                lines = [*lines[: _LINES - 1], lines[_LINES - 1][:-1] + "…"]
            found.append(lines)
        return found

    def _height(self, lines: Sequence[Sequence[str]]) -> float:
        return max(len(cell) for cell in lines) * self._body.leading + 2 * _PADDING

    def _draw(
        self,
        lines: Sequence[Sequence[str]],
        height: float,
        *,
        cells: Sequence[Value],
        is_strong: bool,
    ) -> None:
        sheet, bottom = self._sheet, self._y - height
        for column, place, texts, value in zip(
            self._table.columns, self._places, lines, cells, strict=True
        ):
            is_red = column.kind is Kind.MONEY and isinstance(value, int) and value < 0
            style = dataclasses.replace(
                self._body, is_bold=is_strong, colour=_RED if is_red else BLACK
            )
            y = self._y - _PADDING - style.size
            if column.kind in _WHOLE:
                self._draw_whole(column, place, y, texts[0], style)
            else:
                sheet.lines(place.left + _PADDING, y, list(texts), style)
        self._grid(self._y, bottom)
        self._y = bottom

    def _draw_whole(self, column: Column, place: _Place, y: float, text: str, style: Style) -> None:
        room = place.width - 2 * _PADDING
        width = self._sheet.measure(text, style)
        if width > room:
            style = dataclasses.replace(style, size=style.size * room / width)
        if column.kind in _RIGHT:
            self._sheet.text_right(place.left + place.width - _PADDING, y, text, style)
        else:
            self._sheet.text(place.left + _PADDING, y, text, style)

    def _grid(self, top: float, bottom: float) -> None:
        sheet = self._sheet
        right = sheet.width - _MARGIN
        for y in (top, bottom):
            sheet.rule((_MARGIN, y), (right, y), width=0.4, colour=_LINE)
        for x in (*(place.left for place in self._places), right):
            sheet.rule((x, top), (x, bottom), width=0.4, colour=_LINE)
