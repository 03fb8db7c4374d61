"""Find what somebody means by a few letters: a code, a name, or the initials of its pinyin."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from ledger.errors import InvalidInput

_MOST = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to pick: `code` is the answer, the rest is how people find it."""

    code: str
    name: str
    pinyin: str
    initials: str
    is_cash: bool = False

    @property
    def hint(self) -> str:
        """What a list of suggestions shows and is searched by."""
        return f"{self.name} {self.initials}"


@lru_cache(maxsize=4096)
def spell(name: str) -> tuple[str, str]:
    """Return (pinyin, initials) of a name, lower case, without punctuation.

    The whole name is read at once: 行 in 银行 is hang, which alone it would not be.
    """
    syllables = lazy_pinyin(name, style=Style.NORMAL, errors=_letters)
    return "".join(syllables).lower(), "".join(part[0] for part in syllables if part).lower()


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


class NotPicked(InvalidInput):
    """Nothing, or more than one thing, is meant."""

    code = "not_picked"
    message = "{field}“{text}”{reason}"


def pick(text: str, choices: Sequence[Choice], *, field: str) -> Choice:
    """Return the one choice that is meant. Raises NotPicked.

    A code or a whole name wins; else the only one whose code, name or pinyin begins with the
    text, else the only one whose name contains it.
    """
    wanted = text.strip()
    first = wanted.partition(" ")[0]
    lowered = wanted.lower().replace(" ", "")
    for exact in (
        lambda choice: choice.code in (wanted, first),
        lambda choice: choice.name == wanted or choice.name.endswith(f"—{wanted}"),
        lambda choice: lowered in (choice.initials, choice.pinyin),
    ):
        found = [choice for choice in choices if exact(choice)]
        if len(found) == 1:
            return found[0]
    near = [choice for choice in choices if _begins(choice, wanted, lowered)] or [
        choice for choice in choices if wanted in choice.name
    ]
    if len(near) == 1:
        return near[0]
    if not near:
        raise NotPicked(field=field, text=wanted, reason="不存在，或不能记账")
    some = "、".join(f"{choice.code} {choice.name}" for choice in near[:_MOST])
    raise NotPicked(field=field, text=wanted, reason=f"不止一个：{some}")


def _begins(choice: Choice, wanted: str, lowered: str) -> bool:
    return (
        choice.code.startswith(wanted)
        or choice.name.startswith(wanted)
        or choice.initials.startswith(lowered)
        or choice.pinyin.startswith(lowered)
    )
