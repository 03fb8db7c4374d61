"""How ratios are printed. Printing rounds; nothing that decides ever reads what is printed."""

from fractions import Fraction

# The annual-report form: two decimals, half up, trailing zeros dropped. Beside a verdict four
# decimals stand, because 7.996 % prints as 8 % and is not 8 %.
FORM_DECIMALS = 2
VERDICT_DECIMALS = 4


def as_form(ratio: Fraction | None) -> str:
    """Print a ratio as the form does: `30.26`, `5.8`, `0`; blank when there is none."""
    if ratio is None:
        return ""
    text = rounded(ratio, decimals=FORM_DECIMALS)
    return text.rstrip("0").rstrip(".")


def beside_verdict(ratio: Fraction | None) -> str:
    """Print a ratio with four decimals, zeros kept: `30.2587`; blank when there is none."""
    return "" if ratio is None else rounded(ratio, decimals=VERDICT_DECIMALS)


def share(value: Fraction) -> str:
    """Print a limit of the law in full: 0.06 is `6`."""
    percent = value * 100
    decimals = FORM_DECIMALS
    while (percent * 10**decimals).denominator != 1 and decimals < 12:
        decimals += 1
    return rounded(value, decimals=decimals).rstrip("0").rstrip(".")


def exact(ratio: Fraction | None) -> str | None:
    """Print a ratio as the exact fraction it is, in lowest terms."""
    return None if ratio is None else f"{ratio.numerator}/{ratio.denominator}"


def rounded(ratio: Fraction, *, decimals: int) -> str:
    """Print 100 times the ratio with so many decimals, half away from zero."""
    whole = round_half_up(ratio * 100 * 10**decimals)
    sign, size = ("-", -whole) if whole < 0 else ("", whole)
    major, rest = divmod(size, 10**decimals)
    return f"{sign}{major}.{rest:0{decimals}d}"


def round_half_up(value: Fraction) -> int:
    """Round to a whole number, halves away from zero."""
    size = abs(value)
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return -whole if value < 0 else whole
