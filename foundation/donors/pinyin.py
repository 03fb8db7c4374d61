"""Names in pinyin, so that they are found by what people type: `wangxiaoming` or `wxm`."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=8192)
def _syllable(char: str) -> str:
    # One reading per character keeps imports fast; the rare other reading of a surname is
    # found by its characters instead.
    return "".join(lazy_pinyin(char, style=Style.NORMAL)).lower()


def spell(name: str) -> tuple[str, str]:
    """Return (pinyin without blanks, initials) of a name, both lower case."""
    syllables = [_syllable(char) for char in name if not char.isspace()]
    return "".join(syllables)[:400], "".join(s[0] for s in syllables if s)[:200]
