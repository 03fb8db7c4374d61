"""The workbook to fill in for a table: headings, a marked example, lists to choose from, notes."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from foundation.evidence.kinds import CellKind, Field, Kind, Sheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS = 500
_FORMATS = {
    CellKind.MONEY: "#,##0.00",
    CellKind.INTEGER: "0",
    CellKind.DATE: "yyyy-mm-dd",
    CellKind.TEXT: "@",
    CellKind.CODE: "@",
}
_WORDS = {
    "example": ("示例（填报时可保留，不读入）：", "Example (not read): "),
    "notes": ("填表说明", "Notes"),
    "needed": (
        "带 * 的列必填；合计行可有可无，有则与各行核对。",
        "Columns with * are needed; a total row is checked.",
    ),
}


def write(kind: Kind, *, year: int, language: str, filled: Sequence[tuple[str, ...]] = ()) -> bytes:
    """Return the template of a table; `filled` are rows that stand in its first sheet already."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for sheet in kind.sheets:
        _write_sheet(book, sheet, language, filled if sheet is kind.sheets[0] else ())
    notes = book.add_worksheet(_say("notes", language))
    notes.set_column(0, 0, 100)
    wrapped = book.add_format({"text_wrap": True})
    lines = [f"{kind.name(language)} {year}", _say("needed", language)]
    lines += [en if language == "en" else zh for zh, en in kind.notes]
    for i, line in enumerate(lines):
        notes.write_string(i, 0, line, wrapped)
    book.close()
    return stream.getvalue()


def _write_sheet(book: Any, sheet: Sheet, language: str, filled: Sequence[tuple[str, ...]]) -> None:
    page = book.add_worksheet(sheet.name(language)[:31])
    head = book.add_format({"bold": True, "bg_color": "#EEF2F7", "border": 1, "align": "center"})
    grey = book.add_format({"italic": True, "font_color": "#808080"})
    for place, field in enumerate(sheet.fields):
        star = "" if field.is_optional else "*"
        page.write_string(0, place, field.name(language) + star, head)
        look = book.add_format({"num_format": _FORMATS[field.kind]})
        page.set_column(place, place, 22, look)
        page.write_string(1, place, _example(field, place, language), grey)
        if field.choices:
            options = {"validate": "list", "source": list(field.choices), "error_type": "warning"}
            page.data_validation(2, place, _ROWS, place, options)
    page.freeze_panes(1, 0)
    for at, cells in enumerate(filled, start=2):
        for place, text in enumerate(cells):
            if sheet.fields[place].kind is CellKind.MONEY and text:
                page.write_number(at, place, Decimal(text))
            else:
                page.write_string(at, place, text)


def _example(field: Field, place: int, language: str) -> str:
    return (_say("example", language) if place == 0 else "") + field.example


def _say(key: str, language: str) -> str:
    zh, en = _WORDS[key]
    return en if language == "en" else zh
