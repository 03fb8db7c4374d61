"""Reading what was typed into a page's form, keeping it, and saying what is wrong beside it.

A view makes `Form.of_request()`, reads its fields, and shows the same page again with status 422
when something is refused; the macros of `parts/fields.html` show values and errors:

    form = Form.of_request()
    amount = form.amount("amount")
    day = form.day("received_on")
    try:
        form.require_complete()
        ...call the service...
    except forms.Incomplete:
        return render_template("gifts/new.html", form=form), 422
    except InvalidInput as error:
        form.refuse("amount", error)   # "" for the whole form
        return render_template("gifts/new.html", form=form), 422
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import request

from foundation.http import languages
from foundation.http.context import services
from foundation.http.languages import translate
from ledger import money
from ledger.errors import DomainError

Choice = TypeVar("Choice", bound=StrEnum)
_WHOLE_DAYS = (
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
    re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII),
)
_DAYS_OF_THIS_YEAR = (
    re.compile(r"(\d{2})(\d{2})", re.ASCII),
    re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?", re.ASCII),
)
_UNITS = {"万": 4, "亿": 8, "千": 3, "百": 2}


class Incomplete(Exception):
    """Some field of the form was refused; the form says which."""


@dataclass(slots=True)
class Form:
    """What was typed, and what is wrong with it: one message for each field, "" for the whole."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, values: Mapping[str, str] | None = None) -> "Form":
        """Return a form to fill in, perhaps with values offered."""
        return cls(values=dict(values or {}))

    @classmethod
    def of_request(cls) -> "Form":
        """Return the form that was sent; passwords and the token are not kept."""
        hidden = ("password", "current", "new", "again", "csrf_token")
        return cls(values={k: v for k, v in request.form.items() if k not in hidden})

    def value(self, name: str) -> str:
        """Return what was typed, without spaces around it."""
        return self.values.get(name, "").strip()

    def error(self, name: str) -> str:
        """Return what is wrong with a field, or nothing."""
        return self.errors.get(name, "")

    def refuse(self, name: str, error: DomainError | str) -> None:
        """Say what is wrong with a field; the first message stays."""
        message = languages.describe(error) if isinstance(error, DomainError) else error
        self.errors.setdefault(name, message)

    def require_complete(self) -> None:
        """Go on only when nothing was refused. Raises Incomplete."""
        if self.errors:
            raise Incomplete

    def text(self, name: str, *, is_required: bool = True, longest: int = 200) -> str:
        """Read a line of text."""
        value = self.value(name)
        if is_required and not value:
            self.refuse(name, translate("请填写此项"))
        if len(value) > longest:
            self.refuse(name, translate("最多 {count} 个字符", count=longest))
        return value

    def amount(self, name: str, *, is_required: bool = True) -> int | None:
        """Read an amount such as `120000`, `120,000.00` or `12万` into minor units."""
        value = self.text(name, is_required=is_required, longest=40)
        if not value:
            return None
        try:
            return parse_amount(value)
        except money.InvalidAmount as error:
            self.refuse(name, error)
            return None

    def day(self, name: str, *, is_required: bool = True) -> date | None:
        """Read a date such as `2026-03-05`, `20260305` or `0305` (of this year)."""
        value = self.text(name, is_required=is_required, longest=20)
        if not value:
            return None
        found = parse_day(value, today=services().clock.today())
        if found is None:
            self.refuse(name, translate("日期应写作 2026-03-05 或 0305"))
        return found

    def whole_number(self, name: str, *, default: int = 0, highest: int = 9999) -> int:
        """Read a whole number that is not negative."""
        value = self.value(name)
        if not value:
            return default
        if not (value.isascii() and value.isdigit()) or int(value) > highest:
            self.refuse(name, translate("应为 0 到 {highest} 的整数", highest=highest))
            return default
        return int(value)

    def choice(self, name: str, kind: type[Choice], *, is_required: bool = True) -> Choice | None:
        """Read one of a few choices."""
        value = self.text(name, is_required=is_required)
        if not value:
            return None
        try:
            return kind(value)
        except ValueError:
            self.refuse(name, translate("请从列表中选择"))
            return None

    def is_checked(self, name: str) -> bool:
        """Tell whether a box was ticked."""
        return name in self.values


def parse_amount(text: str) -> int:
    """Read an amount as people type it, perhaps with 万 or 亿. Raises InvalidAmount."""
    cleaned = text.strip().translate(_HALF_WIDTH).removeprefix("￥").removeprefix("¥")
    cleaned = cleaned.removesuffix("元").strip()
    unit = _UNITS.get(cleaned[-1:], 0)
    if not unit:
        return money.parse(cleaned)
    whole, dot, rest = cleaned[:-1].strip().partition(".")
    minor: int = money.parse(whole) * 10**unit
    if dot:
        # Yuan after the point, moved to fen: `1.25万` is 12,500.00 and `1.0000001万` is refused.
        if not (rest.isascii() and rest.isdigit()) or len(rest) > unit + 2:
            raise money.InvalidAmount(text=text, reason="应为数字，例如 12.5万")
        part = int(rest) * 10 ** (unit + 2 - len(rest))
        minor += -part if whole.startswith("-") else part
    if abs(minor) > money.MAX_MINOR:
        raise money.AmountTooLarge(text=text)
    return minor


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def parse_day(text: str, *, today: date) -> date | None:
    """Read a date in one of the ways people write it; without a year it is in this one."""
    cleaned = text.strip().translate(_HALF_WIDTH)
    parts = _parts(_WHOLE_DAYS, cleaned) or [today.year, *_parts(_DAYS_OF_THIS_YEAR, cleaned)]
    if len(parts) != 3:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def _parts(patterns: tuple[re.Pattern[str], ...], text: str) -> list[int]:
    for pattern in patterns:
        if found := pattern.fullmatch(text):
            return [int(part) for part in found.groups()]
    return []
