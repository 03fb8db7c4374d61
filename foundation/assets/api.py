"""Assets and goods for programs: `/api/v1/assets`, `/api/v1/stock`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.assets import (
    card_changes,
    card_list,
    cards,
    depreciation,
    documents,
    stock,
    stock_list,
)
from foundation.assets.card_list import CardFilter
from foundation.assets.cards import CardInput
from foundation.assets.schemas import (
    AssetAnswer,
    AssetQuery,
    ItemAnswer,
    ItemCardAnswer,
    ItemQuery,
    Month,
    NewAsset,
    NewCount,
    NewDisposal,
    NewImpairment,
    NewIssue,
    NewItem,
    NewKeeper,
    NewReceipt,
    NewSale,
    RunAnswer,
)
from foundation.assets.stock_list import ItemFilter
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission

assets = Blueprint("assets_api", __name__, url_prefix=f"{api.PREFIX}/assets")
goods = Blueprint("stock_api", __name__, url_prefix=f"{api.PREFIX}/stock")


@assets.get("")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(items=AssetAnswer, query=AssetQuery)
def list_assets(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List assets by number."""
    wanted = CardFilter(
        text=query["q"],
        kind=query["kind"],
        origin=query["origin"],
        fund=query["fund"],
        state=query["state"],
    )
    found = card_list.search(session, wanted, page)
    return Page([documents.of_asset(line) for line in found.items], found.next)


@assets.post("")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewAsset, answer=AssetAnswer, status=201)
def register_asset(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Register an asset; the voucher of its purchase or gift exists apart."""
    entry = CardInput(
        number=body["number"],
        name=body["name"],
        kind=body["kind"],
        acquired_on=body["acquired_on"],
        cost_minor=body["cost"],
        life_months=body["life_months"],
        fund=body["fund"],
        used_by=body["used_by"],
        custody=body["custody"],
        evidence=body["evidence"],
        account=body["account"],
        gift=body["gift"],
        residual_minor=body["residual"],
        charged_before_minor=body["charged_before"],
        expense_tag=body["expense"],
        units=body["units"],
    )
    return _asset(session, cards.register(session, entry, **api.who()).number)


@assets.get("/depreciation/<period>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=RunAnswer)
def get_depreciation(session: Session, period: str) -> dict[str, Any]:
    """Return what a month charges, or would."""
    key = depreciation.period_of(period)
    return documents.of_month(depreciation.preview(session, key), key)


@assets.post("/depreciation")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=Month, answer=RunAnswer, status=201)
def run_depreciation(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Charge a month with one voucher, once."""
    key = depreciation.period_of(body["period"])
    depreciation.run(session, key, **api.who())
    return documents.of_month(depreciation.preview(session, key), key)


@assets.get("/<number>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=AssetAnswer)
def get_asset(session: Session, number: str) -> dict[str, Any]:
    """Return an asset."""
    return _asset(session, number)


@assets.post("/<number>/keeper")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewKeeper, answer=AssetAnswer)
def transfer(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Note who uses and keeps an asset from now on."""
    cards.transfer(session, number, **body, **api.who())
    return _asset(session, number)


@assets.post("/<number>/impairments")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewImpairment, answer=AssetAnswer, status=201)
def impair(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Write an asset down."""
    card_changes.impair(
        session,
        number,
        on=body["date"],
        minor=body["amount"],
        reason=body["reason"],
        evidence=body["evidence"],
        **api.who(),
    )
    return _asset(session, number)


@assets.post("/<number>/disposal")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewDisposal, answer=AssetAnswer, status=201)
def dispose(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Dispose of an asset, or of some of its pieces."""
    leaving = {
        "on": body["date"],
        "reason": body["reason"],
        "proceeds_minor": body["proceeds"],
        "account": body["account"],
    }
    if body["units"] is None:
        cards.dispose(session, number, **leaving, **api.who())
    else:
        card_changes.dispose_part(
            session,
            number,
            units=body["units"],
            evidence=body["evidence"] or body["reason"][:200],
            **leaving,
            **api.who(),
        )
    return _asset(session, number)


@goods.get("")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(items=ItemAnswer, query=ItemQuery)
def list_items(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List goods by number: our own, or with `agency` those held for others."""
    wanted = ItemFilter(is_agency=query["agency"], text=query["q"], fund=query["fund"])
    found = stock_list.search(session, wanted, page)
    return Page([documents.of_item(line) for line in found.items], found.next)


@goods.post("")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewItem, answer=ItemCardAnswer, status=201)
def open_item(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Open an item."""
    stock.open_item(session, **body, on=api.clock().today(), **api.who())
    return _card(session, body["number"])


@goods.get("/<number>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=ItemCardAnswer)
def get_item(session: Session, number: str) -> dict[str, Any]:
    """Return an item with its stock card."""
    return _card(session, number)


@goods.post("/<number>/receipts")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewReceipt, answer=ItemCardAnswer, status=201)
def receive(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Take goods of a gift in."""
    stock.receive(
        session, number, value_minor=body["amount"], gift=body["gift"], **_moved(body), **api.who()
    )
    return _card(session, number)


@goods.post("/<number>/issues")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewIssue, answer=ItemCardAnswer, status=201)
def issue(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Give goods out, or hand over what is held for others."""
    stock.issue(
        session, number, party=body["party"], voucher=body["voucher"], **_moved(body), **api.who()
    )
    return _card(session, number)


@goods.post("/<number>/sales")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewSale, answer=ItemCardAnswer, status=201)
def sell(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Sell goods."""
    stock.sell(
        session,
        number,
        party=body["party"],
        proceeds_minor=body["proceeds"],
        account=body["account"],
        **_moved(body),
        **api.who(),
    )
    return _card(session, number)


@goods.post("/<number>/counts")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewCount, answer=ItemCardAnswer, status=201)
def count(session: Session, number: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Note what was counted; a difference makes a voucher."""
    stock.count(
        session,
        number,
        on=body["date"],
        counted=body["counted"],
        party=body["party"],
        evidence=body["evidence"],
        fair_value_minor=body["fair_value"],
        **api.who(),
    )
    return _card(session, number)


def _moved(body: dict[str, Any]) -> dict[str, Any]:
    return {"on": body["date"], "quantity": body["quantity"], "evidence": body["evidence"]}


def _asset(session: Session, number: str) -> dict[str, Any]:
    (line,) = card_list.lines(session, [cards.find(session, number).id])
    return documents.of_asset(line)


def _card(session: Session, number: str) -> dict[str, Any]:
    return documents.of_card(*stock_list.card(session, number))
