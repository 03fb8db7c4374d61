"""The layouts of the annual report. The format is documented in data/forms.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from ledger.charts.definitions import Grade
from reports.tables import Column, Kind, Label

_WIDTHS = {Kind.TEXT: 34, Kind.MONEY: 18, Kind.CODE: 10, Kind.INTEGER: 8}


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row that the form prints whatever the figures are."""

    code: str
    label: Label
    level: int
    ratio: str


@dataclass(frozen=True, slots=True)
class FormTable:
    """One table of the form."""

    id: str
    item: str
    title: Label
    columns: tuple[Column, ...]
    rows: tuple[FormRow, ...]
    source: str
    grade: Grade

    @property
    def name(self) -> Label:
        """The title with its place in the form."""
        return Label(f"{self.item}、{self.title.zh}", self.title.en)


@dataclass(frozen=True, slots=True)
class Form:
    """The form of some fiscal years."""

    version: str
    title: Label
    tables: tuple[FormTable, ...]
    source: str
    grade: Grade


def form_of(year: int) -> Form:
    """Return the form that a fiscal year is reported on; the first one for years before."""
    forms: Sequence[Mapping[str, Any]] = _data()["form"]
    found = next(
        (item for item in forms if item["first_year"] <= year <= item["last_year"]), forms[0]
    )
    version = found["version"]
    return Form(
        version,
        Label(found["zh"], found["en"]),
        tuple(_table(item, version) for item in _data()["table"] if version in item["forms"]),
        found["source"],
        Grade(found["grade"]),
    )


def _table(item: Mapping[str, Any], version: str) -> FormTable:
    rows = [row for row in item.get("row", []) if version in row.get("forms", item["forms"])]
    return FormTable(
        item["id"],
        item["item"],
        Label(item["zh"], item["en"]),
        tuple(
            Column(f"c{place}", Label(zh, en), Kind(kind), _WIDTHS[Kind(kind)])
            for place, (zh, en, kind) in enumerate(item["columns"], start=1)
        ),
        tuple(
            FormRow(row["code"], Label(row["zh"], row["en"]), row["level"], row.get("ratio", ""))
            for row in rows
        ),
        item["source"],
        Grade(item["grade"]),
    )


@cache
def _data() -> Mapping[str, Any]:
    text = resources.files("reports.annual.data").joinpath("forms.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))
