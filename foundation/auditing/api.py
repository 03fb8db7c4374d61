"""Audits for programs: `/api/v1/samples` and `/api/v1/audit-queries`."""

from typing import Any

from flask import Blueprint, request
from sqlalchemy.orm import Session

from foundation.auditing import asking, documents, queries, service
from foundation.auditing.models import reference
from foundation.auditing.queries import QueryFilter, QueryRow
from foundation.auditing.schemas import (
    AuditQueryAnswer,
    AuditQueryFilter,
    NewAuditAnswer,
    NewAuditQuery,
    SampleAnswer,
    SampleQuery,
)
from foundation.auditing.service import QueryInput
from foundation.http import api
from foundation.http.context import services
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("auditing_api", __name__, url_prefix=api.PREFIX)


@blueprint.get("/samples")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=SampleAnswer, query=SampleQuery)
def draw_sample(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """Draw a sample; the same question to the same books has the same answer."""
    # What was checked by the schema is read again as it was typed: amounts stay text.
    given = {name: text for name, text in request.args.items() if name in query}
    drawn = asking.keeper().draw(session, asking.plan_of(session, given))
    return documents.of_sample(session, drawn)


@blueprint.get("/audit-queries")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(items=AuditQueryAnswer, query=AuditQueryFilter)
def list_audit_queries(
    session: Session, *, query: dict[str, Any], page: PageRequest
) -> Page[QueryRow]:
    """List questions of auditors, the latest first."""
    wanted = QueryFilter(state=query["state"], year=query["year"], text=query["q"])
    return queries.list_queries(session, wanted, page)


@blueprint.post("/audit-queries")
@guard.requires(Permission.AUDIT_ANSWER)
@api.endpoint(body=NewAuditQuery, answer=AuditQueryAnswer, status=201)
def record_audit_query(session: Session, *, body: dict[str, Any]) -> QueryRow:
    """Record a question."""
    made = service.record(session, QueryInput(**body), **api.who())
    return queries.get_view(session, reference(made.year, made.number)).row


@blueprint.get("/audit-queries/<named>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=AuditQueryAnswer)
def get_audit_query(session: Session, named: str) -> QueryRow:
    """Return a question with the answer that counts."""
    return queries.get_view(session, named).row


@blueprint.post("/audit-queries/<named>/answers")
@guard.requires(Permission.AUDIT_ANSWER)
@api.endpoint(body=NewAuditAnswer, answer=AuditQueryAnswer, status=201)
def answer_audit_query(session: Session, named: str, *, body: dict[str, Any]) -> QueryRow:
    """Answer a question; an answer before stays and is superseded."""
    folder = services().config.data_dir
    service.answer(session, named, body["text"], data_dir=folder, **api.who())
    return queries.get_view(session, named).row


@blueprint.post("/audit-queries/<named>/close")
@guard.requires(Permission.AUDIT_ANSWER)
@api.endpoint(answer=AuditQueryAnswer)
def close_audit_query(session: Session, named: str) -> QueryRow:
    """Close a question that was answered."""
    service.close(session, named, **api.who())
    return queries.get_view(session, named).row
