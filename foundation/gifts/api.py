"""Gifts for programs: `/api/v1/gifts`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.donors import particulars
from foundation.donors import service as donors
from foundation.donors.service import DonorInput, DonorRef
from foundation.donors.vault import Vault
from foundation.gifts import changes, documents, gift_view, queries, service, undoing
from foundation.gifts.entry import GiftInput, Original, in_book_currency
from foundation.gifts.filtering import GiftFilter
from foundation.gifts.schemas import (
    Correction,
    Ending,
    GiftAnswer,
    GiftQuery,
    GiftRowAnswer,
    NewGift,
    NewRefund,
)
from foundation.http import api
from foundation.http.context import services
from foundation.http.lists import Page, PageRequest
from foundation.pledges import paying
from foundation.pledges import service as pledges
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import InvalidInput
from ledger.money import BOOK_CURRENCY

blueprint = Blueprint("gifts_api", __name__, url_prefix=f"{api.PREFIX}/gifts")


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=GiftRowAnswer, query=GiftQuery)
def list_gifts(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List gifts, the latest first."""
    wanted = GiftFilter(
        donor_id=query["donor"],
        fund=query["fund"],
        first_on=query["received_from"],
        last_on=query["received_to"],
        least_minor=query["least"],
        most_minor=query["most"],
        state=query["state"],
        kind=query["kind"],
        batch_id=query["batch"],
        text=query["q"],
    )
    asked = PageRequest(limit=page.limit, cursor=page.cursor, sort=query["sort"])
    found = queries.rows(session, wanted, asked)
    return Page([documents.of_row(row) for row in found.items], found.next)


@blueprint.post("")
@guard.requires(Permission.GIFTS_RECORD)
@api.endpoint(body=NewGift, answer=GiftAnswer, status=201)
def record_gift(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Record a gift; its voucher waits for review."""
    made = service.record_gift(session, _entry(session, body), **api.who())
    if body["pledge"]:
        paying.pay(session, made.gift_id, pledges.find_key(session, body["pledge"]), **api.who())
    return documents.of_view(gift_view.get_view(session, made.reference))


@blueprint.get("/<reference>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(answer=GiftAnswer)
def get_gift(session: Session, reference: str) -> dict[str, Any]:
    """Return a gift with its allocations, voucher and changes."""
    return documents.of_view(gift_view.get_view(session, reference))


@blueprint.post("/<reference>/cancel")
@guard.requires(Permission.GIFTS_RECORD)
@api.endpoint(body=Ending, answer=GiftAnswer)
def cancel_gift(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Cancel a gift recorded by mistake; a posted one gets a red voucher for review."""
    changes.cancel_gift(
        session,
        service.find_key(session, reference),
        booked_on=body["date"] or api.clock().today(),
        reason=body["reason"],
        **api.who(),
    )
    return documents.of_view(gift_view.get_view(session, reference))


@blueprint.post("/<reference>/correct")
@guard.requires(Permission.GIFTS_RECORD)
@api.endpoint(body=Correction, answer=GiftAnswer)
def correct_gift(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Undo a gift and record it anew; answers the new one."""
    made = changes.correct_gift(
        session,
        service.find_key(session, reference),
        _entry(session, body["gift"]),
        booked_on=body["date"] or api.clock().today(),
        reason=body["reason"],
        **api.who(),
    )
    if pledge := body["gift"]["pledge"]:
        paying.pay(session, made.gift_id, pledges.find_key(session, pledge), **api.who())
    return documents.of_view(gift_view.get_view(session, made.reference))


@blueprint.post("/<reference>/refund")
@guard.requires(Permission.GIFTS_RECORD)
@api.endpoint(body=NewRefund, answer=GiftAnswer)
def refund_gift(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Refund all or part of a posted gift, by its cause."""
    changes.refund_gift(
        session,
        service.find_key(session, reference),
        amount_minor=body["amount"],
        cause=body["cause"],
        refunded_on=body["date"] or api.clock().today(),
        pay_from=body["pay_from"],
        reason=body["reason"],
        **api.who(),
    )
    return documents.of_view(gift_view.get_view(session, reference))


@blueprint.post("/<reference>/changes/<int:change_id>/undo")
@guard.requires(Permission.GIFTS_RECORD)
@api.endpoint(body=Ending, answer=GiftAnswer)
def undo_change(
    session: Session, reference: str, change_id: int, *, body: dict[str, Any]
) -> dict[str, Any]:
    """Take a change back: what is not posted is discarded, a posted refund is reversed in red."""
    undoing.undo_change(
        session,
        service.find_key(session, reference),
        change_id=change_id,
        booked_on=body["date"] or api.clock().today(),
        reason=body["reason"],
        **api.who(),
    )
    return documents.of_view(gift_view.get_view(session, reference))


def _entry(session: Session, body: dict[str, Any]) -> GiftInput:
    amount_minor, original = _amounts(body)
    return GiftInput(
        donor=_donor(session, body["donor"]),
        received_on=body["received_on"],
        amount_minor=amount_minor,
        account_code=body["account"],
        allocations=tuple((part["fund"], part["amount"]) for part in body["allocations"]),
        kind=body["kind"],
        method=body["method"],
        donor_name=body["donor_name"],
        passed_on_by=body["passed_on_by"] or None,
        is_anonymous=body["anonymous"],
        agreement=body["agreement"] or None,
        bank_reference=body["bank_reference"] or None,
        note=body["note"] or None,
        item=body["item"] or None,
        quantity=body["quantity"] or None,
        value_evidence=body["value_evidence"] or None,
        original=original,
        expense_tag=body["served"],
        recipient=body["recipient"],
        attachment_count=body["attachments"],
    )


def _amounts(body: dict[str, Any]) -> tuple[int, Original | None]:
    """Return the amount in fen and, for a foreign gift, what it was."""
    currency = body["currency"]
    given = money.parse_positive(body["amount"], currency)
    if currency == BOOK_CURRENCY:
        if body["rate"] is not None or body["book_amount"] is not None:
            raise InvalidInput(field="汇率", reason="人民币捐赠没有汇率和折合金额")
        return given, None
    if body["rate"] is None or body["rate_on"] is None:
        raise InvalidInput(field="汇率", reason="外币捐赠必须给出汇率和汇率日期")
    original = Original(given, currency, body["rate"], body["rate_on"])
    if body["book_amount"] is not None:
        return body["book_amount"], original
    return in_book_currency(given, currency, body["rate"]), original


def _donor(session: Session, given: dict[str, Any]) -> DonorRef:
    if "id" in given:
        return donors.get_ref(session, given["id"])
    entry = DonorInput(
        name=given["name"],
        kind=given["kind"] or particulars.guess_kind(given["name"]),
        credit_code=given["credit_code"],
        id_number=given["id_number"],
        email=given["email"],
        phone=given["phone"],
    )
    vault = Vault.of(services().config.secret_key)
    return donors.find_or_record(session, entry, vault=vault, **api.who())
