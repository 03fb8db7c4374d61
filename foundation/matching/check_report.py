"""What the check of a scheme file collects, and the small questions that it asks everywhere."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from foundation.matching import amounts
from foundation.matching import vocabulary as words
from foundation.matching.reading import Float, Mistake, Path
from ledger.errors import InvalidInput

# No rule counts more days, or years, than a century has days.
MAX_COUNT = 36_525


@dataclass(frozen=True, slots=True)
class Known:
    """The names that scheme files may refer to."""

    facts: Mapping[str, str] = field(default_factory=dict)  # name -> type
    codes: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    mixins: frozenset[str] = frozenset()

    def plus(
        self,
        *,
        facts: Mapping[str, str] | None = None,
        codes: frozenset[str] = frozenset(),
        sources: frozenset[str] = frozenset(),
        mixins: frozenset[str] = frozenset(),
    ) -> "Known":
        """Add the names that a file brings with it."""
        return replace(
            self,
            facts={**(facts or {}), **self.facts},
            codes=self.codes | codes,
            sources=self.sources | sources,
            mixins=self.mixins | mixins,
        )


@dataclass(slots=True)
class Report:
    """The mistakes found so far."""

    known: Known
    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, path: Path, zh: str, en: str, *, is_fatal: bool = True) -> None:
        """Record one mistake."""
        self.mistakes.append(Mistake(path, zh, en, is_fatal=is_fatal))

    def keys(self, value: Mapping[str, object], allowed: Collection[str], path: Path) -> None:
        """Name every key that the grammar does not have."""
        for key in value:
            if key not in allowed and not key.startswith("extra_"):
                self.add((*path, key), f"未知的键“{key}”", f"unknown key '{key}'", is_fatal=False)
        if "src" in value and path:
            self.source(value["src"], (*path, "src"))

    def mapping(
        self, value: object, allowed: Collection[str], path: Path
    ) -> TypeGuard[Mapping[str, object]]:
        """Tell whether the value is a table, naming its unknown keys."""
        if not isinstance(value, Mapping):
            self.add(path, "应为键值表", "must be a table of keys and values")
            return False
        self.keys(value, allowed, path)
        return True

    def one_of(self, value: object, allowed: Collection[str], path: Path) -> None:
        """Refuse a word outside a closed list; nothing said is no mistake here."""
        if value is not None and value not in allowed:
            self.add(
                path,
                f"“{value}”不在允许的值之内：{'、'.join(allowed)}",
                f"'{value}' is not one of {', '.join(allowed)}",
            )

    def needed(self, value: Mapping[str, object], keys: Collection[str], path: Path) -> None:
        """Name every key that is missing."""
        for key in keys:
            if value.get(key) is None:
                self.add((*path, key), f"缺少“{key}”", f"'{key}' is missing")

    def money(self, value: object, path: Path) -> None:
        """Refuse what is no amount of money; UNKNOWN and nothing are allowed."""
        self._read(amounts.minor, value, path, "an amount of money, such as '100000.00'")

    def ratio(self, value: object, path: Path) -> None:
        """Refuse what is no ratio; UNKNOWN and nothing are allowed."""
        self._read(amounts.ratio, value, path, "a ratio, such as '1', '1.20' or '1/3'")

    def flag(self, value: object, path: Path) -> None:
        """Refuse what is neither true nor false."""
        if value is not None and not isinstance(value, bool):
            self.add(path, "应为 true 或 false", "must be true or false")

    def whole_number(self, value: object, path: Path) -> None:
        """Refuse what is no number of days or years."""
        if value is None or isinstance(value, Float | float):
            return
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
            self.add(path, "应为不小于零的整数", "must be a whole number of zero or more")

    def text(self, value: object, path: Path) -> None:
        """Refuse what is no text; nothing is allowed."""
        if value is not None and (not isinstance(value, str) or not value.strip()):
            self.add(path, "应为文字", "must be a text")

    def text_list(self, value: object, path: Path) -> None:
        """Refuse what is no list of texts."""
        if value is None or isinstance(value, Float | float):
            return
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.add(path, "应为文字的列表", "must be a list of texts")

    def source(self, value: object, path: Path) -> None:
        """Refuse sources that are not in the list of sources."""
        named = value if isinstance(value, list) else [value]
        for item in named:
            if not isinstance(item, str) or not item.strip():
                self.add(path, "来源应为编号", "a source must be an identifier")
            elif (
                item != words.MEMORY_TEXT and self.known.sources and item not in self.known.sources
            ):
                self.add(
                    path, f"来源“{item}”不在来源表中", f"unknown source '{item}'", is_fatal=False
                )

    def fact(self, value: object, path: Path) -> None:
        """Refuse a fact that nobody knows."""
        if not isinstance(value, str) or "." not in value:
            self.add(path, f"“{value}”不是事实的名称", f"'{value}' is not the name of a fact")
        elif self.known.facts and value not in self.known.facts:
            self.add(path, f"未知的事实“{value}”", f"unknown fact '{value}'", is_fatal=False)

    def _read(self, reader: Callable[..., object], value: object, path: Path, english: str) -> None:
        if value is None or value == words.UNKNOWN_TEXT or isinstance(value, Float | float):
            return
        try:
            reader(value, path="")
        except InvalidInput as error:
            self.add(path, str(error.data["reason"]), f"'{value}' must be {english}")
