"""A statutory form on paper: its number, 编制单位, 单位：元, both halves, the line for signatures.

A draft carries 草稿 across the sheet; an issued statement its digest at the foot.
"""

import dataclasses
import hashlib
from typing import BinaryIO

from receipts.pdf.fonts import FontSet, load_typeface
from receipts.pdf.sheet import A4, A4_LANDSCAPE, BLACK, Metadata, Sheet, Style
from reports.exporters.arranging import STRONG, Arranged, Place, arrange
from reports.tables import (
    CHINESE,
    STATE_WORDS,
    UNIT,
    Emphasis,
    Kind,
    Label,
    State,
    Table,
    printed,
)

_MARGIN = 36.0
_HIGHEST, _LOWEST = 17.0, 10.5
_PADDING = 3.0
_WIDE_COLUMNS = 5
_INDENT = 9.0
_MISSING = "〓"
_PALE, _GREY, _RED = (0.94, 0.95, 0.97), (0.4, 0.4, 0.4), (0.75, 0.1, 0.1)
_WATERMARK = Style(130, 130, is_bold=True, colour=(0.92, 0.92, 0.92))
_TITLE = Style(17, 20, is_bold=True, spacing=3.0)
_SMALL = Style(9, 12)
_NOTE = Style(7.5, 10, colour=_GREY)
_BODY = Label("编制单位：", "Organisation: ")


def write(table: Table, stream: BinaryIO, *, language: str = CHINESE) -> None:
    """Write the document."""
    stream.write(_Form(arrange(table), language).draw())


