"""Commands that open the books and bring the schema up to date: `init`, `migrate`."""

import click

from foundation import config, database
from foundation.command_context import CommandContext, pass_context
from foundation.organisation import profiles, service
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.periods import parse_period


@click.command(
    help="初始化账簿：建立机构资料、两套科目表、用户、一般基金和会计期间，不记任何凭证。"
)
@click.option("--profile", required=True, help="demo，或机构资料文件（TOML）的路径。")
@click.option("--start", help="启用期间，如 2026-01；默认为本年一月。")
@pass_context
def init(context: CommandContext, profile: str, start: str | None) -> None:
    chosen = profiles.load(profile)
    first = None if start is None else _month(start)
    if chosen.is_demo:
        config.read(context.environ, demo=True)  # keeps a random secret beside the demo database
    clock = Clock(chosen.time_zone) if type(context.clock) is Clock else context.clock
    database.upgrade(context.engine)
    with database.transaction(context.engine) as session:
        done = service.initialise(session, chosen, start=first, clock=clock)
    first_text, last_text = done.periods[0], done.periods[-1]
    context.answer(
        {
            "organisation": done.organisation,
            "chart": done.chart,
            "periods": list(done.periods),
            "demo": chosen.is_demo,
            "users": [
                {"user": user.name, "role": user.role, "password": user.password}
                for user in done.users
            ],
        },
        [
            context.text("已初始化：{organisation}", organisation=done.organisation),
            context.text(
                "科目表 {chart}，会计期间 {first} 至 {last}",
                chart=done.chart,
                first=first_text,
                last=last_text,
            ),
            context.text(
                "演示账号（仅供演示，请勿用于正式账簿）："
                if chosen.is_demo
                else "首次登录的密码（只显示这一次，请转交本人并尽快修改）："
            ),
            *(f"  {user.name}  {user.password}  ({user.role})" for user in done.users),
        ],
    )


@click.command(help="把数据库结构升级到当前版本；请先备份。")
@pass_context
def migrate(context: CommandContext) -> None:
    changed = not database.at_head(context.engine)
    database.upgrade(context.engine)
    context.answer(
        {"migrated": changed},
        [context.text("数据库结构已升级" if changed else "数据库结构已是当前版本")],
    )


def _month(text: str) -> int:
    if len(text) == 4 and text.isdigit():
        return int(text) * 100 + 1
    key = parse_period(text)
    if key % 100 == 0:
        raise InvalidInput(field="启用期间", reason=f"“{text}”应写作 2026-01")
    return key


COMMANDS: tuple[click.Command, ...] = (init, migrate)
