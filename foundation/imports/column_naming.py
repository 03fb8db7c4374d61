"""Columns as people name them: by heading, by the letter of a spreadsheet, or by number."""

from collections.abc import Mapping as Values
from itertools import islice

from foundation.imports import headers, titles
from foundation.imports.headers import Header
from foundation.imports.mappings import SEARCHED_ROWS
from foundation.imports.reading import Source
from foundation.imports.recognition import Mapping, Understanding
from foundation.imports.refusals import MappingInvalid
from foundation.imports.rows import ROLE_NAMES

_LONGEST_LETTERS = 2


def with_columns(source: Source, given: Values[str, str], *, sheet: str | None) -> Mapping:
    """Return the mapping of a table in which some columns are named by role.

    The columns that are not named are those that the program recognises; the unit and the year
    are those that the file states. Raises MappingInvalid, SheetNotFound, UnitConflict.
    """
    name = sheet or (source.sheets[0] if source.sheets else None)
    rows = list(islice(source.rows(name), SEARCHED_ROWS))
    found = headers.find(rows)
    header_row = 0 if found is None else found.last_row + 1
    labels = {} if found is None else found.labels
    columns = {} if found is None else dict(found.columns)
    width = max((len(row) for row in rows), default=0)
    for role, text in given.items():
        key, index = _role(source, role), _column(source, text, labels, width)
        columns = {other: at for other, at in columns.items() if at != index} | {key: index}
    header = Header(
        first_row=header_row - 1,
        last_row=header_row - 1,
        columns=columns,
        labels=dict.fromkeys(columns.values(), "") | labels,
    )
    unit = titles.unit(rows, header, source.filename).yuan if "amount" in columns else 1
    lines = titles.above(rows, max(header_row - 1, 0))
    return Mapping(
        columns=columns,
        header_row=header_row,
        sheet=name,
        unit=unit,
        year=titles.year([name or "", *(line.text for line in lines)]),
    )


def columns_of(understanding: Understanding) -> dict[str, str]:
    """Return which heading stands for what, by role; a column without one has its number."""
    return {
        role: understanding.labels.get(index, "") or str(index + 1)
        for role, index in understanding.mapping.columns.items()
    }


def _role(source: Source, text: str) -> str:
    for role, name in ROLE_NAMES.items():
        if text.strip() in (role, name):
            return role
    roles = "、".join(ROLE_NAMES)
    raise MappingInvalid(filename=source.filename, reason=f"没有“{text}”这种列，可用 {roles}")


def _column(source: Source, text: str, labels: Values[int, str], width: int) -> int:
    wanted = text.strip()
    named = [index for index, label in labels.items() if label == wanted]
    if len(named) == 1:
        return named[0]
    number = _number(wanted)
    if 1 <= number <= width:
        return number - 1
    raise MappingInvalid(
        filename=source.filename,
        reason=f"没有列“{text}”，可写列名、字母（A、B）或序号（1 至 {width}）",
    )


def _number(text: str) -> int:
    """Return the number of a column from 1, 0 for what is none."""
    if not text.isascii() or len(text) > 4:
        return 0
    if text.isdigit():
        return int(text)
    if not text.isalpha() or len(text) > _LONGEST_LETTERS:
        return 0
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
