"""Evidence for programs: `/api/v1/evidence`, `/api/v1/controls`, `/api/v1/audit-packs`."""

from typing import Any

from flask import Blueprint, request
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from foundation.evidence import explanations, kinds, queries, service
from foundation.evidence.control_pages import difference
from foundation.evidence.explanations import HoldsAlready
from foundation.evidence.joined import joined
from foundation.evidence.kinds import AUDITED
from foundation.evidence.schemas import (
    ControlList,
    ExplanationAnswer,
    NewExplanation,
    NewWaiver,
    PackList,
    Reason,
    UploadAnswer,
    UploadFields,
    WaiverAnswer,
    YearAnswer,
    YearQuery,
)
from foundation.evidence.service import Paper
from foundation.http import api
from foundation.http.context import services
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("evidence_api", __name__, url_prefix=f"{api.PREFIX}/evidence")
controls = Blueprint("controls_api", __name__, url_prefix=f"{api.PREFIX}/controls")
packs_blueprint = Blueprint("packs_api", __name__, url_prefix=f"{api.PREFIX}/audit-packs")


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(query=YearQuery, answer=YearAnswer)
def get_year(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """Return what was handed in for a year, and what is missing."""
    year = query["year"]
    papers = [
        paper
        for kind in kinds.kinds().values()
        if not kind.is_table
        for paper in queries.list_papers(session, kind.code, year)
    ]
    return {
        "year": year,
        "tables": queries.slots(session, year),
        "papers": papers,
        "missing": [kind.code for kind in queries.missing(session, year)],
    }


@blueprint.post("")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(answer=UploadAnswer, status=201)
def hand_in(session: Session) -> Any:
    """Hand a table or a paper in, whole or not at all: multipart with `file` and UploadFields."""
    try:
        given: dict[str, Any] = UploadFields().load(request.form.to_dict())
    except ValidationError as error:
        raise api.InvalidFields(errors=error.messages_dict) from None
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise api.InvalidFields(errors={"file": [translate("请选择文件")]})
    content = sent.read()
    paper = Paper(sent.filename, content, given["title"], given["reference"], given["dated_on"])
    kind, year, folder = kinds.get_kind(given["kind"]), given["year"], services().config.data_dir
    if not kind.is_table:
        return service.hand_in_paper(session, kind.code, year, paper, data_dir=folder, **api.who())
    rows = None
    if kind.code == AUDITED:
        rows = [row.name for row in joined().statement_rows(session, year, api.clock())]
    return service.hand_in_table(
        session, kind.code, year, paper, statement_rows=rows, data_dir=folder, **api.who()
    )


@blueprint.post("/waivers")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=NewWaiver, answer=WaiverAnswer, status=201)
def waive(session: Session, *, body: dict[str, Any]) -> Any:
    """Do without a required table for a year, with a reason that is kept."""
    return service.waive(session, body["kind"], body["year"], reason=body["reason"], **api.who())


@blueprint.post("/<int:upload_id>/withdraw")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=Reason, answer=UploadAnswer)
def withdraw(session: Session, upload_id: int, *, body: dict[str, Any]) -> Any:
    """End an upload; it stays in the archive."""
    service.withdraw(session, upload_id, reason=body["reason"], **api.who())
    return service.get_upload(session, upload_id)


@controls.get("")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(query=YearQuery, answer=ControlList)
def list_controls(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """Return the control totals of a year with what was said about them."""
    rows = joined().control_rows(session, str(query["year"]), api.clock())
    return {"items": rows, "next": None}


@controls.post("/explanations")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=NewExplanation, answer=ExplanationAnswer, status=201)
def explain(session: Session, *, body: dict[str, Any]) -> Any:
    """Say why a control total differs; somebody else approves it."""
    now = difference(session, str(body["year"]), body["control"])
    if now is None:
        raise HoldsAlready(period=body["year"], control=body["control"])
    return explanations.explain(
        session, now, reason=body["reason"], data_dir=services().config.data_dir, **api.who()
    )


@controls.post("/explanations/<int:explanation_id>/approve")
@guard.requires(Permission.STATEMENTS_ISSUE)
@api.endpoint(answer=ExplanationAnswer)
def approve(session: Session, explanation_id: int) -> Any:
    """Approve an explanation of somebody else, of the figures as they are now."""
    held = explanations.get_explanation(session, explanation_id)
    now = difference(session, held.period, held.control)
    return explanations.approve(session, explanation_id, now, **api.who())


@packs_blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=PackList)
def list_packs(session: Session) -> dict[str, Any]:
    """List the packs that were made, the latest first."""
    return {"items": queries.list_packs(session), "next": None}
