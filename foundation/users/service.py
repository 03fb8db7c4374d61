"""Users: adding them, their passwords and tokens, and taking them out of use.

A user is never deleted, because vouchers and the trail carry the name. Every change is in the
trail; secrets are stored only as digests and shown once.
"""

import re
import secrets
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.users import passwords, sessions
from foundation.users.models import ApiToken, Role, User
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed, NotFound
from ledger.vouchers import SYSTEM_ACTOR

_NAME = re.compile(r"[a-z0-9._-]{2,64}")
# An auditor's account ends with the audit: it always has a last day, and one not too far off.
USUAL_AUDIT = timedelta(days=90)
LONGEST_AUDIT = timedelta(days=400)
LONGEST_REASON = 500


class BadUserName(InvalidInput):
    """The name cannot be a user's."""

    code = "bad_user_name"
    message = "用户名“{name}”无效：{reason}"


class UserExists(Conflict):
    """Another user has the name."""

    code = "user_exists"
    message = "用户“{name}”已存在"


class UnknownUser(NotFound):
    """Nobody has this name."""

    code = "unknown_user"
    message = "没有用户“{name}”"


class WrongPassword(NotAllowed):
    """The password given does not match."""

    code = "wrong_password"
    message = "当前密码不正确"


def add_user(
    session: Session,
    *,
    name: str,
    role: Role,
    actor: str,
    clock: Clock,
    display_name: str = "",
    password: str | None = None,
    expires_on: date | None = None,
) -> User:
    """Add a user; without a password only tokens work until one is set.

    An auditor whose last day is not given gets the usual one. Raises BadUserName, UserExists,
    WeakPassword, or InvalidInput for an auditor's last day that is too far off.
    """
    if not _NAME.fullmatch(name):
        raise BadUserName(name=name, reason="应为 2 至 64 位小写字母、数字、点、下划线或连字符")
    if name == SYSTEM_ACTOR:
        raise BadUserName(name=name, reason="该名称由系统保留")
    if find_user(session, name) is not None:
        raise UserExists(name=name)
    if password is not None:
        passwords.check(password, name=name)
    user = User(
        name=name,
        display_name=_display_name(display_name, name),
        role=role,
        password_hash=None if password is None else passwords.hash_of(password),
        language="zh",
        is_active=True,
        expires_on=_last_day(role, expires_on, clock),
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    detail: dict[str, str | None] = {"role": role.value}
    if user.expires_on is not None:
        detail["expires_on"] = user.expires_on.isoformat()
    _note(session, "user.add", user, actor, clock, detail=detail)
    return user


def _last_day(role: Role, expires_on: date | None, clock: Clock) -> date | None:
    if role is not Role.AUDITOR:
        return expires_on
    latest = clock.today() + LONGEST_AUDIT
    if expires_on is not None and expires_on > latest:
        reason = f"审计账号最长 {LONGEST_AUDIT.days} 天，不晚于 {latest.isoformat()}"
        raise InvalidInput(field="有效期至", reason=reason)
    return expires_on or clock.today() + USUAL_AUDIT


def _display_name(value: str, name: str) -> str:
    cleaned = value.strip() or name
    if len(cleaned) > 200 or not cleaned.isprintable():
        raise InvalidInput(field="姓名", reason="最多 200 个字符")
    return cleaned


def set_password(session: Session, name: str, password: str, *, actor: str, clock: Clock) -> None:
    """Give a user a new password and end the sessions opened with the old one."""
    user = get_user(session, name)
    passwords.check(password, name=name)
    user.password_hash = passwords.hash_of(password)
    session.flush()
    sessions.end_all(session, user.id)
    _note(session, "user.set_password", user, actor, clock)


def change_own_password(
    session: Session, name: str, *, current: str, new: str, clock: Clock
) -> None:
    """Change the password of the person who knows it. Raises WrongPassword, WeakPassword.

    Every session of the person ends; the caller begins a new one for this browser.
    """
    user = get_user(session, name)
    if not passwords.matches(user.password_hash, current):
        raise WrongPassword
    if current == new:
        raise passwords.WeakPassword(reason="不能与当前密码相同")
    set_password(session, name, new, actor=name, clock=clock)


def deactivate(session: Session, name: str, *, actor: str, clock: Clock) -> None:
    """Refuse a user from now on. Raises Conflict for oneself and the last administrator."""
    user = get_user(session, name)
    if name == actor:
        raise Conflict(reason="不能停用自己的账号")
    _refuse_last_administrator(session, user)
    user.is_active = False
    session.flush()
    sessions.end_all(session, user.id)
    _note(session, "user.deactivate", user, actor, clock)


def activate(session: Session, name: str, *, actor: str, clock: Clock) -> None:
    """Let a user sign in again."""
    user = get_user(session, name)
    user.is_active = True
    session.flush()
    _note(session, "user.activate", user, actor, clock)


def set_expiry(
    session: Session,
    name: str,
    expires_on: date | None,
    *,
    reason: str = "",
    actor: str,
    clock: Clock,
) -> User:
    """Set the last day on which a user may sign in, such as the end of an audit, or None.

    An auditor's day cannot be taken away, and moving it further needs a reason. Raises
    InvalidInput.
    """
    user = get_user(session, name)
    if expires_on is not None and user.role is Role.ADMINISTRATOR:
        _refuse_last_administrator(session, user)
    if user.role is Role.AUDITOR:
        _check_extension(user, expires_on, reason)
    before = user.expires_on
    user.expires_on = _last_day(user.role, expires_on, clock)
    session.flush()
    detail = {
        "before": before.isoformat() if before else None,
        "expires_on": expires_on.isoformat() if expires_on else None,
    }
    _note(session, "user.set_expiry", user, actor, clock, detail=detail, reason=reason.strip())
    return user


def _check_extension(user: User, expires_on: date | None, reason: str) -> None:
    if expires_on is None:
        raise InvalidInput(field="有效期至", reason="审计账号须有有效期")
    is_longer = user.expires_on is None or expires_on > user.expires_on
    if is_longer and not reason.strip():
        raise InvalidInput(field="延期原因", reason="延长审计账号的有效期须说明原因")
    if len(reason.strip()) > LONGEST_REASON:
        raise InvalidInput(field="延期原因", reason=f"最多 {LONGEST_REASON} 个字符")


def _refuse_last_administrator(session: Session, user: User) -> None:
    if user.role is not Role.ADMINISTRATOR:
        return
    others = select(User.id).where(
        User.role == Role.ADMINISTRATOR,
        User.is_active,
        User.expires_on.is_(None),
        User.id != user.id,
    )
    if session.execute(others.limit(1)).first() is None:
        raise Conflict(reason="至少保留一名长期有效的管理员")


def issue_token(session: Session, name: str, *, label: str, actor: str, clock: Clock) -> str:
    """Issue a token with the permissions of the user's role and return it, the only time.

    Raises Conflict when the user may not sign in.
    """
    user = get_user(session, name)
    if not sessions.may_sign_in(user, clock):
        raise Conflict(reason="该用户已停用或到期")
    cleaned = label.strip() or "API"
    if len(cleaned) > 200:
        raise InvalidInput(field="用途", reason="最多 200 个字符")
    token = secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            digest=sessions.digest_of(token),
            user_id=user.id,
            label=cleaned,
            created_at=clock.now(),
            used_at=None,
            revoked_at=None,
        )
    )
    session.flush()
    _note(session, "user.issue_token", user, actor, clock, detail={"label": cleaned})
    return token


