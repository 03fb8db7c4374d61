"""资产负债表: what the organisation has, owes and holds, at the beginning of the year and now."""

from sqlalchemy.orm import Session

from reports.parameters import Parameters
from reports.statements import layouts, tabling
from reports.statements.frame import Frame
from reports.statements.tabling import FigureColumn
from reports.tables import Label, Table

ID = layouts.BALANCE_SHEET
TITLE = layouts.get_statement(ID).title
_SHIFTED = Label(
    "含登记的列报重分类（一年内到期等），不改变账簿记录。",
    "With the reclassifications on record (such as due within one year); the books do not change.",
)


def columns(parameters: Parameters, frame: Frame) -> tuple[FigureColumn, ...]:
    """Return the columns: the beginning of the year, and the end of the period."""
    period, words = parameters.period, frame.layout.words
    opening = frame.balance_sheet(period.year * 100)
    closing = frame.balance_sheet(period.last)
    before = tabling.opening_period(parameters)
    return (
        FigureColumn("opening", words["opening"], (opening,), before),
        FigureColumn("closing", words["closing"], (closing,), period.to_date.text),
    )


def run(session: Session, parameters: Parameters) -> Table:
    """Return the balance sheet at the end of a period."""
    frame = tabling.frame_of(session, parameters)
    shown, day = columns(parameters, frame), parameters.period.last_day
    has_moved = any(figures.shifted for column in shown for figures in column.figures or ())
    return tabling.build(
        session,
        ID,
        parameters,
        frame,
        shown,
        frame.equalities(parameters.period.to_date.span),
        notes=(_SHIFTED,) if has_moved else (),
        period_title=Label(f"{day.year}年{day.month}月{day.day}日", day.isoformat()),
    )
