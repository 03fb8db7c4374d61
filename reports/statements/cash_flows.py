"""现金流量表, direct method, and beside it how the change in net assets leads to that of cash.

Own cash only: money held for others (受托代理) is in neither of the two. Cash equivalents are
none, unless the organisation's policy says otherwise.
"""

from sqlalchemy.orm import Session

from ledger import money
from ledger.statement_movements import NO_ITEM, MovementKind
from reports.parameters import Answer, Parameter, Parameters
from reports.statements import layouts, supplement, tabling
from reports.statements.activities import block_title
from reports.statements.frame import Frame
from reports.statements.tabling import FigureColumn
from reports.tables import Label, Table

ID = layouts.CASH_FLOWS
TITLE = layouts.get_statement(ID).title
SUPPLEMENT = Parameter("supplement", Label("补充资料", "Supplementary information"), Answer.FLAG)


def columns(parameters: Parameters, frame: Frame) -> tuple[FigureColumn, ...]:
    """Return the columns: the period and the year to date, or for a year this one and the last."""
    period, words = parameters.period, frame.layout.words
    to_date = period.to_date
    current = (frame.cash_flows(to_date.span),)
    if not period.is_year:
        part = (frame.cash_flows(period.span),)
        return (
            FigureColumn("period_amount", block_title(period), part, period.text),
            FigureColumn("amount", words["to_date"], current, to_date.text),
        )
    earlier = tabling.previous_year(parameters)
    before = (frame.cash_flows(earlier.span),) if earlier else None
    text = earlier.text if earlier else ""
    return (
        FigureColumn("amount", words["amount"], current, to_date.text),
        FigureColumn("previous", words["previous_amount"], before, text),
    )


def run(session: Session, parameters: Parameters) -> Table:
    """Return the statement of cash flows for a period, or its supplementary information."""
    frame, period = tabling.frame_of(session, parameters), parameters.period
    if parameters.option(SUPPLEMENT.name):
        return supplement.table(parameters, frame)
    has_earlier = tabling.previous_year(parameters) is not None
    missing = (tabling.NO_EARLIER,) if period.is_year and not has_earlier else ()
    return tabling.build(
        session,
        ID,
        parameters,
        frame,
        columns(parameters, frame),
        frame.equalities(period.to_date.span),
        notes=(*_notes(parameters, frame), *missing),
    )


def _notes(parameters: Parameters, frame: Frame) -> tuple[Label, ...]:
    """Say how much was classed by its opposite account, for want of a cash-flow item."""
    minor = sum(
        abs(row.debit_minor) + abs(row.credit_minor)
        for row in frame.books.moved(parameters.period.to_date.span)
        if row.kind is MovementKind.CASH and row.item_key == NO_ITEM
    )
    own = Label(
        "现金为本单位自有货币资金，不含受托代理资金；未认定现金等价物。",
        "Cash is the organisation's own, without money held for others; no cash equivalents.",
    )
    if not minor:
        return (own,)
    text = money.grouped(minor)
    return (
        own,
        Label(
            f"其中 {text} 元的凭证没有指明现金流量项目，按对方科目归类。",
            f"{text} was booked without a cash-flow item and is classed by the opposite account.",
        ),
    )
