"""One cell of a table: exact values in, clean text out.

Workbooks store every number as a binary float. A cell becomes a whole number or a `Decimal`
here, before anything else sees it; this is the only place where a float comes near an amount.
"""

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

# A blank cell is None in a workbook and the empty string in text; both mean the same.
Cell = str | int | Decimal | date | datetime | None
Row = tuple[Cell, ...]

# A sum of floats drifts by some units in the last place. Registers sum a few thousand amounts;
# this many units is far above what they drift and far below any digit somebody wrote.
_NOISE_UNITS = 1024
_MOST_PLACES = 8
_EXACT_WHOLE = 2**53
# Left behind by chat programs and web pages; they show as nothing and make equal names differ.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BLANKS = re.compile(r"\s+")
# Spreadsheets are kept from reading digits as a number by `="001"` or a leading apostrophe.
_GUARDED = re.compile(r'="(.*)"|\'(.*)', re.DOTALL)


class Flaw(NamedTuple):
    """Why a cell cannot be read: a stable code, and in Chinese what was expected."""

    code: str
    expected: str


def exact(number: float) -> int | Decimal | str:
    """Return the number that was meant by a float of a workbook.

    The shortest text that gives the same float is what was typed; where a sum left noise
    behind (3482232.1100000003), the noise is dropped. Digits that are more than noise stay,
    so that the amount is refused later as too precise. NaN and infinities become text.
    """
    if not math.isfinite(number):
        return str(number)
    if number.is_integer() and abs(number) < _EXACT_WHOLE:
        return int(number)
    shortest = Decimal(repr(number))
    exponent = shortest.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -2:
        return shortest
    noise = Decimal(math.ulp(number)) * _NOISE_UNITS
    for places in range(2, min(-exponent, _MOST_PLACES)):
        step = Decimal(1).scaleb(-places)
        rounded = shortest.quantize(step)
        if abs(shortest - rounded) <= min(noise, step / 100):
            return rounded
    return shortest


def text_of(cell: Cell) -> str:
    """Return the cell as clean text: no blanks around it, nothing invisible, None as ''."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = cell.strip()
        if text and (not text.isascii() or text[0] in "='"):
            text = INVISIBLE.sub("", text).strip()
            guarded = _GUARDED.fullmatch(text)
            if guarded:
                text = (guarded[1] or guarded[2] or "").strip()
        return text
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell)


def compact(cell: Cell) -> str:
    """Return the text for comparing: full-width forms narrowed, every blank removed."""
    text = INVISIBLE.sub("", text_of(cell))
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def is_blank(cell: Cell) -> bool:
    """Tell whether nothing can be seen in the cell."""
    return cell is None or (isinstance(cell, str) and not text_of(cell))


def text_of_row(row: Row) -> str:
    """Return the texts of a row in one line."""
    return " ".join([text for cell in row if (text := text_of(cell))])
