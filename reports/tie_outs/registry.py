"""Which control total is computed by what. A feature that brings data adds its line here."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ledger.clock import Clock
from reports import parameters
from reports.parameters import PERIOD, Parameters
from reports.statements import tabling
from reports.tie_outs import (
    audited,
    from_annual,
    from_assets,
    from_bank,
    from_books,
    from_evidence,
    from_parties,
    from_registers,
    from_spending,
)
from reports.tie_outs.definitions import Compute, Question, TieOut, controls

COMPUTATIONS: dict[str, Compute] = {
    "CT01": from_books.trial_balance,
    "CT02": from_books.vouchers,
    "CT03": from_books.turnover,
    "CT04": from_books.statement_rows,
    "CT05": from_books.balance,
    "CT06": from_books.net_assets,
    "CT07": from_books.issued_net_assets,
    "CT08": from_books.cash,
    "CT09": from_bank.reconciled,
    "CT10": from_bank.statements,
    "CT11": from_registers.donations,
    "CT12": from_registers.receipts,
    "CT13": from_registers.bill_stock,
    "CT14": from_annual.donations_table,
    "CT15": from_registers.donations_by_class,
    "CT16": from_evidence.pledges,
    "CT17": from_parties.large_donors,
    "CT18": from_spending.programme_costs,
    "CT19": from_spending.charitable_by_element,
    "CT20": from_evidence.major_projects,
    "CT21": from_books.restricted_funds,
    "CT22": from_evidence.project_closings,
    "CT23": from_evidence.management,
    "CT24": from_evidence.payroll,
    "CT25": from_annual.pay_and_office,
    "CT26": from_annual.total_expenditure,
    "CT27": from_annual.parts,
    "CT28": from_parties.related_parties,
    "CT29": from_assets.investments,
    "CT30": from_parties.ageing_totals,
    "CT31": from_assets.fixed_assets,
    "CT32": from_registers.in_kind,
    "CT33": from_spending.shared_costs,
    "CT34": from_annual.ratio_parts,
    "CT35": audited.compute,
    "CT36": from_books.years,
}


def compute(
    session: Session, asked: Parameters, *, more: Mapping[str, Compute] | None = None
) -> list[TieOut]:
    """Return every control total of a period; `more` answers those that need other data."""
    question = Question(session, asked, tabling.frame_of(session, asked))
    computations = {**COMPUTATIONS, **(more or {})}
    found = []
    for control in controls():
        answer = computations.get(control.id)
        found.append(TieOut(control, answer(question) if answer is not None else None))
    return found


def run(
    session: Session, period: str, *, clock: Clock, more: Mapping[str, Compute] | None = None
) -> list[TieOut]:
    """Return every control total of a period as it is typed. Raises as `parameters.resolve`."""
    declared = (PERIOD, tabling.LAYOUT)
    asked = parameters.resolve(session, declared, {"period": period}, clock=clock)
    return compute(session, asked, more=more)
