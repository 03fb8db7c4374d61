"""Spending for programs: `/api/v1/spending`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.books.reading import span_of
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.spending import approvals, classifying, documents, drafts, paying, queries
from foundation.spending.drafts import BeneficiaryInput, PartInput, RequestInput
from foundation.spending.queries import SpendingFilter
from foundation.spending.schemas import (
    NewBooking,
    NewElements,
    NewPayment,
    NewRequest,
    OpenCostsAnswer,
    PeriodQuery,
    Reason,
    Remark,
    SpendingAnswer,
    SpendingQuery,
    SpendingRowAnswer,
)
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.money import to_text

blueprint = Blueprint("spending_api", __name__, url_prefix=f"{api.PREFIX}/spending")


@blueprint.get("")
@guard.requires(Permission.SPENDING_READ)
@api.endpoint(items=SpendingRowAnswer, query=SpendingQuery)
def list_requests(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List requests, the latest first."""
    wanted = SpendingFilter(query["state"], query["q"], query["fund"])
    found = queries.rows(session, wanted, page)
    return Page([documents.of_row(row) for row in found.items], found.next)


@blueprint.post("")
@guard.requires(Permission.SPENDING_REQUEST)
@api.endpoint(body=NewRequest, answer=SpendingAnswer, status=201)
def save_draft(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Write the draft of a request."""
    made = drafts.save_draft(session, entry_of(body), **api.who())
    return _document(session, made.id)


@blueprint.get("/<reference>")
@guard.requires(Permission.SPENDING_READ)
@api.endpoint(answer=SpendingAnswer)
def get_request(session: Session, reference: str) -> dict[str, Any]:
    """Return a request with its approvals and its voucher."""
    return _document(session, queries.find_key(session, reference))


@blueprint.post("/elements")
@guard.requires(Permission.SPENDING_REQUEST)
@api.endpoint(body=NewElements, answer=OpenCostsAnswer)
def classify(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Say which element lines of programme costs are that no request booked."""
    lines = [(item["voucher"], item["line"]) for item in body["lines"]]
    classifying.classify(session, lines, body["element"], **api.who())
    return _open_costs(session, "")


@blueprint.get("/elements")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=OpenCostsAnswer, query=PeriodQuery)
def list_open_costs(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """List lines of programme costs that have no element yet, the oldest first."""
    return _open_costs(session, query["period"])


def _open_costs(session: Session, period: str) -> dict[str, Any]:
    first, last = span_of(period or str(api.clock().today().year))
    sums = classifying.add_up(session, first, last)
    return {
        "lines": [
            documents.of_open_line(line) for line in classifying.unexplained(session, first, last)
        ],
        "count": sums.count,
        "total": to_text(sums.minor),
    }


@blueprint.post("/<reference>/revise")
@guard.requires(Permission.SPENDING_REQUEST)
@api.endpoint(body=NewRequest, answer=SpendingAnswer)
def revise(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Rewrite a draft of one's own."""
    key = queries.find_key(session, reference)
    drafts.save_draft(session, entry_of(body), request_id=key, **api.who())
    return _document(session, key)


@blueprint.post("/<reference>/submit")
@guard.requires(Permission.SPENDING_REQUEST)
@api.endpoint(answer=SpendingAnswer)
def submit(session: Session, reference: str) -> dict[str, Any]:
    """Send a draft for approval."""
    key = queries.find_key(session, reference)
    approvals.submit(session, key, **api.who())
    return _document(session, key)


@blueprint.post("/<reference>/approve")
@guard.requires(Permission.SPENDING_APPROVE)
@api.endpoint(body=Remark, answer=SpendingAnswer)
def approve(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Approve what somebody else asked for."""
    key = queries.find_key(session, reference)
    approvals.approve(session, key, remark=body["note"], **api.who())
    return _document(session, key)


@blueprint.post("/<reference>/return")
@guard.requires(Permission.SPENDING_APPROVE)
@api.endpoint(body=Reason, answer=SpendingAnswer)
def send_back(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Send a request back to the one who asked."""
    key = queries.find_key(session, reference)
    approvals.send_back(session, key, remark=body["reason"], **api.who())
    return _document(session, key)


@blueprint.post("/<reference>/pay")
@guard.requires(Permission.SPENDING_PAY)
@api.endpoint(body=NewPayment, answer=SpendingAnswer)
def pay(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Note that an approved request was paid."""
    key = queries.find_key(session, reference)
    paying.pay(
        session,
        key,
        account_code=body["account"],
        paid_on=body["paid_on"],
        payment_reference=body["reference"],
        **api.who(),
    )
    return _document(session, key)


@blueprint.post("/<reference>/book")
@guard.requires(Permission.SPENDING_REQUEST)
@api.endpoint(body=NewBooking, answer=SpendingAnswer)
def book(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Make the voucher of a paid request, submitted for review."""
    key = queries.find_key(session, reference)
    paying.book(session, key, attachments=body["attachments"], **api.who())
    return _document(session, key)


@blueprint.post("/<reference>/unbook")
@guard.requires(Permission.SPENDING_REQUEST)
@api.endpoint(answer=SpendingAnswer)
def unbook(session: Session, reference: str) -> dict[str, Any]:
    """Let a request be booked again after its voucher was discarded or reversed."""
    key = queries.find_key(session, reference)
    paying.unbook(session, key, **api.who())
    return _document(session, key)


@blueprint.post("/<reference>/cancel")
@guard.requires(Permission.SPENDING_REQUEST)
@api.endpoint(body=Reason, answer=SpendingAnswer)
def cancel(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Give a request up before it is paid."""
    key = queries.find_key(session, reference)
    paying.cancel(session, key, reason=body["reason"], **api.who())
    return _document(session, key)


def entry_of(body: dict[str, Any]) -> RequestInput:
    """Turn a checked document into what the service takes."""
    return RequestInput(
        kind=body["kind"],
        payee_name=body["payee"],
        payee_account=body["payee_account"],
        relation=body["related"],
        summary=body["summary"],
        requested_on=body["requested_on"],
        contract=body["contract"],
        procurement=body["procurement"],
        resolution=body["resolution"],
        parts=[PartInput(item["fund"], item["element"], item["amount"]) for item in body["parts"]],
        beneficiaries=[
            BeneficiaryInput(item["code"], item["name"], item["amount"], item["unit"])
            for item in body["beneficiaries"]
        ],
    )


def _document(session: Session, key: int) -> dict[str, Any]:
    return documents.of_view(queries.view(session, key))
