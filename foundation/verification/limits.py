"""Slowing down whoever tries codes, links or addresses, by the browser's address and the subject.

Counted as failed sign-ins are (foundation.users.throttle); only digests are stored.
"""

import hashlib
import hmac

from sqlalchemy.orm import Session

from foundation.http.context import services
from foundation.users import throttle
from foundation.users.throttle import Subject


def subject(what: str, value: str, *, free: int, longest_seconds: int) -> Subject:
    """Return what attempts are counted by; `what` keeps apart what is counted apart."""
    key = services().config.secret_key.encode()
    digest = hmac.new(key, f"{what}:{value}".encode(), hashlib.sha256).hexdigest()
    return Subject(digest, free, longest_seconds)


def admit(session: Session, *counted: Subject) -> None:
    """Count an attempt before it is judged. Raises TooManyAttempts while one has to wait."""
    throttle.admit(session, counted, now=services().clock.now())


def forgive(session: Session, *counted: Subject) -> None:
    """Forget the attempts of somebody who was right."""
    throttle.forgive(session, counted)
