"""File 44: the self-assessment, for the years that the assessment looks at."""

from sqlalchemy.orm import Session

from foundation.assessment import queries
from reports import assessment
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.tables import Label, Row, Table


def self_assessment(session: Session, parameters: Parameters) -> Table:
    """44 自评得分表: with the numbers of the files and papers that prove each line."""
    sheet = queries.read_sheet(session)
    if sheet is not None and parameters.period.year not in sheet.chosen.years:
        note = Label("本年度不在评估年度之内。", "The assessment does not look at this year.")
        return filled("44", parameters, (), notes=(note,))
    rows = () if sheet is None else tuple(Row(assessment.cells_of(row)) for row in sheet.rows)
    return filled("44", parameters, rows, notes=assessment.notes_of(sheet))
