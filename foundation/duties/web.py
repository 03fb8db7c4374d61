"""The calendar of duties: what is due when, marking it as done, and the facts behind the dates."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import database
from foundation.duties import service
from foundation.duties.calendar import DutyState, Item
from foundation.duties.labels import GRADES
from foundation.duties.loading import FactKind
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, translate
from foundation.users import guard
from foundation.users.models import Role
from foundation.users.permissions import Permission
from ledger.errors import DomainError

blueprint = Blueprint("duties", __name__, url_prefix="/duties")
FIRST_YEAR, LAST_YEAR = 2005, 2100


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
def index() -> str:
    """List the duties of a year by date."""
    return _page({})


@blueprint.post("/<duty>/<occurrence>/done")
@guard.requires(Permission.EVIDENCE_EDIT)
def done(duty: str, occurrence: str) -> Any:
    """Mark one occurrence of a duty as done."""
    form = Form.of_request()
    done_on, note = form.day("done_on"), form.text("note", is_required=False, longest=500)
    if form.errors or done_on is None:
        return _page({f"{duty}/{occurrence}": "；".join(form.errors.values())}), 422
    with database.transaction(services().engine) as session:
        service.mark_done(session, duty, occurrence, done_on=done_on, note=note, **context.who())
    flash(translate("已标记为完成"))
    return _back()


@blueprint.post("/<duty>/<occurrence>/undo")
@guard.requires(Permission.EVIDENCE_EDIT)
def undo(duty: str, occurrence: str) -> Response:
    """Take the mark of a duty back."""
    reason = request.form.get("reason", "")
    with database.transaction(services().engine) as session:
        service.undo(session, duty, occurrence, reason=reason, **context.who())
    flash(translate("已撤回完成标记"))
    return _back()


@blueprint.post("/facts")
@guard.requires(Permission.EVIDENCE_EDIT)
def state_facts() -> Any:
    """State the facts that dates follow from."""
    form = Form.of_request()
    with database.reading(services().engine) as session:
        known = service.list_facts(session)
    stated: dict[str, str] = {}
    for one in known:
        if one.is_derived:
            continue
        if one.fact.kind is FactKind.DATE:
            day = form.day(one.fact.name, is_required=False)
            stated[one.fact.name] = "" if day is None else day.isoformat()
        else:
            stated[one.fact.name] = form.value(one.fact.name)
    try:
        if not form.errors:
            with database.transaction(services().engine) as session:
                for name, value in stated.items():
                    service.state_fact(session, name, value, **context.who())
    except DomainError as error:
        form.refuse("facts", describe(error))
    if form.errors:
        return _page(form.errors, facts=form), 422
    flash(translate("已保存日程所依据的资料"))
    return _back()


def _page(errors: dict[str, str], *, facts: Form | None = None) -> str:
    today = services().clock.today()
    year = _year(today.year)
    who, state = request.args.get("who", ""), request.args.get("state", "")
    with database.reading(services().engine) as session:
        everything = service.list_items(session, year=year, today=today)
        known = service.list_facts(session)
    form = facts or Form.empty({one.fact.name: one.value for one in known})
    return render_template(
        "duties/index.html",
        items=[item for item in everything if _is_wanted(item, who, state)],
        total=len(everything),
        roles=sorted({item.duty.who for item in everything}, key=list(Role).index),
        states=[state for state in DutyState if any(i.state is state for i in everything)],
        year=year,
        today=today,
        known=known,
        form=form,
        errors=errors,
        grades=GRADES,
        language=context.language(),
    )


def _year(default: int) -> int:
    text = request.values.get("year", "")
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:5]) <= LAST_YEAR):
        return default
    return int(text)


def _is_wanted(item: Item, who: str, state: str) -> bool:
    return who in ("", item.duty.who.value) and state in ("", item.state.value)


def _back() -> Response:
    return redirect(url_for("duties.index", year=_year(services().clock.today().year)), 303)
