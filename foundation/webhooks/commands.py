"""Commands for the addresses that are told of events: `webhooks add|list|set|tell`."""

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.donors.commands import find_vault
from foundation.users.permissions import Permission
from foundation.webhooks import documents, service, telling
from foundation.webhooks.events import EVENTS
from foundation.webhooks.models import WebhookState


@click.group("webhooks", help="事件通知：账簿中发生的事，及时告知其他系统的网址。")
def webhooks() -> None:
    """Group the commands for addresses."""


@webhooks.command("add", help="新增通知地址；签名密钥只在此时显示一次。")
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    required=True,
    type=click.Choice(list(EVENTS)),
    help="可重复。",
)
@pass_context
def add(context: CommandContext, url: str, events: tuple[str, ...]) -> None:
    actor = context.require(Permission.SETTINGS_EDIT)
    with context.transaction() as session:
        webhook, secret = service.add(
            session,
            url=url,
            events=events,
            vault=find_vault(context),
            actor=actor,
            clock=context.clock,
        )
        document = documents.of_webhook(webhook) | {"secret": secret}
    context.answer(
        document,
        [
            context.text("已新增通知地址 {webhook}", webhook=document["id"]),
            context.text("签名密钥（请立即保存）：{secret}", secret=secret),
        ],
    )


@webhooks.command("list", help="列出通知地址。")
@pass_context
def list_webhooks(context: CommandContext) -> None:
    context.require(Permission.SETTINGS_EDIT)
    with context.reading() as session:
        found = [documents.of_webhook(each) for each in service.list_webhooks(session)]
    heads = [context.translate(head) for head in ("编号", "状态", "网址", "事件", "最近一次错误")]
    rows = [
        (
            str(each["id"]),
            each["state"],
            each["url"],
            " ".join(each["events"]),
            each["last_error"] or "",
        )
        for each in found
    ]
    context.answer({"webhooks": found}, table(heads, rows))


@webhooks.command("set", help="暂停、恢复或停用通知地址；恢复后从暂停处继续。")
@click.argument("webhook", type=int)
@click.argument("state", type=click.Choice([state.value for state in WebhookState]))
@pass_context
def set_state(context: CommandContext, webhook: int, state: str) -> None:
    actor = context.require(Permission.SETTINGS_EDIT)
    with context.transaction() as session:
        changed = service.change(
            session, webhook, WebhookState(state), actor=actor, clock=context.clock
        )
        document = documents.of_webhook(changed)
    context.answer(document, [f"{document['id']} {document['state']} {document['url']}"])


@webhooks.command("tell", help="发送到期的通知；serve 运行时会自动发送，不必再用此命令。")
@pass_context
def tell(context: CommandContext) -> None:
    run = telling.tell_waiting(context.engine, vault=find_vault(context), clock=context.clock)
    context.answer(
        {"delivered": run.delivered, "failed": run.failed},
        [
            context.text(
                "已送达 {delivered} 条，未送达 {failed} 条",
                delivered=run.delivered,
                failed=run.failed,
            )
        ],
    )


COMMANDS = (webhooks,)
