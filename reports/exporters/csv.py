"""A table as CSV for spreadsheets: UTF-8 with a mark, one heading row, the totals at the end.

A cell that a spreadsheet could take for a formula gets an apostrophe in front: names of donors
and summaries come from outside. Numbers stay numbers.
"""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from foundation.spreadsheets import safe_or_number
from reports.tables import CHINESE, Column, Table, Value, plain, total_cells

BYTE_ORDER_MARK = "\ufeff"


def write(table: Table, stream: BinaryIO, *, language: str = CHINESE) -> None:
    """Write the file row by row."""
    stream.writelines(line.encode() for line in lines(table, language=language))


def lines(table: Table, *, language: str = CHINESE) -> Iterator[str]:
    """Yield the lines of the file, the mark at the beginning."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([safe_or_number(heading(column, language)) for column in table.columns])
    for row in table.rows:
        writer.writerow(_written(table, row.cells, language))
        yield _taken(buffer)
    if table.totals:
        writer.writerow(_written(table, tuple(total_cells(table, language)), language))
    yield _taken(buffer)


def heading(column: Column, language: str) -> str:
    """Return the heading of a column with that of its group."""
    title = column.title.of(language)
    if column.group is None:
        return title
    return column.group.of(language) + ("" if language == CHINESE else " ") + title


def _written(table: Table, cells: tuple[Value, ...], language: str) -> list[str]:
    return [
        safe_or_number(plain(value, column.kind, language))
        for column, value in zip(table.columns, cells, strict=True)
    ]


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
