"""What donors want changed about their addresses: asked here, decided by the office.

An address is where the next link goes, so nobody changes it from a browser alone.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import particulars
from foundation.donors import service as donors
from foundation.donors.models import Donor
from foundation.donors.service import DonorChange
from foundation.donors.vault import Vault
from foundation.mail import service as mail
from foundation.portal.models import ContactRequest, RequestState
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound

_MOST_MESSAGE = 1000


class UnknownRequest(NotFound):
    """No request has this key."""

    code = "unknown_contact_request"
    message = "找不到捐赠人请求 {request}"


class RequestDecided(Conflict):
    """Somebody decided before."""

    code = "contact_request_decided"
    message = "捐赠人请求 {request} 已处理"


class TooManyRequests(Conflict):
    """The office has not come to the earlier ones yet."""

    code = "too_many_contact_requests"
    message = "您已有 {count} 条请求等待处理，请等我们处理后再提交"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a donor wants; empty for what stays as it is."""

    email: str = ""
    phone: str = ""
    message: str = ""


_MOST_OPEN = 3


def ask(session: Session, donor_id: int, wish: Wish, *, actor: str, clock: Clock) -> int:
    """Keep a request until somebody decides. Raises InvalidInput, TooManyRequests."""
    email = mail.check_address(wish.email) if wish.email.strip() else None
    phone = particulars.check_phone(wish.phone)
    message = wish.message.strip()
    is_readable = all(letter.isprintable() or letter in "\r\n\t" for letter in message)
    if len(message) > _MOST_MESSAGE or not is_readable:
        raise InvalidInput(field="说明", reason="最多 1000 字，不能含有不能显示的字符")
    if not (email or phone or message):
        raise InvalidInput(field="说明", reason="请填写要更改的内容")
    waiting = len(list_requests(session, donor_id=donor_id, state=RequestState.OPEN))
    if waiting >= _MOST_OPEN:
        raise TooManyRequests(count=waiting)
    made = ContactRequest(
        donor_id=donor_id,
        email=email,
        phone=phone,
        message=message or None,
        state=RequestState.OPEN,
        asked_at=clock.now(),
    )
    session.add(made)
    session.flush()
    trail.record(
        session, actor=actor[:64], clock=clock, action="donor.ask", subject=f"donor:{donor_id}"
    )
    return made.id


def decide(
    session: Session,
    request_id: int,
    *,
    is_accepted: bool,
    reason: str = "",
    vault: Vault,
    actor: str,
    clock: Clock,
) -> int:
    """Write the new addresses to the donor, or say why not; return the donor.

    Raises UnknownRequest, RequestDecided, InvalidInput when declined without a reason.
    """
    request = session.execute(
        select(ContactRequest).where(ContactRequest.id == request_id).with_for_update()
    ).scalar_one_or_none()
    if request is None:
        raise UnknownRequest(request=request_id)
    if request.state is not RequestState.OPEN:
        raise RequestDecided(request=request_id)
    if not is_accepted and not reason.strip():
        raise InvalidInput(field="原因", reason="不采纳请求必须写明原因")
    if is_accepted and (request.email or request.phone):
        change = DonorChange(email=request.email, phone=request.phone)
        donors.change_donor(
            session, request.donor_id, change, vault=vault, actor=actor, clock=clock
        )
    request.state = RequestState.ACCEPTED if is_accepted else RequestState.DECLINED
    request.decided_by, request.decided_at = actor, clock.now()
    request.reason = reason.strip()[:500] or None
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=f"donor.{request.state.value}",
        subject=f"donor:{request.donor_id}",
        reason=request.reason,
    )
    return request.donor_id


def list_requests(
    session: Session, *, donor_id: int | None = None, state: RequestState | None = None
) -> list[ContactRequest]:
    """Return requests, the latest first."""
    query = select(ContactRequest).order_by(ContactRequest.id.desc()).limit(200)
    if donor_id is not None:
        query = query.where(ContactRequest.donor_id == donor_id)
    if state is not None:
        query = query.where(ContactRequest.state == state)
    return list(session.execute(query).scalars())


def names(session: Session, requests: list[ContactRequest]) -> dict[int, str]:
    """Return the names of the donors who asked."""
    keys = sorted({request.donor_id for request in requests})
    query = select(Donor.id, Donor.name).where(Donor.id.in_(keys)).order_by(Donor.id)
    return {row.id: row.name for row in session.execute(query)}
