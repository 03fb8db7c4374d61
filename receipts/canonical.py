"""Frozen dataclasses back from plain JSON values, exactly or not at all.

Written by `json.dumps` of `dataclasses.asdict`; read here by the declared types. Every field must
be there, no other may be, and nothing is converted by guess.
"""

from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from receipts.checks import refuse

T = TypeVar("T")


def build(kind: type[T], value: Any, path: str) -> T:
    """Return `value` as a `kind`; raises InvalidInput naming the path of what does not fit."""
    return _read(kind, value, path)  # type: ignore[no-any-return]


def _read(kind: Any, value: Any, path: str) -> Any:
    if get_origin(kind) is tuple:
        return _read_tuple(kind, value, path)
    if isinstance(kind, UnionType):
        present = next(choice for choice in get_args(kind) if choice is not NoneType)
        return None if value is None else _read(present, value, path)
    if is_dataclass(kind):
        return _read_dataclass(kind, value, path)
    if kind is date:
        return _read_date(value, path)
    if issubclass(kind, StrEnum):
        if value not in tuple(kind):
            refuse(path, "不是已知的取值")
        return kind(value)
    # type() and not isinstance(): true is no number here.
    if type(value) is not kind:
        refuse(path, f"应为{kind.__name__}")
    return value


def _read_tuple(kind: Any, value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        refuse(path, "应为列表")
    item = get_args(kind)[0]
    return tuple(_read(item, part, f"{path}[{place}]") for place, part in enumerate(value))


def _read_dataclass(kind: Any, value: Any, path: str) -> Any:
    names = {field.name for field in fields(kind)}
    if not isinstance(value, dict) or value.keys() != names:
        refuse(path, "字段不全或有多余字段")
    hints = _hints(kind)
    return kind(**{name: _read(hints[name], value[name], f"{path}.{name}") for name in names})


def _read_date(value: Any, path: str) -> date:
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError):
        refuse(path, "应为日期")
    # fromisoformat also reads 20260305; the canonical form has one spelling.
    if found.isoformat() != value:
        refuse(path, "应为日期")
    return found


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
