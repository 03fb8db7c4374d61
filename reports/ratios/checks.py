"""The identities and comparisons as dated data, and the limits of what is plausible."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from ledger.charts.definitions import Grade
from reports.ratios.figures import FieldSum, field_sum, known
from reports.ratios.loading import DATA_FOLDER, Reader, read


@dataclass(frozen=True, slots=True)
class IdentityVariant:
    """One way to test an identity: what is computed, and the printed figures it must equal."""

    computed: FieldSum
    printed: tuple[str, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """An equation that figures of one year should keep. The first usable variant tests it."""

    code: str
    label: str
    variants: tuple[IdentityVariant, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two figures that are read side by side and may differ for a reason."""

    code: str
    label: str
    left: FieldSum
    right: tuple[FieldSum, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """Everything that an import looks at."""

    tolerance_minor: int
    implausible_above: Fraction
    implausible_below: Fraction
    unit_factor: int
    unit_slack_minor: int
    identities: tuple[Identity, ...]
    comparisons: tuple[Comparison, ...]
    siblings: tuple[tuple[str, ...], ...]
    source: str
    grade: Grade


@cache
def checks() -> Checks:
    """Return the checks of the data files."""
    return load(DATA_FOLDER / "checks.toml")


def load(path: Path) -> Checks:
    """Read the checks; raise InvalidRules for anything unexpected."""
    return read(path, _checks)


def _checks(reader: Reader) -> Checks:
    return Checks(
        tolerance_minor=reader.amount("tolerance"),
        implausible_above=reader.fraction("implausible_above"),
        implausible_below=reader.fraction("implausible_below"),
        unit_factor=reader.integer("unit_factor", 10_000),
        unit_slack_minor=reader.amount("unit_slack"),
        identities=tuple(_identity(table) for table in reader.tables("identity")),
        comparisons=tuple(_comparison(table) for table in reader.tables("comparison")),
        siblings=tuple(_siblings(table) for table in reader.tables("siblings")),
        source=reader.text("source"),
        grade=reader.grade(),
    )


def _identity(table: Reader) -> Identity:
    identity = Identity(
        code=table.text("code"),
        label=table.text("label"),
        variants=tuple(_variant(variant) for variant in table.tables("variant")),
    )
    table.finish()
    return identity


def _variant(table: Reader) -> IdentityVariant:
    variant = IdentityVariant(
        computed=field_sum(table, closed=False),
        printed=known(table, "printed"),
        elsewhere=known(table, "elsewhere", ()),
    )
    table.finish()
    return variant


def _comparison(table: Reader) -> Comparison:
    comparison = Comparison(
        code=table.text("code"),
        label=table.text("label"),
        left=field_sum(table.table("left")),
        right=tuple(field_sum(item) for item in table.tables("right")),
    )
    table.finish()
    return comparison


def _siblings(table: Reader) -> tuple[str, ...]:
    names = known(table, "fields")
    table.finish()
    return names