class _Form:
    """The sheets of one form."""

    def __init__(self, arranged: Arranged, language: str) -> None:
        self._arranged = arranged
        self._table = arranged.table
        self._language = language
        figures = sum(place.kind is Kind.MONEY for place in arranged.places)
        has_halves = arranged.table.form is not None and arranged.table.form.right_from is not None
        size = A4_LANDSCAPE if has_halves or figures >= _WIDE_COLUMNS else A4
        heading = self._table.heading
        self._sheet = Sheet(
            size,
            FontSet(),
            Metadata(
                title=f"{self._table.title.of(language)} {heading.period_title.of(language)}",
                author=heading.organisation.of(language),
                subject=self._table.title.of(language),
                language="zh-CN" if language == CHINESE else "en",
                issued_on=heading.printed_at.date(),
                digest="",
            ),
        )
        self._printable: set[str] = set()
        self._y = self._bottom = 0.0

    def draw(self) -> bytes:
        """Draw every line, and return the file."""
        lines = len(self._arranged.lines)
        usable = self._sheet.width - 2 * _MARGIN
        total = sum(place.width for place in self._arranged.places)
        self._widths = [usable * place.width / total for place in self._arranged.places]
        self._height = _HIGHEST
        self._body = Style(8.5, 10)
        top = self._sheet.height - _MARGIN - 62
        heads = 2 if any(place.group for place in self._arranged.places) else 1
        # The line for signatures and the notes stay below the last line of the form.
        self._bottom = 56 + (_NOTE.leading + 1) * len(self._table.notes)
        room = (top - self._bottom) / (lines + heads)
        self._height = max(_LOWEST, min(_HIGHEST, room))
        size = round(min(9.0, self._height * 0.62), 1)
        self._body = Style(size, size + 1.5)
        digest = hashlib.sha256()
        self._open()
        for line in range(lines):
            if self._y - self._height < self._bottom:
                self._sheet.new_page()
                self._open()
            digest.update(self._line(line).encode())
        self._close()
        self._sheet.metadata = dataclasses.replace(self._sheet.metadata, digest=digest.hexdigest())
        return self._sheet.finish(self._foot)

    def _open(self) -> None:
        """Draw the head of a sheet."""
        sheet, table, language = self._sheet, self._table, self._language
        heading, form = table.heading, table.form
        assert form is not None
        right, y = sheet.width - _MARGIN, sheet.height - _MARGIN - 14
        sheet.text_centred(sheet.width / 2, y, self._known(table.title.of(language)), _TITLE)
        sheet.text_right(right, y + 2, form.number, _SMALL)
        y -= 20
        title = heading.period_title.of(language)
        sheet.text_centred(sheet.width / 2, y, title, _SMALL)
        state = STATE_WORDS[heading.state].of(language)
        if heading.state is State.DRAFT:
            sheet.text_right(
                right, y, state, dataclasses.replace(_SMALL, is_bold=True, colour=_RED)
            )
        y -= 15
        whose = _BODY.of(language) + heading.organisation.of(language)
        sheet.text(_MARGIN, y, self._known(whose), _SMALL)
        sheet.text_right(right, y, UNIT.of(language), _SMALL)
        self._y = y - 6
        if heading.state is State.DRAFT:
            with sheet.behind():
                sheet.text_slanted(sheet.width / 2, sheet.height / 2 - 40, 30, state, _WATERMARK)
        self._heads()

    def _heads(self) -> None:
        places = self._arranged.places
        has_groups = any(place.group for place in places)
        height = self._height * (2 if has_groups else 1)
        top, bottom = self._y, self._y - height
        style = dataclasses.replace(self._body, is_bold=True)
        left = _MARGIN
        spans: list[tuple[float, float, Label]] = []
        for place, width in zip(places, self._widths, strict=True):
            low = bottom + (self._height if has_groups and not place.group else 0) / 2
            text = place.title.of(self._language)
            self._fitted(left, low + self._height * 0.32, width, text, style, align="centre")
            if place.group is not None:
                if spans and spans[-1][2] == place.group:
                    start, _, group = spans.pop()
                    spans.append((start, left + width, group))
                else:
                    spans.append((left, left + width, place.group))
            self._box(left, bottom, width, height if not place.group else self._height)
            left += width
        for start, end, group in spans:
            text = group.of(self._language)
            y = top - self._height * 0.68
            self._fitted(start, y, end - start, text, style, align="centre")
            self._box(start, top - self._height, end - start, self._height)
        self._y = bottom

    def _line(self, line: int) -> str:
        bottom, left, said = self._y - self._height, _MARGIN, []
        for place, width in zip(self._arranged.places, self._widths, strict=True):
            said.append(self._cell(line, place, left, bottom, width))
            self._box(left, bottom, width, self._height)
            left += width
        self._y = bottom
        return "\x1f".join(said)

    def _cell(self, line: int, place: Place, left: float, bottom: float, width: float) -> str:
        row = self._arranged.row_of(line, place)
        if row is None:
            return ""
        value = self._arranged.value(line, place, self._language)
        text = self._known(printed(value, place.kind, self._language))
        is_negative = place.kind is Kind.MONEY and isinstance(value, int) and value < 0
        style = dataclasses.replace(
            self._body, is_bold=row.emphasis in STRONG, colour=_RED if is_negative else BLACK
        )
        y = bottom + self._height * 0.32
        if place.kind is Kind.MONEY:
            self._fitted(left, y, width, text, style, align="right")
        elif place.kind is Kind.CODE:
            self._fitted(left, y, width, text, style, align="centre")
        else:
            indent = _INDENT * row.level
            if row.emphasis is Emphasis.TOTAL:
                indent += _INDENT
            self._fitted(left + indent, y, width - indent, text, style, align="left")
        return text

    def _fitted(
        self, left: float, y: float, width: float, text: str, style: Style, *, align: str
    ) -> None:
        """Set a text in a cell, smaller when it must be."""
        room = width - 2 * _PADDING
        wide = self._sheet.measure(text, style)
        if wide > room > 0:
            style = dataclasses.replace(style, size=style.size * room / wide)
        if align == "right":
            self._sheet.text_right(left + width - _PADDING, y, text, style)
        elif align == "centre":
            self._sheet.text_centred(left + width / 2, y, text, style)
        else:
            self._sheet.text(left + _PADDING, y, text, style)

    def _box(self, left: float, bottom: float, width: float, height: float) -> None:
        self._sheet.box((left, bottom), (width, height), stroke=BLACK, width=0.45)

    def _close(self) -> None:
        """Draw the notes and the line for signatures below the last line."""
        form, sheet = self._table.form, self._sheet
        assert form is not None
        y = self._y - 18
        each = (sheet.width - 2 * _MARGIN) / max(len(form.signatures), 1)
        for i, (label, name) in enumerate(form.signatures):
            colon = "：" if self._language == CHINESE else ": "
            text = f"{label.of(self._language)}{colon}{name}"
            sheet.text(_MARGIN + i * each, y, self._known(text), _SMALL)
        for note in self._table.notes:
            for text in sheet.wrap(
                self._known(note.of(self._language)), sheet.width - 2 * _MARGIN, _NOTE
            ):
                y -= _NOTE.leading + 1
                if y < 30:
                    sheet.new_page()
                    y = sheet.height - _MARGIN
                sheet.text(_MARGIN, y - 3, text, _NOTE)

    def _foot(self, number: int, pages: int) -> None:
        sheet, heading, form = self._sheet, self._table.heading, self._table.form
        assert form is not None
        is_chinese = self._language == CHINESE
        counted = f"第 {number} 页　共 {pages} 页" if is_chinese else f"Page {number} of {pages}"
        at = heading.printed_at.strftime("%Y-%m-%d %H:%M")
        if form.seal is not None:
            sheet.text(_MARGIN, 18, form.seal.of(self._language), _NOTE)
        right = f"{counted}　{'打印时间：' if is_chinese else 'Printed '}{at}"
        sheet.text_right(sheet.width - _MARGIN, 18, right, _NOTE)

    def _known(self, text: str) -> str:
        """Put the printers' mark for a missing character where no font has it."""
        new = set(text) - self._printable
        if new:
            face = load_typeface(self._sheet.fonts.regular)
            self._printable |= {character for character in new if face.has(character)}
            if not new <= self._printable:
                return "".join(c if c in self._printable else _MISSING for c in text)
        return text
