"""Checks of single values that go onto a document.

Text is taken as it is: `<b>` prints as `<b>`. What cannot be seen on paper, or would change how
its neighbours are seen (control characters, direction overrides, zero-width joiners), is refused
rather than dropped, because a name that was changed silently is a wrong name.
"""

import unicodedata
from typing import NoReturn

from ledger.errors import InvalidInput
from ledger.money import MAX_MINOR

# Control, format, surrogate and private-use characters, line and paragraph separators.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def refuse(field: str, reason: str) -> NoReturn:
    """Raise InvalidInput for a named value."""
    raise InvalidInput(field=field, reason=reason)


def check_text(field: str, text: str, *, most: int, required: bool = True) -> None:
    """Refuse text that is missing, too long, or cannot be printed as it stands."""
    if not isinstance(text, str):
        refuse(field, "应为文字")
    if not text.strip():
        if required or text:
            refuse(field, "不能为空")
        return
    if len(text) > most:
        refuse(field, f"最多{most}个字")
    for character in text:
        if unicodedata.category(character) in _UNPRINTABLE:
            refuse(field, f"含有不可印刷的字符 U+{ord(character):04X}")


def check_amount(field: str, minor: int) -> None:
    """Refuse what is not a positive amount in minor units."""
    # bool is an int to Python; neither it nor a float is an amount.
    if type(minor) is not int or not 0 < minor <= MAX_MINOR:
        refuse(field, "应为大于零的金额")
