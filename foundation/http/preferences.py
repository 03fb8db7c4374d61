"""What a person chooses for the own browser: the language and the period in view."""

from flask import Blueprint, redirect, request
from sqlalchemy import update
from werkzeug.wrappers import Response

from foundation import database
from foundation.http import context, frame, languages, security
from foundation.users import guard
from foundation.users.models import User
from foundation.users.permissions import Permission
from ledger import periods
from ledger.errors import InvalidInput

blueprint = Blueprint("preferences", __name__)
_YEAR_SECONDS = 365 * 24 * 3600


@blueprint.post("/language")
@guard.public
def choose_language() -> Response:
    """Show everything in the language chosen from now on."""
    chosen = request.form.get("language", "")
    if chosen not in languages.LANGUAGES:
        raise InvalidInput(field="语言", reason="应为 zh 或 en")
    user = context.current_user()
    if user is not None:
        with database.transaction(context.services().engine) as session:
            session.execute(update(User).where(User.id == user.user_id).values(language=chosen))
    response = _back()
    security.set_cookie(response, languages.COOKIE, chosen, max_age=_YEAR_SECONDS)
    return response


@blueprint.post("/period")
@guard.requires(Permission.BOOKS_READ)
def choose_period() -> Response:
    """Keep a period in view."""
    key = periods.parse_period(request.form.get("period", ""))
    with database.reading(context.services().engine) as session:
        periods.get_period(session, key)
    response = _back()
    security.set_cookie(response, frame.PERIOD_COOKIE, str(key))
    return response


def _back() -> Response:
    target = request.form.get("next", "/")
    return redirect(target if security.is_own_path(target) else "/", 303)
