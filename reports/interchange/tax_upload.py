"""The statements as electronic tax offices take them: the 2004 forms, one sheet for each.

Row numbers and columns are those of the forms. Nobody compared the file with the template of an
office cell by cell, and the first sheet says so.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, BinaryIO

import xlsxwriter
from sqlalchemy.orm import Session

from foundation.organisation.service import get_organisation
from ledger.clock import Clock
from reports import parameters
from reports.parameters import PERIOD, Parameters
from reports.statements import layouts, tabling
from reports.statements.books import CLASSES
from reports.statements.frame import Frame
from reports.statements.layouts import LayoutRow, RowKind
from reports.tables import STATE_WORDS

_LAYOUT = "2004"
Cells = Sequence[str | int | None]


def write(session: Session, stream: BinaryIO, *, period: str, clock: Clock) -> int:
    """Write the workbook of a period (`2025`, `2025-12`, `2025-Q4`); return how many rows.

    Raises what resolving the period raises.
    """
    given = {"period": period, tabling.LAYOUT.name: _LAYOUT}
    asked = parameters.resolve(session, (PERIOD, tabling.LAYOUT), given, clock=clock)
    frame = tabling.frame_of(session, asked)
    organisation = get_organisation(session)
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties(
        {
            "title": "财务报表报送",
            "author": organisation.name,
            "created": asked.heading.printed_at.replace(tzinfo=None),
        }
    )
    writer = _Writer(book)
    data = definition()
    days = asked.period.first_day, asked.period.last_day
    facts = (
        ("纳税人名称", organisation.name),
        ("纳税人识别号（统一社会信用代码）", organisation.credit_code),
        ("所属期起", days[0].isoformat()),
        ("所属期止", days[1].isoformat()),
        ("报表状态", STATE_WORDS[asked.heading.state].zh),
        ("适用格式", "民间非营利组织会计制度（财会〔2004〕7号）"),
        ("格式来源", f"{data['source']}（等级 {data['grade']}）"),
        ("提示", data["warning"]),
    )
    writer.sheet("说明", ("项目", "内容"), facts)
    rows = 0
    for sheet in data["sheet"]:
        lines = list(_LINES[sheet["statement"]](frame, asked))
        heads = (*sheet["left"], *sheet.get("right", ()))
        writer.sheet(sheet["title"], heads, lines)
        rows += len(lines)
    book.close()
    return rows


@cache
def definition() -> Mapping[str, Any]:
    """Return the layout of the workbook as data."""
    text = resources.files("reports.interchange").joinpath("tax_upload.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def _balance_sheet(frame: Frame, asked: Parameters) -> Iterator[Cells]:
    period = asked.period
    opening, closing = frame.balance_sheet(period.year * 100), frame.balance_sheet(period.last)

    def half(rows: list[LayoutRow], place: int) -> Cells:
        if place >= len(rows):
            return ("", "", None, None)
        row = rows[place]
        if not row.has_figure:
            return (row.label.zh, row.line, None, None)
        return (row.label.zh, row.line, opening[row.code], closing[row.code])

    rows = _numbered(frame.rows(layouts.BALANCE_SHEET))
    left = [row for row in rows if not row.is_right]
    right = [row for row in rows if row.is_right]
    for place in range(max(len(left), len(right))):
        yield (*half(left, place), *half(right, place))


def _activities(frame: Frame, asked: Parameters) -> Iterator[Cells]:
    period = asked.period
    part, to_date = frame.activities(period.span), frame.activities(period.to_date.span)
    for row in _numbered(frame.rows(layouts.ACTIVITIES)):
        if not row.has_figure:
            yield (row.label.zh, row.line, *[None] * 6)
            continue
        shown: list[int] = []
        for columns in (part, to_date):
            amounts = [columns[name][row.code] for name in CLASSES]
            shown += [*amounts, sum(amounts)]
        yield (row.label.zh, row.line, *shown)


def _cash_flows(frame: Frame, asked: Parameters) -> Iterator[Cells]:
    column = frame.cash_flows(asked.period.to_date.span)
    for row in _numbered(frame.rows(layouts.CASH_FLOWS)):
        yield (row.label.zh, row.line, column[row.code] if row.has_figure else None)


def _numbered(rows: Sequence[LayoutRow]) -> list[LayoutRow]:
    """Leave out rows that the form of 2004 does not print: those have no number and no heading."""
    return [row for row in rows if row.line or row.kind is RowKind.HEADING]


_LINES = {
    layouts.BALANCE_SHEET: _balance_sheet,
    layouts.ACTIVITIES: _activities,
    layouts.CASH_FLOWS: _cash_flows,
}


class _Writer:
    """A workbook of plain sheets: a head, then typed cells."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._strong = book.add_format({"bold": True, "border": 1, "text_wrap": True})
        self._money = book.add_format({"num_format": "0.00"})

    def sheet(self, name: str, heads: Sequence[str], rows: Sequence[Cells]) -> None:
        """Write one sheet."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(heads):
            wide = head in ("项目", "资产", "负债和净资产", "内容")
            sheet.set_column(column, column, 34 if wide else 8 if head == "行次" else 18)
            sheet.write_string(0, column, head, self._strong)
        for place, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(place, column, Decimal(cell).scaleb(-2), self._money)
                elif cell:
                    sheet.write_string(place, column, cell)
