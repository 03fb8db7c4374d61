"""What a person chooses for themselves: the language, the period in view, filters and columns."""

from flask import Blueprint, flash, redirect, request
from sqlalchemy import update
from werkzeug.wrappers import Response

from foundation import database
from foundation.http import context, frame, languages, list_keeping, security
from foundation.http.languages import translate
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


@blueprint.post("/lists/<name>/filters")
@guard.requires(Permission.OWN_ACCOUNT)
def save_filter(name: str) -> Response:
    """Keep a filter of a list under a name."""
    called = request.form.get("filter_name", "")
    with database.transaction(context.services().engine) as session:
        query = list_keeping.save_filter(
            session,
            user_id=context.require_user().user_id,
            listing=name,
            name=called,
            query=request.form.get("query", ""),
            clock=context.services().clock,
        )
    flash(translate("已保存筛选 {name}", name=called.strip()))
    target = request.form.get("next", "/")
    # The list with this filter: its address is made here, so that it is what was kept.
    path = target.partition("?")[0] if security.is_own_path(target) else "/"
    return redirect(f"{path}?{query}", 303)


@blueprint.post("/lists/filters/<int:key>/delete")
@guard.requires(Permission.OWN_ACCOUNT)
def forget_filter(key: int) -> Response:
    """Forget a filter that the person kept."""
    with database.transaction(context.services().engine) as session:
        list_keeping.delete_filter(session, key, user_id=context.require_user().user_id)
    return _back()


@blueprint.post("/lists/<name>/columns")
@guard.requires(Permission.OWN_ACCOUNT)
def hide_columns(name: str) -> Response:
    """Remember which columns of a list are not shown."""
    shown = set(request.form.getlist("shown"))
    with database.transaction(context.services().engine) as session:
        list_keeping.hide_columns(
            session,
            user_id=context.require_user().user_id,
            listing=name,
            columns=[column for column in request.form.getlist("column") if column not in shown],
        )
    return _back()


def _back() -> Response:
    target = request.form.get("next", "/")
    return redirect(target if security.is_own_path(target) else "/", 303)
