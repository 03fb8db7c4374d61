"""Pages for periods: what each still needs, closing, and reopening by two persons."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import closing_gates, database
from foundation.books import period_states, voucher_view
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import closing, periods
from ledger.errors import DomainError
from ledger.periods import parse_period, text_of


@guard.requires(Permission.BOOKS_READ)
def index() -> str:
    """List the periods, newest first, and what the open ones still need."""
    with database.reading(services().engine) as session:
        views = period_states.list_periods(session, extra=closing_gates.GATES)
    return render_template(
        "books/periods.html", views=views[::-1], actor=context.require_user().actor
    )


@guard.requires(Permission.PERIODS_OPEN)
def open_next() -> Any:
    """Open the next month."""
    try:
        with database.transaction(services().engine) as session:
            opened = period_states.open_next(session, None, **context.who())
    except DomainError as error:
        flash(describe(error), "error")
    else:
        flash(translate("已开启：{periods}", periods="、".join(map(text_of, opened))))
    return redirect(url_for("books.periods"), 303)


@guard.requires(Permission.PERIODS_CLOSE)
def close(period: str) -> Any:
    """Close a month, or say what is missing."""
    key = parse_period(period)
    try:
        with database.transaction(services().engine) as session:
            generated = closing.close(session, key, **context.who(), extra=closing_gates.GATES)
            names = list(voucher_view.find_labels(session, generated).values())
    except DomainError as error:
        flash(describe(error), "error")
    else:
        flash(translate("{period} 已结账", period=text_of(key)))
        if names:
            flash(translate("已生成结转凭证：{vouchers}", vouchers="、".join(names)))
    return redirect(url_for("books.periods"), 303)


@guard.requires(Permission.PERIODS_OPEN)
def request_reopening(period: str) -> Any:
    """Ask for the last closed month to be reopened."""
    return _ask(period, approving=False)


@guard.requires(Permission.PERIODS_CLOSE)
def reopen(period: str) -> Any:
    """Ask for the last closed month to be reopened, or approve what somebody else asked for."""
    with database.reading(services().engine) as session:
        waits = period_states.is_requested(session, parse_period(period))
    return _ask(period, approving=waits)


def _ask(period: str, *, approving: bool) -> Any:
    key = parse_period(period)
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        reason = "" if approving else form.text("reason", longest=500)
        try:
            form.require_complete()
            with database.transaction(services().engine) as session:
                opening = period_states.find_closed_opening(session, key)
                if approving:
                    periods.approve_reopening(session, key, **context.who())
                else:
                    periods.request_reopening(session, key, reason=reason, **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("", error)
        else:
            flash(translate("已反结账" if approving else "已申请反结账，等待另一人批准"))
            if approving and opening is not None:
                flash(
                    translate(
                        "年初余额（{period}）仍已结账；如须更正，请另行申请反结账",
                        period=text_of(opening),
                    )
                )
            return redirect(url_for("books.periods"), 303)
    with database.reading(services().engine) as session:
        view = period_states.get_period(session, key)
    page = render_template("books/reopen.html", view=view, form=form, approving=approving)
    return page, 422 if form.errors else 200
