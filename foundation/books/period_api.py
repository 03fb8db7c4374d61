"""Periods for programs: `/api/v1/periods`. A period is named as people do: `2026-03`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation import closing_gates
from foundation.books import documents, period_states
from foundation.books.schemas import NewPeriods, OpenedAnswer, PeriodAnswer, Reason
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import closing, periods
from ledger.periods import parse_period, text_of

blueprint = Blueprint("periods_api", __name__, url_prefix=f"{api.PREFIX}/periods")


@blueprint.get("")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(items=PeriodAnswer)
def list_periods(session: Session, *, page: PageRequest) -> Page[Any]:
    """List the months of the books, and what closing each still needs."""
    views = period_states.list_periods(session, extra=closing_gates.GATES)
    if page.cursor is not None:
        after = parse_period(page.cursor)
        views = [view for view in views if view.id > after]
    shown = views[: page.limit]
    more = text_of(shown[-1].id) if len(views) > page.limit else None
    return Page([documents.of_period(view) for view in shown], more)


@blueprint.get("/<period>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=PeriodAnswer)
def get_period(session: Session, period: str) -> dict[str, Any]:
    """Return a month, its state, and what closing it still needs."""
    return documents.of_period(
        period_states.get_period(session, parse_period(period), extra=closing_gates.GATES)
    )


@blueprint.post("")
@guard.requires(Permission.PERIODS_OPEN)
@api.endpoint(body=NewPeriods, answer=OpenedAnswer, status=201)
def open_periods(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Open the next month, or every month through the one given."""
    through = parse_period(body["through"]) if body["through"] else None
    opened = period_states.open_next(session, through, actor=api.actor(), clock=api.clock())
    return {"periods": [text_of(key) for key in opened]}


@blueprint.post("/<period>/close")
@guard.requires(Permission.PERIODS_CLOSE)
@api.endpoint(answer=PeriodAnswer)
def close(session: Session, period: str) -> dict[str, Any]:
    """Close a month; refused with the gates that do not hold."""
    key = parse_period(period)
    gates = [
        documents.of_gate(gate) for gate in closing.gates(session, key, extra=closing_gates.GATES)
    ]
    closing.close(session, key, actor=api.actor(), clock=api.clock(), extra=closing_gates.GATES)
    return documents.of_period(period_states.get_period(session, key)) | {"gates": gates}


@blueprint.post("/<period>/reopening")
@guard.requires(Permission.PERIODS_OPEN)
@api.endpoint(body=Reason, answer=PeriodAnswer)
def request_reopening(session: Session, period: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for the last closed month to be reopened; somebody else approves it."""
    key = parse_period(period)
    periods.request_reopening(
        session, key, reason=body["reason"], actor=api.actor(), clock=api.clock()
    )
    return documents.of_period(period_states.get_period(session, key))


@blueprint.post("/<period>/reopen")
@guard.requires(Permission.PERIODS_CLOSE)
@api.endpoint(body=Reason, answer=PeriodAnswer)
def reopen(session: Session, period: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Approve the reopening that somebody else asked for, or ask for it."""
    view = period_states.reopen(
        session,
        parse_period(period),
        reason=body["reason"],
        actor=api.actor(),
        clock=api.clock(),
    )
    return documents.of_period(view)
