"""Strict reading of the dated data files.

A misspelt key, a missing source or a share above one would bend every verdict in silence, so a
file that says anything unexpected is refused as a whole, with the file and the key.
"""

import tomllib
from collections.abc import Callable, Iterable
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from ledger import money
from ledger.charts.definitions import Grade
from ledger.errors import InvalidInput

Built = TypeVar("Built")

DATA_FOLDER = Path(__file__).parent / "data"


class InvalidRules(InvalidInput):
    """A data file of rules, measures, checks or columns cannot be used."""

    code = "invalid_rules"
    message = "规则数据“{file}”的“{key}”无效：{reason}"


class Reader:
    """One table of a data file: take what is expected, then `finish` refuses the rest."""

    __slots__ = ("_file", "_left", "_where")

    def __init__(self, values: dict[str, Any], *, file: str, where: str = "") -> None:
        self._left = dict(values)
        self._file = file
        self._where = where

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.refuse(key, "应为文字")
        return str(value)

    def choice(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        value, known = self.text(key, default), sorted(allowed)
        if value not in known:
            self.refuse(key, f"“{value}”不在 {'、'.join(known)} 之中")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self._take(key, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
            self.refuse(key, "应为文字列表")
        return tuple(value)

    def groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        value = self._take(key, None)
        fits = (
            isinstance(value, list)
            and value
            and all(
                isinstance(group, list) and group and all(isinstance(v, str) for v in group)
                for group in value
            )
        )
        if not fits:
            self.refuse(key, "应为非空的文字列表的列表")
        return tuple(tuple(group) for group in value)

    def integer(self, key: str, default: int) -> int:
        value = self._take(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(key, "应为整数")
        return int(value)

    def optional_integer(self, key: str) -> int | None:
        return self.integer(key, 0) if key in self._left else None

    def flag(self, key: str) -> bool:
        value = self._take(key, False)
        if not isinstance(value, bool):
            self.refuse(key, "应为 true 或 false")
        return bool(value)

    def optional_flag(self, key: str) -> bool | None:
        return self.flag(key) if key in self._left else None

    def optional_date(self, key: str) -> date | None:
        value = self._take(key, "")
        if value == "":
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.refuse(key, "应为日期")
        return value

    def amount(self, key: str) -> int:
        text = self.text(key)
        try:
            return money.parse(text)
        except money.InvalidAmount:
            self.refuse(key, f"“{text}”不是金额")

    def optional_amount(self, key: str) -> int | None:
        return self.amount(key) if key in self._left else None

    def fraction(self, key: str) -> Fraction:
        text = self.text(key)
        try:
            return Fraction(text)
        except (ValueError, ZeroDivisionError):
            self.refuse(key, f"“{text}”不是数字")

    def share(self, key: str) -> Fraction:
        value = self.fraction(key)
        if not 0 < value < 1:
            self.refuse(key, "应大于 0 且小于 1")
        return value

    def grade(self) -> Grade:
        return Grade(self.choice("grade", [grade.value for grade in Grade]))

    def has(self, key: str) -> bool:
        return key in self._left

    def table(self, key: str) -> "Reader":
        value = self._take(key, None)
        if not isinstance(value, dict):
            self.refuse(key, "应为表")
        return Reader(value, file=self._file, where=f"{self._where}{key}.")

    def tables(self, key: str, *, optional: bool = False) -> list["Reader"]:
        value = self._take(key, [] if optional else None)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(key, "应为表的列表")
        return [
            Reader(item, file=self._file, where=f"{self._where}{key}[{number}].")
            for number, item in enumerate(value, start=1)
        ]

    def finish(self) -> None:
        """Refuse whatever nobody took."""
        for key in self._left:
            self.refuse(key, "不认识的项目")

    def refuse(self, key: str, reason: str) -> NoReturn:
        raise InvalidRules(file=self._file, key=f"{self._where}{key}", reason=reason)

    def _take(self, key: str, default: Any) -> Any:
        if key in self._left:
            return self._left.pop(key)
        if default is None:
            self.refuse(key, "缺少")
        return default


def read(path: Path, build: Callable[[Reader], Built]) -> Built:
    """Read one TOML file whole into what `build` makes of it."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidRules(file=path.name, key="文件", reason=str(error)) from None
    reader = Reader(values, file=path.name)
    built = build(reader)
    reader.finish()
    return built
