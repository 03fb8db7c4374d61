"""The page of the monthly run: what every asset is to bear, what is left out and why, the run."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.assets import depreciation, labels, queries
from foundation.books import voucher_view
from foundation.http import context
from foundation.http.context import services
from foundation.http.languages import describe, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.periods import text_of


@guard.requires(Permission.BOOKS_READ)
def show() -> str:
    """Show a month: what is charged, or would be."""
    today = services().clock.today()
    asked = request.args.get("period", "")
    period = depreciation.period_of(asked) if asked else today.year * 100 + today.month
    with database.reading(services().engine) as session:
        view = depreciation.preview(session, period)
        runs = queries.list_runs(session)
        keys = [run.voucher_id for run in runs]
        return render_template(
            "assets/depreciation.html",
            period=period,
            view=view,
            runs=runs,
            labels=voucher_view.find_labels(session, keys),
            kinds=labels.KINDS,
            expenses=labels.EXPENSES,
            reasons=labels.SKIPPED,
        )


@guard.requires(Permission.VOUCHERS_PREPARE)
def run() -> Any:
    """Charge the month: one voucher, once."""
    period = depreciation.period_of(request.form.get("period", ""))
    try:
        with database.transaction(services().engine) as session:
            depreciation.run(session, period, **context.who())
    except DomainError as error:
        flash(describe(error), "error")
    else:
        flash(translate("已生成 {period} 的计提凭证，等待审核", period=text_of(period)))
    return _back(period)


@guard.requires(Permission.VOUCHERS_PREPARE)
def undo(period: int) -> Any:
    """Take the last run back once its voucher is gone."""
    try:
        with database.transaction(services().engine) as session:
            depreciation.undo(session, period, **context.who())
    except DomainError as error:
        flash(describe(error), "error")
    else:
        flash(translate("已撤销"))
    return _back(period)


def _back(period: int) -> Any:
    return redirect(url_for("assets.depreciation", period=text_of(period)), 303)
