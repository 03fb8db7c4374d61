"""Slowing down whoever guesses passwords, without locking the right person out for long.

Failures are counted by name, by address, and by browser that has signed in with the name
before. A known browser is counted apart, so that a stranger who keeps guessing a name never
keeps its owner away. The wait doubles with each failure up to a limit; waiting attempts are not
counted, and everything is forgotten after a while.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from foundation.users.models import SignInFailure
from ledger.errors import DomainError

WINDOW = timedelta(minutes=30)
_FORGET = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """What failures are counted by: a digest, how many are free, and the longest wait."""

    digest: str
    free: int
    longest_seconds: int


class TooManyAttempts(DomainError):
    """There were too many failures; wait a little."""

    code = "too_many_attempts"
    status = 429
    message = "尝试次数过多，请 {retry_after} 秒后再试"


def subjects(name: str, address: str, *, is_known_browser: bool, key: str) -> tuple[Subject, ...]:
    """Return what an attempt is counted by."""
    if is_known_browser:
        return (Subject(_digest(f"browser:{name}", key), 5, 60),)
    return (
        Subject(_digest(f"name:{name}", key), 5, 60),
        Subject(_digest(f"address:{address}", key), 20, 300),
    )


def admit(session: Session, counted: Sequence[Subject], *, now: datetime) -> None:
    """Count an attempt as failed before it is judged. Raises TooManyAttempts while waiting.

    Counting first keeps many attempts at the same moment from slipping through together.
    """
    wait = max(_wait(session, subject, now) for subject in counted)
    if wait > 0:
        raise TooManyAttempts(retry_after=wait)
    session.execute(delete(SignInFailure).where(SignInFailure.at < now - _FORGET))
    session.add_all(SignInFailure(subject=subject.digest, at=now) for subject in counted)
    session.flush()


def forgive(session: Session, counted: Sequence[Subject]) -> None:
    """Forget the failures after the right password."""
    digests = [subject.digest for subject in counted]
    session.execute(delete(SignInFailure).where(SignInFailure.subject.in_(digests)))


def _wait(session: Session, subject: Subject, now: datetime) -> int:
    count, last = session.execute(
        select(func.count(), func.max(SignInFailure.at)).where(
            SignInFailure.subject == subject.digest, SignInFailure.at > now - WINDOW
        )
    ).one()
    if count < subject.free:
        return 0
    pause = min(1 << min(count - subject.free + 1, 16), subject.longest_seconds)
    passed = int((now - last).total_seconds())
    return max(0, pause - passed)


def _digest(subject: str, key: str) -> str:
    return hmac.new(key.encode(), subject.encode(), hashlib.sha256).hexdigest()
