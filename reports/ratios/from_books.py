"""The figures of a foundation-year from its own books, before the closing vouchers.

Accounts are found by tag, so one rule serves both charts. What the books cannot tell apart by
themselves (wages within management expense, income that was restricted in time) is left unknown,
never guessed: what rests on it stays undetermined and says what is missing.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ledger import balances
from ledger.balances import Span
from ledger.catalogue import Catalogue
from ledger.charts.definitions import AccountCategory
from reports import spending_costs
from reports.books import turnover
from reports.parameters import Parameters
from reports.ratios.figures import History, YearFigures

_RESTRICTED = "restricted"
# The tag of the account, and the figure of the statement that it is the whole of.
_EXPENSES = {
    "management_expense": "mgmt_expense_stmt",
    "fundraising_expense": "fundraising_expense_stmt",
    "other_expense": "other_expense_stmt",
    "impairment_loss": "impairment_stmt",
    "business_tax": "tax_surcharge_stmt",
    "income_tax_expense": "income_tax_stmt",
}
# Ratios look back over three years and the net assets before them.
_YEARS = 5


def history(session: Session, parameters: Parameters) -> History:
    """Return the years of the books up to the one that is asked for, as far as ratios look back."""
    last = parameters.period.year
    known = {key // 100 for key in parameters.known.periods}
    years = [year for year in range(last - _YEARS + 1, last + 1) if year in known]
    return {year: figures_of(session, parameters, year) for year in years}


def figures_of(session: Session, parameters: Parameters, year: int) -> YearFigures:
    """Return what the books know of one fiscal year, closed or running."""
    before_closing = parameters.before_closing()
    span = Span.of_year(year)
    moved = turnover.by_account(session, before_closing, span)
    amounts = _flows(
        parameters.known, {key: s.credit_minor - s.debit_minor for key, s in moved.items()}
    )
    other = spending_costs.other_activities(session, span)
    if other:
        # Only where the registers name other activities is the charitable part known by itself.
        amounts["rpt_charity_expense"] = (
            amounts["cost_restricted"] + amounts["cost_unrestricted"] - other
        )
    amounts["opening_net_assets"] = _net_assets(session, year * 100)
    amounts["closing_total"] = _net_assets(session, year * 100 + 12)
    return YearFigures(year, amounts)


def _flows(known: Catalogue, credited: Mapping[int, int]) -> dict[str, int]:
    """Add up income and expense by what they are; `credited` is credit less debit by account."""
    amounts = dict.fromkeys(
        (
            "donation_restricted",
            "donation_unrestricted",
            "income_restricted",
            "income_unrestricted",
            "cost_restricted",
            "cost_unrestricted",
            "expense_total_stmt",
            *_EXPENSES.values(),
        ),
        0,
    )
    for account_id, minor in credited.items():
        account = known.accounts[account_id]
        side = "restricted" if account.restriction == _RESTRICTED else "unrestricted"
        if account.category is AccountCategory.INCOME:
            amounts[f"income_{side}"] += minor
            if account.tag == "donation_income":
                amounts[f"donation_{side}"] += minor
        elif account.category is AccountCategory.EXPENSE:
            amounts["expense_total_stmt"] -= minor
            if account.tag == "programme_expense":
                amounts[f"cost_{side}"] -= minor
            else:
                amounts[_EXPENSES[account.tag]] -= minor
    return amounts


def _net_assets(session: Session, upto: int) -> int:
    """Net assets at the end of a period. Month 00 holds what the year opened with."""
    return sum(balances.fund_nets(session, upto).values())
