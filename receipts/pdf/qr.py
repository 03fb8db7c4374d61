"""QR codes as rectangles of whole numbers.

The mask is fixed: choosing the best of eight costs most of the time and makes no difference to a
reader of today. It also keeps the picture the same when the library's scoring changes.
"""

from collections.abc import Iterator

import segno

_MASK = 2


def modules(text: str) -> list[bytes]:
    """Return the rows of the code, one byte a module, 1 for dark; no quiet zone."""
    code = segno.make(text, error="m", micro=False, boost_error=False, mask=_MASK)
    return [bytes(row) for row in code.matrix]


def rectangles(rows: list[bytes]) -> Iterator[tuple[int, int, int]]:
    """Yield each run of dark modules as left, bottom and length; the height is one module."""
    size = len(rows)
    for top, row in enumerate(rows):
        start = 0
        while (start := row.find(1, start)) >= 0:
            end = row.find(0, start)
            end = size if end < 0 else end
            yield start, size - 1 - top, end - start
            start = end
