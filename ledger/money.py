"""Exact amounts of money.

An amount is a whole number of minor units (fen for RMB) and a currency. Nothing here ever
touches a float, and nothing rounds unless the caller names the rule.
"""

import re
from dataclasses import dataclass

from ledger.errors import InvalidInput

BOOK_CURRENCY = "CNY"
# Minor digits per ISO 4217. Currencies that are not listed have two.
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "OMR": 3, "JOD": 3, "TND": 3}
# Fifteen digits, as a spreadsheet holds them exactly: 9,999,999,999,999.99. BIGINT holds more, and
# has to: turnover adds up, and thousands of the greatest lines still fit into one sum.
MAX_MINOR = 10**15 - 1
_PLAIN = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<fraction>\d+))?", re.ASCII
)


class InvalidAmount(InvalidInput):
    """The text is not an amount of money that the books can hold."""

    code = "invalid_amount"
    message = "金额“{text}”无效：{reason}"


class AmountTooLarge(InvalidAmount):
    """The books hold no such amount; their sums could overflow."""

    code = "amount_too_large"
    message = "金额 {text} 超过账簿可记录的最大金额 {most}"

    def __init__(self, *, text: str) -> None:
        super().__init__(text=text, most=grouped(MAX_MINOR))


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount: `minor` units of `currency`."""

    minor: int
    currency: str = BOOK_CURRENCY

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return to_text(self.minor, self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise InvalidAmount(text=str(other), reason=f"币种应为 {self.currency}")
        return other.minor


def minor_digits(currency: str) -> int:
    """Return how many decimals the currency has."""
    return _MINOR_DIGITS.get(currency, 2)


def parse(text: str, currency: str = BOOK_CURRENCY) -> int:
    """Read a plain decimal such as `120000`, `-3.5` or `1,234.50` into minor units.

    Raises InvalidAmount for anything else: empty text, NaN, exponents, misplaced separators,
    more decimals than the currency has; AmountTooLarge for more than the books can hold.
    """
    found = _PLAIN.fullmatch(text.strip())
    if found is None:
        raise InvalidAmount(text=text, reason="应为数字，例如 120000.00")
    sign, whole, fraction = found.group("sign", "whole", "fraction")
    digits = minor_digits(currency)
    # By the digits as they are written: decimal arithmetic would round a very long fraction.
    decimals = (fraction or "").rstrip("0")
    if len(decimals) > digits:
        raise InvalidAmount(text=text, reason=f"小数最多 {digits} 位")
    written = whole.replace(",", "").lstrip("0") + decimals.ljust(digits, "0")
    if len(written) > len(str(MAX_MINOR)):
        raise AmountTooLarge(text=text.strip()[:40])
    minor = int(written or "0")
    return -minor if sign == "-" else minor


def parse_positive(text: str, currency: str = BOOK_CURRENCY) -> int:
    """Read an amount that must be greater than zero."""
    minor = parse(text, currency)
    if minor <= 0:
        raise InvalidAmount(text=text, reason="应大于零")
    return minor


def to_text(minor: int, currency: str = BOOK_CURRENCY) -> str:
    """Write minor units as a plain decimal: `120000.00`."""
    digits = minor_digits(currency)
    sign, whole = ("-", -minor) if minor < 0 else ("", minor)
    if digits == 0:
        return f"{sign}{whole}"
    major, rest = divmod(whole, 10**digits)
    return f"{sign}{major}.{rest:0{digits}d}"


def grouped(minor: int, currency: str = BOOK_CURRENCY) -> str:
    """Write minor units for people, with separators: `120,000.00`."""
    text = to_text(minor, currency)
    whole, dot, rest = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-')):,}{dot}{rest}"


def split(minor: int, weights: list[int]) -> list[int]:
    """Split an amount by weights so that the parts sum to it exactly.

    The largest remainders take the odd units; ties go to the earlier part. Raises
    InvalidAmount when no weight is positive.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise InvalidAmount(text=to_text(minor), reason="分配比例应为正数")
    sign = -1 if minor < 0 else 1
    size = abs(minor)
    parts = [size * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
