"""Pledges for programs: `/api/v1/pledges`."""

from typing import Any

from dateutil.relativedelta import relativedelta
from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.gifts import service as gifts
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.pledges import (
    changes,
    documents,
    forecasting,
    paying,
    queries,
    schedule,
    service,
    view,
)
from foundation.pledges.queries import PledgeFilter
from foundation.pledges.schedule import Due
from foundation.pledges.schemas import (
    ForecastAnswer,
    ForecastQuery,
    NewPayment,
    NewPledge,
    NewWriteOff,
    PledgeAnswer,
    PledgeQuery,
    PledgeRowAnswer,
    Reason,
    Rescheduling,
)
from foundation.pledges.service import PledgeInput
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import InvalidInput
from ledger.money import to_text
from ledger.periods import text_of

blueprint = Blueprint("pledges_api", __name__, url_prefix=f"{api.PREFIX}/pledges")


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=PledgeRowAnswer, query=PledgeQuery)
def list_pledges(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List pledges, the latest first."""
    wanted = PledgeFilter(
        donor_id=query["donor"],
        fund=query["fund"],
        agreement=query["agreement"],
        due_by=query["due_by"],
        state=query["state"],
        text=query["q"],
    )
    found = queries.rows(session, wanted, page, today=api.clock().today())
    return Page([documents.of_row(row) for row in found.items], found.next)


@blueprint.post("")
@guard.requires(Permission.PLEDGES_RECORD)
@api.endpoint(body=NewPledge, answer=PledgeAnswer, status=201)
def record_pledge(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Record a pledge with its schedule; nothing is booked."""
    entry = PledgeInput(
        donor_id=body["donor"],
        fund=body["fund"],
        made_on=body["made_on"],
        amount_minor=body["amount"],
        schedule=_schedule(body, body["amount"]),
        agreement=body["agreement"],
        evidence=body["evidence"],
        contact_email=body["contact_email"],
        is_reminded=body["reminded"],
        note=body["note"],
    )
    made = service.record_pledge(session, entry, **api.who())
    return _document(session, made.reference)


@blueprint.get("/forecast")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(query=ForecastQuery, answer=ForecastAnswer)
def forecast(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """Return what is due by month and fund, with a planned match beside it."""
    first = query["from_day"] or api.clock().today().replace(day=1)
    last = query["to_day"] or first + relativedelta(months=12, days=-1)
    if not first <= last <= first + relativedelta(years=50):
        raise InvalidInput(field="to", reason="不能早于 from，最多相隔五十年")
    found = forecasting.forecast(session, first, last)
    return {
        "funds": [
            {
                "month": text_of(item.month),
                "fund": item.fund,
                "expected": to_text(item.expected_minor),
                "conditional": to_text(item.conditional_minor),
            }
            for item in found
        ],
        "months": [
            {
                "month": text_of(item.month),
                "expected": to_text(item.expected_minor),
                "conditional": to_text(item.conditional_minor),
                "planned_match": to_text(item.match_minor),
            }
            for item in forecasting.by_month(found, first, last)
        ],
    }


@blueprint.get("/<reference>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(answer=PledgeAnswer)
def get_pledge(session: Session, reference: str) -> dict[str, Any]:
    """Return a pledge with its schedule, payments and changes."""
    return _document(session, reference)


@blueprint.post("/<reference>/payments")
@guard.requires(Permission.PLEDGES_RECORD)
@api.endpoint(body=NewPayment, answer=PledgeAnswer, status=201)
def pay(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Let a gift pay the pledge."""
    parts = body["parts"]
    paying.pay(
        session,
        gifts.find_key(session, body["gift"]),
        service.find_key(session, reference),
        parts=None if parts is None else [(item["instalment"], item["amount"]) for item in parts],
        reason=body["reason"],
        **api.who(),
    )
    return _document(session, reference)


@blueprint.post("/<reference>/reschedule")
@guard.requires(Permission.PLEDGES_RECORD)
@api.endpoint(body=Rescheduling, answer=PledgeAnswer)
def reschedule(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Replace what is open of the schedule."""
    key = service.find_key(session, reference)
    open_minor = sum(item.open_minor for item in service.instalments_of(session, key))
    changes.reschedule(
        session, key, _schedule(body, open_minor), reason=body["reason"], **api.who()
    )
    return _document(session, reference)


@blueprint.post("/<reference>/write-off")
@guard.requires(Permission.PLEDGES_RECORD)
@api.endpoint(body=NewWriteOff, answer=PledgeAnswer, status=201)
def request_write_off(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for a write-off; somebody else approves it."""
    changes.request_write_off(
        session,
        service.find_key(session, reference),
        reason=body["reason"],
        amount_minor=body["amount"],
        **api.who(),
    )
    return _document(session, reference)


@blueprint.post("/<reference>/write-off/<int:change_id>/approve")
@guard.requires(Permission.PLEDGES_WRITE_OFF)
@api.endpoint(answer=PledgeAnswer)
def approve_write_off(session: Session, reference: str, change_id: int) -> dict[str, Any]:
    """Approve a write-off that somebody else asked for."""
    _own(session, reference, change_id)
    changes.approve_write_off(session, change_id, **api.who())
    return _document(session, reference)


@blueprint.post("/<reference>/write-off/<int:change_id>/refuse")
@guard.requires(Permission.PLEDGES_WRITE_OFF)
@api.endpoint(body=Reason, answer=PledgeAnswer)
def refuse_write_off(
    session: Session, reference: str, change_id: int, *, body: dict[str, Any]
) -> dict[str, Any]:
    """Refuse a write-off."""
    _own(session, reference, change_id)
    changes.refuse_write_off(session, change_id, reason=body["reason"], **api.who())
    return _document(session, reference)


@blueprint.post("/<reference>/cancel")
@guard.requires(Permission.PLEDGES_RECORD)
@api.endpoint(body=Reason, answer=PledgeAnswer)
def cancel(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Cancel a pledge of which nothing was paid and nothing is due."""
    changes.cancel(
        session, service.find_key(session, reference), reason=body["reason"], **api.who()
    )
    return _document(session, reference)


@blueprint.post("/<reference>/instalments/<int:number>/met")
@guard.requires(Permission.PLEDGES_RECORD)
@api.endpoint(body=Reason, answer=PledgeAnswer)
def meet_condition(
    session: Session, reference: str, number: int, *, body: dict[str, Any]
) -> dict[str, Any]:
    """Note that the condition of an instalment is met."""
    key = service.find_key(session, reference)
    changes.meet_condition(session, key, number, reason=body["reason"], **api.who())
    return _document(session, reference)


def _document(session: Session, reference: str) -> dict[str, Any]:
    return documents.of_view(view.get_view(session, reference, today=api.clock().today()))


def _schedule(body: dict[str, Any], amount_minor: int) -> tuple[Due, ...]:
    if "regular" in body:
        return tuple(schedule.regular(amount_minor, **body["regular"]))
    return tuple(
        Due(item["due_on"], item["amount"], item["condition"] or None)
        for item in body["instalments"]
    )


def _own(session: Session, reference: str, change_id: int) -> None:
    changes.require_of(session, service.find_key(session, reference), change_id)
