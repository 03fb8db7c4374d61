"""Layouts of the statements: reading the data files, and which layout a day has.

Pure. A wrong cell of a data file is an error of ours and says where it is.
"""

import csv
import io
import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from ledger.charts.definitions import Grade
from ledger.errors import NotFound
from reports.tables import Label

_DATA = "reports.statements.data"
BALANCE_SHEET, ACTIVITIES, CASH_FLOWS = "balance_sheet", "activities", "cash_flows"
STATEMENTS = (BALANCE_SHEET, ACTIVITIES, CASH_FLOWS)


class RowKind(StrEnum):
    """What a row of a layout is."""

    HEADING = "heading"
    LINE = "line"
    """A figure from the books."""
    OPTIONAL = "optional"
    """A line that is shown only when it has a figure."""
    SUM = "sum"
    """A figure from other rows of the same statement."""


class Mark(StrEnum):
    """What a term of a formula names."""

    ROW = "row"
    TAG = "tag"
    ATOM = "atom"


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a formula."""

    sign: int
    mark: Mark
    name: str


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """One row of a statement. `sign` turns debit (or cash in) into what is shown.

    `also` names rows of other layouts that this one stands for.
    """

    code: str
    line: str
    is_right: bool
    ordinal: str
    level: int
    kind: RowKind
    label: Label
    sign: int
    terms: tuple[Term, ...]
    also: tuple[str, ...]
    grade: Grade
    note: str

    @property
    def has_figure(self) -> bool:
        """Whether the row shows amounts."""
        return self.kind is not RowKind.HEADING


@dataclass(frozen=True, slots=True)
class Layout:
    """One version of the forms; `words` are the headings of its columns."""

    version: str
    effective_from: date
    effective_to: date | None
    title: Label
    document: str
    grade: Grade
    source: str
    releases_used: bool
    has_line_numbers: bool
    words: dict[str, Label]


@dataclass(frozen=True, slots=True)
class Statement:
    """One of the statutory statements."""

    id: str
    form: str
    title: Label


@dataclass(frozen=True, slots=True)
class Reclassification:
    """A part of one row that may be shown in another."""

    source: str
    target: str
    title: Label


_SIGNS = {"": 1, "debit": 1, "in": 1, "credit": -1, "out": -1}
_MARKS = {"@": Mark.TAG, "!": Mark.ATOM}
_WORDS = ("opening", "closing", "to_date", "previous", "amount", "previous_amount")


@cache
def list_layouts() -> tuple[Layout, ...]:
    """Return every layout, newest first: the default stands first in lists."""
    return tuple(_layout(item) for item in _document()["layout"])


def get_layout(version: str) -> Layout:
    """Return a layout by version. Raises NotFound."""
    for layout in list_layouts():
        if layout.version == version:
            return layout
    raise NotFound(what="报表格式", name=version)


def layout_on(day: date) -> Layout:
    """Return the layout in force on a day; before all of them the oldest."""
    layouts = list_layouts()
    for layout in layouts:
        if layout.effective_from <= day:
            return layout
    return layouts[-1]


@cache
def get_statement(statement: str) -> Statement:
    """Return what a statement is called. Raises NotFound."""
    for item in _document()["statement"]:
        if item["id"] == statement:
            return Statement(item["id"], item["form"], Label(item["title"], item["title_en"]))
    raise NotFound(what="会计报表", name=statement)


@cache
def reclassifications() -> tuple[Reclassification, ...]:
    """Return the reclassifications that the layouts allow."""
    return tuple(
        Reclassification(item["from"], item["to"], Label(item["title"], item["title_en"]))
        for item in _document()["reclassification"]
    )


@cache
def rows_of(statement: str, version: str) -> tuple[LayoutRow, ...]:
    """Return the rows of a statement in a layout, in the order of the form."""
    return tuple(_row(item) for item in _records(f"{statement}_{version}.csv"))


def row_for(rows: tuple[LayoutRow, ...], code: str) -> LayoutRow:
    """Return the row of a code, or the one that stands for it. Raises NotFound."""
    for row in rows:
        if code == row.code or code in row.also:
            return row
    raise NotFound(what="报表项目", name=code)


@cache
def cash_flow_items() -> dict[str, str]:
    """Return the row of the cash-flow statement by the name of a cash-flow item."""
    return {item["name"]: item["row"] for item in _records("cash_flow_items.csv")}


@cache
def cash_flow_opposites() -> dict[str, tuple[str, str]]:
    """Return by the tag of the opposite account which rows take cash in and cash out."""
    return {item["tag"]: (item["in"], item["out"]) for item in _records("cash_flow_opposites.csv")}


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(_read("layouts.toml"))


def _read(file: str) -> str:
    return resources.files(_DATA).joinpath(file).read_text(encoding="utf-8")


def _records(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_read(file)), strict=True))


def _layout(item: dict[str, Any]) -> Layout:
    return Layout(
        version=item["version"],
        effective_from=item["effective_from"],
        effective_to=item.get("effective_to"),
        title=Label(item["title"], item["title_en"]),
        document=item["document"],
        grade=Grade(item["grade"]),
        source=item["source"],
        releases_used=item["restricted_expenses"] == "release",
        has_line_numbers=item["has_line_numbers"],
        words={word: Label(item[word], item[f"{word}_en"]) for word in _WORDS},
    )


def _row(item: dict[str, str]) -> LayoutRow:
    return LayoutRow(
        code=item["row"],
        line=item["line"],
        is_right=item["side"] == "right",
        ordinal=item["ordinal"],
        level=int(item["level"]),
        kind=RowKind(item["kind"]),
        label=Label(item["zh"], item["en"]),
        sign=_SIGNS[item["shown"]],
        terms=tuple(_term(text) for text in item["formula"].split()),
        also=tuple(item["also"].split()),
        grade=Grade(item["grade"]),
        note=item["note"],
    )


def _term(text: str) -> Term:
    sign, rest = (-1, text[1:]) if text[0] == "-" else (1, text.removeprefix("+"))
    mark = _MARKS.get(rest[0], Mark.ROW)
    return Term(sign, mark, rest if mark is Mark.ROW else rest[1:])
