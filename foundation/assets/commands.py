"""Commands for the registers: `assets list|depreciate|stock|investments|level`."""

import click

from foundation.assets import (
    depreciation,
    documents,
    investment_list,
    queries,
    rules,
    stock_list,
)
from foundation.assets.investment_list import InvestmentFilter
from foundation.assets.stock_list import ItemFilter
from foundation.command_context import CommandContext, pass_context, table
from foundation.http import forms, lists
from foundation.users.permissions import Permission
from ledger.errors import InvalidInput
from ledger.money import grouped, parse, to_text
from ledger.periods import text_of


@click.group(help="资产：登记簿、折旧与摊销。")
def assets() -> None:
    """Group the commands for the registers."""


@assets.command("list", help="列出在用的固定资产和无形资产及其净值。")
@pass_context
def list_assets(context: CommandContext) -> None:
    context.require_reading(Permission.BOOKS_READ)
    with context.reading() as session:
        rows = queries.list_cards(session, context.clock.today())
        found = [
            {
                "number": row.card.number,
                "name": row.card.name,
                "kind": row.card.kind.value,
                "acquired_on": row.card.acquired_on.isoformat(),
                "cost": to_text(row.cost_minor),
                "charged": to_text(row.charged_minor),
                "net": to_text(row.net_minor),
                "used_by": row.card.used_by,
            }
            for row in rows
        ]
        lines = [
            (row.card.number, row.card.name, grouped(row.cost_minor), grouped(row.net_minor))
            for row in rows
        ]
    heads = [context.translate(head) for head in ("编号", "名称", "原价", "净值")]
    context.answer({"assets": found}, table(heads, lines, right="  rr"))


@assets.command("depreciate", help="计提一个月的折旧和摊销，编制一张凭证。")
@click.option("--period", required=True, help="会计期间，如 2026-03。")
@pass_context
def depreciate(context: CommandContext, period: str) -> None:
    actor = context.require(Permission.VOUCHERS_PREPARE)
    with context.transaction() as session:
        run = depreciation.run(
            session, depreciation.period_of(period), actor=actor, clock=context.clock
        )
        document = {
            "period": text_of(run.period_id),
            "voucher_id": run.voucher_id,
            "total": to_text(run.total_minor),
        }
    context.answer(document, [f"{document['period']}  {document['total']}"])


@assets.command("stock", help="列出受赠物资，或受托代理物资，及其现有数量和金额。")
@click.option("--agency", is_flag=True, help="只列受托代理物资。")
@pass_context
def list_stock(context: CommandContext, agency: bool) -> None:
    context.require_reading(Permission.BOOKS_READ)
    wanted = ItemFilter(is_agency=agency)
    with context.reading() as session:
        rows = list(lists.every(lambda asked: stock_list.search(session, wanted, asked)))
    heads = [context.translate(head) for head in ("编号", "品名", "现有数量", "现有金额")]
    lines = [
        (row.number, row.name, f"{row.quantity} {row.unit}", grouped(row.value_minor))
        for row in rows
    ]
    found = [documents.of_item(row) for row in rows]
    context.answer({"stock": found}, table(heads, lines, right="  rr"))


@assets.command("investments", help="列出投资及其账面价值、到期日；--state overdue 只列逾期的。")
@click.option("--state", type=click.Choice(investment_list.STATES), help="状态。")
@pass_context
def list_investments(context: CommandContext, state: str | None) -> None:
    context.require_reading(Permission.BOOKS_READ)
    wanted = InvestmentFilter(state=state or "")
    with context.reading() as session:
        rows = investment_list.everything(session, wanted, today=context.clock.today())
    heads = [context.translate(head) for head in ("编号", "产品", "到期日", "账面价值")]
    lines = [
        (
            row.number,
            row.product,
            row.matures_on.isoformat() if row.matures_on else "",
            grouped(row.carrying_minor),
        )
        for row in rows
    ]
    found = [documents.of_investment(row) for row in rows]
    context.answer({"investments": found}, table(heads, lines, right="   r"))


@assets.command("level", help="录入重大投资的金额标准：达到此金额须经理事会决议。")
@click.argument("amount")
@click.option("--from", "from_on", required=True, help="自何日起，如 2026-01-01。")
@click.option("--source", required=True, help="依据，如 章程第三十条。")
@pass_context
def enter_level(context: CommandContext, amount: str, from_on: str, source: str) -> None:
    actor = context.require(Permission.SETTINGS_EDIT)
    day = forms.parse_day(from_on, today=context.clock.today())
    if day is None:
        raise InvalidInput(field="日期", reason="应写作 2026-03-05")
    minor = parse(amount)
    with context.transaction() as session:
        rules.enter_level(
            session, from_on=day, from_minor=minor, source=source, actor=actor, clock=context.clock
        )
    document = {"from": day.isoformat(), "amount": to_text(minor), "source": source}
    context.answer(document, [f"{document['from']}  {grouped(minor)}  {source}"])


COMMANDS: tuple[click.Command, ...] = (assets,)
