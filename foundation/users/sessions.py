"""Who is behind a request: the session of a browser, or the token of a program.

The cookie holds 256 random bits, the table only their digest. A session ends when nobody used
it for a while, at the latest after a working day, and at once when its user is deactivated or
expires.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from flask import Request
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context
from foundation.http.context import SignedIn
from foundation.users.models import ApiToken, User, UserSession
from ledger.clock import Clock
from ledger.errors import DomainError

COOKIE = "session"
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
# Being seen is written this often, not on every request.
SEEN_EVERY = timedelta(minutes=5)
_BEARER = "bearer "


class AccountExpired(DomainError):
    """The account's last day is over. Said only to who has its password, session or token."""

    code = "account_expired"
    status = 401
    message = "账号已于 {day} 到期，请联系管理员延期"


def digest_of(secret: str) -> str:
    """Return what is stored instead of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(session: Session, user_id: int, *, clock: Clock) -> str:
    """Begin a session and return the secret for the cookie."""
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    session.execute(delete(UserSession).where(UserSession.expires_at < now))
    session.add(
        UserSession(
            digest=digest_of(secret),
            user_id=user_id,
            csrf_secret=secrets.token_urlsafe(32),
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    session.flush()
    return secret


def end(session: Session, digest: str) -> None:
    """End one session."""
    session.execute(delete(UserSession).where(UserSession.digest == digest))


def end_all(session: Session, user_id: int) -> None:
    """End every session of a user."""
    session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def identify(request: Request) -> SignedIn | None:
    """Return who is behind a request, or None. A token is asked for first.

    Raises AccountExpired.
    """
    header = request.headers.get("Authorization", "")
    if header:
        is_bearer = header.lower().startswith(_BEARER)
        # Tokens are for programs; a page never accepts one.
        if not is_bearer or not request.path.startswith("/api/"):
            return None
        return _by_token(header[len(_BEARER) :].strip())
    secret = request.cookies.get(COOKIE)
    return _by_session(digest_of(secret)) if secret else None


_PERSON = (User.id, User.name, User.display_name, User.role, User.is_active, User.expires_on)


def _by_session(digest: str) -> SignedIn | None:
    services = context.services()
    now = services.clock.now()
    query = (
        select(*_PERSON, UserSession.seen_at, UserSession.expires_at, UserSession.csrf_secret)
        .join(UserSession, UserSession.user_id == User.id)
        .where(UserSession.digest == digest, UserSession.expires_at > now)
    )
    with database.reading(services.engine) as session:
        found = session.execute(query).one_or_none()
    if found is None or not found.is_active or now - found.seen_at >= IDLE:
        return None
    _refuse_expired(found, services.clock)
    if now - found.seen_at >= SEEN_EVERY:
        with database.transaction(services.engine) as session:
            session.execute(
                update(UserSession).where(UserSession.digest == digest).values(seen_at=now)
            )
    return _signed_in(found, session_digest=digest, csrf_secret=found.csrf_secret)


def _by_token(secret: str) -> SignedIn | None:
    services = context.services()
    now = services.clock.now()
    digest = digest_of(secret)
    query = (
        select(*_PERSON, ApiToken.used_at)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(ApiToken.digest == digest, ApiToken.revoked_at.is_(None))
    )
    with database.reading(services.engine) as session:
        found = session.execute(query).one_or_none()
    if found is None or not found.is_active:
        return None
    _refuse_expired(found, services.clock)
    if found.used_at is None or now - found.used_at >= SEEN_EVERY:
        with database.transaction(services.engine) as session:
            session.execute(update(ApiToken).where(ApiToken.digest == digest).values(used_at=now))
    return _signed_in(found, session_digest=None, csrf_secret=None)


def may_sign_in(user: User, clock: Clock) -> bool:
    """Tell whether a user is active and has not expired."""
    return user.is_active and not is_expired(user, clock)


def is_expired(person: Any, clock: Clock) -> bool:
    """Tell whether a user's last day is over."""
    return bool(person.expires_on is not None and clock.today() > person.expires_on)


def _refuse_expired(person: Any, clock: Clock) -> None:
    if is_expired(person, clock):
        raise AccountExpired(day=person.expires_on.isoformat())


def _signed_in(person: Any, *, session_digest: str | None, csrf_secret: str | None) -> SignedIn:
    return SignedIn(
        user_id=person.id,
        actor=person.name,
        display_name=person.display_name,
        role=person.role,
        session_digest=session_digest,
        csrf_secret=csrf_secret,
    )
