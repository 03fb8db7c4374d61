"""Names of payers as banks print them, compared: spelling, short forms, readings, cut ends.

Pure. Three keys of a name, from the strictest to the widest: `plain`, `core`, `sound`.
"""

import re
import unicodedata
from functools import lru_cache

from foundation.donors import pinyin
from foundation.imports.names import normalise_name

_MARKS = re.compile(r"[\s()（）\[\]【】.,，。·•・\-—_/&'\"“”]+")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
# What firms are called beside their name, longest first.
_FORMS = re.compile(
    r"(集团)?(股份有限公司|有限责任公司|有限公司|总公司|公司|\(普通合伙\)|\(有限合伙\))$"
)
_SHORTEST_PART = 4


@lru_cache(maxsize=200_000)
def plain(name: str) -> str:
    """Return the name without marks, blanks and case."""
    text = unicodedata.normalize("NFKC", normalise_name(name)).casefold()
    return _MARKS.sub("", text)


@lru_cache(maxsize=200_000)
def core(name: str) -> str:
    """Return what distinguishes a firm: no brackets, no legal form; a person stays as it is."""
    text = _BRACKETS.sub("", normalise_name(name))
    shorter = _FORMS.sub("", text)
    return plain(shorter if len(shorter) >= 2 else text)


@lru_cache(maxsize=200_000)
def sound(name: str) -> str:
    """Return how the core is read: traditional characters and homophones fall together."""
    return pinyin.spell(core(name))[0]


def is_variant(first: str, second: str) -> bool:
    """Tell whether two names are probably the same: short form, reading, or cut off by a bank."""
    if not first or not second:
        return False
    if core(first) == core(second) or sound(first) == sound(second):
        return True
    shorter, longer = sorted((plain(first), plain(second)), key=len)
    return len(shorter) >= _SHORTEST_PART and longer.startswith(shorter)
