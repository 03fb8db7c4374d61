"""The figures of the annual report: what the books say, what was adjusted, and the ratios of both.

A line is what the books say plus the adjustment that somebody wrote with a reason; nothing is
moved between lines by itself, so parts and total may differ and then say so (CT25 to CT27).
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from foundation.annual_report import queries
from foundation.annual_report.places import places
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.kinds import MONEY_KINDS
from foundation.gifts.models import Gift
from foundation.parties import donations
from ledger.balances import Span
from ledger.vouchers import Voucher
from reports.audit_pack import management_files
from reports.parameters import Parameters
from reports.period_range import parse_range
from reports.ratios import from_books
from reports.ratios.figures import History, YearFigures
from reports.statements import tabling
from reports.statements.frame import figures_of

LINES = ("total", "charity", "wages", "office", "other")
# Lines of the spending table as the ratio engine knows them.
_FIELDS = {
    "total": "rpt_total_expense",
    "charity": "rpt_charity_expense",
    "wages": "rpt_wages",
    "office": "rpt_admin_office",
    "other": "rpt_other_expense",
}
# The choice of layout that follows the year.
_OF_THE_YEAR = tabling.LAYOUT.choices[0][0]
_PERSONS = (DonorKind.PERSON, DonorKind.ANONYMOUS)
Split = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Spending:
    """The spending of a year by line: what the books say, and what was added to it and why."""

    year: int
    books: Mapping[str, int]
    adjusted: Mapping[str, int]
    reasons: Mapping[str, str]
    # 业务活动表: 费用合计 and 管理费用, and net assets at the end of the year before.
    statement_total: int
    statement_management: int
    net_assets_before: int

    def reported(self, line: str) -> int:
        """Return what the annual report says in a line."""
        return self.books[line] + self.adjusted.get(line, 0)


def of_year(parameters: Parameters, year: int) -> Parameters:
    """Return the same question for a whole year, in the layout of that year."""
    options = {**parameters.options, tabling.LAYOUT.name: _OF_THE_YEAR}
    return dataclasses.replace(parameters.at(parse_range(str(year))), options=options)


def spending(session: Session, parameters: Parameters, year: int) -> Spending:
    """Return the spending of a year as the report has it."""
    return _spending(session, parameters, from_books.figures_of(session, parameters, year))


def _spending(session: Session, parameters: Parameters, figures: YearFigures) -> Spending:
    year = figures.fiscal_year
    asked = of_year(parameters, year)
    frame = tabling.frame_of(session, asked)
    statement = frame.activities(Span.of_year(year))
    total = figures_of(statement, "expenses_total")[2]
    management = figures_of(statement, "management")[2]
    cost = figures.amounts["cost_restricted"] + figures.amounts["cost_unrestricted"]
    charity = figures.amounts.get("rpt_charity_expense", cost)
    costs = management_files.costs(session, asked)
    wages = sum(one.minor for one in costs if one.is_pay)
    office = management - wages
    written = queries.texts(session, year)
    adjusted, reasons = {}, {}
    for code, place in places().items():
        if place.adjusts and code in written and written[code].amount_minor:
            adjusted[place.adjusts] = written[code].amount_minor or 0
            reasons[place.adjusts] = written[code].words
    return Spending(
        year,
        {
            "total": total,
            "charity": charity,
            "wages": wages,
            "office": office,
            "other": total - charity - wages - office,
        },
        adjusted,
        reasons,
        total,
        management,
        figures.amounts["opening_net_assets"],
    )


def history(session: Session, parameters: Parameters) -> tuple[History, dict[int, Spending]]:
    """Return the years as the reports say them, for the ratios that the form prints."""
    known = from_books.history(session, parameters)
    found = {year: _spending(session, parameters, figures) for year, figures in known.items()}
    reported = {
        year: dataclasses.replace(
            figures,
            amounts={
                **figures.amounts,
                **{_FIELDS[line]: found[year].reported(line) for line in LINES},
            },
        )
        for year, figures in known.items()
    }
    return reported, found


def donations_split(session: Session, parameters: Parameters) -> Split:
    """Return donations of the year to date as (cash, in kind), by origin and kind of donor."""
    year, last = parameters.period.year, parameters.period.last_day
    abroad = sorted(queries.overseas(session))
    left = Gift.amount_minor - donations.taken()
    is_cash = Gift.kind.in_(MONEY_KINDS)
    is_abroad = Gift.donor_id.in_(abroad)
    is_person = Donor.kind.in_(_PERSONS)
    rows = session.execute(
        select(
            is_abroad,
            is_person,
            func.sum(case((is_cash, left), else_=0)),
            func.sum(case((is_cash, 0), else_=left)),
        )
        .select_from(Gift)
        .join(Donor, Donor.id == Gift.donor_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*donations.is_income(date(year, 1, 1), last))
        .group_by(is_abroad, is_person)
    )
    found: Split = {
        f"{origin}_{kind}": (0, 0)
        for origin in ("domestic", "overseas")
        for kind in ("person", "entity")
    }
    for foreign, person, cash, other in rows:
        key = f"{'overseas' if foreign else 'domestic'}_{'person' if person else 'entity'}"
        found[key] = (int(cash), int(other))
    return summed(found)


def summed(parts: Split) -> Split:
    """Add the sums of the form: by origin, and of everything."""
    found = dict(parts)
    for origin in ("domestic", "overseas"):
        found[origin] = _plus(parts[f"{origin}_person"], parts[f"{origin}_entity"])
    found["all"] = _plus(found["domestic"], found["overseas"])
    return found


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]
