"""Opening a register or bank statement: what it is, and its rows one by one.

    source = open_register(data, "登记表.xlsx")      # bytes, or a Path to stream from
    source.sheets                                    # ["接收捐款"]; a text table has none
    for row in source.rows():                        # tuples of str, int, Decimal, date, ...

Cells are exact values (see `cells`), never floats. The rows of text stream; of a workbook, the
child process that reads it holds one sheet. The bytes or the file must stay as they are for as
long as the source is read.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

from foundation.imports import kinds, texts, workbooks
from foundation.imports.cells import Row
from foundation.imports.kinds import Kind
from foundation.imports.refusals import FileEmpty, SheetNotFound
from foundation.imports.workbooks import Merged


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one sheet, to be read once, and its merged areas."""

    merged: tuple[Merged, ...]
    rows: Iterator[Row]


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose content is what its name says. `digest` is the SHA-256 of its bytes."""

    filename: str
    digest: str
    kind: Kind
    sheets: tuple[str, ...]
    encoding: str
    delimiter: str
    _content: bytes | Path = field(repr=False)

    def rows(self, sheet: str | None = None) -> Iterator[Row]:
        """Yield the rows of a sheet (the first, if none is named) from its first row on."""
        yield from self.table(sheet).rows

    def table(self, sheet: str | None = None) -> Table:
        """Open a sheet, the first if none is named.

        Raises SheetNotFound; while reading, FileDamaged or TextUnreadable.
        """
        if sheet is not None and sheet not in self.sheets:
            raise SheetNotFound(
                filename=self.filename, sheet=sheet, sheets="、".join(self.sheets) or "无"
            )
        if self.kind is Kind.TEXT:
            rows = texts.rows_of(
                partial(_open, self._content),
                encoding=self.encoding,
                delimiter=self.delimiter,
                filename=self.filename,
            )
            return Table(merged=(), rows=rows)
        parts = workbooks.sheet_rows(self._content, sheet or self.sheets[0], self.filename)
        merged = cast("list[Merged]", next(parts))
        return Table(merged=tuple(merged), rows=cast("Iterator[Row]", parts))


def open_register(data: bytes | Path, filename: str) -> Source:
    """Check that the content is what the name says, and give access to its rows.

    Raises a FileRefused of `refusals` that names what the content is and what to do.
    """
    with _open(data) as stream:
        kind = kinds.check(stream, filename)
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        encoding = delimiter = ""
        if kind is Kind.TEXT:
            stream.seek(0)
            encoding = texts.encoding_of(stream, filename)
            stream.seek(0)
            delimiter = texts.delimiter_of(stream, encoding)
    sheets = [] if kind is Kind.TEXT else workbooks.sheet_names(data, filename)
    if kind is not Kind.TEXT and not sheets:
        raise FileEmpty(filename=filename)
    return Source(
        filename=filename,
        digest=digest,
        kind=kind,
        sheets=tuple(sheets),
        encoding=encoding,
        delimiter=delimiter,
        _content=data,
    )


def _open(content: bytes | Path) -> io.BytesIO | io.BufferedReader:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
