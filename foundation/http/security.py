"""Headers that keep browsers careful, and the token that proves a form came from our page.

Every form carries the token of its session (`{{ csrf() }}`); programs with a bearer token need
none, because no browser sends that by itself.
"""

import hmac
import secrets
from typing import Any

from flask import Flask, Response, request, session
from markupsafe import Markup

from foundation.http import context
from ledger.errors import DomainError

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ANONYMOUS = "form"
_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_YEAR_SECONDS = 31536000


class FormExpired(DomainError):
    """The form did not come from a page of this session."""

    code = "form_expired"
    status = 400
    message = "页面已过期，请刷新后重新提交"


def install(app: Flask) -> None:
    """Check forms before their views and add the headers after them."""
    app.config.update(
        # Our own session cookie has the name `session`; this one only carries notices.
        SESSION_COOKIE_NAME="notice",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
    )
    app.before_request(check_form)
    app.after_request(_add_headers)
    app.jinja_env.globals["csrf"] = csrf_field


def csrf_token() -> str:
    """Return the token of this session; before sign-in, one of the browser's own."""
    user = context.current_user()
    if user is not None and user.csrf_secret is not None:
        return user.csrf_secret
    if _ANONYMOUS not in session:
        session[_ANONYMOUS] = secrets.token_urlsafe(32)
    return str(session[_ANONYMOUS])


def csrf_field() -> Markup:
    """Write the hidden field that every form needs."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def check_form() -> None:
    """Refuse an unsafe request of a browser that does not carry the token. Raises FormExpired."""
    if request.method in _SAFE_METHODS or request.endpoint is None:
        return
    user = context.current_user()
    if user is not None and user.csrf_secret is None:
        return  # a bearer token
    expected = user.csrf_secret if user is not None else session.get(_ANONYMOUS)
    if user is None and request.path.startswith("/api/"):
        return  # refused by the guard: no token at all
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not expected or not hmac.compare_digest(str(expected).encode(), given.encode()):
        raise FormExpired


def is_own_path(target: str) -> bool:
    """Tell whether a `next=` leads to a page of ours and nowhere else."""
    return (
        target.startswith("/")
        and not target.startswith("//")
        and "\\" not in target
        and target.isprintable()
    )


def set_cookie(response: Any, name: str, value: str, *, max_age: int | None = None) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send with a form."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        httponly=True,
        secure=context.services().config.is_secure,
        samesite="Lax",
        path="/",
    )


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if context.services().config.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}; includeSubDomains"
    if request.endpoint == "static":
        # The address of a file carries its digest (see assets), so it may be kept for long.
        if "v" in request.args:
            headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        else:
            headers.setdefault("Cache-Control", "no-cache")
    else:
        headers.setdefault("Cache-Control", "no-store")
    return response
