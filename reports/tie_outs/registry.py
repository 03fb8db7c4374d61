"""Which control total is computed by what. A feature that brings data adds its line here."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ledger.clock import Clock
from reports import parameters
from reports.parameters import PERIOD, Parameters
from reports.statements import tabling
from reports.tie_outs import from_books, from_registers
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
    "CT11": from_registers.donations,
    "CT12": from_registers.receipts,
    "CT13": from_registers.bill_stock,
    "CT15": from_registers.donations_by_class,
    "CT21": from_books.restricted_funds,
    "CT32": from_registers.in_kind,
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
