"""CT35: the figures of the audit report as they were typed, and the statements of the books.

The auditor's adjustments are listed; the books do not change by them.
"""

from foundation.evidence import queries
from foundation.evidence.kinds import AUDITED
from ledger import money
from reports.period_range import PeriodRange
from reports.statements import layouts
from reports.statements.frame import Frame, figures_of
from reports.tie_outs.definitions import Gap, Question, Sides

SHEET, ACTIVITIES, CASH = "资产负债表", "业务活动表", "现金流量表"
Figures = dict[tuple[str, str], int]


def statement_figures(frame: Frame, period: PeriodRange) -> Figures:
    """Return the figures of the three statements by statement and row, in their order."""
    span = period.to_date.span
    sheet, cash = frame.balance_sheet(span.last), frame.cash_flows(span)
    activities = frame.activities(span)
    found: Figures = {}
    for row in frame.rows(layouts.BALANCE_SHEET):
        if row.has_figure:
            found.setdefault((SHEET, row.label.zh), sheet[row.code])
    for row in frame.rows(layouts.ACTIVITIES):
        if row.has_figure:
            found.setdefault((ACTIVITIES, row.label.zh), figures_of(activities, row.code)[2])
    for row in frame.rows(layouts.CASH_FLOWS):
        if row.has_figure:
            found.setdefault((CASH, row.label.zh), cash[row.code])
    return found


def compute(question: Question) -> Sides | None:
    """CT35: every figure that was typed, against the row of its name."""
    period = question.parameters.period
    lines = queries.table(question.session, AUDITED, period.year)
    if lines is None or period.text != str(period.year):
        return None
    figures = statement_figures(question.frame, period)
    left = right = adjusted = 0
    gaps: list[Gap] = []
    for line in lines:
        key = (line.text("statement"), line.text("item"))
        audited, shown = line.fen("audited"), figures.get(key, 0)
        left, right, adjusted = left + audited, right + shown, adjusted + line.fen("adjustment")
        if audited != shown:
            words = line.text("words")
            said = f"（审计调整 {money.to_text(line.fen('adjustment'))}：{words}）" if words else ""
            gaps.append(Gap(f"{key[0]} {key[1]}{said}", audited - shown))
    note = f"录入 {len(lines)} 项"
    if adjusted:
        note += f"；审计调整合计 {money.to_text(adjusted)}"
    return Sides(left, right, tuple(gaps), note)
