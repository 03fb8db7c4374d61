"""Text tables: which encoding, which delimiter, and their rows one by one.

Nothing is read as a whole, so a file of any length takes the same memory.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

from foundation.imports import headers
from foundation.imports.refusals import FileEmpty, TextUnreadable

_CHUNK = 1 << 20
_SAMPLE_CHARACTERS = 1 << 16
_SAMPLE_ROWS = 150
_DELIMITERS = ",\t;|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# So many Chinese characters in valid UTF-8 cannot be GB18030 by chance; what comes after them
# and is not UTF-8 is damage.
_CERTAINLY_UTF8 = 20


def encoding_of(stream: BinaryIO, filename: str) -> str:
    """Return the encoding in which the whole text can be read.

    A mark at the beginning decides; else UTF-8, then GB18030, each tried strictly on every
    byte. Raises FileEmpty when there are only blanks, TextUnreadable when none fits.
    """
    candidates = _candidates(stream.read(4))
    line = 0
    for encoding in candidates:
        stream.seek(0)
        line, wide_characters, has_text = _scan(stream, encoding)
        if not line:
            if not has_text:
                raise FileEmpty(filename=filename)
            return encoding
        if encoding == "utf-8" and wide_characters >= _CERTAINLY_UTF8:
            break
    raise TextUnreadable(
        filename=filename,
        reason=f"第 {line} 行附近有无法识别的字符，请用 Excel 或 WPS 另存为“CSV UTF-8”再导入",
    )


def delimiter_of(stream: BinaryIO, encoding: str) -> str:
    """Return the delimiter by which the first rows have a header, and are most even."""
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    sample = text.read(_SAMPLE_CHARACTERS)
    text.detach()
    lines = sample.splitlines(keepends=True)[:_SAMPLE_ROWS]
    if len(lines) > 1 and len(sample) == _SAMPLE_CHARACTERS:
        lines.pop()
    return max(_DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def rows_of(
    open_stream: Callable[[], BinaryIO], *, encoding: str, delimiter: str, filename: str
) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the text.

    Raises TextUnreadable where a quotation mark is not closed, or is closed only some rows
    further down: read on, it would swallow the rows in between.
    """
    number = 0
    with io.TextIOWrapper(open_stream(), encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        line = 0
        try:
            for row in reader:
                number += 1
                line += 1
                if reader.line_num != line:
                    line = reader.line_num
                    _check_quotes(row, delimiter)
                yield tuple(row)
        except csv.Error:
            raise TextUnreadable(
                filename=filename,
                reason=f"第 {number} 行附近的引号不成对，请检查该行的双引号",
            ) from None


def _check_quotes(row: list[str], delimiter: str) -> None:
    """Refuse a cell that holds a whole row of the table behind a line break."""
    for cell in row:
        for line in cell.splitlines()[1:]:
            if len(row) > 2 and line.count(delimiter) >= len(row) - 1:
                raise csv.Error


def _candidates(start: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return (encoding,)
    return ("utf-8", "gb18030")


def _scan(stream: BinaryIO, encoding: str) -> tuple[int, int, bool]:
    """Return the line of the first fault (0 for none), the Chinese characters, and if any text."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    line, wide, has_text = 1, 0, False
    while True:
        chunk = stream.read(_CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as fault:
            before = fault.object[: fault.start].decode(encoding, errors="ignore")
            wide += sum(character > "\u2fff" for character in before[-_SAMPLE_CHARACTERS:])
            return line + before.count("\n"), wide, True
        line += text.count("\n")
        if wide < _CERTAINLY_UTF8:
            wide += sum(character > "\u2fff" for character in text[:_SAMPLE_CHARACTERS])
        has_text = has_text or bool(text.strip())
        if "\0" in text:
            return line, 0, True
        if not chunk:
            return 0, wide, has_text


def _fit(lines: list[str], delimiter: str) -> tuple[bool, int]:
    """Score a delimiter: whether there is a header, and how many cells stand in even rows.

    Even rows are those of the most common width. The header goes first, because prose with
    commas above a table of three columns can look just as even as the table.
    """
    try:
        rows = [tuple(row) for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        return False, 0
    widths = Counter(len(row) for row in rows)
    evenness = max(((width - 1) * count for width, count in widths.items()), default=0)
    header = headers.find(rows)
    return header is not None and not header.missing, evenness
