"""What a supervisor asks: does the process answer, and can it serve."""

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from foundation import database
from foundation.http import context
from foundation.users import guard

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@guard.public
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@guard.public
def ready() -> tuple[Response, int]:
    """The database answers, and every migration has been applied."""
    try:
        is_ready = database.at_head(context.services().engine)
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="unreachable"), 503
    if not is_ready:
        return jsonify(status="unavailable", migrations="pending"), 503
    return jsonify(status="ok", database="ok", migrations="head"), 200
