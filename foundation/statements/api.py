"""Issued statements for programs: `/api/v1/statements`."""

from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.statements import documents, service
from foundation.statements.content import Signers
from foundation.statements.joining import joined
from foundation.statements.schemas import NewStatements, StatementsAnswer
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("statements_api", __name__, url_prefix=f"{api.PREFIX}/statements")


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(items=StatementsAnswer)
def list_statements(session: Session, *, page: PageRequest) -> Page[Any]:
    """List the issued statements, newest first."""
    before = page.cursor
    issued = [
        each
        for each in service.list_issued(session)
        if before is None or (before.isascii() and before.isdigit() and each.id < int(before))
    ]
    shown = issued[: page.limit]
    more = str(shown[-1].id) if len(issued) > page.limit else None
    return Page([documents.of_issued(each) for each in shown], more)


@blueprint.post("")
@guard.requires(Permission.STATEMENTS_ISSUE)
@api.endpoint(body=NewStatements, answer=StatementsAnswer, status=201)
def issue_statements(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Issue the final statements of a closed period; it is not reopened after that."""
    given = joined()
    period, layout = body.pop("period"), body.pop("layout")
    service.require_sound(session, period, given.checks)
    content = given.compose(session, period, layout, api.clock())
    issued = service.issue(session, content, signers=Signers(**body), **api.who())
    return documents.of_issued(issued)


@blueprint.get("/<int:statement_id>")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=StatementsAnswer)
def get_statements(session: Session, statement_id: int) -> dict[str, Any]:
    """Return issued statements and the names of their files."""
    for issued in service.list_issued(session):
        if issued.id == statement_id:
            return documents.of_issued(issued)
    raise service.UnknownStatement(statement=statement_id)


@blueprint.get("/<int:statement_id>/files/<name>")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint()
def get_file(session: Session, statement_id: int, name: str) -> Response:
    """Give a file of issued statements, the same bytes every time."""
    file = service.get_file(session, statement_id, name)
    return Response(file.data, mimetype=file.media_type)
