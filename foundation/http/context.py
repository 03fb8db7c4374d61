"""What a request works with: the engine, the clock, the settings, and who is asking."""

from dataclasses import dataclass
from typing import cast

from flask import current_app, g, request
from sqlalchemy import Engine

from foundation.config import Config
from foundation.users.models import Role
from ledger.clock import Clock

EXTENSION = "foundation"


@dataclass(frozen=True, slots=True)
class Services:
    """The collaborators of one running application."""

    engine: Engine
    clock: Clock
    config: Config


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a request. `actor` goes into vouchers and trail."""

    user_id: int
    actor: str
    display_name: str
    role: Role
    # The digest of the session (pages) or None for a token (API).
    session_digest: str | None
    csrf_secret: str | None


def services() -> Services:
    """Return the services of the running application."""
    return cast(Services, current_app.extensions[EXTENSION])


def current_user() -> SignedIn | None:
    """Return who is signed in, or None. Set by `foundation.users.guard` before each request."""
    return cast(SignedIn | None, g.get("signed_in"))


def require_user() -> SignedIn:
    """Return who is signed in; views behind a permission always have somebody."""
    user = current_user()
    assert user is not None
    return user


def language() -> str:
    """Return `zh` or `en`: the person's choice, else Chinese."""
    chosen = request.cookies.get("language", "")
    return chosen if chosen in ("zh", "en") else "zh"
