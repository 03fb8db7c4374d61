"""The formats in which a table leaves the service."""

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from ledger.errors import InvalidInput
from reports.exporters import csv, json, pdf, xlsx
from reports.tables import Table


class Write(Protocol):
    """Write a table to a stream of bytes; its rows are read once."""

    def __call__(self, table: Table, stream: BinaryIO, *, language: str = ...) -> None: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its ending, its media type, and how it is written."""

    name: str
    media_type: str
    write: Write
    is_text: bool


FORMATS = {
    item.name: item
    for item in (
        Format("json", "application/json", json.write, is_text=True),
        Format("csv", "text/csv", csv.write, is_text=True),
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            xlsx.write,
            is_text=False,
        ),
        Format("pdf", "application/pdf", pdf.write, is_text=False),
    )
}


class UnknownFormat(InvalidInput):
    """Tables are not written in this format."""

    code = "unknown_format"
    message = "不支持导出格式“{format}”，可用：json、csv、xlsx、pdf"


def get(name: str) -> Format:
    """Return a format. Raises UnknownFormat."""
    found = FORMATS.get(name)
    if found is None:
        raise UnknownFormat(format=name[:20])
    return found


def file_name(table: Table, form: Format) -> str:
    """Name a file after what is in it: `trial_balance-2026-03.xlsx`."""
    period = table.heading.period.replace("..", "_")
    return f"{table.id}-{period}.{form.name}"