def revoke_token(
    session: Session, digest: str, *, user_id: int | None = None, actor: str, clock: Clock
) -> None:
    """Revoke a token; with `user_id`, only one of that user's own. Raises NotFound."""
    token = session.get(ApiToken, digest)
    if token is None or (user_id is not None and token.user_id != user_id):
        raise NotFound(what="令牌", name=digest[:8])
    if token.revoked_at is not None:
        return
    session.execute(
        update(ApiToken).where(ApiToken.digest == digest).values(revoked_at=clock.now())
    )
    user = session.get_one(User, token.user_id)
    _note(session, "user.revoke_token", user, actor, clock, detail={"label": token.label})


def list_tokens(session: Session, user_id: int) -> list[ApiToken]:
    """Return the tokens of a user, newest first."""
    query = (
        select(ApiToken)
        .where(ApiToken.user_id == user_id)
        .order_by(ApiToken.created_at.desc(), ApiToken.digest)
    )
    return list(session.execute(query).scalars())


def get_user(session: Session, name: str) -> User:
    """Return the user with a name. Raises UnknownUser."""
    user = find_user(session, name)
    if user is None:
        raise UnknownUser(name=name)
    return user


def find_user(session: Session, name: str) -> User | None:
    """Return the user with a name, or None."""
    return session.execute(select(User).where(User.name == name)).scalar_one_or_none()


def list_users(session: Session) -> list[User]:
    """Return every user by name."""
    return list(session.execute(select(User).order_by(User.name)).scalars())


def _note(
    session: Session,
    action: str,
    user: User,
    actor: str,
    clock: Clock,
    *,
    detail: dict[str, str | None] | None = None,
    reason: str = "",
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"user:{user.name}",
        detail=detail,
        reason=reason or None,
    )
