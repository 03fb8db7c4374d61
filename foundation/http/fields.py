"""What the API takes and gives: input that refuses unknown fields, money as text, exact dates."""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from foundation.http.languages import translate
from ledger import money

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AMOUNT = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class Input(Schema):
    """The base of everything that comes in: a field nobody knows is an error, not ignored."""

    class Meta:
        """Refuse unknown fields, and keep the order of the declaration."""

        unknown = RAISE


class Amount(fields.Field[int]):
    """Money in JSON: a string with two decimals, in minor units inside."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else money.to_text(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        # A number in JSON is a float for most programs; only text is exact everywhere.
        if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
            raise ValidationError(translate('金额应为字符串，例如 "120000.00"'))
        try:
            return money.parse(value)
        except money.InvalidAmount as error:
            raise ValidationError(error.describe()) from None


class Text(fields.String):
    """A line of text, without spaces around it."""

    def __init__(self, *, longest: int = 200, shortest: int = 0, **kwargs: Any) -> None:
        self.longest, self.shortest = longest, shortest
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if len(text) < self.shortest:
            raise ValidationError(translate("请填写此项"))
        if len(text) > self.longest:
            raise ValidationError(translate("最多 {count} 个字符", count=self.longest))
        if "\x00" in text:
            raise ValidationError(translate("含有不能保存的字符"))
        return text


class Day(fields.Date):
    """A date, `2026-03-05` and nothing else."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        # ISO knows more ways, such as 20260305 and 2026-W10-4; one is enough for programs.
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class Moment(fields.Field[datetime]):
    """A timestamp in UTC."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds")


def one_of(kind: type[StrEnum], **kwargs: Any) -> fields.Enum[Any]:
    """A choice among the values of an enumeration."""
    return fields.Enum(kind, by_value=True, **kwargs)
