"""Names in pinyin, so that they are found by what people type: `wangxiaoming` or `wxm`."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Characters that are read otherwise when they are the family name of a person.
_FAMILY_NAMES = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "朴": "piao",
    "盖": "ge",
    "覃": "qin",
    "翟": "zhai",
    "缪": "miao",
    "乐": "yue",
    "员": "yun",
    "折": "she",
    "种": "chong",
    "秘": "bi",
    "冼": "xian",
    "重": "chong",
    "召": "shao",
}
_LONGEST_PERSON = 4


@lru_cache(maxsize=8192)
def _syllable(char: str) -> str:
    # One reading per character keeps imports fast; the rare other reading is found by its
    # characters instead.
    return "".join(lazy_pinyin(char, style=Style.NORMAL)).lower()


def spell(name: str, *, is_person: bool = False) -> tuple[str, str]:
    """Return (pinyin without blanks, initials) of a name, both lower case."""
    letters = [char for char in name if not char.isspace()]
    syllables = [_syllable(char) for char in letters]
    if is_person and 1 < len(letters) <= _LONGEST_PERSON and letters[0] in _FAMILY_NAMES:
        syllables[0] = _FAMILY_NAMES[letters[0]]
    return "".join(syllables)[:400], "".join(s[0] for s in syllables if s)[:200]
