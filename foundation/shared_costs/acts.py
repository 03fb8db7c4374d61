"""What people do on the pages of shared costs: write, approve, end, allocate, take back."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.shared_costs import key_form, keys, pages, queries, runs, sheets, steps
from foundation.shared_costs.models import reference as name_of
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import periods
from ledger.errors import DomainError


@guard.requires(Permission.SPENDING_REQUEST)
def new_key() -> Any:
    """Write a key, or the next version of one (`?from=CODE&version=N`)."""
    if request.method == "GET":
        return pages.render_form(_offered())
    form = Form.of_request()

    def act(session: Session) -> str:
        made = keys.save_key(session, key_form.read(form), **context.who())
        flash(translate("已保存分配办法，等待另一人批准"))
        return url_for("shared_costs.show_key", code=made.code, version=made.version)

    return _done(form, act, lambda: pages.render_form(form), key_form.place_of)


def _offered() -> Form:
    code, version = request.args.get("from", ""), request.args.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 6):
        today = services().clock.today()
        return Form.empty({"valid_from": today.replace(day=1).isoformat()})
    with database.reading(services().engine) as session:
        return key_form.offered(queries.view_key(session, code, int(version)))


@guard.requires(Permission.SPENDING_APPROVE)
def approve_key(code: str, version: int) -> Any:
    """Approve what somebody else prepared."""
    form = Form.of_request()

    def act(session: Session) -> str:
        keys.approve(session, code, version, **context.who())
        flash(translate("已批准"))
        return url_for("shared_costs.show_key", code=code, version=version)

    return _done(form, act, lambda: pages.render_key(code, version, form))


@guard.requires(Permission.SPENDING_APPROVE)
def retire_key(code: str, version: int) -> Any:
    """End a key."""
    form = Form.of_request()

    def act(session: Session) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        keys.retire(session, code, version, reason=reason, **context.who())
        flash(translate("已停用"))
        return url_for("shared_costs.show_key", code=code, version=version)

    return _done(form, act, lambda: pages.render_key(code, version, form))


@guard.requires(Permission.VOUCHERS_PREPARE)
def allocate() -> Any:
    """Allocate what the preview showed."""
    form = Form.of_request()

    def act(session: Session) -> str:
        months = steps.read_months(form.text("period", longest=10))
        made = runs.run(
            session,
            form.text("key", longest=32),
            months,
            held_in=form.text("account", longest=32),
            **context.who(),
        )
        flash(translate("已分配并编制凭证，等待审核"))
        return url_for("shared_costs.show_run", reference=name_of(made.id, made.last_period_id))

    return _done(form, act, lambda: pages.render_index(form))


@guard.requires(Permission.VOUCHERS_PREPARE)
def undo(reference: str) -> Any:
    """Take a run back."""
    form = Form.of_request()

    def act(session: Session) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        runs.undo(session, reference, reason=reason, **context.who())
        flash(translate("已撤回，各月可以重新分配"))
        return url_for("shared_costs.show_run", reference=reference)

    return _done(form, act, lambda: pages.render_run(reference, form))


@guard.requires(Permission.SPENDING_REQUEST)
def save_sheet(period: str) -> Any:
    """Write the time sheet of a month."""
    form = Form.of_request()

    def act(session: Session) -> str:
        rows = key_form.read_sheet(form)
        people = sheets.save_sheet(session, periods.parse_period(period), rows, **context.who())
        flash(translate("已保存 {count} 人的工时", count=people))
        return url_for("shared_costs.show_sheet", period=period)

    return _done(form, act, lambda: pages.render_sheet(period, form), lambda _error: "rows")


def _done(
    form: Form,
    act: Callable[[Session], str],
    again: Callable[[], str],
    place: Callable[[DomainError], str] = lambda _error: "",
) -> Any:
    """Do one act and go where it says, or show the page again with what is wrong."""
    status = 422
    try:
        with database.transaction(services().engine) as session:
            target = act(session)
    except forms.Incomplete:
        pass
    except (steps.UnknownKey, steps.UnknownRun) as error:
        if request.endpoint != "shared_costs.allocate":
            raise
        form.refuse("", error)
    except DomainError as error:
        form.refuse(place(error), error)
        status = error.status if error.status != 404 else 422
    else:
        return redirect(target, 303)
    return again(), status
