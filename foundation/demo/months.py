"""A month of the story: its days, which of the two years it is in, and the chart of its year."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from ledger import periods
from ledger.charts import loading
from ledger.charts.definitions import RestrictedExpenseMode

LAST, THIS, BOTH = "last", "this", "both"


@dataclass(frozen=True, slots=True)
class Month:
    """One month; `first_year` is the first of the two years that are told."""

    year: int
    number: int
    first_year: int

    @property
    def key(self) -> int:
        """The key of the period."""
        return self.year * 100 + self.number

    @property
    def index(self) -> int:
        """Months since the story began."""
        return (self.year - self.first_year) * 12 + self.number - 1

    @property
    def last_day(self) -> date:
        return self.day(31)

    @property
    def chart(self) -> str:
        """The version of the chart in force."""
        return loading.chart_for(self.day(1)).version

    @property
    def releases_on_use(self) -> bool:
        """Whether using restricted money is shown as a release beside the expense."""
        mode = loading.chart_for(self.day(1)).restricted_expense_mode
        return mode is RestrictedExpenseMode.RELEASE

    def day(self, number: int) -> date:
        """Return a day of the month, at most its last."""
        return date(self.year, self.number, min(number, monthrange(self.year, self.number)[1]))

    def is_in(self, years: str) -> bool:
        """Tell whether the month is in `last`, `this` or `both` years."""
        return years == BOTH or (years == LAST) is (self.year == self.first_year)

    def is_at(self, turn: int, number: int) -> bool:
        """Tell whether this is a month of the first (0), the second (1) or a later year."""
        return (self.year - self.first_year, self.number) == (turn, number)

    def random(self, purpose: str) -> Random:
        """Return a source of chance that gives the same for the same month and purpose."""
        return Random(f"{purpose} {self.key}")


def told(today: date) -> Iterator[Month]:
    """Yield the months of last year and of this year up to today's."""
    for key in periods.months((today.year - 1) * 100 + 1, periods.period_key(today)):
        yield Month(key // 100, key % 100, today.year - 1)
