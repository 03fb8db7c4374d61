"""Pages for the chart of accounts: the tree, one account, opening a detail, closing one."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.books import account_tree, labels
from foundation.http import context, forms, frame, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import accounts
from ledger.accounts import Account, UnknownAccount
from ledger.errors import DomainError
from ledger.periods import period_key


@guard.requires(Permission.BOOKS_READ)
def index() -> str:
    """Show a chart of accounts with its balances."""
    return _index(Form.empty())


@guard.requires(Permission.ACCOUNTS_EDIT)
def open_account() -> Any:
    """Open a detail account."""
    form = Form.of_request()
    code, name = form.text("code", longest=32), form.text("name")
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            accounts.open_account(
                session,
                chart=form.value("chart"),
                code=code,
                name=name,
                flags="agency" if form.is_checked("agency") else "",
                **context.who(),
            )
    except forms.Incomplete:
        return _index(form), 422
    except DomainError as error:
        form.refuse("code", error)
        return _index(form), error.status
    flash(translate("已增设科目 {code} {name}", code=code, name=name))
    return redirect(url_for("books.accounts", chart=form.value("chart")), 303)


def _index(form: Form) -> str:
    with database.reading(services().engine) as session:
        key = _period_in_view(session)
        chart = request.values.get("chart") or account_tree.chart_of_year(session, key // 100)
        charts = account_tree.list_charts(session)
        form.values.setdefault("chart", chart)
        return render_template(
            "books/accounts.html",
            nodes=account_tree.tree(session, chart, upto=key),
            chart=next((item for item in charts if item.version == chart), None),
            charts=charts,
            period=key,
            form=form,
            categories=labels.CATEGORIES,
            sides=labels.SIDES,
            grades=labels.GRADES,
        )


@guard.requires(Permission.BOOKS_READ)
def account(chart: str, code: str) -> str:
    """Show an account: its months and its lines."""
    with database.reading(services().engine) as session:
        found = _get(session, chart, code)
        key = _period_in_view(session)
        part = account_tree.lines_of(session, found.id, upto=key, request=lists.of_request())
        return render_template(
            "books/account.html",
            account=found,
            details=[
                row for row in accounts.list_accounts(session, chart) if row.parent_id == found.id
            ],
            months=account_tree.months_of(session, found, year=key // 100),
            part=part,
            period=key,
            categories=labels.CATEGORIES,
            sides=labels.SIDES,
            grades=labels.GRADES,
        )


@guard.requires(Permission.ACCOUNTS_EDIT)
def close_account(chart: str, code: str) -> Any:
    """Take a detail account out of use."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        day, reason = form.day("date"), form.text("reason", longest=500)
        try:
            form.require_complete()
            assert day is not None
            with database.transaction(services().engine) as session:
                account_tree.close_account(
                    session, chart=chart, code=code, closed_on=day, reason=reason, **context.who()
                )
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("", error)
        else:
            flash(translate("科目 {code} 已停用", code=code))
            return redirect(url_for("books.account", chart=chart, code=code), 303)
    else:
        form.values["date"] = services().clock.today().isoformat()
    with database.reading(services().engine) as session:
        page = render_template(
            "books/close_account.html", account=_get(session, chart, code), form=form
        )
    return page, 422 if form.errors else 200


def _get(session: Session, chart: str, code: str) -> Account:
    found = accounts.find_account(session, chart=chart, code=code)
    if found is None:
        raise UnknownAccount(chart=chart, account=code)
    return found


def _period_in_view(session: Session) -> int:
    return frame.period_in_view(session) or period_key(services().clock.today())
