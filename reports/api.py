"""Reports for programs: `/api/v1/reports` and `/api/v1/reports/{id}`."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from foundation.http import api, context
from foundation.http.fields import Input, Text
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import NotAllowed
from reports import exporting, registry, views
from reports.definition import described
from reports.tables import CHINESE

blueprint = Blueprint("reports_api", __name__, url_prefix=f"{api.PREFIX}/reports")


class ParameterAnswer(Schema):
    """A parameter of a report."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)
    choices = fields.List(fields.String(), required=True)


class ReportAnswer(Schema):
    """A report that can be run."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    title_en = fields.String(required=True)
    group = fields.String(required=True)
    purpose = fields.String(required=True)
    parameters = fields.List(fields.Nested(ParameterAnswer), required=True)


class ReportList(Schema):
    """Every report; there is one part only."""

    items = fields.List(fields.Nested(ReportAnswer), required=True)
    next = fields.String(allow_none=True, required=True)


# Every parameter that any report has; a report refuses those that are not its own.
ReportQuery = type(
    "ReportQuery",
    (Input,),
    {
        parameter.name: Text(longest=200)
        for report in registry.REPORTS
        for parameter in report.parameters
    },
)


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=ReportList)
def list_reports(session: Session) -> dict[str, Any]:
    """List the reports that the role may run."""
    role = context.require_user().role
    items = [described(report) for report in registry.REPORTS if report.allows(role)]
    return {"items": items, "next": None}


@blueprint.get("/<report_id>")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(query=ReportQuery)
def run_report(session: Session, report_id: str, *, query: dict[str, str]) -> Response:
    """Run a report and return its table: columns, rows, totals."""
    report = registry.get(report_id)
    if not report.allows(context.require_user().role):
        raise NotAllowed(reason="您的角色不能使用此功能")
    table = registry.run(session, report.id, query, clock=api.clock())
    return views.as_file(table, exporting.get("json"), language=CHINESE, is_download=False)
