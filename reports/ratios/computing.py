"""Compute ratios exactly and keep what they are made of.

Totals are whole fen or, for a mean of years, fractions of a fen; a ratio is a `Fraction`. A
ratio that cannot be computed says why instead.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from reports.ratios import printing
from reports.ratios.figures import History, Part, fields, total
from reports.ratios.measures import Element, Method, RatioDefinition, Term, measures


class Blank(StrEnum):
    """Why a ratio is blank."""

    MISSING = "missing"
    ZERO_DENOMINATOR = "zero_denominator"
    NEGATIVE_DENOMINATOR = "negative_denominator"


@dataclass(frozen=True, slots=True)
class Side:
    """The numerator or denominator with the parts it is made of."""

    element: str
    label: str
    method: Method
    years: int
    total: Fraction
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of one year with its drill-down."""

    definition: RatioDefinition
    fiscal_year: int
    numerator: Side | None
    denominator: Side | None
    value: Fraction | None
    blank: Blank | None
    reason: str

    @property
    def printed(self) -> str:
        """What the annual-report form prints."""
        return printing.as_form(self.value)

    @property
    def four_decimals(self) -> str:
        """What stands beside a verdict."""
        return printing.beside_verdict(self.value)


def ratio(ratio_id: str, history: History, *, fiscal_year: int) -> Ratio:
    """Compute one ratio of a year from the years that are known."""
    definition = measures().ratios[ratio_id]
    numerator, lacking = side(definition.numerator, history, fiscal_year=fiscal_year)
    denominator, also_lacking = side(definition.denominator, history, fiscal_year=fiscal_year)
    value, blank, reason = None, None, ""
    if numerator is None or denominator is None:
        blank, reason = Blank.MISSING, "缺少" + "、".join(dict.fromkeys(lacking + also_lacking))
    elif denominator.total == 0:
        blank, reason = Blank.ZERO_DENOMINATOR, f"{denominator.label}为零，比例留空"
    elif denominator.total < 0:
        blank, reason = Blank.NEGATIVE_DENOMINATOR, f"{denominator.label}为负数，比例没有意义"
    else:
        value = numerator.total / denominator.total
    return Ratio(definition, fiscal_year, numerator, denominator, value, blank, reason)


def side(term: Term, history: History, *, fiscal_year: int) -> tuple[Side | None, tuple[str, ...]]:
    """Add up an element over the years of a term, or name what is missing for it."""
    element = measures().elements[term.element]
    last = fiscal_year + term.offset
    parts: list[Part] = []
    lacking: list[str] = []
    for year in range(last, last - term.years, -1):
        found, missing = _of_year(element, history, year)
        parts.extend(found)
        lacking.extend(missing)
    if lacking:
        return None, tuple(lacking)
    whole = Fraction(total(tuple(parts)))
    value = whole / term.years if term.method is Method.MEAN else whole
    return Side(element.id, element.label, term.method, term.years, value, tuple(parts)), ()


def amount(element_id: str, history: History, *, fiscal_year: int) -> Side | None:
    """Return one element of one year, or None where its figures are not known."""
    found, _ = side(
        Term(element_id, years=1, offset=0, method=Method.SUM), history, fiscal_year=fiscal_year
    )
    return found


def _of_year(
    element: Element, history: History, year: int
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    if year not in history:
        return (), (f"{year}年度数据",)
    figures = history[year]
    for source in element.sources:
        if source.usable(figures):
            return source.parts(figures), ()
    applying = next(source for source in element.sources if source.applies(year))
    return (), tuple(f"{year}年度{fields().label(name)}" for name in applying.missing(figures))
