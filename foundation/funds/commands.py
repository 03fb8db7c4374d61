"""Commands for funds: `funds list|add|close`."""

from datetime import datetime

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.funds import documents, service
from foundation.funds.service import FundBalance
from foundation.projects import service as projects
from foundation.users.permissions import Permission
from ledger import funds as ledger_funds
from ledger import money
from ledger.funds import Restriction


@click.group(help="基金：列示、设立、关闭。")
def funds() -> None:
    """Group the commands for funds."""


@funds.command("list", help="列出基金及其余额。")
@pass_context
def list_funds(context: CommandContext) -> None:
    context.require_reading(Permission.BOOKS_READ)
    with context.reading() as session:
        held = service.list_funds(session)
        found = [documents.of_fund(item) for item in held]
        total = sum(item.net_minor for item in held)
    heads = [context.translate(head) for head in ("编码", "名称", "限定性质", "余额", "关闭日期")]
    rows = [
        (
            fund["code"],
            fund["name"],
            fund["restriction"],
            money.grouped(money.parse(fund["balance"])),
            fund["closed_on"] or "",
        )
        for fund in found
    ]
    context.answer(
        {"funds": found, "total": money.to_text(total)}, table(heads, rows, right="   r")
    )


@funds.command("add", help="设立基金。")
@click.argument("code")
@click.argument("name")
@click.option(
    "--restriction",
    type=click.Choice([item.value for item in Restriction]),
    required=True,
    help="none 非限定，purpose 用途限定，time 时间限定，permanent 永久限定（留本）。",
)
@click.option("--opened-on", type=click.DateTime(["%Y-%m-%d"]), help="此日期之前不能记账。")
@pass_context
def add_fund(
    context: CommandContext, code: str, name: str, *, restriction: str, opened_on: datetime | None
) -> None:
    actor = context.require(Permission.FUNDS_OPEN)
    with context.transaction() as session:
        fund = ledger_funds.open_fund(
            session,
            code=code,
            name=name,
            restriction=Restriction(restriction),
            opened_on=None if opened_on is None else opened_on.date(),
            actor=actor,
            clock=context.clock,
        )
    context.answer(
        {"funds": [documents.of_fund(FundBalance(fund, 0))]},
        [context.text("已设立基金 {code} {name}", code=fund.code, name=fund.name)],
    )


@funds.command("close", help="关闭余额为零的基金。")
@click.argument("code")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="关闭日期；默认为今天。")
@click.option("--reason", required=True, help="关闭原因。")
@pass_context
def close_fund(context: CommandContext, code: str, *, day: datetime | None, reason: str) -> None:
    actor = context.require(Permission.FUNDS_OPEN)
    closed_on = context.clock.today() if day is None else day.date()
    with context.transaction() as session:
        fund = projects.close_project(
            session, code, closed_on=closed_on, reason=reason, actor=actor, clock=context.clock
        )
    context.answer(
        {"funds": [documents.of_fund(FundBalance(fund, 0))]},
        [context.text("基金 {code} 自 {day} 起关闭", code=code, day=closed_on.isoformat())],
    )


COMMANDS: tuple[click.Command, ...] = (funds,)
