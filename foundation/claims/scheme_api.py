"""Matching schemes for programs: `/api/v1/schemes`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.claims import confirmations, documents, schemes
from foundation.claims.schemas import NewSchemeText, ProblemsAnswer, SchemeAnswer, SchemeText
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("schemes_api", __name__, url_prefix=f"{api.PREFIX}/schemes")


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=SchemeAnswer)
def list_schemes(session: Session, *, page: PageRequest) -> Page[Any]:
    """List the matching schemes in force, by id."""
    found = [item for item in schemes.list_current(session) if item.code > (page.cursor or "")]
    shown = found[: page.limit]
    more = shown[-1].code if len(found) > page.limit else None
    return Page([documents.of_scheme(item) for item in shown], more)


@blueprint.get("/<code>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(answer=SchemeAnswer)
def get_scheme(session: Session, code: str) -> dict[str, Any]:
    """Return a scheme with its parameters and how far each is confirmed."""
    stored = schemes.current(session, code)
    return documents.of_scheme(stored, confirmations.list_states(session, stored))


@blueprint.post("/check")
@guard.requires(Permission.SCHEMES_EDIT)
@api.endpoint(body=SchemeText, answer=ProblemsAnswer)
def check_scheme(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Explain every mistake of a scheme text, with its line."""
    return {
        "problems": [
            {
                "line": item.line,
                "field": item.field,
                "message": item.message_zh,
                "message_en": item.message_en,
            }
            for item in schemes.check_text(session, body["text"])
        ]
    }


@blueprint.post("")
@guard.requires(Permission.SCHEMES_EDIT)
@api.endpoint(body=NewSchemeText, answer=SchemeAnswer, status=201)
def add_scheme(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Store a scheme text as a new version; one with a mistake is refused with every line."""
    added = schemes.add_text(
        session, body["text"], reason=body["reason"], actor=api.actor(), clock=api.clock()
    )
    return documents.of_scheme(added[0])
