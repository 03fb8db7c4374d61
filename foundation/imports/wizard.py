"""The step between a file and its import: what was understood of it, and correcting that.

`look` reads a file as a person asked. What they can put right (a missing date, a column that
was not recognised) comes back as `refusal` beside the first rows; what cannot be read raises.
"""

import hashlib
from collections.abc import Mapping as Values
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from sqlalchemy.orm import Session

from foundation.imports import headers, mappings, reading, recognition
from foundation.imports.cells import Row, text_of
from foundation.imports.reading import Source
from foundation.imports.recognition import Mapping, Understanding
from foundation.imports.refusals import (
    DateNeeded,
    FileDamaged,
    FileRefused,
    MappingInvalid,
    TextUnreadable,
)
from foundation.imports.rows import ROLE_NAMES
from foundation.imports.uploads import Upload

_SAMPLES = 3
_LONGEST_SAMPLE = 40
# More columns than any register has; a form does not offer more.
_MOST_COLUMNS = 80
# Only to see the columns of a table that has no dates; no row is ever read with it.
_ANY_DAY = date(1900, 1, 1)
_ROLE = "role-"
_OTHER_FIELDS = ("header_row", "unit", "year", "panels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a person wants a file to be read."""

    sheet: str | None = None
    day: date | None = None
    mapping: Mapping | None = None
    ignores_memory: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table as the page shows it."""

    index: int
    letter: str
    label: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was understood of a file. Either `understanding` or `refusal` is there.

    `signature` names the header for remembering; '' when there is none to remember.
    """

    source: Source
    mapping: Mapping
    unit_from: str
    columns: tuple[Column, ...]
    signature: str
    understanding: Understanding | None = None
    refusal: FileRefused | None = None
    candidates: tuple[str, ...] = ()
    is_remembered: bool = False


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A try at understanding; `seen` has the columns also where only a date is missing."""

    seen: Understanding | None = None
    refusal: FileRefused | None = None
    unit_from: str = ""
    is_remembered: bool = False


def look(session: Session, upload: Upload, asked: Asked) -> Look:
    """Read a file as asked. Raises a FileRefused for a file that cannot be read at all."""
    source = reading.open_register(upload.path, upload.name)
    tried = _try(session, source, asked)
    sheet = tried.seen.mapping.sheet if tried.seen else _sheet_of(source, asked)
    rows = list(islice(source.rows(sheet), mappings.SEARCHED_ROWS))
    mapping = tried.seen.mapping if tried.seen else asked.mapping or _guess(rows, sheet)
    labels = tried.seen.labels if tried.seen else {}
    data = tried.refusal.data if tried.refusal else {}
    return Look(
        source=source,
        mapping=replace(mapping, sheet=sheet),
        unit_from=tried.unit_from,
        columns=_columns(rows, mapping, labels),
        signature=mappings.signature_at(rows, mapping.header_row),
        understanding=None if tried.refusal else tried.seen,
        refusal=tried.refusal,
        candidates=tuple(data.get("candidates", ())),
        is_remembered=tried.is_remembered,
    )


def _try(session: Session, source: Source, asked: Asked) -> _Attempt:
    mapping, unit_from = asked.mapping, ""
    remembered = None
    try:
        if mapping is None and not asked.ignores_memory:
            remembered = mappings.recall(session, source, asked.sheet)
        if remembered is not None:
            mapping, unit_from = remembered.mapping, remembered.unit.read_from
        refusal: FileRefused | None = None
        try:
            seen = recognition.recognise(
                source, sheet=asked.sheet, mapping=mapping, default_date=asked.day
            )
        except DateNeeded as error:
            refusal = error
            seen = recognition.recognise(
                source, sheet=asked.sheet, mapping=mapping, default_date=_ANY_DAY
            )
    except (FileDamaged, TextUnreadable):
        raise
    except FileRefused as error:
        return _Attempt(refusal=error)
    return _Attempt(
        seen=seen,
        refusal=refusal,
        unit_from=unit_from or seen.unit.read_from,
        is_remembered=remembered is not None,
    )


def _sheet_of(source: Source, asked: Asked) -> str | None:
    """The sheet to show when none was understood."""
    if asked.sheet in source.sheets:
        return asked.sheet
    return source.sheets[0] if source.sheets else None


def _guess(rows: list[Row], sheet: str | None) -> Mapping:
    """The nearest that the first rows have to a header, for a person to complete."""
    header = headers.find(rows)
    if header is None:
        return Mapping(columns={}, header_row=0, sheet=sheet)
    columns = dict(header.columns)
    if header.rivals:
        columns.pop("amount", None)
    return Mapping(columns=columns, header_row=header.last_row + 1, sheet=sheet)


def _columns(rows: list[Row], mapping: Mapping, labels: dict[int, str]) -> tuple[Column, ...]:
    width = min(max((len(row) for row in rows), default=0), _MOST_COLUMNS)
    top = rows[mapping.header_row - 1] if 0 < mapping.header_row <= len(rows) else ()
    used = set(mapping.columns.values())
    found = []
    for index in range(width):
        label = (text_of(top[index]) if index < len(top) else "") or labels.get(index, "")
        below = (row[index] for row in rows[mapping.header_row :] if index < len(row))
        texts = (text_of(cell)[:_LONGEST_SAMPLE] for cell in below)
        samples = tuple(islice((text for text in texts if text), _SAMPLES))
        if label or samples or index in used:
            found.append(Column(index, letter_of(index), label, samples))
    return tuple(found)


def letter_of(index: int) -> str:
    """Return the name that a spreadsheet gives a column: A, B … Z, AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# ---- the mapping as fields of a form ----


def fields_of(mapping: Mapping) -> dict[str, str]:
    """Return the fields of a form that say a mapping."""
    fields = {f"{_ROLE}{column}": role for role, column in mapping.columns.items()}
    return fields | {
        "header_row": str(mapping.header_row),
        "unit": str(mapping.unit),
        "year": "" if mapping.year is None else str(mapping.year),
        "panels": " ".join(str(offset) for offset in mapping.panels),
    }


def mark_of(values: Values[str, str]) -> str:
    """Return the digest of what a form says of the mapping, to see whether it was changed."""
    said = {
        name: value.strip()
        for name, value in values.items()
        if value.strip() and (name.startswith(_ROLE) or name in _OTHER_FIELDS)
    }
    return hashlib.sha256(repr(sorted(said.items())).encode()).hexdigest()


def mapping_of(values: Values[str, str], *, filename: str, sheet: str | None) -> Mapping:
    """Read a mapping out of a form. Raises MappingInvalid."""
    columns: dict[str, int] = {}
    for name, value in values.items():
        role, number = value.strip(), name.removeprefix(_ROLE)
        if not name.startswith(_ROLE) or not role or not number.isdecimal():
            continue
        if role in columns:
            called = ROLE_NAMES.get(role, role)
            raise MappingInvalid(filename=filename, reason=f"“{called}”指定了不止一列")
        columns[role] = int(number)
    panels = [_number(part, filename) for part in values.get("panels", "").split()]
    year = values.get("year", "").strip()
    return Mapping(
        columns=columns,
        header_row=_number(values.get("header_row", "0"), filename),
        sheet=sheet,
        unit=_number(values.get("unit", "1"), filename),
        year=_number(year, filename) if year else None,
        panels=tuple(panels) or (0,),
    )


def _number(text: str, filename: str) -> int:
    cleaned = text.strip()
    if not (cleaned.isascii() and cleaned.isdigit()) or len(cleaned) > 9:
        raise MappingInvalid(filename=filename, reason="表头行、单位和年份应为整数")
    return int(cleaned)
