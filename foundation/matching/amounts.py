"""Exact numbers of the matching engine: ratios as fractions, money as whole minor units.

Every number of a scheme or a case is read here, so one place refuses floats. Rounding is not
done here; see `rounding`.
"""

import re
from fractions import Fraction

from ledger import money
from ledger.errors import InvalidInput

# Amounts before the one named rounding step: whole minor units or an exact part of one.
Exact = int | Fraction

_RATIO = re.compile(r"\d{1,18}(\.\d{1,18})?|\d{1,18}/\d{1,18}")


def ratio(value: object, *, path: str) -> Fraction:
    """Read a ratio such as `1`, `1.20` or `1/3`. Raises InvalidInput naming the path."""
    if isinstance(value, bool | float) or not isinstance(value, str | int):
        raise InvalidInput(field=path, reason="比例应写成文本，例如 1、1.20 或 1/3，不得用浮点数")
    text = str(value).strip()
    if not _RATIO.fullmatch(text):
        raise InvalidInput(field=path, reason=f"“{text}”不是比例，应写成 1、1.20 或 1/3")
    if text.partition("/")[2].strip("0") == "" and "/" in text:
        raise InvalidInput(field=path, reason="比例的分母不能为零")
    return Fraction(text)


def minor(value: object, *, path: str, currency: str = money.BOOK_CURRENCY) -> int:
    """Read an amount of zero or more into minor units. Raises InvalidInput naming the path."""
    if isinstance(value, bool | float) or not isinstance(value, str | int):
        raise InvalidInput(field=path, reason="金额应写成文本，例如 100000.00，不得用浮点数")
    try:
        amount = money.parse(str(value), currency)
    except money.InvalidAmount as error:
        raise InvalidInput(field=path, reason=error.describe()) from None
    if amount < 0:
        raise InvalidInput(field=path, reason="金额不能为负数")
    return amount


def number(value: object, *, path: str) -> Fraction:
    """Read the value of a numeric fact. Raises InvalidInput naming the path."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,18}(\.\d{1,18})?", value.strip()):
        return Fraction(value.strip())
    raise InvalidInput(field=path, reason=f"“{value}”不是数字")


def ratio_text(value: Fraction) -> str:
    """Write a ratio as rule texts print it: `0.50`, `1.20`, and `1/3` where no decimal ends."""
    rest = value.denominator
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    return decimal_text(value, max(twos, fives, 2))


def decimal_text(value: Fraction, places: int) -> str:
    """Write a fraction with a fixed number of decimals, rounded half up."""
    scaled = value * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    sign = "-" if whole < 0 else ""
    major, rest = divmod(abs(whole), 10**places)
    return f"{sign}{major}.{rest:0{places}d}" if places else f"{sign}{major}"
