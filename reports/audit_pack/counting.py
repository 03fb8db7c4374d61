"""Counts rows and sums while a table streams into its file, and digests the bytes as they go."""

import dataclasses
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from reports.tables import Emphasis, Row, Table

# How many bytes are passed on at a time.
_AT_ONCE = 1 << 18


@dataclass(slots=True)
class Count:
    """What went by: plain rows, and the sum of each amount column by its Chinese title."""

    rows: int = 0
    sums: dict[str, int] = field(default_factory=dict)


def counted(table: Table) -> tuple[Table, Count]:
    """Return the table and what counts its rows while they are written.

    The totals are filled in as the rows go by, so that a table need not be read twice to have a
    last line. They are complete when the last row was read, which is when they are written.
    """
    places = [(i, c) for i, c in enumerate(table.columns) if c.key in table.totals]
    count = Count(sums={column.title.zh: 0 for _, column in places})
    totals = {column.key: 0 for _, column in places}

    def rows() -> Iterator[Row]:
        for row in table.rows:
            if row.emphasis is Emphasis.PLAIN:
                count.rows += 1
                for place, column in places:
                    cell = row.cells[place]
                    if isinstance(cell, int):
                        count.sums[column.title.zh] += cell
                        totals[column.key] += cell
            yield row

    return dataclasses.replace(table, rows=rows(), totals=totals), count


class Digesting(io.RawIOBase):
    """A stream that passes bytes on and digests them, many small writes at a time."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._length = 0
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        part = bytes(data)
        self._waiting.append(part)
        self._length += len(part)
        if self._length >= _AT_ONCE:
            self.flush()
        return len(part)

    def flush(self) -> None:
        """Pass on what waits."""
        if self._length:
            data = b"".join(self._waiting)
            self._waiting, self._length = [], 0
            self._stream.write(data)
            self._digest.update(data)
            self.size += len(data)

    def forget(self) -> None:
        """Give up what waits: the file is not finished."""
        self._waiting, self._length = [], 0

    @property
    def sha256(self) -> str:
        """The digest of what was passed on."""
        return self._digest.hexdigest()
