"""The kinds of evidence as data: tables with their columns, and papers."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from ledger.charts.definitions import Grade
from ledger.errors import NotFound

PAYROLL, DIFFERENCES, REPORTS, AUDITED = (
    "payroll",
    "report_differences",
    "audit_reports",
    "audited_figures",
)
REPORT_FILES = "audit_reports_files"
# In the payroll, what is not borne by a project.
MANAGEMENT = "管理"


class UnknownKind(NotFound):
    """Nothing of this kind is handed in."""

    code = "unknown_evidence"
    message = "没有“{kind}”这种资料，可用：{known}"


class CellKind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    CODE = "code"
    MONEY = "money"
    INTEGER = "integer"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table; `words` are further headings that mean it."""

    key: str
    zh: str
    en: str
    kind: CellKind
    words: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    is_optional: bool = False
    example: str = ""

    def name(self, language: str) -> str:
        """Return the heading."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a table."""

    zh: str
    en: str
    fields: tuple[Field, ...]

    def place(self, key: str) -> int:
        """Return where a column stands."""
        return next(i for i, field in enumerate(self.fields) if field.key == key)

    def name(self, language: str) -> str:
        """Return the name of the sheet."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of evidence; papers have no sheets. `file` is a number of the audit pack."""

    code: str
    file: str
    zh: str
    en: str
    source: str
    grade: Grade
    is_required: bool = False
    notes: tuple[tuple[str, str], ...] = ()
    sheets: tuple[Sheet, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether it is read and checked, rather than kept as it is."""
        return bool(self.sheets)

    def name(self, language: str) -> str:
        """Return the title."""
        return self.en if language == "en" else self.zh


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by code, tables first."""
    text = resources.files("foundation.evidence.data").joinpath("kinds.toml").read_text("utf-8")
    data = tomllib.loads(text)
    return {item["code"]: _kind(item) for item in (*data["table"], *data["paper"])}


def get_kind(code: str) -> Kind:
    """Return a kind. Raises UnknownKind."""
    found = kinds().get(code)
    if found is None:
        raise UnknownKind(kind=code[:40], known="、".join(kinds()))
    return found


def of_file(number: str) -> Kind | None:
    """Return the table that fills a file of the pack, if one does."""
    return next((k for k in kinds().values() if k.is_table and k.file == number), None)


def _kind(item: Mapping[str, Any]) -> Kind:
    return Kind(
        code=item["code"],
        file=item["file"],
        zh=item["zh"],
        en=item["en"],
        source=item["source"],
        grade=Grade(item["grade"]),
        is_required=item.get("is_required", False),
        notes=tuple((zh, en) for zh, en in item.get("notes", ())),
        sheets=tuple(_sheet(sheet) for sheet in item.get("sheet", ())),
    )


def _sheet(item: Mapping[str, Any]) -> Sheet:
    fields = tuple(
        Field(
            key=field["key"],
            zh=field["zh"],
            en=field["en"],
            kind=CellKind(field["kind"]),
            words=tuple(field.get("words", ())),
            choices=tuple(field.get("choices", ())),
            is_optional=field.get("is_optional", False),
            example=field.get("example", ""),
        )
        for field in item["columns"]
    )
    return Sheet(item["zh"], item["en"], fields)
