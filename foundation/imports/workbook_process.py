"""The child process in which workbooks are opened. Run as a script, never imported.

A damaged or hostile workbook can make the reading library abort the whole process, or ask for
all of its memory (one stray cell in the last row and column is enough). Here that ends a child
with limits of its own, and the service says that the file is damaged.

The workbook comes on standard input; the first argument is the name of a sheet, or nothing for
the list of sheets. Answers leave on standard output as a sequence of marshalled values, the
last of which is None: a reader that never sees it knows that the child died. It uses nothing
of the project, so that it starts fast.
"""

import io
import marshal
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

try:
    import resource
except ImportError:  # not a Unix; the child still protects the service, without the limits
    resource = None  # type: ignore[assignment]

_MOST_MEMORY_BYTES = 2 * 1024**3
_MOST_SECONDS = 600
_ROWS_AT_ONCE = 500


def main(arguments: list[str]) -> None:
    """Answer what the arguments ask for."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = io.BytesIO(sys.stdin.buffer.read())
    try:
        workbook = CalamineWorkbook.from_filelike(data)
        if arguments:
            _send_sheet(workbook, arguments[0])
        else:
            _send_names(workbook)
    except PasswordError:
        _send("encrypted")
    except CalamineError:
        _send("damaged")
    _send(None)
    sys.stdout.buffer.flush()


def _send_names(workbook: CalamineWorkbook) -> None:
    """Send the worksheets: those that can be seen first, each in the workbook's order."""
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
    _send([sheet.name for sheet in sheets])


def _send_sheet(workbook: CalamineWorkbook, name: str) -> None:
    """Send the merged areas, then the rows in bundles."""
    sheet = workbook.get_sheet_by_name(name)
    _send(sheet.merged_cell_ranges or [])
    # The library leaves out the empty columns on the left, though not the rows above.
    left = [""] * (sheet.start[1] if sheet.start else 0)
    bundle = []
    for row in sheet.iter_rows():
        cells = [cell if type(cell) in _PLAIN else _portable(cell) for cell in row]
        bundle.append(left + cells)
        if len(bundle) == _ROWS_AT_ONCE:
            _send(bundle)
            bundle.clear()
    _send(bundle)


_PLAIN = frozenset({str, float, int})


def _portable(cell: Any) -> object:
    """Return what can be marshalled: dates as tuples of numbers, the rest as text."""
    if isinstance(cell, datetime):
        return (cell.year, cell.month, cell.day, cell.hour, cell.minute, cell.second)
    if isinstance(cell, date):
        return (cell.year, cell.month, cell.day)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return cell


def _send(value: Any) -> None:
    marshal.dump(value, sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1:])
