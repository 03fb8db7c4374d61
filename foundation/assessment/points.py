"""Points of a rubric, exactly: whole hundredths inside, as few decimals as needed outside."""

import re
from decimal import Decimal

_POINTS = re.compile(r"(\d{1,5})(?:\.(\d{1,2}))?", re.ASCII)
_HUNDRED = 100


def parse(value: object) -> int | None:
    """Return hundredths of a point, or None for what is no number of points."""
    if isinstance(value, bool | float):
        return None
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
    found = _POINTS.fullmatch(text.removesuffix("分").strip())
    if found is None:
        return None
    return int(found[1]) * _HUNDRED + int((found[2] or "").ljust(2, "0"))


def text_of(hundredths: int | None) -> str:
    """Write points: `4`, `2.5`; nothing for None."""
    if hundredths is None:
        return ""
    whole, part = divmod(hundredths, _HUNDRED)
    return f"{whole}.{part:02d}".rstrip("0") if part else str(whole)
