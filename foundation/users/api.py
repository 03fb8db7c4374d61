"""Users for programs: `/api/v1/users`. Tokens are issued on pages and by commands only."""

from typing import Any

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.http import api, lists
from foundation.http.lists import Page, PageRequest
from foundation.users import guard, service
from foundation.users.models import User
from foundation.users.permissions import Permission
from foundation.users.schemas import NewUser, UserAnswer, UserChange

blueprint = Blueprint("users_api", __name__, url_prefix=f"{api.PREFIX}/users")


@blueprint.get("")
@guard.requires(Permission.USERS_MANAGE)
@api.endpoint(items=UserAnswer)
def list_users(session: Session, *, page: PageRequest) -> Page[Any]:
    """List users by name."""
    columns = select(
        User.name,
        User.display_name,
        User.role,
        User.is_active,
        User.expires_on,
        User.created_at,
    )
    return lists.page(session, columns, keys=[User.name], request=page)


@blueprint.post("")
@guard.requires(Permission.USERS_MANAGE)
@api.endpoint(body=NewUser, answer=UserAnswer, status=201)
def add_user(session: Session, *, body: dict[str, Any]) -> User:
    """Add a user."""
    return service.add_user(session, **body, actor=api.actor(), clock=api.clock())


@blueprint.get("/<name>")
@guard.requires(Permission.USERS_MANAGE)
@api.endpoint(answer=UserAnswer)
def get_user(session: Session, name: str) -> User:
    """Return one user."""
    return service.get_user(session, name)


@blueprint.patch("/<name>")
@guard.requires(Permission.USERS_MANAGE)
@api.endpoint(body=UserChange, answer=UserAnswer)
def change_user(session: Session, name: str, *, body: dict[str, Any]) -> User:
    """Activate or deactivate a user, set the last day or the password."""
    who: dict[str, Any] = {"actor": api.actor(), "clock": api.clock()}
    if "password" in body:
        service.set_password(session, name, body["password"], **who)
    if "expires_on" in body:
        reason = body.get("reason", "")
        service.set_expiry(session, name, body["expires_on"], reason=reason, **who)
    if body.get("is_active") is True:
        service.activate(session, name, **who)
    elif body.get("is_active") is False:
        service.deactivate(session, name, **who)
    return service.get_user(session, name)
