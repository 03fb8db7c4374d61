"""What keeps a text from outside from becoming a formula in somebody's spreadsheet."""

import re

# The full-width forms are formulas too where Chinese is the language of the spreadsheet.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe in front."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def safe_or_number(text: str) -> str:
    """Return what a cell holds: a plain number as it is, anything else as `safe` does."""
    return text if _NUMBER.fullmatch(text) else safe(text)
