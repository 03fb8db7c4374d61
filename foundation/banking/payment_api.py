"""Payments on the bank for programs: which spending requests a line of a statement paid."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.banking import accounts, payments, queries
from foundation.banking.api import suggestions_of
from foundation.banking.schemas import NewPayment, SuggestionsAnswer, Unpaid
from foundation.http import api
from foundation.spending import queries as spending
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("bank_payment_api", __name__, url_prefix=f"{api.PREFIX}/bank-lines")


@blueprint.post("/<int:line_id>/payments")
@guard.requires(Permission.SPENDING_PAY)
@api.endpoint(body=NewPayment, answer=SuggestionsAnswer)
def settle(session: Session, line_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Say that a line paid spending requests; approved ones are paid by it now."""
    account = accounts.get_account(session, queries.get_line(session, line_id).account)
    keys = [spending.find_key(session, named) for named in body["requests"]]
    payments.settle(session, account, line_id, keys, **api.who())
    return suggestions_of(session, line_id)


@blueprint.post("/<int:line_id>/payments/undo")
@guard.requires(Permission.SPENDING_PAY)
@api.endpoint(body=Unpaid, answer=SuggestionsAnswer)
def unlink(session: Session, line_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Take back that a line paid a request; the request stays paid."""
    key = spending.find_key(session, body["request"])
    payments.unlink(session, key, line_id=line_id, reason=body["reason"], **api.who())
    return suggestions_of(session, line_id)
