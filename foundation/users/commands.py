"""Commands for users: `users add`, `list`, `token`, `extend`, `deactivate`."""

import sys
from typing import Any

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.http.languages import mark
from foundation.users import service
from foundation.users.models import Role, User
from foundation.users.permissions import Permission
from ledger.errors import InvalidInput

_HEADS = (mark("用户名"), mark("姓名"), mark("角色"), mark("状态"), mark("有效期至"))


@click.group("users", help="用户：添加、列出、签发令牌、停用。")
def users() -> None:
    pass


@users.command("add", help="添加用户。不给密码时只能使用令牌。")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--display-name", default="", help="姓名；默认为用户名。")
@click.option("--password-stdin", is_flag=True, help="从标准输入读取密码（第一行）。")
@click.option(
    "--until",
    "--expires",
    "until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="最后可登录日；审计账号默认 90 天，最长 400 天。",
)
@pass_context
def add(
    context: CommandContext,
    name: str,
    role: str,
    display_name: str,
    password_stdin: bool,
    until: Any,
) -> None:
    actor = context.require(Permission.USERS_MANAGE)
    password = _password() if password_stdin else None
    with context.transaction() as session:
        user = service.add_user(
            session,
            name=name,
            role=Role(role),
            display_name=display_name,
            password=password,
            expires_on=until.date() if until else None,
            actor=actor,
            clock=context.clock,
        )
    text = context.text("已添加用户 {user}（{role}）", user=user.name, role=user.role.value)
    context.answer(_user(user), [text])


def _password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise InvalidInput(field="密码", reason="标准输入中没有密码")
    return password


@users.command("list", help="列出用户。")
@pass_context
def list_users(context: CommandContext) -> None:
    context.require_reading(Permission.USERS_MANAGE)
    with context.reading() as session:
        found = [_user(user) for user in service.list_users(session)]
    heads = [context.text(head) for head in _HEADS]
    rows = [
        (
            user["user"],
            user["display_name"],
            user["role"],
            context.text("启用" if user["is_active"] else "停用"),
            user["expires_on"] or "",
        )
        for user in found
    ]
    context.answer({"users": found}, table(heads, rows))


@users.command("token", help="为用户签发接口令牌；只显示这一次。")
@click.argument("name")
@click.option("--label", default="", help="用途。")
@pass_context
def token(context: CommandContext, name: str, label: str) -> None:
    actor = context.require(Permission.USERS_MANAGE)
    with context.transaction() as session:
        secret = service.issue_token(session, name, label=label, actor=actor, clock=context.clock)
        user = service.get_user(session, name)
    context.answer({"user": user.name, "role": user.role.value, "token": secret}, [secret])


@users.command("deactivate", help="停用用户；其登录和令牌立即失效。")
@click.argument("name")
@pass_context
def deactivate(context: CommandContext, name: str) -> None:
    actor = context.require(Permission.USERS_MANAGE)
    with context.transaction() as session:
        service.deactivate(session, name, actor=actor, clock=context.clock)
        user = service.get_user(session, name)
    context.answer(_user(user), [context.text("已停用用户 {user}", user=user.name)])


@users.command("extend", help="更改用户的最后可登录日；延长审计账号须说明原因。")
@click.argument("name")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="最后可登录日。")
@click.option("--reason", default="", help="原因，记入操作日志。")
@pass_context
def extend(context: CommandContext, name: str, until: Any, reason: str) -> None:
    actor = context.require(Permission.USERS_MANAGE)
    with context.transaction() as session:
        user = service.set_expiry(
            session, name, until.date(), reason=reason, actor=actor, clock=context.clock
        )
    text = context.text("用户 {user} 可登录至 {day}", user=user.name, day=str(user.expires_on))
    context.answer(_user(user), [text])


def _user(user: User) -> dict[str, Any]:
    return {
        "user": user.name,
        "role": user.role.value,
        "display_name": user.display_name,
        "is_active": user.is_active,
        "expires_on": user.expires_on.isoformat() if user.expires_on else None,
    }


COMMANDS: tuple[click.Command, ...] = (users,)
