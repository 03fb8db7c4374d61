"""The running part of a ledger: opening balance, lines, and the sums that a book must show.

A section is one account (or several together) over a span: 期初余额, its lines with the balance
after each, 本日合计 where asked, 本月合计 and 本年累计. The caller says what a row looks like.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from reports.books.lines import PostedLine
from reports.books.turnover import Sums
from reports.parameters import Parameters, chart_of
from reports.period_range import month_text
from reports.tables import Emphasis, Label, Link, Row, Value

OPENING = Label("期初余额", "Opening balance")
DAY_SUM = Label("本日合计", "Day total")
MONTH_SUM = Label("本月合计", "Month total")
YEAR_SUM = Label("本年累计", "Year to date")
DEBIT, CREDIT, EVEN = Label("借", "Dr"), Label("贷", "Cr"), Label("平", "—")


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one row; only lines have a debit or credit that may be left empty."""

    debit_minor: int
    credit_minor: int
    balance_minor: int


Draw = Callable[[Figures, PostedLine | Label], tuple[Value, ...]]
"""Make the cells of a row from its figures and its line, or the words of a sum."""
Links = Callable[[PostedLine | Label, int], tuple[Link | None, ...]]
"""Make the links of a row from its line, or the words of a sum, and its month."""


def direction(balance_minor: int) -> Label:
    """Return 借, 贷 or 平 for a balance."""
    if balance_minor == 0:
        return EVEN
    return DEBIT if balance_minor > 0 else CREDIT


def amounts(figures: Figures, what: PostedLine | Label) -> tuple[Value, ...]:
    """Return debit, credit, direction and balance of a row; an opening balance moves nothing."""
    moved: tuple[Value, Value] = (figures.debit_minor, figures.credit_minor)
    if what is OPENING:
        moved = (None, None)
    return (*moved, direction(figures.balance_minor), abs(figures.balance_minor))


def rows(
    lines: Iterable[PostedLine],
    *,
    opening: Sums,
    before: Sums,
    draw: Draw,
    links: Links,
    daily: bool,
) -> Iterator[Row]:
    """Yield the rows of a section. `before` is what moved in the year before the span."""
    balance = opening.opening_minor
    cells = draw(Figures(0, 0, balance), OPENING)
    yield Row(cells, links(OPENING, 0), emphasis=Emphasis.OPENING)
    year = Sums(0, before.debit_minor, before.credit_minor)
    for period, of_month in groupby(lines, key=lambda line: line.period_id):
        month = Sums()
        for _, of_day in groupby(of_month, key=lambda line: line.booked_on):
            day = Sums()
            for line in of_day:
                day += Sums(0, line.debit_minor, line.credit_minor)
                balance += line.amount_minor
                figures = Figures(line.debit_minor, line.credit_minor, balance)
                yield Row(draw(figures, line), links(line, period))
            month += day
            if daily:
                cells = draw(_figures(day, balance), DAY_SUM)
                yield Row(cells, level=2, emphasis=Emphasis.SUBTOTAL)
        year += month
        cells = draw(_figures(month, balance), MONTH_SUM)
        yield Row(cells, links(MONTH_SUM, period), level=1, emphasis=Emphasis.SUBTOTAL)
        cells = draw(_figures(year, balance), YEAR_SUM)
        yield Row(cells, links(YEAR_SUM, period), level=1, emphasis=Emphasis.CUMULATIVE)


def _figures(sums: Sums, balance: int) -> Figures:
    return Figures(sums.debit_minor, sums.credit_minor, balance)


def period_of(parameters: Parameters, words: Label, month: int) -> str | None:
    """Return the period whose lines a sum adds up, or None when the books begin after it."""
    period = parameters.period
    first = period.year * 100 + 1
    if words is MONTH_SUM:
        return month_text(month)
    if words is YEAR_SUM:
        return f"{month_text(first)}..{month_text(month)}"
    if period.before is not None:
        return f"{month_text(period.before.first)}..{month_text(period.before.last)}"
    charts = [chart_of(parameters.known, year) for year in (period.year - 1, period.year)]
    if charts[0] and (charts[0] == charts[1] or period.first % 100 == 0):
        return str(period.year - 1)
    # The first year of the books, and of a chart, opens with vouchers of month 00.
    return month_text(period.year * 100) if period.first % 100 else None
