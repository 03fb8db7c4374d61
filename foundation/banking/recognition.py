"""Understanding a bank statement: where its table is and what its columns mean.

The cells, the labels and the readers of amounts and dates are those of the register import;
what differs is the vocabulary (see `columns`) and what a row is.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from foundation.banking import columns
from foundation.banking.columns import NOTE, OTHER, ROLE_NAMES, Bank
from foundation.banking.refusals import NoStatementFound
from foundation.imports import headers, labels, mappings
from foundation.imports.amounts import looks_numeric
from foundation.imports.cells import Row
from foundation.imports.reading import Source
from foundation.imports.refusals import MappingInvalid

SEARCHED_ROWS = 100
_FEWEST_ROLES = 3
_AMOUNTS = ("amount", "debit", "credit")


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read a statement: the column of each role from 0, those that together are the note,
    the last row of the header from 1 (0: none), and the sheet."""

    columns: dict[str, int]
    notes: tuple[int, ...] = ()
    header_row: int = 0
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood of a file."""

    source: Source
    mapping: Mapping
    labels: dict[int, str]
    bank: Bank | None
    head: tuple[Row, ...]

    @property
    def signature(self) -> str:
        """Name the header, for remembering how a person read it; '' when there is none."""
        return signature_of(self.labels)


def recognise(
    source: Source, *, sheet: str | None = None, mapping: Mapping | None = None
) -> Understanding:
    """Find the table of a statement. Raises NoStatementFound, SheetNotFound or MappingInvalid."""
    if mapping is not None:
        name = sheet or mapping.sheet or _first(source)
        head = tuple(islice(source.rows(name), SEARCHED_ROWS))
        _check(mapping, head, source.filename)
        found = Mapping(mapping.columns, mapping.notes, mapping.header_row, name)
        texts = headers.labels_at(head, mapping.header_row - 1)
        return Understanding(source, found, texts, _bank(texts), head)
    for name in [sheet] if sheet or not source.sheets else source.sheets:
        head = tuple(islice(source.rows(name), SEARCHED_ROWS))
        guessed = guess(head, name)
        if guessed is not None and is_complete(guessed):
            texts = headers.labels_at(head, guessed.header_row - 1)
            return Understanding(source, guessed, texts, _bank(texts), head)
    raise NoStatementFound(filename=source.filename, searched=SEARCHED_ROWS)


def guess(head: Sequence[Row], sheet: str | None) -> Mapping | None:
    """Return the row that has most of a header, perhaps not all that is needed."""
    best: Mapping | None = None
    for index, row in enumerate(head):
        found = _header(row, index + 1, sheet)
        if found is not None and (best is None or _rank(found) > _rank(best)):
            best = found
    return best


def is_complete(mapping: Mapping) -> bool:
    """Tell whether a mapping names what every line needs: a day, and an amount."""
    return "date" in mapping.columns and any(role in mapping.columns for role in _AMOUNTS)


def signature_of(texts: dict[int, str]) -> str:
    """Name a row of headings. A register with the same headings is remembered apart."""
    of_header = mappings.signature(texts)
    return hashlib.sha256(f"bank {of_header}".encode()).hexdigest() if of_header else ""


def invalid(filename: str, reason: str) -> MappingInvalid:
    """Return the refusal of a mapping."""
    return MappingInvalid(filename=filename, reason=reason)


def _first(source: Source) -> str | None:
    return source.sheets[0] if source.sheets else None


def _bank(texts: dict[int, str]) -> Bank | None:
    return columns.bank_of(frozenset(filter(None, texts.values())))


def _rank(mapping: Mapping) -> tuple[bool, int]:
    return is_complete(mapping), len(mapping.columns) + len(mapping.notes)


def _header(row: Row, number: int, sheet: str | None) -> Mapping | None:
    if any(looks_numeric(cell) for cell in row):
        return None
    chosen: dict[str, tuple[int, int]] = {}
    notes = []
    for index, cell in enumerate(row):
        rule = columns.role_of(cell)
        if rule is None or rule.role == OTHER:
            continue
        if rule.role == NOTE:
            notes.append(index)
        elif rule.role not in chosen or rule.weight > chosen[rule.role][1]:
            chosen[rule.role] = index, rule.weight
    if len(chosen) + len(notes) < _FEWEST_ROLES:
        return None
    found = {role: index for role, (index, _) in chosen.items()}
    return Mapping(found, tuple(notes), number, sheet)


def is_header(row: Row, texts: dict[int, str]) -> bool:
    """Tell whether a row repeats the header, as every printed page of a statement does."""
    said = {i: labels.label_text(cell) for i, cell in enumerate(row)}
    known = {i: text for i, text in texts.items() if text}
    return bool(known) and all(said.get(i) == text for i, text in known.items())


def _check(mapping: Mapping, head: Sequence[Row], filename: str) -> None:
    width = max((len(row) for row in head), default=0)
    reasons = []
    if not is_complete(mapping):
        reasons.append("请指定日期列，以及收入、支出或发生额列")
    for role, index in mapping.columns.items():
        if role not in ROLE_NAMES:
            reasons.append(f"没有“{role}”这种列")
        elif not 0 <= index < width:
            reasons.append(f"“{ROLE_NAMES[role]}”指定为第 {index + 1} 列，表中只有 {width} 列")
    if reasons:
        raise MappingInvalid(filename=filename, reason="；".join(reasons))
