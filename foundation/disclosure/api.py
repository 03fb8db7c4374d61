"""Publications for programs: `/api/v1/publications`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.disclosure import documents, queries, service
from foundation.disclosure.schemas import (
    Approval,
    NewPublication,
    PublicationAnswer,
    PublicationsAnswer,
    Refusal,
)
from foundation.disclosure.service import Preparation
from foundation.http import api
from foundation.http.context import services
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("disclosure_api", __name__, url_prefix=f"{api.PREFIX}/publications")


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=PublicationsAnswer)
def list_publications(session: Session) -> dict[str, Any]:
    """List the latest publications, those that wait first."""
    return {"publications": [documents.of_publication(i) for i in queries.recent(session)]}


@blueprint.post("")
@guard.requires(Permission.EVIDENCE_EDIT)
@api.endpoint(body=NewPublication, answer=PublicationAnswer, status=201)
def prepare(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Prepare a publication for a second person."""
    made = service.prepare(session, Preparation(**body), **api.who())
    return documents.of_publication(queries.get(session, made.id))


@blueprint.get("/<int:version_id>")
@guard.requires(Permission.REPORTS_READ)
@api.endpoint(answer=PublicationAnswer)
def get_publication(session: Session, version_id: int) -> dict[str, Any]:
    """Return one version."""
    return documents.of_publication(queries.get(session, version_id))


@blueprint.post("/<int:version_id>/publish")
@guard.requires(Permission.STATEMENTS_ISSUE)
@api.endpoint(body=Approval, answer=PublicationAnswer)
def publish(session: Session, version_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Publish what another person prepared."""
    service.publish(
        session,
        version_id,
        expected=body["digest"],
        public_url=services().config.public_url,
        **api.who(),
    )
    return documents.of_publication(queries.get(session, version_id))


@blueprint.post("/<int:version_id>/decline")
@guard.requires(Permission.STATEMENTS_ISSUE)
@api.endpoint(body=Refusal, answer=PublicationAnswer)
def decline(session: Session, version_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Send a prepared publication back."""
    service.decline(session, version_id, reason=body["reason"], **api.who())
    return documents.of_publication(queries.get(session, version_id))
