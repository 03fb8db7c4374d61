"""Pages of the bank accounts: how each stands month by month, and what is known of it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.banking import accounts, labels, matches, standing
from foundation.banking.accounts import Account
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.periods import text_of


@guard.requires(Permission.BANK_READ)
def index() -> str:
    """List the accounts with their last months, and what is open."""
    with database.reading(services().engine) as session:
        states = standing.overview(session, clock=services().clock)
    return render_template("banking/index.html", states=states, words=labels.STATES)


@guard.requires(Permission.BANK_RECORD)
def match(code: str) -> Any:
    """Match what is sure, and go to what is left."""
    try:
        with database.transaction(services().engine) as session:
            account = accounts.get_account(session, code)
            done = matches.match_automatically(session, account, **context.who())
    except DomainError as error:
        flash(describe(error), "error")
        return redirect(url_for("banking.index"), 303)
    flash(
        translate(
            "已自动勾对 {matches} 组 {lines} 笔，尚余 {left} 笔",
            matches=done.matches,
            lines=done.lines,
            left=done.open_lines,
        )
    )
    return redirect(url_for("banking.lines", account=code, state="open"), 303)


@guard.requires(Permission.PERIODS_CLOSE)
def change(code: str) -> Any:
    """Change the bank, the number, and from which month on closing needs a reconciliation."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        number = form.text("number", is_required=False, longest=40)
        bank = form.text("bank", is_required=False, longest=100)
        required = form.text("required_from", is_required=False, longest=10)
        reason = form.text("reason", longest=500)
        try:
            form.require_complete()
            with database.transaction(services().engine) as session:
                accounts.change(
                    session,
                    code,
                    bank=bank,
                    number=number,
                    required_from=required or None,
                    reason=reason,
                    **context.who(),
                )
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("", error)
        else:
            flash(translate("已更改 {account}", account=code))
            return redirect(url_for("banking.index"), 303)
    with database.reading(services().engine) as session:
        found = accounts.find_account(session, code)
    if found is None:
        raise accounts.unknown(code)
    if request.method == "GET":
        form = Form.empty(_values(found))
    page = render_template("banking/account.html", form=form, account=found)
    return page, 422 if form.errors else 200


def _values(account: Account) -> dict[str, str]:
    return {
        "bank": account.bank or "",
        "number": account.number or "",
        "required_from": text_of(account.required_from) if account.required_from else "",
    }
