"""Funds for programs: `/api/v1/funds`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.funds import documents
from foundation.funds.schemas import (
    BudgetAnswer,
    BudgetBody,
    ClosingOfFund,
    FundAnswer,
    NewFund,
    ProjectBody,
)
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.projects import figures
from foundation.projects import service as projects
from foundation.projects.service import ProjectInput
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds
from ledger.money import to_text

blueprint = Blueprint("funds_api", __name__, url_prefix=f"{api.PREFIX}/funds")


@blueprint.get("")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(items=FundAnswer)
def list_funds(session: Session, *, page: PageRequest) -> Page[Any]:
    """List funds in code order with their projects and what they hold."""
    held = figures.rows(session)
    if page.cursor is not None:
        held = [item for item in held if item.fund.code > page.cursor]
    shown = held[: page.limit]
    more = shown[-1].fund.code if len(held) > page.limit else None
    return Page([documents.of_row(item) for item in shown], more)


@blueprint.post("")
@guard.requires(Permission.FUNDS_OPEN)
@api.endpoint(body=NewFund, answer=FundAnswer, status=201)
def open_fund(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Open a fund."""
    fund = funds.open_fund(session, **body, **api.who())
    return _document(session, fund.code)


@blueprint.get("/<code>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=FundAnswer)
def get_fund(session: Session, code: str) -> dict[str, Any]:
    """Return a fund, its project and what it holds."""
    return _document(session, code)


@blueprint.post("/<code>/project")
@guard.requires(Permission.FUNDS_OPEN)
@api.endpoint(body=ProjectBody, answer=FundAnswer)
def set_project(session: Session, code: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Say what a fund is for, for the first time or anew."""
    names = {"target": "target_minor", "public": "is_public"}
    entry = ProjectInput(**{names.get(name, name): value for name, value in body.items()})
    projects.set_project(session, code, entry, **api.who())
    return _document(session, code)


@blueprint.post("/<code>/budgets")
@guard.requires(Permission.FUNDS_OPEN)
@api.endpoint(body=BudgetBody, answer=BudgetAnswer)
def set_budget(session: Session, code: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Set what a fund plans to spend in a year."""
    made = projects.set_budget(
        session, code, body["year"], body["amount"], resolution=body["resolution"], **api.who()
    )
    return {
        "fund": code,
        "year": made.year,
        "amount": to_text(made.amount_minor),
        "resolution": made.resolution,
    }


@blueprint.post("/<code>/close")
@guard.requires(Permission.FUNDS_OPEN)
@api.endpoint(body=ClosingOfFund, answer=FundAnswer)
def close_fund(session: Session, code: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Close a fund that holds nothing and is promised nothing."""
    projects.close_project(
        session,
        code,
        closed_on=body["date"],
        reason=body["reason"],
        remainder=body["remainder"],
        **api.who(),
    )
    return _document(session, code)


def _document(session: Session, code: str) -> dict[str, Any]:
    fund = funds.get_fund(session, code)
    return documents.of_row(figures.rows(session, only=[fund.id])[0])
