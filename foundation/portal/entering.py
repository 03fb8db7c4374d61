"""How donors come in without a password: a link for one use, or a document in their hand.

A link has 128 random bits, of which only the digest is kept; it works once and not for long. Who
asks for one by mail gets the same answer whether we know the address or not. Opening the link
shows a button and uses nothing up, because mail programs open links by themselves.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.donors import merging
from foundation.donors.models import Donor, DonorKind
from foundation.mail import service as mail
from foundation.mail import texts
from foundation.organisation.service import get_organisation
from foundation.portal import owning, visits
from foundation.portal.models import Channel, DonorLink, VisitKind
from foundation.portal.owning import Reachable
from foundation.portal.visits import Visit
from foundation.users.sessions import digest_of
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, DomainError
from receipts import letters
from receipts.models import LetterState

MAILED_FOR = timedelta(minutes=30)
INVITED_FOR = timedelta(days=7)
_TOKEN_BYTES = 16
_LONGEST_TOKEN = 64


class LinkNotUsable(DomainError):
    """The link was used, has expired, or never was one; the answer does not say which."""

    code = "link_not_usable"
    status = 410
    message = "链接已使用过或已过期，请重新获取"


class DocumentNotRecognised(DomainError):
    """Number and code do not belong together, or the document no longer stands."""

    code = "document_not_recognised"
    status = 422
    message = "编号与核验码不符，或文件已更换、作废。请核对后重试"


class NotReachable(Conflict):
    """Nobody can come in as this donor."""

    code = "donor_not_reachable"
    message = "不能为此捐赠人生成链接：{reason}"


@dataclass(frozen=True, slots=True)
class Entry:
    """Whose pages are opened, and how."""

    donor_id: int
    channel: Channel
    letter_id: int | None = None


def request_link(session: Session, email: str, *, public_url: str, clock: Clock) -> None:
    """Send a link to everybody with this address; nobody learns whether there is anybody.

    Raises InvalidInput for what is no address.
    """
    address = mail.check_address(email)
    for known in owning.with_address(session, address):
        # To the address we have, not to the one that was typed.
        actor = f"donor:{known.donor_id}"
        _send(session, known, actor=actor, public_url=public_url, clock=clock)


def renew(session: Session, token: str, *, public_url: str, clock: Clock) -> None:
    """Send a fresh link in the place of one that no longer works, to the donor's own address."""
    link = session.get(DonorLink, _digest(token))
    donor = None if link is None else _reachable(session, link.donor_id)
    if donor is not None and donor.email:
        known = Reachable(donor.id, donor.name, donor.email)
        _send(session, known, actor=f"donor:{donor.id}", public_url=public_url, clock=clock)


def send_link(
    session: Session, donor_id: int, *, actor: str, public_url: str, clock: Clock
) -> None:
    """Send a link for staff. Raises NotReachable, InvalidInput."""
    donor = _required(session, donor_id)
    if not donor.email:
        raise NotReachable(reason="没有登记电子邮箱")
    known = Reachable(donor.id, donor.name, donor.email)
    _send(session, known, actor=actor, public_url=public_url, clock=clock)


def invite(session: Session, donor_id: int, *, actor: str, public_url: str, clock: Clock) -> str:
    """Make a link that staff hands over and return its address, which is shown once.

    Raises NotReachable.
    """
    donor = _required(session, donor_id)
    token = _new_link(session, donor.id, Channel.INVITATION, INVITED_FOR, actor=actor, clock=clock)
    visits.note(
        session, Visit(donor.id, VisitKind.INVITED, Channel.INVITATION), actor=actor, clock=clock
    )
    trail.record(
        session, actor=actor, clock=clock, action="donor.invite", subject=f"donor:{donor.id}"
    )
    return f"{public_url}/my/enter/{token}"


def is_usable(session: Session, token: str, *, clock: Clock) -> bool:
    """Tell whether a link would open something, using nothing up."""
    link = session.get(DonorLink, _digest(token))
    return link is not None and _is_fresh(link, clock)


def by_link(session: Session, token: str, *, clock: Clock) -> Entry:
    """Use a link up and return whom it lets in. Raises LinkNotUsable."""
    digest = _digest(token)
    # Two browsers at once: one of them finds it used.
    link = session.execute(
        select(DonorLink).where(DonorLink.digest == digest).with_for_update()
    ).scalar_one_or_none()
    if link is None or not _is_fresh(link, clock) or _reachable(session, link.donor_id) is None:
        raise LinkNotUsable
    session.execute(update(DonorLink).where(DonorLink.digest == digest).values(used_at=clock.now()))
    return Entry(link.donor_id, link.channel)


def by_document(session: Session, number: str, code: str) -> Entry:
    """Return what a standing document lets see: itself and its gifts. Raises DocumentNotRecognised.

    Whoever holds the paper has the number and the code, so they open what the paper says, no more.
    """
    typed = "".join(letter for letter in code if letter.isalnum()).lower()
    letter = letters.find_letter(session, number)
    right = letter.verification_code if letter is not None else "-" * 26
    is_right = hmac.compare_digest(right.encode(), typed.encode())
    if letter is None or not is_right or letter.state is not LetterState.ISSUED:
        raise DocumentNotRecognised
    donor_id = owning.donor_of_letter(session, letter.id)
    if donor_id is None:
        raise DocumentNotRecognised
    return Entry(donor_id, Channel.DOCUMENT, letter.id)


def _send(session: Session, known: Reachable, *, actor: str, public_url: str, clock: Clock) -> None:
    token = _new_link(session, known.donor_id, Channel.EMAIL, MAILED_FOR, actor=actor, clock=clock)
    organisation = get_organisation(session)
    subject, body = texts.compose(
        "sign_in",
        organisation=organisation.name,
        organisation_en=organisation.name_en or organisation.name,
        donor=known.name,
        address=f"{public_url}/my/enter/{token}",
        minutes=int(MAILED_FOR.total_seconds()) // 60,
    )
    mail.queue(
        session,
        to=known.email,
        subject=subject,
        body=body,
        about=f"donor:{known.donor_id}",
        is_secret=True,
        actor=actor,
        clock=clock,
    )
    visit = Visit(known.donor_id, VisitKind.LINK_SENT, Channel.EMAIL)
    visits.note(session, visit, actor=actor, clock=clock)


def _new_link(
    session: Session,
    donor_id: int,
    channel: Channel,
    lasting: timedelta,
    *,
    actor: str,
    clock: Clock,
) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    now = clock.now()
    session.add(
        DonorLink(
            digest=_digest(token),
            donor_id=donor_id,
            channel=channel,
            created_by=actor,
            created_at=now,
            expires_at=now + lasting,
        )
    )
    session.flush()
    return token


def _digest(token: str) -> str:
    return digest_of(token[:_LONGEST_TOKEN])


def _is_fresh(link: DonorLink, clock: Clock) -> bool:
    return link.used_at is None and link.expires_at > clock.now()


def _reachable(session: Session, donor_id: int) -> Donor | None:
    donor = session.get(Donor, merging.kept_id(session, donor_id))
    return None if donor is None or donor.kind is DonorKind.ANONYMOUS else donor


def _required(session: Session, donor_id: int) -> Donor:
    donor = _reachable(session, donor_id)
    if donor is None:
        raise NotReachable(reason="匿名捐赠不对应某一位捐赠人")
    return donor
