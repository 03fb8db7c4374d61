"""A table as CSV for spreadsheets: UTF-8 with a mark, one heading row, the totals at the end.

A cell that a spreadsheet could take for a formula gets an apostrophe in front: names of donors
and summaries come from outside. Numbers stay numbers.
"""

import csv
import io
from collections.abc import Iterator
from typing import IO, BinaryIO

from foundation.spreadsheets import safe_or_number
from reports.tables import CHINESE, Column, Row, Table, Value, plain, total_cells

BYTE_ORDER_MARK = "\ufeff"


def write(table: Table, stream: BinaryIO, *, language: str = CHINESE) -> None:
    """Write the file row by row."""
    stream.writelines(line.encode() for line in lines(table, language=language))


def lines(table: Table, *, language: str = CHINESE) -> Iterator[str]:
    """Yield the lines of the file, the mark at the beginning."""
    text = _Text(table, language)
    yield text.head()
    for row in table.rows:
        yield text.line(row.cells)
    yield text.foot()


class Writer:
    """Writes the file while somebody else reads the rows; `finish` writes the totals."""

    def __init__(self, table: Table, stream: IO[bytes], *, language: str = CHINESE) -> None:
        self._text, self._stream = _Text(table, language), stream
        stream.write(self._text.head().encode())

    def add(self, row: Row) -> None:
        """Write one row."""
        self._stream.write(self._text.line(row.cells).encode())

    def finish(self) -> None:
        """Write the totals, which are known when the last row was read."""
        self._stream.write(self._text.foot().encode())


class _Text:
    """The lines of one file."""

    def __init__(self, table: Table, language: str) -> None:
        self._table, self._language = table, language
        self._buffer = io.StringIO()
        self._writer = csv.writer(self._buffer, lineterminator="\r\n")

    def head(self) -> str:
        self._buffer.write(BYTE_ORDER_MARK)
        columns = self._table.columns
        self._writer.writerow([safe_or_number(heading(c, self._language)) for c in columns])
        return _taken(self._buffer)

    def line(self, cells: tuple[Value, ...]) -> str:
        self._writer.writerow(_written(self._table, cells, self._language))
        return _taken(self._buffer)

    def foot(self) -> str:
        if not self._table.totals:
            return ""
        return self.line(tuple(total_cells(self._table, self._language)))


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
