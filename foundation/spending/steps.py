"""The steps of a spending request: find it, lock it at the right one, note what was done."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.spending.models import (
    SpendingPart,
    SpendingRequest,
    SpendingState,
    reference,
)
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, NotFound
from ledger.money import to_text

STATE_WORDS = {
    SpendingState.DRAFT: "草稿",
    SpendingState.SUBMITTED: "待审批",
    SpendingState.APPROVED: "已批准",
    SpendingState.PAID: "已付款",
    SpendingState.BOOKED: "已制证",
    SpendingState.CANCELLED: "已撤销",
}


class UnknownRequest(NotFound):
    """No request has this reference."""

    code = "unknown_spending_request"
    message = "没有支出申请“{request}”"


class WrongStep(Conflict):
    """The request is not at the step that this act follows."""

    code = "wrong_spending_step"
    message = "支出申请 {request} 当前为“{state}”，不能{act}"


def parts_of(session: Session, request_id: int) -> Sequence[SpendingPart]:
    """Return the parts of a request in order."""
    return (
        session.execute(
            select(SpendingPart)
            .where(SpendingPart.request_id == request_id)
            .order_by(SpendingPart.line_no)
        )
        .scalars()
        .all()
    )


def get_request(session: Session, request_id: int) -> SpendingRequest:
    """Return a request. Raises UnknownRequest."""
    request = session.get(SpendingRequest, request_id)
    if request is None:
        raise UnknownRequest(request=request_id)
    return request


def at_step(session: Session, request_id: int, act: str, *states: SpendingState) -> SpendingRequest:
    """Lock a request that must be in one of some states."""
    request = session.execute(
        select(SpendingRequest).where(SpendingRequest.id == request_id).with_for_update()
    ).scalar_one_or_none()
    if request is None:
        raise UnknownRequest(request=request_id)
    if request.state not in states:
        raise WrongStep(
            request=reference(request.id, request.requested_on),
            state=STATE_WORDS[request.state],
            act=act,
        )
    return request


def note(
    session: Session,
    request: SpendingRequest,
    action: str,
    *,
    actor: str,
    clock: Clock,
    reason: str | None = None,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"spending:{request.id}",
        reason=reason,
        detail={
            "reference": reference(request.id, request.requested_on),
            "state": request.state.value,
            "total": to_text(request.total_minor),
        },
    )
