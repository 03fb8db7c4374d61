"""The honour roll for programs: `/api/v1/honour-roll` and its levels."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.honours import documents, levels, queries
from foundation.honours.levels import LevelInput
from foundation.honours.queries import RollScope
from foundation.honours.schemas import (
    EndOfLevel,
    LevelAnswer,
    LevelsAnswer,
    NewLevel,
    RollAnswer,
    RollQuery,
)
from foundation.http import api
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("honours_api", __name__, url_prefix=f"{api.PREFIX}/honour-roll")


@blueprint.get("")
@guard.requires(Permission.DONORS_READ)
@api.endpoint(query=RollQuery, answer=RollAnswer)
def get_roll(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """Return the honour roll as it is published."""
    return documents.of_roll(queries.read(session, RollScope(**query), today=api.clock().today()))


@blueprint.get("/levels")
@guard.requires(Permission.DONORS_READ)
@api.endpoint(answer=LevelsAnswer)
def list_levels(session: Session) -> dict[str, Any]:
    """List recognition levels, also those that were ended."""
    return {"levels": [documents.of_level(level) for level in levels.list_levels(session)]}


@blueprint.post("/levels")
@guard.requires(Permission.DONORS_EDIT)
@api.endpoint(body=NewLevel, answer=LevelAnswer, status=201)
def set_level(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Set a recognition level."""
    entry = LevelInput(
        body["basis"],
        body["name"],
        body["from_amount"],
        body["first_on"],
        body["name_en"],
        body["campaign"],
    )
    return documents.of_level(levels.set_level(session, entry, **api.who()))


@blueprint.post("/levels/<int:level_id>/end")
@guard.requires(Permission.DONORS_EDIT)
@api.endpoint(body=EndOfLevel, answer=LevelAnswer)
def end_level(session: Session, level_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """End a recognition level."""
    return documents.of_level(
        levels.end_level(session, level_id, last_on=body["last_on"], **api.who())
    )
