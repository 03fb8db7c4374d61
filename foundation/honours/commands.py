"""The commands `honours roll|levels|set-level|end-level`."""

from datetime import datetime

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.honours import documents, labels, levels, queries
from foundation.honours.levels import LevelInput
from foundation.honours.models import Basis
from foundation.honours.queries import RollScope
from foundation.users.permissions import Permission
from ledger import money

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help="鸣谢名录：按等级和捐赠人的公示意愿编出的名单。")
def honours() -> None:
    """Group the commands for the honour roll."""


@honours.command("roll", help="列出可以公示的姓名，其余以人数和合计表示。")
@click.option("--year", type=click.IntRange(1901, 2199), help="只看这一年；默认为历年累计。")
@click.option("--campaign", default="", help="只看这一筹款活动（编码）。")
@click.option("--college", default="", help="只看这个学院的校友。")
@pass_context
def roll(context: CommandContext, year: int | None, campaign: str, college: str) -> None:
    context.require_reading(Permission.DONORS_READ)
    scope = RollScope(year=year, campaign=campaign, college=college)
    with context.reading() as session:
        found = documents.of_roll(queries.read(session, scope, today=context.clock.today()))
    heads = [context.translate(head) for head in ("姓名", "等级", "金额")]
    rows = [(item["name"], item["level"] or "", item["amount"] or "") for item in found["names"]]
    summary = context.text(
        "公示 {shown} 元，不公示 {hidden} 元（未署名 {donors} 位），合计 {total} 元",
        shown=found["shown"],
        hidden=found["hidden"],
        donors=found["unnamed_donors"],
        total=found["total"],
    )
    context.answer(found, [*table(heads, rows), summary])


@honours.command("levels", help="列出鸣谢等级。")
@pass_context
def list_levels(context: CommandContext) -> None:
    context.require_reading(Permission.DONORS_READ)
    with context.reading() as session:
        found = [(level, documents.of_level(level)) for level in levels.list_levels(session)]
    heads = [
        context.translate(head) for head in ("编号", "依据", "名称", "起点金额", "启用", "停用")
    ]
    rows = [
        (
            str(item["id"]),
            context.translate(labels.BASES[level.basis]),
            item["name"],
            item["from"],
            item["first_on"],
            item["last_on"] or "",
        )
        for level, item in found
    ]
    context.answer({"levels": [item for _, item in found]}, table(heads, rows))


@honours.command("set-level", help="设置一个鸣谢等级。")
@click.argument("name")
@click.argument("amount")
@click.option(
    "--basis", type=click.Choice([basis.value for basis in Basis]), default=Basis.CUMULATIVE.value
)
@click.option("--from", "first_on", type=_DAY, required=True, help="启用日期。")
@click.option("--campaign", default="", help="只用于这一筹款活动（编码）。")
@click.option("--english", default="", help="英文名称。")
@pass_context
def set_level(
    context: CommandContext,
    name: str,
    amount: str,
    basis: str,
    first_on: datetime,
    campaign: str,
    english: str,
) -> None:
    actor = context.require(Permission.DONORS_EDIT)
    entry = LevelInput(Basis(basis), name, money.parse(amount), first_on.date(), english, campaign)
    with context.transaction() as session:
        made = documents.of_level(
            levels.set_level(session, entry, actor=actor, clock=context.clock)
        )
    context.answer(made, [context.text("已设置等级 {name}", name=made["name"])])


@honours.command("end-level", help="停用一个鸣谢等级。")
@click.argument("level", type=int)
@click.option("--on", "last_on", type=_DAY, required=True, help="最后一天。")
@pass_context
def end_level(context: CommandContext, level: int, last_on: datetime) -> None:
    actor = context.require(Permission.DONORS_EDIT)
    with context.transaction() as session:
        made = documents.of_level(
            levels.end_level(
                session, level, last_on=last_on.date(), actor=actor, clock=context.clock
            )
        )
    context.answer(made, [context.text("已停用等级 {name}", name=made["name"])])


COMMANDS: tuple[click.Command, ...] = (honours,)
