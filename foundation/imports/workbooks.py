"""Workbooks (.xls, .xlsx): their sheets and rows, read in a child process.

See `workbook_process` for why not here.
"""

import marshal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, cast

from foundation.imports.cells import Cell, Row, exact
from foundation.imports.refusals import FileDamaged, FileEncrypted

_SCRIPT = Path(__file__).with_name("workbook_process.py")

# Areas of merged cells: first row and column, last row and column, from 0.
Merged = tuple[tuple[int, int], tuple[int, int]]


def sheet_names(content: bytes | Path, filename: str) -> list[str]:
    """Return the names of the worksheets, hidden ones last.

    Raises FileEncrypted or FileDamaged.
    """
    with _child(content, None) as answers:
        return cast("list[str]", _next(answers, filename))


def sheet_rows(content: bytes | Path, sheet: str, filename: str) -> Iterator[list[Merged] | Row]:
    """Yield first the merged areas of the sheet, then its rows from the first on.

    Raises FileDamaged when the workbook turns out to be so on the way.
    """
    with _child(content, sheet) as answers:
        yield cast("list[Merged]", _next(answers, filename))
        while (bundle := _next(answers, filename)) is not None:
            for row in cast("list[list[object]]", bundle):
                yield tuple([cell if type(cell) is str else _cell(cell) for cell in row])


def _cell(value: object) -> Cell:
    if isinstance(value, float):
        return exact(value)
    if isinstance(value, tuple):
        return date(*value) if len(value) == 3 else datetime(*value)  # noqa: DTZ001 - wall clock
    return cast("Cell", value)


def _next(answers: BinaryIO, filename: str) -> object:
    try:
        answer = marshal.load(answers)
    except (EOFError, ValueError, TypeError):
        raise FileDamaged(filename=filename) from None
    if answer == "encrypted":
        raise FileEncrypted(filename=filename)
    if answer == "damaged":
        raise FileDamaged(filename=filename)
    return answer


@contextmanager
def _child(content: bytes | Path, sheet: str | None) -> Iterator[BinaryIO]:
    """Run the child and give access to its answers; it never outlives the block."""
    # -P: the modules beside the script must not stand in for those of the standard library.
    command = [sys.executable, "-P", str(_SCRIPT), *([] if sheet is None else [sheet])]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    feeder = threading.Thread(target=_feed, args=(process.stdin, content), daemon=True)
    feeder.start()
    try:
        yield cast("BinaryIO", process.stdout)
    finally:
        process.kill()
        feeder.join()
        cast("BinaryIO", process.stdout).close()
        process.wait()


def _feed(pipe: BinaryIO, content: bytes | Path) -> None:
    """Hand the workbook over; a child that ended early has said all that it could."""
    try:
        with pipe:
            pipe.write(content if isinstance(content, bytes) else content.read_bytes())
    except BrokenPipeError:
        pass
