"""Pages: issued statements, issuing the next ones, and reclassifications for presentation."""

from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, render_template, url_for

from foundation import database
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.statements import api, joining, service
from foundation.statements.content import Signers
from foundation.statements.joining import Joined, joined
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import catalogue
from ledger.errors import DomainError
from ledger.periods import parse_period, text_of

blueprint = Blueprint("statements", __name__, url_prefix="/statements")


def install(app: Flask, given: Joined) -> None:
    """Join pages and API to an application."""
    joining.keep(app, given)
    app.register_blueprint(blueprint)
    app.register_blueprint(api.blueprint)


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
def index() -> Any:
    """List the issued statements, and what may be issued."""
    return _page(Form.empty(), Form.empty())


@blueprint.post("")
@guard.requires(Permission.STATEMENTS_ISSUE)
def issue() -> Any:
    """Issue the statements of a closed period."""
    form = Form.of_request()
    period = form.text("period", longest=20)
    layout = form.value("layout") or "auto"
    signers = Signers(
        form.text("legal_representative", is_required=False),
        form.text("accounting_head", is_required=False),
        form.text("preparer", is_required=False),
    )
    given = joined()
    try:
        form.require_complete()
        with database.reading(services().engine) as session:
            service.require_sound(session, period, given.checks)
        with database.transaction(services().engine) as session:
            content = given.compose(session, period, layout, services().clock)
            issued = service.issue(session, content, signers=signers, **context.who())
    except forms.Incomplete:
        return _page(form, Form.empty()), 422
    except DomainError as error:
        form.refuse("", error)
        return _page(form, Form.empty()), error.status
    flash(translate("已签发 {period} 的报表，有关期间不能再反结账", period=issued.period))
    return redirect(url_for("statements.index"), 303)


@blueprint.get("/<int:statement_id>/<name>")
@guard.requires(Permission.REPORTS_READ)
def download(statement_id: int, name: str) -> Response:
    """Give a file of an issued statement, the same bytes every time."""
    with database.reading(services().engine) as session:
        file = service.get_file(session, statement_id, name)
    response = Response(file.data, mimetype=file.media_type)
    response.headers["Cache-Control"] = "no-store"
    named = f"{statement_id}-{file.name}"
    response.headers.set("Content-Disposition", "attachment", filename=named)
    return response


@blueprint.post("/reclassifications")
@guard.requires(Permission.VOUCHERS_PREPARE)
def reclassify() -> Any:
    """Show a part of one row of the balance sheet in another."""
    form = Form.of_request()
    month, pair = form.text("month", longest=7), form.text("pair")
    amount, reason = form.amount("amount"), form.text("reason", longest=300)
    source, _, target = pair.partition(" ")
    try:
        form.require_complete()
        assert amount is not None
        with database.transaction(services().engine) as session:
            service.reclassify(
                session,
                parse_period(month),
                source=source,
                target=target,
                amount_minor=amount,
                allowed=[(first, second) for first, second, _ in joined().reclassifications],
                reason=reason,
                **context.who(),
            )
    except forms.Incomplete:
        return _page(Form.empty(), form), 422
    except DomainError as error:
        form.refuse("", error)
        return _page(Form.empty(), form), error.status
    flash(translate("已登记列报重分类"))
    return redirect(url_for("statements.index"), 303)


def _page(form: Form, shifting: Form) -> str:
    with database.reading(services().engine) as session:
        issued = service.list_issued(session)
        moved = service.list_reclassifications(session)
        signers = service.last_signers(session)
        known = catalogue.load(session)
        closed = [key for key, info in known.periods.items() if info.state.value == "closed"]
    titles = {(first, second): title for first, second, title in joined().reclassifications}
    return render_template(
        "statements/index.html",
        issued=issued,
        moved=[(row, titles.get((row.from_row, row.to_row), "")) for row in moved],
        pairs=[(f"{first} {second}", title) for (first, second), title in titles.items()],
        form=form,
        shifting=shifting,
        signers=signers,
        offers=_offers(closed),
        months=[text_of(key) for key in sorted(known.periods, reverse=True) if key % 100],
        month_text=text_of,
    )


def _offers(closed: list[int]) -> list[str]:
    """Return the periods that are closed to their end: years, quarters, months."""
    months = {key for key in closed if key % 100}
    found: list[str] = []
    for year in sorted({key // 100 for key in months}, reverse=True):
        of_year = sorted(key % 100 for key in months if key // 100 == year)
        found += [str(year)] if of_year[-1:] == [12] else []
        found += [f"{year}-H{half}" for half in (1, 2) if half * 6 in of_year]
        found += [f"{year}-Q{quarter}" for quarter in (1, 2, 3, 4) if quarter * 3 in of_year]
        found += [text_of(year * 100 + month) for month in reversed(of_year)]
    return found
