"""The workbook of the annual report, for its page."""

import io

from flask import Blueprint, Response

from foundation import database
from foundation.http import context
from foundation.http.context import services
from foundation.users import guard
from foundation.users.permissions import Permission
from reports import parameters
from reports.annual import report
from reports.exporters import xlsx
from reports.parameters import PERIOD
from reports.tables import kept

blueprint = Blueprint("annual_papers", __name__, url_prefix="/annual-report")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/<int:year>/tables.xlsx")
@guard.requires(Permission.REPORTS_READ)
def workbook(year: int) -> Response:
    """Give the tables of a year as one workbook, a sheet for each."""
    stream = io.BytesIO()
    with database.reading(services().engine) as session:
        given = {"period": f"{year:04d}"}
        asked = parameters.resolve(session, (PERIOD,), given, clock=services().clock)
        found = [kept(table) for _, table in report.several(session, asked)]
        xlsx.write_several(found, stream, language=context.language())
    disposition = f'attachment; filename="annual_report_tables-{year}.xlsx"'
    return Response(stream.getvalue(), mimetype=_XLSX, headers={"Content-Disposition": disposition})
