"""What a request works with: the engine, the clock, the settings, and who is asking."""

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, g, request
from sqlalchemy import Engine

from foundation.config import Config
from foundation.users.models import Role
from ledger.clock import Clock

EXTENSION = "foundation"
_PROXIES = ("127.0.0.1", "::1")


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


def who() -> dict[str, Any]:
    """Return who acts and when, as every service that writes takes it: `actor` and `clock`."""
    return {"actor": require_user().actor, "clock": services().clock}


def browser_address() -> str:
    """The address of the browser. Only a proxy on this machine may speak for another one."""
    direct = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and direct in _PROXIES:
        return forwarded.rsplit(",", 1)[-1].strip()
    return direct


def language() -> str:
    """Return `zh` or `en`: the person's choice, else Chinese."""
    chosen = request.cookies.get("language", "")
    return chosen if chosen in ("zh", "en") else "zh"
