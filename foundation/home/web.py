"""The desk at `/`, the search for everything, and whether the books hold."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import database
from foundation.home import checking
from foundation.home import desk as desks
from foundation.home import search as searching
from foundation.home.check_labels import label_of
from foundation.http import context
from foundation.http.context import services
from foundation.http.frame import period_in_view
from foundation.http.languages import translate
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
        found = desks.read(
            session, context.require_user(), year=year, today=services().clock.today()
        )
    return render_template("home/desk.html", desk=found, language=context.language())


@blueprint.get("/checks")
@guard.requires(Permission.BOOKS_READ)
def checks() -> str:
    """What the last run of the integrity suite found, and the runs before it."""
    with database.reading(services().engine) as session:
        runs = checking.recent(session)
    last = runs[0] if runs else None
    findings = [] if last is None else [(f, checking.address_of(f)) for f in last.findings]
    return render_template(
        "home/checks.html",
        runs=runs,
        findings=findings,
        suite=[(check.name, label_of(check.name, check.proves)) for check in checking.suite()],
        label_of=label_of,
    )


@blueprint.post("/checks")
@guard.requires(Permission.VOUCHERS_POST)
def run_checks() -> Response:
    """Prove the books again, and keep what was found."""
    with database.reading(services().engine) as session:
        result = checking.run(session, checking.suite())
    user, clock = context.require_user(), services().clock
    with database.transaction(services().engine) as session:
        checking.keep(session, result, actor=user.actor, clock=clock)
    flash(
        translate(
            "核对 {checks} 项，已记账凭证 {vouchers} 张，发现 {findings} 处",
            checks=result.checks,
            vouchers=result.vouchers,
            findings=len(result.findings),
        ),
        "error" if result.errors else "message",
    )
    return redirect(url_for("home.checks"), 303)


@blueprint.get("/search")
@guard.requires(Permission.OWN_ACCOUNT)
def search() -> str:
    """Everything that has the words, the number or the amount."""
    query = request.args.get("q", "")
    with database.reading(services().engine) as session:
        groups = searching.search(session, query, role=context.require_user().role)
    return render_template("home/search.html", query=query.strip(), groups=groups)
