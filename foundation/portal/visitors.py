"""Who is behind a request of the donors' pages: a donor's own session, or an account of one.

A donor's session has nothing to do with those of the office: another cookie, another table, half
an hour of idleness. Every page of `/my` needs a visitor unless it is marked as a door; whatever
belongs to somebody else does not exist (404), so nothing can be learned by trying.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import current_app, g, redirect, request, url_for
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation import database
from foundation.donors import aliases
from foundation.donors.models import Donor, DonorKind
from foundation.http import context
from foundation.http.context import services
from foundation.portal import owning
from foundation.portal.models import Channel, DonorSession, DonorUser
from foundation.users import sessions
from foundation.users.permissions import Permission, allows
from ledger.clock import Clock

COOKIE = "donor"
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
_SEEN_EVERY = timedelta(minutes=1)
_DOOR = "_portal_door"
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Visitor:
    """A donor who came in. With a letter, only that letter and its gifts are to be seen."""

    donor_id: int
    # The donor and those found to be the same one.
    family: tuple[int, ...]
    channel: Channel
    # Goes into the trail and the log of visits.
    actor: str
    letter_id: int | None = None
    letter_gifts: tuple[int, ...] = ()
    session_digest: str | None = None

    @property
    def is_limited(self) -> bool:
        """Whether only one document is to be seen."""
        return self.letter_id is not None


def door(view: View) -> View:
    """Mark a page that is there before somebody has come in."""
    setattr(view, _DOOR, True)
    return view


def check() -> Response | None:
    """Find out who asks, before each page of `/my`; send to the door whoever nobody knows."""
    g.visitor = identify()
    view = current_app.view_functions[request.endpoint or ""]
    if g.visitor is None and not getattr(view, _DOOR, False):
        return redirect(url_for("portal.enter"), 303)
    return None


def current() -> Visitor | None:
    """Return who came in, or None."""
    return cast(Visitor | None, g.get("visitor"))


def require() -> Visitor:
    """Return who came in; pages that are no doors always have somebody."""
    visitor = current()
    assert visitor is not None
    return visitor


def begin(
    session: Session, donor_id: int, *, channel: Channel, letter_id: int | None, clock: Clock
) -> str:
    """Begin a session and return the secret for the cookie; the one before it ends."""
    now = clock.now()
    secret = secrets.token_urlsafe(32)
    end(session)
    session.execute(delete(DonorSession).where(DonorSession.expires_at < now))
    session.add(
        DonorSession(
            digest=sessions.digest_of(secret),
            donor_id=donor_id,
            letter_id=letter_id,
            channel=channel,
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    session.flush()
    return secret


def end(session: Session) -> None:
    """End the session of this browser, if it has one."""
    secret = request.cookies.get(COOKIE)
    if secret:
        digest = sessions.digest_of(secret)
        session.execute(delete(DonorSession).where(DonorSession.digest == digest))


def end_all(session: Session, donor_id: int) -> int:
    """End every session of a donor and return how many there were."""
    done = session.execute(delete(DonorSession).where(DonorSession.donor_id == donor_id))
    return int(cast(Any, done).rowcount)


def identify() -> Visitor | None:
    """Return who is behind this request, or None."""
    secret = request.cookies.get(COOKIE)
    if secret:
        visitor = _by_session(sessions.digest_of(secret))
        if visitor is not None:
            return visitor
    return _by_account()


def _by_session(digest: str) -> Visitor | None:
    engine, now = services().engine, services().clock.now()
    query = select(DonorSession).where(
        DonorSession.digest == digest,
        DonorSession.expires_at > now,
        DonorSession.seen_at > now - IDLE,
    )
    with database.reading(engine) as session:
        found = session.execute(query).scalar_one_or_none()
        if found is None:
            return None
        visitor = _visitor(
            session,
            found.donor_id,
            channel=found.channel,
            actor=f"donor:{found.donor_id}",
            letter_id=found.letter_id,
            session_digest=digest,
        )
    if visitor is not None and now - found.seen_at >= _SEEN_EVERY:
        with database.transaction(engine) as session:
            session.execute(
                update(DonorSession).where(DonorSession.digest == digest).values(seen_at=now)
            )
    return visitor


def _by_account() -> Visitor | None:
    user = context.current_user()
    if user is None or not allows(user.role, Permission.OWN_GIFTS):
        return None
    with database.reading(services().engine) as session:
        query = select(DonorUser.donor_id).where(DonorUser.user_id == user.user_id)
        donor_id = session.execute(query).scalar()
        if donor_id is None:
            return None
        return _visitor(session, donor_id, channel=Channel.ACCOUNT, actor=user.actor)


def _visitor(
    session: Session,
    donor_id: int,
    *,
    channel: Channel,
    actor: str,
    letter_id: int | None = None,
    session_digest: str | None = None,
) -> Visitor | None:
    # A merge of donors moves nothing: whoever gave under two names sees both.
    family = aliases.ids_of(session, donor_id)
    key = family[0]
    kind = session.execute(select(Donor.kind).where(Donor.id == key)).scalar()
    # 匿名 stands for many people: nobody is all of them.
    if kind is None or (kind is DonorKind.ANONYMOUS and letter_id is None):
        return None
    return Visitor(
        donor_id=key,
        family=tuple(family),
        channel=channel,
        actor=actor[:64],
        letter_id=letter_id,
        letter_gifts=() if letter_id is None else owning.gifts_of_letter(session, letter_id),
        session_digest=session_digest,
    )
