"""The figures of one foundation in one year, and sums of them.

A figure that is not known is absent, which is something else than zero. Where figures come from
(a file, the annual report, the books) does not matter here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from reports.ratios.loading import DATA_FOLDER, Reader, read


class FieldKind(StrEnum):
    """How a column is read."""

    TEXT = "text"
    YEAR = "year"
    MONEY = "money"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Field:
    """One named figure."""

    name: str
    label: str
    kind: FieldKind
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Every figure that the engine knows, and what a file of them must and may say."""

    by_name: Mapping[str, Field]
    stated: frozenset[str]
    required: tuple[str, ...]
    derived_closing_marks: tuple[str, ...]

    def label(self, name: str) -> str:
        return self.by_name[name].label


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What is known of one fiscal year, in fen by field name."""

    fiscal_year: int
    amounts: Mapping[str, int]

    def knows(self, name: str) -> bool:
        return name in self.amounts

    def plus(self, name: str, amount_minor: int) -> "YearFigures":
        """Return the same year with one figure raised."""
        raised = {**self.amounts, name: self.amounts.get(name, 0) + amount_minor}
        return replace(self, amounts=raised)


History = Mapping[int, YearFigures]


@dataclass(frozen=True, slots=True)
class Part:
    """One figure inside a total, signed as it counts there."""

    fiscal_year: int
    field: str
    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FieldSum:
    """A sum of figures of one year, usable when one of each needed group is known."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]
    add_back_negative: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    from_year: int | None
    until_year: int | None

    def applies(self, fiscal_year: int) -> bool:
        return (self.from_year is None or fiscal_year >= self.from_year) and (
            self.until_year is None or fiscal_year <= self.until_year
        )

    def usable(self, figures: YearFigures) -> bool:
        return self.applies(figures.fiscal_year) and not self.missing(figures)

    def missing(self, figures: YearFigures) -> tuple[str, ...]:
        """Return the first figure of every needed group of which nothing is known."""
        return tuple(
            group[0] for group in self.needs if not any(figures.knows(name) for name in group)
        )

    def parts(self, figures: YearFigures) -> tuple[Part, ...]:
        """List the known figures with the sign they count with. Unknown ones count as zero."""
        signed = [(name, 1) for name in self.plus] + [(name, -1) for name in self.minus]
        signed += [
            (name, -1) for name in self.add_back_negative if figures.amounts.get(name, 0) < 0
        ]
        labels = fields()
        return tuple(
            Part(figures.fiscal_year, name, labels.label(name), sign * figures.amounts[name])
            for name, sign in signed
            if figures.knows(name)
        )

    def names(self) -> tuple[str, ...]:
        return self.plus + self.minus


def total(parts: tuple[Part, ...]) -> int:
    """Add up parts, in fen."""
    return sum(part.amount_minor for part in parts)


def field_sum(reader: Reader, *, closed: bool = True) -> FieldSum:
    """Read a sum from a data file; `closed` refuses keys that belong to no sum."""
    built = FieldSum(
        plus=known(reader, "plus"),
        minus=known(reader, "minus", ()),
        add_back_negative=known(reader, "add_back_negative", ()),
        needs=reader.groups("needs"),
        from_year=reader.optional_integer("from_year"),
        until_year=reader.optional_integer("until_year"),
    )
    for name in [name for group in built.needs for name in group]:
        if name not in fields().by_name:
            reader.refuse("needs", f"没有“{name}”这一栏")
    if closed:
        reader.finish()
    return built


def known(reader: Reader, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Read a list of field names that all exist."""
    names = reader.texts(key, default)
    for name in names:
        if name not in fields().by_name:
            reader.refuse(key, f"没有“{name}”这一栏")
    return names


@cache
def fields() -> Fields:
    """Return the columns and figures of the data files."""
    return load_fields(DATA_FOLDER / "fields.toml")


def load_fields(path: Path) -> Fields:
    """Read the columns; refuse two of one name or alias."""
    return read(path, _fields)


def _fields(reader: Reader) -> Fields:
    by_name: dict[str, Field] = {}
    spellings: set[str] = set()
    for table in reader.tables("field"):
        field = Field(
            name=table.text("name"),
            label=table.text("label"),
            kind=FieldKind(table.choice("kind", list(FieldKind))),
            aliases=table.texts("aliases", ()),
        )
        table.finish()
        for spelling in {field.name, field.label, *field.aliases}:
            if spelling in spellings:
                table.refuse("name", f"“{spelling}”重复")
            spellings.add(spelling)
        by_name[field.name] = field
    return Fields(
        by_name=by_name,
        stated=frozenset(reader.texts("stated")),
        required=reader.texts("required"),
        derived_closing_marks=reader.texts("derived_closing_marks"),
    )
