"""Funds for programs: `/api/v1/funds`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.funds import documents, service
from foundation.funds.schemas import ClosingOfFund, FundAnswer, NewFund
from foundation.funds.service import FundBalance
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds

blueprint = Blueprint("funds_api", __name__, url_prefix=f"{api.PREFIX}/funds")


@blueprint.get("")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(items=FundAnswer)
def list_funds(session: Session, *, page: PageRequest) -> Page[Any]:
    """List funds in code order with what they hold."""
    held = service.list_funds(session)
    if page.cursor is not None:
        held = [item for item in held if item.fund.code > page.cursor]
    shown = held[: page.limit]
    more = shown[-1].fund.code if len(held) > page.limit else None
    return Page([documents.of_fund(item) for item in shown], more)


@blueprint.post("")
@guard.requires(Permission.FUNDS_OPEN)
@api.endpoint(body=NewFund, answer=FundAnswer, status=201)
def open_fund(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Open a fund."""
    fund = funds.open_fund(session, **body, actor=api.actor(), clock=api.clock())
    return documents.of_fund(FundBalance(fund, 0))


@blueprint.get("/<code>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=FundAnswer)
def get_fund(session: Session, code: str) -> dict[str, Any]:
    """Return a fund and what it holds."""
    return documents.of_fund(service.get_balance(session, code))


@blueprint.post("/<code>/close")
@guard.requires(Permission.FUNDS_OPEN)
@api.endpoint(body=ClosingOfFund, answer=FundAnswer)
def close_fund(session: Session, code: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Close a fund that holds nothing."""
    fund = service.close_fund(
        session,
        code,
        closed_on=body["date"],
        reason=body["reason"],
        actor=api.actor(),
        clock=api.clock(),
    )
    return documents.of_fund(FundBalance(fund, 0))
