"""Column mappings that a person corrected, remembered by the row of labels they belong to.

What is remembered is which column means what. The unit and the year are read from each file
anew: two files with the same labels may well differ in them, and both decide about money.
"""

import hashlib
import json
from collections.abc import Mapping as Values
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.imports import headers, titles
from foundation.imports.cells import Row
from foundation.imports.headers import NEEDED, Header
from foundation.imports.models import ColumnMapping
from foundation.imports.reading import Source
from foundation.imports.recognition import Mapping
from foundation.imports.rows import ROLE_NAMES
from foundation.imports.titles import Unit
from ledger import trail
from ledger.clock import Clock

# Rows in which a header is looked for, as many as recognition searches.
SEARCHED_ROWS = 100
_FEWEST_LABELS = 2


@dataclass(frozen=True, slots=True)
class Remembered:
    """A mapping that fits a file, and where its unit was read."""

    mapping: Mapping
    unit: Unit


def signature(labels: Values[int, str]) -> str:
    """Return the SHA-256 (hex) of a row of normalised labels; '' for a row that is no header."""
    texts = [labels[column] for column in sorted(labels)]
    while texts and not texts[-1]:
        texts.pop()
    if sum(map(bool, texts)) < _FEWEST_LABELS:
        return ""
    packed = json.dumps(["header 1", *texts], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()


def signature_at(rows: Sequence[Row], header_row: int) -> str:
    """Return the signature of a row, counted from 1; '' when there is no header there."""
    return signature(headers.labels_at(rows, header_row - 1)) if header_row > 0 else ""


def remember(session: Session, header: str, mapping: Mapping, *, actor: str, clock: Clock) -> None:
    """Remember what the columns below a header mean, in place of what was known before."""
    text = json.dumps(
        {"columns": dict(sorted(mapping.columns.items())), "panels": list(mapping.panels)},
        separators=(",", ":"),
    )
    kept = session.get(ColumnMapping, header)
    if kept is not None and kept.mapping == text:
        return
    if kept is None:
        kept = ColumnMapping(signature=header)
        session.add(kept)
    kept.mapping, kept.saved_by, kept.saved_at = text, actor, clock.now()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="mapping.save",
        subject=f"mapping:{header[:16]}",
        detail={"columns": dict(sorted(mapping.columns.items()))},
    )


def forget(session: Session, header: str, *, actor: str, clock: Clock) -> None:
    """Go back to recognising a header by its words."""
    if session.get(ColumnMapping, header) is None:
        return
    session.execute(delete(ColumnMapping).where(ColumnMapping.signature == header))
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="mapping.forget",
        subject=f"mapping:{header[:16]}",
    )


def recall(session: Session, source: Source, sheet: str | None) -> Remembered | None:
    """Return the mapping remembered for a header of the file, or None.

    Looks through the given sheet, else through all. Raises UnitConflict or UnitUnsupported,
    and what reading the file raises.
    """
    query = select(ColumnMapping.signature, ColumnMapping.mapping)
    kept = {row.signature: row.mapping for row in session.execute(query)}
    if not kept:
        return None
    for name in [sheet] if sheet or not source.sheets else source.sheets:
        rows = list(islice(source.rows(name), SEARCHED_ROWS))
        for index in range(len(rows)):
            text = kept.get(signature_at(rows, index + 1))
            found = None if text is None else _fitted(source, name, rows, index, text)
            if found is not None:
                return found
    return None


def _fitted(
    source: Source, sheet: str | None, rows: list[Row], index: int, text: str
) -> Remembered | None:
    """Put a remembered mapping together with the unit and the year that this file states."""
    kept = json.loads(text)
    columns = {role: column for role, column in kept["columns"].items() if role in ROLE_NAMES}
    if not set(NEEDED) <= set(columns):
        return None
    # A column may lie beyond the last label, because nothing is written above it.
    labels = dict.fromkeys(columns.values(), "") | headers.labels_at(rows, index)
    header = Header(first_row=index, last_row=index, columns=columns, labels=labels)
    unit = titles.unit(rows, header, source.filename)
    lines = titles.above(rows, index)
    mapping = Mapping(
        columns=columns,
        header_row=index + 1,
        sheet=sheet,
        unit=unit.yuan,
        year=titles.year([sheet or "", *(line.text for line in lines)]),
        panels=tuple(kept["panels"]),
    )
    return Remembered(mapping, unit)
