"""One cell of a table that was handed in: its value, or what was expected in its place."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from foundation.evidence.kinds import CellKind, Field
from foundation.imports import amounts
from foundation.imports.cells import Cell, Flaw, compact, is_blank, text_of
from foundation.imports.dates import DateReader

Value = str | int | date | None
_LONGEST = 300
_DATES = DateReader(year=None)
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What the cell should have held."""

    expected: str


def read(cell: Cell, field: Field, *, unit: int) -> Value | Wrong:
    """Read one cell as its column wants it; amounts in fen, a column in 万元 by its unit."""
    if is_blank(cell):
        return _blank(field)
    match field.kind:
        case CellKind.MONEY:
            value = amounts.read_signed(cell, unit=unit)
            if isinstance(value, Flaw):
                # A dash in a column of amounts is nothing; in a needed one it is zero, as printed.
                return 0 if value is amounts.MISSING else Wrong(value.expected)
            return value
        case CellKind.INTEGER:
            text = compact(cell)
            return int(text) if _WHOLE.fullmatch(text) else Wrong("应为整数")
        case CellKind.DATE:
            found = _DATES.read(cell)
            return found if isinstance(found, date) else Wrong(found.expected)
        case CellKind.TEXT | CellKind.CODE:
            return _text(cell, field)


def _blank(field: Field) -> Value | Wrong:
    if not field.is_optional:
        return Wrong("不能为空")
    return 0 if field.kind is CellKind.MONEY else None if field.kind is CellKind.DATE else ""


def _text(cell: Cell, field: Field) -> str | Wrong:
    text = _number_text(cell) if isinstance(cell, Decimal) else text_of(cell)
    if len(text) > _LONGEST:
        return Wrong(f"最多 {_LONGEST} 个字符")
    if field.choices:
        known = next((c for c in field.choices if compact(text) == compact(c)), None)
        return known if known is not None else Wrong(f"应为{'、'.join(field.choices)}之一")
    return text


def _number_text(number: Decimal) -> str:
    return str(int(number)) if number == int(number) else format(number, "f")
