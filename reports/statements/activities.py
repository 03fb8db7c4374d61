"""业务活动表: income, expenses and releases of the period and of the year to date, by class."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from reports.parameters import Parameters
from reports.period_range import PeriodRange
from reports.statements import layouts, tabling
from reports.statements.books import CLASSES, RESTRICTED, UNRESTRICTED
from reports.statements.evaluating import Column
from reports.statements.frame import Frame
from reports.statements.tabling import FigureColumn
from reports.tables import Label, Table

ID = layouts.ACTIVITIES
TITLE = layouts.get_statement(ID).title
_TITLES = {
    UNRESTRICTED: Label("非限定性", "Unrestricted"),
    RESTRICTED: Label("限定性", "Restricted"),
    "total": Label("合计", "Total"),
}


def columns(parameters: Parameters, frame: Frame) -> tuple[FigureColumn, ...]:
    """Return the columns: the period and the year to date, or for a year this one and the last."""
    period, words = parameters.period, frame.layout.words
    to_date = period.to_date
    current = frame.activities(to_date.span)
    shown = _block("", words["to_date"], current, to_date.text)
    if not period.is_year:
        part = frame.activities(period.span)
        return (*_block("period_", block_title(period), part, period.text), *shown)
    earlier = tabling.previous_year(parameters)
    before = frame.activities(earlier.span) if earlier else None
    text = earlier.text if earlier else ""
    return (*shown, *_block("previous_", words["previous"], before, text))


def run(session: Session, parameters: Parameters) -> Table:
    """Return the statement of activities for a period."""
    frame, period = tabling.frame_of(session, parameters), parameters.period
    has_earlier = tabling.previous_year(parameters) is not None
    return tabling.build(
        session,
        ID,
        parameters,
        frame,
        columns(parameters, frame),
        frame.equalities(period.to_date.span),
        notes=(tabling.NO_EARLIER,) if period.is_year and not has_earlier else (),
    )


def block_title(period: PeriodRange) -> Label:
    """Return what the first block is called: 本月数, 本季度数, 本半年度数."""
    count, first = period.last - period.first + 1, period.first % 100
    if count == 1:
        return Label("本月数", "This month")
    if count == 3 and first % 3 == 1:
        return Label("本季度数", "This quarter")
    if count == 6 and first % 6 == 1:
        return Label("本半年度数", "This half year")
    return Label("本期数", "This period")


def _block(
    prefix: str, group: Label, columns: Mapping[str, Column] | None, period: str
) -> list[FigureColumn]:
    shown = {name: (name,) for name in CLASSES} | {"total": CLASSES}
    parts = {
        key: tuple(columns[name] for name in names) if columns else None
        for key, names in shown.items()
    }
    return [
        FigureColumn(f"{prefix}{name}", _TITLES[name], figures, period, group, 15)
        for name, figures in parts.items()
    ]
