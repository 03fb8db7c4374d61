"""Commands for donors' access: `portal invite`, `portal link-user`."""

import click

from foundation.command_context import CommandContext, pass_context
from foundation.portal import accounts, entering
from foundation.users.permissions import Permission


@click.group("portal", help="捐赠人入口：生成邀请链接，关联捐赠人账号。")
def portal() -> None:
    pass


@portal.command("invite", help="为捐赠人生成一次性邀请链接；只显示这一次。")
@click.argument("donor", type=int)
@pass_context
def invite(context: CommandContext, donor: int) -> None:
    actor = context.require(Permission.DONORS_EDIT)
    with context.transaction() as session:
        link = entering.invite(
            session, donor, actor=actor, public_url=context.config.public_url, clock=context.clock
        )
    context.answer({"donor": donor, "link": link}, [link])


@portal.command("link-user", help="指明一个捐赠人角色的账号属于哪位捐赠人。")
@click.argument("user")
@click.argument("donor", type=int)
@pass_context
def link_user(context: CommandContext, user: str, donor: int) -> None:
    actor = context.require(Permission.USERS_MANAGE)
    with context.transaction() as session:
        accounts.link_user(session, user, donor, actor=actor, clock=context.clock)
    context.answer(
        {"user": user, "donor": donor},
        [context.text("用户 {user} 已关联捐赠人 {donor}", user=user, donor=donor)],
    )


COMMANDS: tuple[click.Command, ...] = (portal,)
