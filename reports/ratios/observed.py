"""One year of a foundation with what is known around it: what the flags look at."""

from dataclasses import dataclass

from reports.ratios import computing
from reports.ratios.computing import Ratio, Side
from reports.ratios.figures import History
from reports.ratios.reading import FoundationYear
from reports.ratios.ties import Tie
from reports.ratios.verdicts import Finding


@dataclass(frozen=True, slots=True)
class Observed:
    """A year, the other years of the foundation, and what was computed from them."""

    year: FoundationYear
    history: History
    ties: tuple[Tie, ...]
    findings: tuple[Finding, ...]
    previous: FoundationYear | None
    same_year_rows: tuple[int, ...]

    @property
    def fiscal_year(self) -> int:
        return self.year.figures.fiscal_year

    def amount(self, name: str) -> int | None:
        """Return a figure, or None where it is not known."""
        return self.year.figures.amounts.get(name)

    def ratio(self, ratio_id: str) -> Ratio:
        """Compute a ratio of this year."""
        return computing.ratio(ratio_id, self.history, fiscal_year=self.fiscal_year)

    def element(self, element_id: str) -> Side | None:
        """Return an element of this year, or None where its figures are not known."""
        return computing.amount(element_id, self.history, fiscal_year=self.fiscal_year)
