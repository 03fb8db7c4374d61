"""Commands for the outbox: `mail send`, `mail list`."""

import time

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.config import BadSetting
from foundation.http.languages import mark
from foundation.http.lists import PageRequest
from foundation.mail import reading, sending, transport
from foundation.mail.models import MessageState
from foundation.organisation.service import get_organisation
from foundation.users.permissions import Permission

_HEADS = (mark("编号"), mark("收件人"), mark("主题"), mark("状态"), mark("最近一次错误"))
_STATE_NAMES = {
    MessageState.WAITING: mark("待发送"),
    MessageState.SENT: mark("已发送"),
    MessageState.FAILED: mark("未能发送"),
}


@click.group("mail", help="邮件：发送排队的邮件，列出发件箱。")
def mail() -> None:
    pass


@mail.command("send", help="发送到期的邮件；serve 运行时会自动发送，不必再用此命令。")
@click.option("--watch", is_flag=True, help="一直运行，每隔几秒看一次，Ctrl-C 停止。")
@click.option("--every", type=click.FloatRange(0.1, 3600), default=5.0, show_default=True)
@pass_context
def send(context: CommandContext, *, watch: bool, every: float) -> None:
    settings = context.config
    if settings.smtp_url is None:
        raise BadSetting(name="SMTP_URL", reason="未设置，邮件留在发件箱中")
    server = transport.parse(settings.smtp_url, public_url=settings.public_url)
    with context.reading() as session:
        name = get_organisation(session).name
    run = sending.send_waiting(context.engine, server, name=name, clock=context.clock)
    while watch:
        if run.problem:
            context.say("邮件服务器：{problem}", problem=run.problem)
        time.sleep(every)
        run = sending.send_waiting(context.engine, server, name=name, clock=context.clock)
    context.answer(
        {
            "sent": run.sent,
            "failed": run.failed,
            "deferred": run.deferred,
            "problem": run.problem or None,
        },
        [
            context.text(
                "已发送 {sent} 封，未能发送 {failed} 封，稍后再试 {deferred} 封",
                sent=run.sent,
                failed=run.failed,
                deferred=run.deferred,
            ),
            *([run.problem] if run.problem else []),
        ],
    )


@mail.command("list", help="列出发件箱；一次性链接不显示。")
@click.option("--state", type=click.Choice([state.value for state in MessageState]))
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@pass_context
def list_messages(context: CommandContext, *, state: str | None, limit: int) -> None:
    context.require(Permission.SETTINGS_EDIT)
    with context.reading() as session:
        page = reading.messages(
            session,
            PageRequest(limit=limit),
            shows_secrets=False,
            state=None if state is None else MessageState(state),
        )
    found = [
        {
            "id": row.id,
            "to": row.to_address,
            "subject": row.subject,
            "about": row.about or None,
            "state": row.state.value,
            "attempts": row.attempts,
            "last_error": row.last_error or None,
            "sent_at": None if row.sent_at is None else row.sent_at.isoformat(),
            "created_at": row.created_at.isoformat(),
        }
        for row in page.items
    ]
    rows = [
        (
            str(row.id),
            row.to_address,
            row.subject,
            context.translate(_STATE_NAMES[row.state]),
            row.last_error,
        )
        for row in page.items
    ]
    context.answer(
        {"messages": found}, table([context.translate(head) for head in _HEADS], rows, right="r")
    )


COMMANDS: tuple[click.Command, ...] = (mail,)
