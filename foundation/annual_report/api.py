"""The annual report for programs: `/api/v1/annual-reports/{year}`."""

from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from foundation.annual_report import queries, service
from foundation.annual_report.places import places
from foundation.http import api
from foundation.http.fields import Amount, Input, Moment, Text
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("annual_report_api", __name__, url_prefix=f"{api.PREFIX}/annual-reports")


class NewText(Input):
    """What is written in one place of the report."""

    place = Text(required=True, shortest=1, longest=60)
    words = Text(load_default="", longest=2000)
    amount = Amount(load_default=None, allow_none=True)


class NewOrigin(Input):
    """Whether a donor is abroad, and what says so."""

    donor = fields.Integer(required=True, strict=True)
    is_overseas = fields.Boolean(required=True, truthy={True}, falsy={False})
    source = Text(required=True, shortest=1, longest=300)


class TextAnswer(Schema):
    """One place of the report."""

    place = fields.String()
    title = fields.String()
    words = fields.String()
    amount = Amount(attribute="amount_minor", allow_none=True)
    written_by = fields.String(allow_none=True)
    written_at = Moment(allow_none=True)


class ReportAnswer(Schema):
    """What people wrote for a year; the tables are the report `annual_report_tables`."""

    year = fields.Integer()
    texts = fields.List(fields.Nested(TextAnswer))
    overseas_donors = fields.List(fields.Integer())


@blueprint.get("/<int:year>")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=ReportAnswer)
def get_report(session: Session, year: int) -> dict[str, Any]:
    """Return every place of a year's report, also those that are empty."""
    return _document(session, year)


@blueprint.post("/<int:year>/texts")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=NewText, answer=ReportAnswer)
def write(session: Session, year: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Write in one place; what was there before stays in the history."""
    service.write(
        session,
        year,
        body["place"],
        words=body["words"],
        amount_minor=body["amount"],
        **api.who(),
    )
    return _document(session, year)


@blueprint.post("/<int:year>/origins")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=NewOrigin, answer=ReportAnswer)
def state_origin(session: Session, year: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """State whether a donor is abroad."""
    service.state_origin(
        session,
        body["donor"],
        is_overseas=body["is_overseas"],
        source=body["source"],
        **api.who(),
    )
    return _document(session, year)


def _document(session: Session, year: int) -> dict[str, Any]:
    texts = queries.texts(session, year)
    found = []
    for code, place in places().items():
        text = texts.get(code)
        found.append(
            {
                "place": code,
                "title": place.zh,
                "words": text.words if text else "",
                "amount_minor": text.amount_minor if text else None,
                "written_by": text.written_by if text else None,
                "written_at": text.written_at if text else None,
            }
        )
    return {"year": year, "texts": found, "overseas_donors": sorted(queries.overseas(session))}
