"""The statements of one layout, worked out for an instant or a span; and what must be equal.

Pages, files, tie-outs and issuing all ask here, so that a figure has one way to come about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ledger import money
from ledger.balances import Span
from ledger.catalogue import Catalogue
from reports.statements import layouts
from reports.statements.books import CLASSES, Books, total
from reports.statements.evaluating import Column, work_out
from reports.statements.layouts import Layout, LayoutRow
from reports.tables import Label

# What 2004 books straight to net assets and shows in no row of its statement of activities.
_BESIDE = ("adjustment", "direct", "between")


@dataclass(frozen=True, slots=True)
class Equality:
    """Two figures that must be the same; `beside_minor` belongs to the left and is told apart."""

    id: str
    left: Label
    right: Label
    left_minor: int
    right_minor: int
    beside_minor: int = 0

    @property
    def difference_minor(self) -> int:
        """Left less right."""
        return self.left_minor + self.beside_minor - self.right_minor

    @property
    def holds(self) -> bool:
        """Whether the two are the same."""
        return self.difference_minor == 0

    @property
    def words(self) -> Label:
        """The equality as a line below a statement."""
        return Label(self._said(english=False), self._said(english=True))

    def _said(self, *, english: bool) -> str:
        side = "en" if english else "zh"
        left, right = getattr(self.left, side), getattr(self.right, side)
        beside = "straight to net assets" if english else "直接计入净资产"
        parts = [f"{left} {money.grouped(self.left_minor)}"]
        if self.beside_minor:
            parts.append(f"{beside} {money.grouped(self.beside_minor)}")
        stated = f"{' + '.join(parts)} = {right} {money.grouped(self.right_minor)}"
        if self.holds:
            return f"Tie-out: {stated}, equal" if english else f"勾稽：{stated}，相等"
        gap = money.grouped(self.difference_minor)
        stated = stated.replace(" = ", " ≠ ", 1)
        return (
            f"Tie-out: {stated}, NOT equal, difference {gap}"
            if english
            else f"勾稽：{stated}，不相等，差额 {gap}"
        )


@dataclass(slots=True)
class Frame:
    """One layout over the books of one session."""

    session: Session
    known: Catalogue
    layout: Layout
    books: Books = field(init=False)

    def __post_init__(self) -> None:
        self.books = Books(self.session, self.known)

    def rows(self, statement: str) -> tuple[LayoutRow, ...]:
        """Return the rows of a statement."""
        return layouts.rows_of(statement, self.layout.version)

    def balance_sheet(self, upto: int) -> Column:
        """Work the balance sheet out at the end of a month."""
        return work_out(
            self.rows(layouts.BALANCE_SHEET),
            self.books.position(upto),
            shifted=self.books.reclassified(upto),
        )

    def activities(self, span: Span) -> dict[str, Column]:
        """Work the statement of activities out for a span, by class of net assets."""
        sources = self.books.activity(span, releases_used=self.layout.releases_used)
        rows = self.rows(layouts.ACTIVITIES)
        return {name: work_out(rows, sources[name]) for name in CLASSES}

    def cash_flows(self, span: Span) -> Column:
        """Work the statement of cash flows out for a span."""
        return work_out(self.rows(layouts.CASH_FLOWS), self.books.cash(span), by_row=True)

    def equalities(self, span: Span) -> tuple[Equality, ...]:
        """Return what must be equal at the end of a span that begins with a year or a month."""
        opening = self.balance_sheet(span.first - 1)
        closing = self.balance_sheet(span.last)
        change = sum(column["change"] for column in self.activities(span).values())
        increase = self.cash_flows(span)["net_increase"]
        return (
            Equality(
                "balance",
                Label("资产总计", "Total assets"),
                Label("负债和净资产总计", "Total liabilities and net assets"),
                closing["assets_total"],
                closing["liabilities_and_net_assets_total"],
            ),
            Equality(
                "activities",
                Label("业务活动表净资产变动额", "Change in net assets"),
                Label("资产负债表净资产期末减期初", "Closing less opening net assets"),
                change,
                closing["net_assets_total"] - opening["net_assets_total"],
                sum(self.beside(span).values()),
            ),
            Equality(
                "cash",
                Label("现金流量表现金净增加额", "Net increase in cash"),
                Label("资产负债表货币资金期末减期初", "Closing less opening monetary funds"),
                increase,
                closing["monetary_funds"] - opening["monetary_funds"],
            ),
        )

    def beside(self, span: Span) -> dict[str, int]:
        """Return by class what changed net assets and stands in no row of the layout."""
        named = {term.name for row in self.rows(layouts.ACTIVITIES) for term in row.terms}
        parts = self.books.activity(span, releases_used=self.layout.releases_used)
        return {
            kind: -sum(total(sources.get(name, ())) for name in _BESIDE if name not in named)
            for kind, sources in parts.items()
        }


def figures_of(columns: Mapping[str, Column], code: str) -> tuple[int, int, int]:
    """Return a row of the statement of activities: unrestricted, restricted, together."""
    unrestricted, restricted = (columns[name][code] for name in CLASSES)
    return unrestricted, restricted, unrestricted + restricted
