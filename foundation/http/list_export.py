"""A list as a file: exactly the rows, the order and the columns that the person sees.

CSV begins with the mark that spreadsheets take as UTF-8, and no text in it can be read as a
formula. The workbook has typed cells, a head that stays, and the sum as a formula.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from flask import Response
from xlsxwriter.utility import xl_col_to_name

from foundation.http.languages import translate
from foundation.http.listing import Column, Kind, Value
from foundation.spreadsheets import safe
from ledger import money
from ledger.errors import InvalidInput, NotFound

MAX_EXPORTED = 200_000
# A cell holds 15 digits exactly; a larger amount is written as text rather than rounded.
_EXACT_MINOR = 10**15
_WIDTHS = {Kind.TEXT: 18, Kind.DATE: 12, Kind.MONEY: 18, Kind.COUNT: 10}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """What a file is called, without its ending, and the heading of its sheet."""

    name: str
    title: str


def check_size(count: int) -> None:
    """Raise InvalidInput when a list is too long for one file."""
    if count > MAX_EXPORTED:
        raise InvalidInput(field="筛选", reason=f"一次最多导出 {MAX_EXPORTED} 行，请缩小范围")


def respond(
    form: str, columns: Sequence[Column], rows: Iterable[Any], *, file: ExportedFile
) -> Response:
    """Answer a list as a file. Raises NotFound for a form that is not `csv` or `xlsx`."""
    make = {"csv": _csv, "xlsx": _xlsx}.get(form)
    if make is None:
        raise NotFound(what="文件格式", name=form)
    body = make(columns, rows, file.title)
    disposition = f'attachment; filename="{file.name}.{form}"'
    mimetype = "text/csv" if form == "csv" else _XLSX
    return Response(body, mimetype=mimetype, headers={"Content-Disposition": disposition})


def _csv(columns: Sequence[Column], rows: Iterable[Any], _title: str) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([translate(column.label) for column in columns])
    for row in rows:
        writer.writerow([_written(column, column.value(row)) for column in columns])
    return stream.getvalue().encode("utf-8-sig")


def _written(column: Column, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return money.to_text(value) if column.kind is Kind.MONEY else str(value)
    return safe(value)


def _xlsx(columns: Sequence[Column], rows: Iterable[Any], title: str) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    sheet = book.add_worksheet(title[:28])
    formats = {
        Kind.MONEY: book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"}),
        Kind.DATE: book.add_format({"num_format": "yyyy-mm-dd"}),
        Kind.COUNT: book.add_format({"num_format": "#,##0"}),
        Kind.TEXT: book.add_format(),
    }
    strong = book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS[column.kind])
        sheet.write_string(0, place, translate(column.label), strong)
    sheet.freeze_panes(1, 0)
    totals = {place: 0 for place, column in enumerate(columns) if column.kind is Kind.MONEY}
    line = 0
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            value = column.value(row)
            _write_cell(sheet, line, place, value, formats[column.kind], kind=column.kind)
            if place in totals and isinstance(value, int):
                totals[place] += value
    _write_totals(book, sheet, line, totals)
    book.close()
    return stream.getvalue()


def _write_cell(sheet: Any, line: int, place: int, value: Value, form: Any, *, kind: Kind) -> None:
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(line, place, value, form)
    elif isinstance(value, str):
        sheet.write_string(line, place, value, form)
    elif kind is not Kind.MONEY:
        sheet.write_number(line, place, value, form)
    elif abs(value) < _EXACT_MINOR:
        sheet.write_number(line, place, Decimal(value).scaleb(-2), form)
    else:
        sheet.write_string(line, place, money.to_text(value), form)


def _write_totals(book: Any, sheet: Any, last: int, totals: dict[int, int]) -> None:
    """Write the sums below the rows, with the figure beside the formula for who does not count."""
    if not last or not totals:
        return
    form = book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00;[Red]-#,##0.00"})
    if 0 not in totals:
        sheet.write_string(last + 1, 0, translate("合计"), form)
    for place, total in totals.items():
        if abs(total) < _EXACT_MINOR:
            name = xl_col_to_name(place)
            formula = f"=SUM({name}2:{name}{last + 1})"
            sheet.write_formula(last + 1, place, formula, form, money.to_text(total))
        else:
            sheet.write_string(last + 1, place, money.to_text(total), form)
