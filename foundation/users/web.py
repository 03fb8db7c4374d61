"""Pages for signing in and out, for one's own account, and for managing users."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation import database
from foundation.http import context, forms, languages, security
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard, service, sessions, signing_in
from foundation.users.models import Role, User
from foundation.users.permissions import Permission
from foundation.users.sessions import AccountExpired
from foundation.users.signing_in import Attempt, Begun, SignInRefused
from foundation.users.throttle import TooManyAttempts
from ledger.errors import DomainError, InvalidInput

blueprint = Blueprint("users", __name__)
_KNOWN = "browser"
_KNOWN_SECONDS = 180 * 24 * 3600


@blueprint.get("/sign-in")
@guard.public
def sign_in() -> Any:
    """The page where a person signs in."""
    if context.current_user() is not None:
        return redirect(_target())
    return render_template("users/sign_in.html", form=Form.empty(), target=_target())


@blueprint.post("/sign-in")
@guard.public
def begin() -> Any:
    """Begin a session with the right name and password."""
    form = Form.of_request()
    cookie = request.cookies.get(sessions.COOKIE)
    try:
        begun = signing_in.sign_in(
            services().engine,
            Attempt(
                name=form.value("name"),
                password=request.form.get("password", ""),
                address=context.browser_address(),
                is_known_browser=_is_known(form.value("name")),
            ),
            previous=sessions.digest_of(cookie) if cookie else None,
            key=services().config.secret_key,
            clock=services().clock,
        )
    except (SignInRefused, TooManyAttempts, AccountExpired) as error:
        form.refuse("", error)
        page = render_template("users/sign_in.html", form=form, target=_target())
        wait = error.data.get("retry_after")
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return page, error.status, headers
    return _welcome(begun)


def _welcome(begun: Begun) -> Response:
    response = redirect(_target(), 303)
    security.set_cookie(response, sessions.COOKIE, begun.secret)
    known = _signer().dumps(begun.name)
    security.set_cookie(response, _KNOWN, str(known), max_age=_KNOWN_SECONDS)
    if languages.COOKIE not in request.cookies:
        security.set_cookie(response, languages.COOKIE, begun.language, max_age=_KNOWN_SECONDS)
    return response


def _target() -> str:
    target = request.values.get("next", "/")
    return target if security.is_own_path(target) else "/"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().config.secret_key, salt="known-browser")


def _is_known(name: str) -> bool:
    try:
        return bool(_signer().loads(request.cookies.get(_KNOWN, "")) == name.strip().lower())
    except BadSignature:
        return False


@blueprint.post("/sign-out")
@guard.requires(Permission.OWN_ACCOUNT)
def sign_out() -> Response:
    """End this session."""
    user = context.require_user()
    if user.session_digest is not None:
        signing_in.sign_out(
            services().engine, digest=user.session_digest, name=user.actor, clock=services().clock
        )
    response = redirect(url_for("users.sign_in"), 303)
    response.delete_cookie(sessions.COOKIE, path="/")
    return response


@blueprint.get("/account")
@guard.requires(Permission.OWN_ACCOUNT)
def account() -> str:
    """The person's own account."""
    return _account(Form.empty())


def _account(form: Form, *, token: str | None = None) -> str:
    user = context.require_user()
    with database.reading(services().engine) as session:
        return render_template(
            "users/account.html",
            form=form,
            token=token,
            user=service.get_user(session, user.actor),
            tokens=service.list_tokens(session, user.user_id),
        )


@blueprint.post("/account/password")
@guard.requires(Permission.OWN_ACCOUNT)
def change_password() -> Any:
    """Change the own password; this browser stays signed in with a new session."""
    user = context.require_user()
    form = Form.of_request()
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        form.refuse("again", translate("两次输入不一致"))
        return _account(form), 422
    try:
        with database.transaction(services().engine) as session:
            service.change_own_password(
                session,
                user.actor,
                current=request.form.get("current", ""),
                new=new,
                clock=services().clock,
            )
            secret = sessions.begin(session, user.user_id, clock=services().clock)
    except service.WrongPassword as error:
        form.refuse("current", error)
        return _account(form), 422
    except DomainError as error:
        form.refuse("new", error)
        return _account(form), 422
    flash(translate("密码已更改，其他设备上的登录均已退出"))
    response = redirect(url_for("users.account"), 303)
    security.set_cookie(response, sessions.COOKIE, secret)
    return response


@blueprint.post("/account/tokens")
@guard.requires(Permission.OWN_ACCOUNT)
def issue_own_token() -> str:
    """Issue a token for one's own programs and show it once."""
    user = context.require_user()
    with database.transaction(services().engine) as session:
        token = service.issue_token(
            session,
            user.actor,
            label=request.form.get("label", ""),
            actor=user.actor,
            clock=services().clock,
        )
    return _account(Form.empty(), token=token)


