"""Pages of the reconciliation: the paper of a month, preparing it, and the second person."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.banking import accounts, labels, month_end, reconciling
from foundation.banking.accounts import Account
from foundation.banking.models import ItemKind
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.periods import parse_period, text_of


@guard.requires(Permission.BANK_READ)
def show(code: str, period: str) -> str:
    """Show the reconciliation of a month: as it was kept, else as it would be."""
    return _page(code, parse_period(period), Form.empty())


@guard.requires(Permission.BANK_RECORD)
def prepare(code: str, period: str) -> Any:
    """Keep the reconciliation for another person to review."""
    explanation = request.form.get("explanation", "")[:2000]

    def act(session: Session, account: Account, key: int) -> None:
        reconciling.prepare(session, account, key, explanation=explanation, **context.who())

    return _do(code, period, act, translate("已编制，等待另一人复核"))


@guard.requires(Permission.VOUCHERS_REVIEW)
def review(code: str, period: str) -> Any:
    """Confirm what another person prepared."""

    def act(session: Session, account: Account, key: int) -> None:
        reconciling.review(session, account, key, **context.who())

    return _do(code, period, act, translate("已复核"))


@guard.requires(Permission.BANK_RECORD)
def withdraw(code: str, period: str) -> Any:
    """Take back the last reconciliation."""
    reason = request.form.get("reason", "")[:500]

    def act(session: Session, account: Account, key: int) -> None:
        reconciling.withdraw(session, account, key, reason=reason, **context.who())

    return _do(code, period, act, translate("已撤回"))


def _do(code: str, period: str, act: Callable[[Session, Account, int], None], said: str) -> Any:
    key = parse_period(period)
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            act(session, accounts.get_account(session, code), key)
    except DomainError as error:
        form.refuse("", error)
        return _page(code, key, form), error.status
    flash(said)
    target = url_for("banking.reconciliation", code=code, period=text_of(key))
    return redirect(target, 303)


def _page(code: str, key: int, form: Form) -> str:
    with database.reading(services().engine) as session:
        account = accounts.get_account(session, code)
        found = month_end.month(session, account, key)
    kept = found.kept
    shown = kept or found
    state = "stale" if found.is_stale else kept.state if kept else "unreconciled"
    if kept is None and not found.has_statement:
        state = "no_statement"
    return render_template(
        "banking/reconciliation.html",
        form=form,
        account=account,
        masked=accounts.masked(account.number),
        period=key,
        month=found,
        kept=kept,
        figures=shown.figures,
        items={kind: month_end.of_kind(shown.items, kind) for kind in ItemKind},
        kinds=labels.KINDS,
        state=state,
        word=labels.STATES[state],
        end=month_end.last_day(key),
        actor=context.require_user().actor,
    )
