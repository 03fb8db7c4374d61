"""Default deny: every endpoint names the permission it needs, or that it is public.

`@requires(...)` and `@public` only mark the view; `install` adds the checks before each request.
A view without a mark is refused, and a test walks the URL map.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from foundation.http import context
from foundation.http.languages import describe
from foundation.users import sessions
from foundation.users.permissions import Permission, allows
from foundation.users.sessions import AccountExpired
from ledger.errors import DomainError, NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "_permission"
PUBLIC = "public"


class SignInNeeded(DomainError):
    """The call needs a token or a session."""

    code = "sign_in_needed"
    status = 401
    message = "请先登录，或在请求中提供有效的令牌"


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission it needs."""

    def mark(view: View) -> View:
        setattr(view, _MARK, permission)
        return view

    return mark


def public(view: View) -> View:
    """Mark a view that anybody may call."""
    setattr(view, _MARK, PUBLIC)
    return view


def permission_of(view: Callable[..., Any]) -> Permission | str | None:
    """Return the mark of a view."""
    return getattr(view, _MARK, None)


def install(app: Flask) -> None:
    """Find out who is asking, then check that they may, before every view."""
    app.before_request(_identify)
    app.before_request(lambda: _check(app))


def _identify() -> None:
    # Also for addresses that do not exist: the page that says so has the person's menu.
    g.signed_in = g.expired = None
    try:
        if request.endpoint != "static":
            g.signed_in = sessions.identify(request)
    except AccountExpired as error:
        # Pages for everybody, such as the one to sign in, stay open.
        g.expired = error


def _check(app: Flask) -> Response | None:
    if request.endpoint is None:
        return None  # no such address: 404 by the router
    mark = permission_of(app.view_functions[request.endpoint])
    if request.endpoint == "static" or mark == PUBLIC:
        return None
    user = context.current_user()
    if user is None:
        if request.path.startswith("/api/"):
            raise g.expired or SignInNeeded
        if g.expired is not None:
            flash(describe(g.expired), "error")
        # What was typed into a form is gone anyway; its page can be opened again.
        target = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return redirect(url_for("users.sign_in", next=target))
    if not isinstance(mark, Permission) or not allows(user.role, mark):
        raise NotAllowed(reason="您的角色不能使用此功能")
    return None
