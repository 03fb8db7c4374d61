"""Rows of an alumni list: a person of a class, or why the row is none. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from foundation.alumni.columns import Layout
from foundation.http.languages import mark
from foundation.imports.cells import Cell, Row, compact, is_blank, text_of
from foundation.imports.names import normalise_name

_YEAR = re.compile(r"(19\d{2}|20\d{2})")
_SHORT_YEAR = re.compile(r"^(\d{2})\s*[级届]")
_PHONE = re.compile(r"[^\d+]")
_TOTAL = re.compile(r"^(合计|总计|小计|共计|制表|审核|填表)")
_EARLIEST, _LATEST = 1900, 2200
_LONGEST = 120
_TURN = 50


@dataclass(frozen=True, slots=True)
class AlumnusRow:
    """A person as a list names them."""

    number: int
    name: str
    college: str
    class_name: str
    year: int
    student_number: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that cannot be read, and why. It names no person."""

    number: int
    reason: str


def read(
    numbered: Iterable[tuple[int, Row]], layout: Layout, *, college: str, this_year: int
) -> Iterator[AlumnusRow | WrongRow]:
    """Yield what each row is; blank rows, sums and repeated headers are left out.

    `college` holds where a list has no column for it, as the list of one college has none.
    """
    for number, row in numbered:
        if number <= layout.header_row or all(is_blank(cell) for cell in row):
            continue
        said = {role: _at(row, index) for role, index in layout.columns.items()}
        name = normalise_name(text_of(said.get("name")))
        if _is_beside(name, row):
            continue
        yield _person(number, name, said, college, this_year)


def _at(row: Row, index: int) -> Cell:
    return row[index] if index < len(row) else None


def _is_beside(name: str, row: Row) -> bool:
    """Tell whether a row is no person: a sum, a signature, or the header once more."""
    first = compact(row[0]) if row else ""
    return bool(_TOTAL.match(first) or _TOTAL.match(name)) or name in ("姓名", "Name")


def _person(
    number: int, name: str, said: dict[str, Cell], college: str, this_year: int
) -> AlumnusRow | WrongRow:
    texts = {role: text_of(cell).strip() for role, cell in said.items()}
    class_name = texts.get("class_name") or texts.get("major") or ""
    year = _year(said.get("year"), this_year) or _year(class_name, this_year)
    found = texts.get("college") or college
    problems = (
        (not name, mark("姓名为空")),
        (len(name) > _LONGEST or not name.isprintable(), mark("姓名无法识别")),
        (not found, mark("没有学院，请在导入时指定")),
        (not class_name, mark("没有班级或专业")),
        (year is None, mark("没有年级，应为四位数的年份或如“08级”")),
        (max(len(found), len(class_name)) > _LONGEST, mark("学院或班级超过 120 字")),
    )
    reason = next((reason for applies, reason in problems if applies), "")
    if reason:
        return WrongRow(number, reason)
    assert year is not None
    return AlumnusRow(
        number,
        name,
        found,
        class_name,
        year,
        texts.get("student_number", "")[:40],
        phone_key(texts.get("phone", "")),
        texts.get("email", "").casefold()[:200],
    )


def phone_key(text: str) -> str:
    """Return a telephone number as it is compared: digits, without the code of the country."""
    digits = _PHONE.sub("", text).lstrip("+")
    return digits.removeprefix("86")[:40] if len(digits) > 11 else digits[:40]


def _year(cell: Cell, this_year: int) -> int | None:
    if isinstance(cell, date):
        return cell.year
    text = text_of(cell).strip()
    whole = _YEAR.search(text)
    if whole:
        year = int(whole[1])
    else:
        short = _SHORT_YEAR.match(text)
        if not short:
            return None
        two = int(short[1])
        year = 2000 + two if two <= this_year % 100 else 1900 + two
    return year if _EARLIEST <= year <= min(_LATEST, this_year + _TURN) else None