@blueprint.post("/account/tokens/<digest>/revoke")
@guard.requires(Permission.OWN_ACCOUNT)
def revoke_own_token(digest: str) -> Response:
    """Revoke one of one's own tokens."""
    user = context.require_user()
    with database.transaction(services().engine) as session:
        service.revoke_token(
            session, digest, user_id=user.user_id, actor=user.actor, clock=services().clock
        )
    flash(translate("令牌已撤销"))
    return redirect(url_for("users.account"), 303)


@blueprint.get("/settings/users")
@guard.requires(Permission.USERS_MANAGE)
def index() -> str:
    """Everybody who may sign in."""
    return _index(Form.empty())


def _index(form: Form) -> str:
    with database.reading(services().engine) as session:
        users = [(user, _state(user)) for user in service.list_users(session)]
        return render_template("users/index.html", form=form, users=users, roles=list(Role))


def _state(user: User) -> str:
    if not user.is_active:
        return "inactive"
    return "active" if sessions.may_sign_in(user, services().clock) else "expired"


@blueprint.post("/settings/users")
@guard.requires(Permission.USERS_MANAGE)
def add() -> Any:
    """Add a user."""
    form = Form.of_request()
    role = form.choice("role", Role)
    expires_on = form.day("expires_on", is_required=False)
    try:
        form.require_complete()
        assert role is not None
        with database.transaction(services().engine) as session:
            _add(session, form, role, expires_on)
    except forms.Incomplete:
        return _index(form), 422
    except DomainError as error:
        form.refuse(_field_of(error), error)
        return _index(form), 422
    flash(translate("已添加用户 {name}", name=form.value("name")))
    return redirect(url_for("users.index"), 303)


def _field_of(error: DomainError) -> str:
    if error.code == "weak_password":
        return "password"
    return "expires_on" if error.data.get("field") == "有效期至" else "name"


def _add(session: Session, form: Form, role: Role, expires_on: date | None) -> None:
    service.add_user(
        session,
        name=form.value("name"),
        display_name=form.value("display_name"),
        role=role,
        password=request.form.get("password", ""),
        expires_on=expires_on,
        actor=context.require_user().actor,
        clock=services().clock,
    )


@blueprint.get("/settings/users/<name>")
@guard.requires(Permission.USERS_MANAGE)
def show(name: str) -> str:
    """One user."""
    return _show(name, Form.empty())


def _show(name: str, form: Form) -> str:
    with database.reading(services().engine) as session:
        user = service.get_user(session, name)
        return render_template(
            "users/show.html",
            form=form,
            user=user,
            state=_state(user),
            tokens=service.list_tokens(session, user.id),
        )


@blueprint.post("/settings/users/<name>/password")
@guard.requires(Permission.USERS_MANAGE)
def set_password(name: str) -> Any:
    """Give a user a new password."""
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            service.set_password(
                session,
                name,
                request.form.get("password", ""),
                actor=context.require_user().actor,
                clock=services().clock,
            )
    except InvalidInput as error:
        form.refuse("password", error)
        return _show(name, form), 422
    return _done(name, translate("已重设密码，该用户的登录均已退出"))


@blueprint.post("/settings/users/<name>/expiry")
@guard.requires(Permission.USERS_MANAGE)
def set_expiry(name: str) -> Any:
    """Set the last day on which a user may sign in."""
    form = Form.of_request()
    expires_on = form.day("expires_on", is_required=False)
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            service.set_expiry(
                session,
                name,
                expires_on,
                reason=form.value("reason"),
                actor=context.require_user().actor,
                clock=services().clock,
            )
    except forms.Incomplete:
        return _show(name, form), 422
    except InvalidInput as error:
        form.refuse("reason" if error.data.get("field") == "延期原因" else "expires_on", error)
        return _show(name, form), 422
    return _done(name, translate("有效期已更新"))


@blueprint.post("/settings/users/<name>/deactivate")
@guard.requires(Permission.USERS_MANAGE)
def deactivate(name: str) -> Response:
    """Take a user out of use."""
    with database.transaction(services().engine) as session:
        service.deactivate(
            session, name, actor=context.require_user().actor, clock=services().clock
        )
    return _done(name, translate("账号已停用"))


@blueprint.post("/settings/users/<name>/activate")
@guard.requires(Permission.USERS_MANAGE)
def activate(name: str) -> Response:
    """Let a user sign in again."""
    with database.transaction(services().engine) as session:
        service.activate(session, name, actor=context.require_user().actor, clock=services().clock)
    return _done(name, translate("账号已启用"))


@blueprint.post("/settings/users/<name>/tokens/<digest>/revoke")
@guard.requires(Permission.USERS_MANAGE)
def revoke_token(name: str, digest: str) -> Response:
    """Revoke somebody's token."""
    with database.transaction(services().engine) as session:
        service.revoke_token(
            session,
            digest,
            user_id=service.get_user(session, name).id,
            actor=context.require_user().actor,
            clock=services().clock,
        )
    return _done(name, translate("令牌已撤销"))


def _done(name: str, notice: str) -> Response:
    flash(notice)
    return redirect(url_for("users.show", name=name), 303)
