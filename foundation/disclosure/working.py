"""The figures of one year that publications are made of: by public project, and by what was bought.

Everything comes from posted vouchers, before the closing ones; nothing names a payee.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.disclosure import purposes
from foundation.projects import figures
from foundation.projects.models import FundProject
from ledger import balances
from ledger.errors import Conflict
from ledger.funds import Fund


class NothingToPublish(Conflict):
    """The books have nothing of the kind."""

    code = "nothing_to_publish"
    message = "没有可以公开的内容：{reason}"


@dataclass(frozen=True, slots=True)
class ProjectYear:
    """A public project in a year. `received_minor` are gifts less refunds."""

    name: str
    text: str
    opening_minor: int
    income_minor: int
    spent_minor: int
    other_minor: int
    closing_minor: int
    received_minor: int


@dataclass(frozen=True, slots=True)
class Year:
    """A year: public projects, all the others in one sum, and what was spent on what."""

    public: tuple[ProjectYear, ...]
    received_minor: int
    other_received_minor: int
    spent_minor: int
    other_spent_minor: int
    spending: tuple[tuple[str, int], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names and texts of public projects; anybody can read them at /funds already."""
        return tuple(text for row in self.public for text in (row.name, row.text) if text)


def read_year(session: Session, year: int) -> Year:
    """Return the figures of a year."""
    income_of, spent_of = purposes.income_and_spending(
        session, first=year * 100 + 1, last=year * 100 + 12
    )
    spending: dict[str, int] = {}
    for of_fund in spent_of.values():
        for name, minor in of_fund.items():
            spending[name] = spending.get(name, 0) + minor
    opening = balances.fund_nets(session, year * 100)
    closing = balances.fund_nets(session, year * 100 + 12)
    given = figures.raised(session, first=date(year, 1, 1), last=date(year, 12, 31))
    rows = session.execute(
        select(Fund, FundProject)
        .join(FundProject, FundProject.fund_id == Fund.id)
        .where(FundProject.is_public)
        .order_by(Fund.code)
    )
    public = []
    shown = set()
    for fund, project in rows:
        income, spent = income_of.get(fund.id, 0), sum(spent_of.get(fund.id, {}).values())
        first, last = opening.get(fund.id, 0), closing.get(fund.id, 0)
        received = given[fund.id].minor if fund.id in given else 0
        shown.add(fund.id)
        public.append(
            ProjectYear(
                fund.name,
                project.public_text or project.purpose,
                first,
                income,
                spent,
                last - first - income + spent,
                last,
                received,
            )
        )
    received = sum(item.minor for item in given.values())
    spent_all = sum(spending.values())
    return Year(
        public=tuple(public),
        received_minor=received,
        other_received_minor=received - sum(row.received_minor for row in public),
        spent_minor=spent_all,
        other_spent_minor=spent_all - sum(row.spent_minor for row in public),
        spending=tuple(
            sorted(
                (item for item in spending.items() if item[1]),
                key=lambda item: (-item[1], item[0]),
            )
        ),
    )
