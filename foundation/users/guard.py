"""Default deny: every endpoint names the permission it needs, or that it is public.

`@requires(...)` and `@public` only mark the view; `install` adds the one check before each
request. A view without a mark is refused, and a test walks the URL map.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, g, redirect, request, url_for
from werkzeug.wrappers import Response

from foundation.http import context
from foundation.users import sessions
from foundation.users.permissions import Permission, allows
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
    """Check every request before its view."""
    app.before_request(lambda: _check(app))


def _check(app: Flask) -> Response | None:
    if request.endpoint is None:
        return None  # no such address: 404 by the router
    g.signed_in = sessions.identify(request)
    mark = permission_of(app.view_functions[request.endpoint])
    if request.endpoint == "static" or mark == PUBLIC:
        return None
    user = context.current_user()
    if user is None:
        if request.path.startswith("/api/"):
            raise SignInNeeded
        return redirect(url_for("users.sign_in", next=request.full_path.rstrip("?")))
    if not isinstance(mark, Permission) or not allows(user.role, mark):
        raise NotAllowed(reason="您的角色不能使用此功能")
    return None
