"""Accounts for programs: `/api/v1/accounts`. An account is named by its chart and its code."""

from typing import Any

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.books import account_tree, documents
from foundation.books.schemas import AccountAnswer, AccountQuery, ClosingOfAccount, NewAccount
from foundation.http import api, lists
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import accounts
from ledger.accounts import Account, UnknownAccount

blueprint = Blueprint("accounts_api", __name__, url_prefix=f"{api.PREFIX}/accounts")


@blueprint.get("")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(items=AccountAnswer, query=AccountQuery)
def list_accounts(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List the accounts of a chart in code order."""
    chart = query["chart"] or _this_year(session)
    statement = select(*Account.__table__.columns).where(Account.chart == chart)
    part = lists.page(session, statement, keys=[Account.__table__.c.code], request=page)
    return Page([documents.of_account(row) for row in part.items], part.next)


@blueprint.get("/<chart>/<code>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=AccountAnswer)
def get_account(session: Session, chart: str, code: str) -> dict[str, Any]:
    """Return one account."""
    account = accounts.find_account(session, chart=chart, code=code)
    if account is None:
        raise UnknownAccount(chart=chart, account=code)
    return documents.of_account(account)


@blueprint.post("")
@guard.requires(Permission.ACCOUNTS_EDIT)
@api.endpoint(body=NewAccount, answer=AccountAnswer, status=201)
def open_account(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Open a detail account below the account that its code extends."""
    account = accounts.open_account(
        session,
        chart=body["chart"] or _this_year(session),
        code=body["code"],
        name=body["name"],
        flags="agency" if body["agency"] else "",
        actor=api.actor(),
        clock=api.clock(),
    )
    return documents.of_account(account)


@blueprint.post("/<chart>/<code>/close")
@guard.requires(Permission.ACCOUNTS_EDIT)
@api.endpoint(body=ClosingOfAccount, answer=AccountAnswer)
def close_account(
    session: Session, chart: str, code: str, *, body: dict[str, Any]
) -> dict[str, Any]:
    """Take an account of the organisation's own out of use."""
    account = account_tree.close_account(
        session,
        chart=chart,
        code=code,
        closed_on=body["date"],
        reason=body["reason"],
        actor=api.actor(),
        clock=api.clock(),
    )
    return documents.of_account(account)


def _this_year(session: Session) -> str:
    return account_tree.chart_of_year(session, api.clock().today().year)
