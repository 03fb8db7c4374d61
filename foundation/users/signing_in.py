"""Signing in and out: one answer for every wrong attempt, and a new session for every right one."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from foundation import database
from foundation.users import passwords, service, sessions, throttle
from foundation.users.sessions import AccountExpired
from ledger import trail
from ledger.clock import Clock
from ledger.errors import DomainError

MAX_NAME = 64


class SignInRefused(DomainError):
    """Name or password is wrong, or the account is not in use; the answer does not say which."""

    code = "sign_in_refused"
    status = 401
    message = "用户名或密码不正确，或账号已停用、到期"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed, and where from."""

    name: str
    password: str
    address: str
    is_known_browser: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that begins: its secret for the cookie, and the person's own language."""

    secret: str
    name: str
    language: str


def sign_in(
    engine: Engine, attempt: Attempt, *, previous: str | None, key: str, clock: Clock
) -> Begun:
    """Check an attempt and begin a session.

    Raises SignInRefused, TooManyAttempts, or AccountExpired to who knows the password.

    The password is compared between two transactions, so that the 20 ms it takes hold no lock.
    `previous` is the digest of the session that the browser had, which ends.
    """
    name = attempt.name.strip().lower()[:MAX_NAME]
    counted = throttle.subjects(
        name, attempt.address, is_known_browser=attempt.is_known_browser, key=key
    )
    with database.transaction(engine) as session:
        throttle.admit(session, counted, now=clock.now())
        user = service.find_user(session, name)
    stored = user.password_hash if user is not None else None
    is_short_enough = len(attempt.password) <= passwords.MAX_LENGTH
    is_right = passwords.matches(stored, attempt.password if is_short_enough else "")
    if user is None or not is_right or not user.is_active:
        raise SignInRefused
    if not sessions.may_sign_in(user, clock):
        raise AccountExpired(day=str(user.expires_on))
    with database.transaction(engine) as session:
        throttle.forgive(session, counted)
        if previous is not None:
            sessions.end(session, previous)
        secret = sessions.begin(session, user.id, clock=clock)
        _note(session, "user.sign_in", name, clock)
    return Begun(secret=secret, name=name, language=user.language)


def sign_out(engine: Engine, *, digest: str, name: str, clock: Clock) -> None:
    """End the session of a browser."""
    with database.transaction(engine) as session:
        sessions.end(session, digest)
        _note(session, "user.sign_out", name, clock)


def _note(session: Session, action: str, name: str, clock: Clock) -> None:
    trail.record(session, actor=name, clock=clock, action=action, subject=f"user:{name}")
