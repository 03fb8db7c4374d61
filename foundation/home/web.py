"""The desk at `/` and the search for everything."""

from flask import Blueprint, render_template, request

from foundation import database
from foundation.home import desk as desks
from foundation.home import search as searching
from foundation.http import context
from foundation.http.context import services
from foundation.http.frame import period_in_view
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@guard.requires(Permission.OWN_ACCOUNT)
def desk() -> str:
    """What waits for the person, and how the books stand."""
    with database.reading(services().engine) as session:
        period = period_in_view(session)
        year = period // 100 if period is not None else services().clock.today().year
        found = desks.read(session, context.require_user(), year=year)
    return render_template("home/desk.html", desk=found)


@blueprint.get("/search")
@guard.requires(Permission.OWN_ACCOUNT)
def search() -> str:
    """Everything that has the words, the number or the amount."""
    query = request.args.get("q", "")
    with database.reading(services().engine) as session:
        groups = searching.search(session, query, role=context.require_user().role)
    return render_template("home/search.html", query=query.strip(), groups=groups)
