"""Accounts of the role `donor`: which donor each of them is, and ending what a donor has open."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.donors.models import DonorKind
from foundation.donors.service import get_donor
from foundation.portal import visitors
from foundation.portal.models import DonorLink, DonorUser
from foundation.users import service as users
from foundation.users.models import Role
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict


class NotADonorAccount(Conflict):
    """Only accounts of donors are linked to donors."""

    code = "not_a_donor_account"
    message = "不能关联用户“{user}”：{reason}"


def link_user(session: Session, name: str, donor_id: int, *, actor: str, clock: Clock) -> None:
    """Say which donor an account belongs to, in the place of what was said before.

    Raises UnknownUser, UnknownDonor, NotADonorAccount.
    """
    user, donor = users.get_user(session, name), get_donor(session, donor_id)
    if user.role is not Role.DONOR:
        raise NotADonorAccount(user=name, reason="角色不是捐赠人")
    if donor.kind is DonorKind.ANONYMOUS:
        raise NotADonorAccount(user=name, reason="匿名捐赠不对应某一位捐赠人")
    stored = session.get(DonorUser, user.id) or DonorUser(user_id=user.id)
    stored.donor_id, stored.linked_by, stored.linked_at = donor_id, actor, clock.now()
    session.add(stored)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="user.link_donor",
        subject=f"user:{name}",
        detail={"donor": donor_id},
    )


def linked_donor(session: Session, user_id: int) -> int | None:
    """Return the donor that an account belongs to."""
    query = select(DonorUser.donor_id).where(DonorUser.user_id == user_id)
    return session.execute(query).scalar()


def shut_out(session: Session, donor_id: int, *, actor: str, clock: Clock) -> int:
    """End every session and unused link of a donor; return how many sessions there were."""
    now = clock.now()
    session.execute(
        update(DonorLink)
        .where(
            DonorLink.donor_id == donor_id, DonorLink.used_at.is_(None), DonorLink.expires_at > now
        )
        .values(expires_at=now)
    )
    ended = visitors.end_all(session, donor_id)
    trail.record(
        session, actor=actor, clock=clock, action="donor.shut_out", subject=f"donor:{donor_id}"
    )
    return ended
