"""Amounts of gifts as people write them, read exactly into fen.

Separators, currency signs, blanks, full-width digits and a trailing 元 or 万元 are understood.
A negative amount or one in brackets is understood too, and refused: it is a refund, which is
recorded against the gift that it returns.
"""

import re
import unicodedata
from decimal import Decimal

from foundation.imports.cells import Cell, Flaw, text_of
from ledger.money import MAX_MINOR

_PLAIN = re.compile(r"(\d{1,13}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d\d))?", re.ASCII)
_WRITTEN = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[+-])?\s*"
    r"(?:人民币|RMB|CNY)?\s*:?\s*[¥]?\s*(?P<inner>[+-])?\s*"
    r"(?P<whole>\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+)?(?P<decimals>\.\d+)?\s*(?P<after>-)?\s*"
    r"(?P<unit>亿元?|百万元?|十万元?|万元?|千元|百元|元|圆|RMB|CNY)?\s*[整正]?\s*(?P<close>\))?",
    re.ASCII | re.IGNORECASE,
)
# The euro, pound and dollar signs; ¥ is the yuan sign in these files.
_FOREIGN = re.compile(
    r"[$€£]|USD|EUR|GBP|HKD|JPY|[美欧港日澳加]元|港币|日[元圆]|英镑|澳门币|台币", re.IGNORECASE
)
_MINUS = str.maketrans("−–—﹣", "----")
_BLANK_MARKS = frozenset({"", "-", "--", "/", "无"})
_MOST_DIGITS = 40
_FOLDS = {"亿": 10**8, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 10**3, "百": 10**2}

MISSING = Flaw("amount_missing", "大于零的金额，例如 1,234.50")
_NOT_A_NUMBER = Flaw("amount_not_a_number", "大于零的金额，例如 1,234.50")
_ZERO = Flaw("amount_zero", "大于零的金额")
_NEGATIVE = Flaw("amount_negative", "大于零的金额；退款不作为捐赠导入，请在原捐赠上登记退款")
_OVER_PRECISE = Flaw("amount_over_precise", "精确到分的金额，小数最多两位")
_TOO_LARGE = Flaw("amount_too_large", "账簿可记录范围内的金额")
_FOREIGN_CURRENCY = Flaw("amount_currency", "人民币金额；外币捐赠请单独登记")
_UNIT = Flaw("amount_unit", "与表头一致的金额单位")
_BRACKETS = Flaw("amount_not_a_number", "括号成对的金额")


def read_amount(cell: Cell, *, unit: int) -> int | Flaw:
    """Return the gift in fen, or why the cell is not the amount of a gift.

    `unit` is how many yuan one unit of the column is: 1 for 元, 10000 for 万元.
    """
    if unit == 1 and isinstance(cell, str):
        plain = _PLAIN.fullmatch(cell)
        if plain:
            whole, rest = plain.groups()
            return int(whole.replace(",", "") + (rest or "00")) or _ZERO
    value = read_signed(cell, unit=unit)
    if not isinstance(value, int):
        return value
    if value == 0:
        return _ZERO
    return value if value > 0 else _NEGATIVE


def read_signed(cell: Cell, *, unit: int) -> int | Flaw:
    """Return any amount in fen, also zero and below, as total rows may state."""
    if isinstance(cell, str):
        return _read_text(cell, unit)
    if isinstance(cell, int):
        return _bounded(cell * unit * 100)
    if isinstance(cell, Decimal):
        return _fen(cell, unit)
    return MISSING if cell is None else _NOT_A_NUMBER


def looks_numeric(cell: Cell) -> bool:
    """Tell whether the cell holds a number, as no header label does."""
    if isinstance(cell, str):
        return isinstance(_read_text(cell, 1), int)
    return isinstance(cell, int | Decimal)


def fold_of(word: str) -> int:
    """Return how many yuan the unit word is: 10000 for 万元."""
    return _FOLDS.get(word.removesuffix("元"), 1)


def _read_text(cell: str, unit: int) -> int | Flaw:
    text = unicodedata.normalize("NFKC", text_of(cell)).translate(_MINUS).strip()
    if text in _BLANK_MARKS:
        return MISSING
    match = _WRITTEN.fullmatch(text)
    if not match or not (match["whole"] or match["decimals"]):
        return _FOREIGN_CURRENCY if _FOREIGN.search(text) else _NOT_A_NUMBER
    if bool(match["open"]) != bool(match["close"]):
        return _BRACKETS
    fold = unit
    if match["unit"]:
        written = fold_of(match["unit"].upper().removesuffix("RMB").removesuffix("CNY") or "元")
        # 1.5万 in a column of 元 says what it is; 15000元 in a column of 万元 contradicts it.
        if unit not in {1, written}:
            return _UNIT
        fold = written
    digits = (match["whole"] or "0").replace(",", "").replace(" ", "") + (match["decimals"] or "")
    signs = [match["open"], match["sign"] == "-", match["inner"] == "-", match["after"]]
    value = _fen(Decimal(digits), fold)
    negative = any(signs)
    return -value if negative and isinstance(value, int) else value


def _fen(number: Decimal, unit: int) -> int | Flaw:
    if number and number.adjusted() > _MOST_DIGITS:
        return _TOO_LARGE
    if number and number.adjusted() < -_MOST_DIGITS:
        return _OVER_PRECISE
    # Whole numbers throughout: the decimal context would round what has too many digits.
    numerator, denominator = number.as_integer_ratio()
    whole, rest = divmod(numerator * unit * 100, denominator)
    return _OVER_PRECISE if rest else _bounded(whole)


def _bounded(minor: int) -> int | Flaw:
    return minor if abs(minor) <= MAX_MINOR else _TOO_LARGE
