"""Where the annual report differs from the statements, and why: the computed part of file 39."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.annual_report import queries
from reports.annual import figures
from reports.annual.figures import Spending
from reports.parameters import Parameters
from reports.tables import Column, Kind, Label, Row, Table

_TABLE = Label("支出表", "Spending")
COLUMNS = (
    Column("table", Label("表", "Table"), width=16),
    Column("item", Label("项目", "Item"), width=34),
    Column("report", Label("年报数", "Report"), Kind.MONEY, 18),
    Column("books", Label("账面数", "Books"), Kind.MONEY, 18),
    Column("difference", Label("差额", "Difference"), Kind.MONEY, 18),
    Column("reason", Label("原因", "Reason"), width=44),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of the annual report beside the one of the statements."""

    item: Label
    report_minor: int
    books_minor: int
    reason: str

    @property
    def minor(self) -> int:
        """Report less books."""
        return self.report_minor - self.books_minor


def of_spending(spent: Spending, words: dict[str, str]) -> list[Difference]:
    """Return the comparisons of CT25, CT26 and CT27, also those that agree."""

    def why(*lines: str, place: str = "") -> str:
        said = [words.get(place, ""), *(spent.reasons.get(line, "") for line in lines)]
        return "；".join(one for one in said if one)

    pay = spent.reported("wages") + spent.reported("office")
    parts = sum(spent.reported(line) for line in ("charity", "wages", "office", "other"))
    return [
        Difference(
            Label("工资福利和行政办公支出 对 管理费用", "Pay and office against management"),
            pay,
            spent.statement_management,
            why("wages", "office", place="management_differs"),
        ),
        Difference(
            Label("本年度总支出 对 费用合计", "Total expenditure against total expenses"),
            spent.reported("total"),
            spent.statement_total,
            why("total"),
        ),
        Difference(
            Label("本年度总支出 对 各项支出之和", "Total expenditure against its parts"),
            spent.reported("total"),
            parts,
            why("total", "charity", "wages", "office", "other"),
        ),
        Difference(
            Label("公益事业（慈善活动）支出 对 账面", "Charitable spending against the books"),
            spent.reported("charity"),
            spent.books["charity"],
            why("charity", place="charity_differs"),
        ),
    ]


def read(session: Session, parameters: Parameters) -> list[Difference]:
    """Return the comparisons of a year."""
    year = parameters.period.year
    words = {place: text.words for place, text in queries.texts(session, year).items()}
    return of_spending(figures.spending(session, parameters, year), words)


def table(session: Session, parameters: Parameters) -> Table:
    """Return the comparisons as a table; a difference without a reason says so."""
    rows = tuple(
        Row(
            (
                _TABLE,
                one.item,
                one.report_minor,
                one.books_minor,
                one.minor,
                one.reason or ("未说明" if one.minor else ""),
            )
        )
        for one in read(session, parameters)
    )
    return Table(
        id="annual_differences",
        title=Label("年报与账面差异", "Differences from the statements"),
        columns=COLUMNS,
        rows=rows,
        heading=parameters.heading,
    )
