"""Investments for programs: `/api/v1/investments`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.assets import documents, investment_list, investment_moves, investments
from foundation.assets.investment_list import InvestmentFilter
from foundation.assets.investments import InvestmentInput
from foundation.assets.schemas import (
    InvestmentAnswer,
    InvestmentQuery,
    NewIncome,
    NewInvestment,
    NewReceived,
    NewRedemption,
)
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("investments_api", __name__, url_prefix=f"{api.PREFIX}/investments")


@blueprint.get("")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(items=InvestmentAnswer, query=InvestmentQuery)
def list_investments(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List investments by number."""
    wanted = InvestmentFilter(
        text=query["q"], kind=query["kind"], fund=query["fund"], state=query["state"]
    )
    found = investment_list.search(session, wanted, page, today=api.clock().today())
    return Page([documents.of_investment(line) for line in found.items], found.next)


@blueprint.post("")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewInvestment, answer=InvestmentAnswer, status=201)
def register(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Register an investment with its purchase, or what books it already."""
    entry = InvestmentInput(
        number=body["number"],
        product=body["product"],
        kind=body["kind"],
        trustee=body["trustee"],
        licence=body["licence"],
        risk=body["risk"],
        starts_on=body["starts_on"],
        matures_on=body["matures_on"],
        fund=body["fund"],
        cost_minor=body["cost"],
        evidence=body["evidence"],
        resolution=body["resolution"],
        uses_equity_method=body["equity_method"],
        income_fund=body["income_fund"],
        account=body["account"],
        gift=body["gift"],
        voucher=body["voucher"],
    )
    investments.register(session, entry, **api.who())
    return _document(session, body["number"])


@blueprint.get("/<number>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=InvestmentAnswer)
def get_investment(session: Session, number: str) -> dict[str, Any]:
    """Return an investment."""
    return _document(session, number)


@blueprint.post("/<number>/income")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewIncome, answer=InvestmentAnswer, status=201)
def declare(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Book income that was declared and not received yet."""
    investment_moves.declare_income(session, number, **_figures(body), **api.who())
    return _document(session, number)


@blueprint.post("/<number>/received")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewReceived, answer=InvestmentAnswer, status=201)
def receive(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Book income that was received while it is held."""
    investment_moves.receive_income(
        session, number, account=body["account"], **_figures(body), **api.who()
    )
    return _document(session, number)


@blueprint.post("/<number>/results")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewIncome, answer=InvestmentAnswer, status=201)
def share(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Book our share of a result under the equity method; negative for a loss."""
    investment_moves.share_result(session, number, **_figures(body), **api.who())
    return _document(session, number)


@blueprint.post("/<number>/impairments")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewIncome, answer=InvestmentAnswer, status=201)
def impair(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Write an investment down; negative to take it back for a short-term one."""
    investment_moves.impair(session, number, **_figures(body), **api.who())
    return _document(session, number)


@blueprint.post("/<number>/redemptions")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewRedemption, answer=InvestmentAnswer, status=201)
def redeem(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Book what came back: all of it, or a part at its cost."""
    investment_moves.redeem(
        session,
        number,
        on=body["date"],
        proceeds_minor=body["amount"],
        account=body["account"],
        evidence=body["evidence"],
        cost_minor=body["cost"],
        **api.who(),
    )
    return _document(session, number)


def _figures(body: dict[str, Any]) -> dict[str, Any]:
    return {"on": body["date"], "minor": body["amount"], "evidence": body["evidence"]}


def _document(session: Session, number: str) -> dict[str, Any]:
    found = investments.find(session, number)
    line = investment_list.get_line(session, found.id, today=api.clock().today())
    return documents.of_investment(line)
