"""The files of the pack as data: number, title, columns, formats, and where the data live."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reports.parameters import Parameters
from reports.tables import Column, Kind, Label, Row, Table

_DATA = Path(__file__).parent / "files.toml"
_BALANCE = "balance"
_WIDTHS = {Kind.MONEY: 16, Kind.INTEGER: 8, Kind.DATE: 12, Kind.CODE: 18, Kind.TEXT: 20}


@dataclass(frozen=True, slots=True)
class FileDefinition:
    """One file of the pack."""

    number: str
    title: Label
    columns: tuple[Column, ...]
    # Keys of the amounts that add up; a balance after each line does not.
    summed: frozenset[str]
    formats: tuple[str, ...]
    is_uploaded: bool

    @property
    def name(self) -> str:
        """The name without its ending: `13_捐赠台账`."""
        return f"{self.number}_{self.title.zh}"


@cache
def definitions() -> Mapping[str, FileDefinition]:
    """Return every file of the pack by number."""
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return {item["number"]: _definition(item) for item in data["file"]}


def _definition(item: Mapping[str, Any]) -> FileDefinition:
    columns = tuple(
        Column(f"c{place}", Label(zh, en), _kind(kind), _WIDTHS[_kind(kind)])
        for place, (zh, en, kind) in enumerate(item["columns"], start=1)
    )
    summed = frozenset(
        column.key
        for column, (_, _, kind) in zip(columns, item["columns"], strict=True)
        if kind == Kind.MONEY.value
    )
    return FileDefinition(
        item["number"],
        Label(item["zh"], item["en"]),
        columns,
        summed,
        tuple(item["formats"]),
        item["source"] == "upload",
    )


def _kind(name: str) -> Kind:
    return Kind.MONEY if name == _BALANCE else Kind(name)


def filled(
    number: str,
    parameters: Parameters,
    rows: Iterable[Row],
    *,
    notes: tuple[Label, ...] = (),
) -> Table:
    """Return a file of the pack with rows; its totals are those of the rows as they go by."""
    definition = definitions()[number]
    totals = dict.fromkeys(definition.summed, 0)
    return Table(
        id=f"pack_{number}",
        title=definition.title,
        columns=definition.columns,
        rows=rows,
        heading=parameters.heading,
        totals=totals,
        notes=notes,
    )
