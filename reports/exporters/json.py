"""A table as one JSON document, for programs. Money is text with two decimals.

Rows are objects by column key. A row that is not a plain line (a heading, an opening balance, a
sum) says so in `_row`, so that a program can leave it out.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from ledger.money import BOOK_CURRENCY, to_text
from reports.tables import CHINESE, Column, Emphasis, Kind, Label, Row, Table, Term, Value


def write(table: Table, stream: BinaryIO, *, language: str = CHINESE) -> None:
    """Write the document row by row."""
    stream.writelines(part.encode() for part in parts(table, language=language))


def parts(table: Table, *, language: str = CHINESE) -> Iterator[str]:
    """Yield the document piece by piece."""
    yield "{"
    for key, value in head(table, language).items():
        yield f"{_dumped(key)}: {_dumped(value)},\n"
    yield '"rows": ['
    separator = "\n"
    for row in table.rows:
        yield separator + _dumped(cells(table.columns, row, language))
        separator = ",\n"
    yield f'\n],\n"totals": {_dumped(totals(table))},\n'
    yield f'"notes": {_dumped([note.of(language) for note in table.notes])}}}\n'


def document(table: Table, *, language: str = CHINESE) -> dict[str, Any]:
    """Return the whole document."""
    return {
        **head(table, language),
        "rows": [cells(table.columns, row, language) for row in table.rows],
        "totals": totals(table),
        "notes": [note.of(language) for note in table.notes],
    }


def head(table: Table, language: str) -> dict[str, Any]:
    """Return what stands before the rows."""
    heading = table.heading
    return {
        "id": table.id,
        "title": table.title.of(language),
        "subtitle": table.subtitle.of(language) if table.subtitle else None,
        "organisation": heading.organisation.of(language),
        "period": heading.period,
        "state": heading.state.value,
        "printed_at": heading.printed_at.isoformat(timespec="seconds"),
        "currency": BOOK_CURRENCY,
        "columns": [
            {
                "key": column.key,
                "title": column.title.of(language),
                "group": column.group.of(language) if column.group else None,
                "kind": column.kind.value,
            }
            for column in table.columns
        ],
    }


def cells(columns: tuple[Column, ...], row: Row, language: str) -> dict[str, Any]:
    """Return a row by column key."""
    found = {
        column.key: _value(value, column.kind, language)
        for column, value in zip(columns, row.cells, strict=True)
    }
    if row.emphasis is not Emphasis.PLAIN:
        found["_row"] = row.emphasis.value
    return found


def totals(table: Table) -> dict[str, str]:
    """Return the totals by column key."""
    return {key: to_text(minor) for key, minor in table.totals.items()}


def _value(value: Value, kind: Kind, language: str) -> Any:
    if isinstance(value, Term):
        return value.code
    if isinstance(value, Label):
        return value.of(language)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and kind is Kind.MONEY:
        return to_text(value)
    return value


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
