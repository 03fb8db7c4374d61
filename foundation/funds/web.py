"""Pages for funds: what each holds, its year, opening one, closing one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.agreements.entry_form import percent_text
from foundation.funds import service
from foundation.http import context, forms, frame
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.projects import charts, endowments, figures, kinds, labels
from foundation.projects import service as projects
from foundation.projects.models import Endowment, Remainder
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds
from ledger.balances import Span
from ledger.errors import DomainError
from ledger.funds import Restriction
from ledger.periods import period_key

blueprint = Blueprint("funds", __name__, url_prefix="/fund-projects")


@blueprint.get("")
@guard.requires(Permission.BOOKS_READ)
def index() -> str:
    """List the funds with what they hold."""
    everything = request.args.get("all") == "1"
    with database.reading(services().engine) as session:
        held = figures.rows(session)
        shown = [item for item in held if everything or item.fund.closed_on is None]
        return render_template(
            "funds/index.html",
            funds=shown,
            closed=len(held) - sum(1 for item in held if item.fund.closed_on is None),
            everything=everything,
            kinds=kinds.shipped(),
            language=context.language(),
            total=sum(item.net_minor for item in shown),
            restricted=sum(
                item.net_minor for item in shown if item.fund.restriction is not Restriction.NONE
            ),
        )


@blueprint.route("/new", methods=["GET", "POST"])
@guard.requires(Permission.FUNDS_OPEN)
def new() -> Any:
    """Open a fund."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        code, name = form.text("code", longest=32), form.text("name")
        restriction = form.choice("restriction", Restriction)
        opened_on = form.day("opened_on", is_required=False)
        try:
            form.require_complete()
            assert restriction is not None
            with database.transaction(services().engine) as session:
                funds.open_fund(
                    session,
                    code=code,
                    name=name,
                    restriction=restriction,
                    opened_on=opened_on,
                    **context.who(),
                )
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("code", error)
        else:
            flash(translate("已设立基金 {code} {name}", code=code, name=name))
            return redirect(url_for("funds.show", code=code), 303)
    page = render_template("funds/new.html", form=form, restrictions=list(Restriction))
    return page, 422 if form.errors else 200


@blueprint.get("/<code>")
@guard.requires(Permission.BOOKS_READ)
def show(code: str) -> str:
    """Show a fund: what it holds, how the year went, and in which accounts."""
    with database.reading(services().engine) as session:
        held = service.get_balance(session, code)
        key = frame.period_in_view(session) or period_key(services().clock.today())
        span = Span.of_year(key // 100, key % 100)
        row = figures.rows(session, only=[held.fund.id])[0]
        months = figures.by_month(session, held.fund.id, key // 100)
        endowed = endowments.find_endowment(session, held.fund.id)
        return render_template(
            "funds/show.html",
            held=held,
            fund=held.fund,
            row=row,
            project=row.project,
            kind=kinds.shipped()[row.project.kind].of(context.language()) if row.project else "",
            remainders=labels.REMAINDERS,
            percent=percent_text,
            budget=projects.budget_of(session, held.fund.id, key // 100),
            received=sum(months),
            chart=charts.bars([(str(n), minor, 0) for n, minor in enumerate(months, start=1)]),
            endowment=endowed,
            allowance=None
            if endowed is None
            else endowments.allowance(session, endowed.principal_fund_id, key // 100),
            endowed_funds=_endowed_funds(session, endowed),
            year=service.roll_forward(session, held.fund.id, span),
            accounts=service.list_accounts(session, held.fund.id, span),
            period=key,
        )


@blueprint.route("/<code>/close", methods=["GET", "POST"])
@guard.requires(Permission.FUNDS_OPEN)
def close(code: str) -> Any:
    """Close a fund that holds nothing."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        day, reason = form.day("date"), form.text("reason", longest=500)
        remainder = form.choice("remainder", Remainder, is_required=False)
        try:
            form.require_complete()
            assert day is not None
            with database.transaction(services().engine) as session:
                projects.close_project(
                    session,
                    code,
                    closed_on=day,
                    remainder=remainder,
                    reason=reason,
                    **context.who(),
                )
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("", error)
        else:
            flash(translate("基金 {code} 已关闭", code=code))
            return redirect(url_for("funds.show", code=code), 303)
    else:
        form.values["date"] = services().clock.today().isoformat()
    with database.reading(services().engine) as session:
        page = render_template(
            "funds/close.html",
            held=service.get_balance(session, code),
            form=form,
            remainders=[(item.value, translate(word)) for item, word in labels.REMAINDERS.items()],
        )
    return page, 422 if form.errors else 200


def _endowed_funds(session: Session, endowed: Endowment | None) -> tuple[str, ...]:
    """Return the codes of the principal and the income of an endowment."""
    if endowed is None:
        return ()
    known = {fund.id: fund.code for fund in funds.list_funds(session)}
    return known[endowed.principal_fund_id], known[endowed.income_fund_id]
