"""What a ratio is made of, read from dated data: elements, ratios, payments."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from ledger.charts.definitions import Grade
from reports.ratios.figures import FieldSum, field_sum, known
from reports.ratios.loading import DATA_FOLDER, Reader, read


class Method(StrEnum):
    """What several years become: the mean of ratios is never one of them."""

    SUM = "sum"
    MEAN = "mean"


class PaymentKind(StrEnum):
    """What one more payment is for."""

    CHARITY = "charity"
    MANAGEMENT = "management"
    FUNDRAISING = "fundraising"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Element:
    """A quantity of the rules, and the figures it is read from, best source first."""

    id: str
    label: str
    sources: tuple[FieldSum, ...]
    source: str
    grade: Grade
    note: str


@dataclass(frozen=True, slots=True)
class Term:
    """An element over a number of years that ends `offset` years from the year in question."""

    element: str
    years: int
    offset: int
    method: Method


@dataclass(frozen=True, slots=True)
class RatioDefinition:
    """One ratio of the law or the form."""

    id: str
    label: str
    numerator: Term
    denominator: Term
    source: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class PaymentDefinition:
    """Which figures a payment raises: of each group the first one that is known."""

    kind: PaymentKind
    label: str
    adds: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything that can be computed."""

    elements: Mapping[str, Element]
    ratios: Mapping[str, RatioDefinition]
    payments: Mapping[PaymentKind, PaymentDefinition]


@cache
def measures() -> Measures:
    """Return the measures of the data files."""
    return load(DATA_FOLDER / "measures.toml")


def load(path: Path) -> Measures:
    """Read the measures; raise InvalidRules for anything unexpected."""
    return read(path, _measures)


def _measures(reader: Reader) -> Measures:
    elements: dict[str, Element] = {}
    for table in reader.tables("element"):
        element = _element(table)
        if element.id in elements:
            table.refuse("id", f"“{element.id}”重复")
        elements[element.id] = element
    ratios: dict[str, RatioDefinition] = {}
    for table in reader.tables("ratio"):
        ratio = _ratio(table, elements)
        if ratio.id in ratios:
            table.refuse("id", f"“{ratio.id}”重复")
        ratios[ratio.id] = ratio
    payments: dict[PaymentKind, PaymentDefinition] = {}
    for table in reader.tables("payment"):
        payment = _payment(table)
        payments[payment.kind] = payment
    for kind in PaymentKind:
        if kind not in payments:
            reader.refuse("payment", f"缺少 {kind}")
    return Measures(elements=elements, ratios=ratios, payments=payments)


def _element(table: Reader) -> Element:
    element = Element(
        id=table.text("id"),
        label=table.text("label"),
        sources=tuple(field_sum(source) for source in table.tables("from")),
        source=table.text("source"),
        grade=table.grade(),
        note=table.text("note", ""),
    )
    if not element.sources:
        table.refuse("from", "至少要有一个来源")
    table.finish()
    return element


def _ratio(table: Reader, elements: Mapping[str, Element]) -> RatioDefinition:
    ratio = RatioDefinition(
        id=table.text("id"),
        label=table.text("label"),
        numerator=_term(table.table("numerator"), elements),
        denominator=_term(table.table("denominator"), elements),
        source=table.text("source"),
        grade=table.grade(),
    )
    table.finish()
    return ratio


def _term(table: Reader, elements: Mapping[str, Element]) -> Term:
    term = Term(
        element=table.choice("element", elements),
        years=table.integer("years", 1),
        offset=table.integer("offset", 0),
        method=Method(table.choice("method", list(Method), Method.SUM)),
    )
    if term.years < 1:
        table.refuse("years", "至少一年")
    if term.offset > 0:
        table.refuse("offset", "不能是以后的年度")
    table.finish()
    return term


def _payment(table: Reader) -> PaymentDefinition:
    groups = table.groups("adds")
    payment = PaymentDefinition(
        kind=PaymentKind(table.choice("kind", list(PaymentKind))),
        label=table.text("label"),
        adds=groups,
    )
    for group in groups:
        known(Reader({"adds": list(group)}, file="measures.toml", where="payment."), "adds")
    table.finish()
    return payment
