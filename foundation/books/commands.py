"""Commands for the books: accounts, the integrity check, the trail; and those beside them."""

import json
from datetime import datetime
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from foundation.books import account_tree, documents
from foundation.books.period_commands import periods
from foundation.books.voucher_commands import vouchers
from foundation.command_context import CommandContext, pass_context, table
from foundation.home import checking
from foundation.users.permissions import Permission
from ledger import accounts as ledger_accounts
from ledger.trail import TrailRecord


@click.group(help="会计科目：列示、增设明细、停用。")
def accounts() -> None:
    """Group the commands for accounts."""


@accounts.command("list", help="列出科目表。")
@click.option("--chart", help="科目表版本，如 2024；默认为今年使用的。")
@pass_context
def list_accounts(context: CommandContext, chart: str | None) -> None:
    context.require_reading(Permission.BOOKS_READ)
    with context.reading() as session:
        version = chart or account_tree.chart_of_year(session, context.clock.today().year)
        found = [
            documents.of_account(row) for row in ledger_accounts.list_accounts(session, version)
        ]
    heads = [context.translate(head) for head in ("编码", "名称", "方向", "依据")]
    rows = [(row["code"], row["full_name"], row["side"], row["grade"] or "-") for row in found]
    context.answer(
        {"chart": version, "accounts": found},
        table(heads, rows),
    )


@accounts.command("open", help="增设明细科目：编码以上级科目编码开头。")
@click.argument("code")
@click.argument("name")
@click.option("--chart", help="科目表版本；默认为今年使用的。")
@click.option("--agency", is_flag=True, help="受托代理资金的明细。")
@pass_context
def open_account(
    context: CommandContext, code: str, name: str, *, chart: str | None, agency: bool
) -> None:
    actor = context.require(Permission.ACCOUNTS_EDIT)
    with context.transaction() as session:
        version = chart or account_tree.chart_of_year(session, context.clock.today().year)
        account = ledger_accounts.open_account(
            session,
            chart=version,
            code=code,
            name=name,
            flags="agency" if agency else "",
            actor=actor,
            clock=context.clock,
        )
        document = documents.of_account(account)
    context.answer(
        {"account": document},
        [context.text("已增设 {code} {name}", code=code, name=document["full_name"])],
    )


@accounts.command("close", help="停用科目；已有的分录不变。")
@click.argument("code")
@click.option("--chart", help="科目表版本；默认为今年使用的。")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="停用日期；默认为今天。")
@click.option("--reason", required=True, help="停用原因。")
@pass_context
def close_account(
    context: CommandContext, code: str, *, chart: str | None, day: datetime | None, reason: str
) -> None:
    actor = context.require(Permission.ACCOUNTS_EDIT)
    closed_on = context.clock.today() if day is None else day.date()
    with context.transaction() as session:
        version = chart or account_tree.chart_of_year(session, context.clock.today().year)
        account = account_tree.close_account(
            session,
            chart=version,
            code=code,
            closed_on=closed_on,
            reason=reason,
            actor=actor,
            clock=context.clock,
        )
        document = documents.of_account(account)
    context.answer(
        {"account": document},
        [context.text("{code} 自 {day} 起停用", code=code, day=closed_on.isoformat())],
    )


@click.command(help="核对全部账簿：平衡、编号、摘要链、期间、基金；发现问题时退出码为 1。")
@click.option("--strict", is_flag=True, help="警告也算发现。")
@click.option("--no-store", is_flag=True, help="不保存检查结果（工作台显示的是保存的结果）。")
@pass_context
def check(context: CommandContext, *, strict: bool, no_store: bool) -> None:
    context.require_reading(Permission.BOOKS_READ)
    with (
        context.reading() as session,
        context.progress("核对", len(context.checks)) as advance,
    ):
        result = checking.run(session, context.checks, advance=advance)
    if not no_store:
        _store(context, result)
    found, posted, head = result.findings, result.vouchers, result.chain_head
    context.answer(
        {
            "findings": [
                {
                    "check": item.check,
                    "severity": item.severity,
                    "row": item.row,
                    "detail": item.detail,
                }
                for item in found
            ],
            "chain_head": head,
            "vouchers": posted,
        },
        [
            *(f"{item.severity}  {item.check}  {item.row}  {item.detail}" for item in found),
            context.text(
                "核对 {checks} 项，已记账凭证 {vouchers} 张，发现 {findings} 处",
                checks=len(context.checks),
                vouchers=posted,
                findings=len(found),
            ),
            context.text("链首摘要 {head}", head=head),
        ],
    )
    if any(strict or item.severity == "error" for item in found):
        click.get_current_context().exit(1)


def _store(context: CommandContext, result: checking.Result) -> None:
    """Keep the result for the desk; books that cannot be written to are checked all the same."""
    try:
        with context.transaction() as session:
            checking.keep(session, result, actor=context.actor, clock=context.clock)
    except DBAPIError:
        context.say("检查结果没有保存（数据库不可写）")


@click.group(help="操作日志。")
def trail() -> None:
    """Group the commands for the trail."""


@trail.command("list", help="列出操作日志，最近的在前。")
@click.option("--subject", help="对象，如 voucher:12 或 period:2026-03。")
@click.option("--by", "who", help="操作人。")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True)
@pass_context
def list_trail(context: CommandContext, subject: str | None, who: str | None, limit: int) -> None:
    context.require_reading(Permission.TRAIL_READ)
    query = select(TrailRecord).order_by(TrailRecord.sequence.desc()).limit(limit)
    if subject:
        query = query.where(TrailRecord.subject == subject)
    if who:
        query = query.where(TrailRecord.actor == who)
    with context.reading() as session:
        records = [_record(row) for row in session.execute(query).scalars()]
    context.answer(
        {"records": records},
        [
            "{sequence}  {at:.16}  {actor}  {action}  {subject}".format_map(record)
            for record in records
        ],
    )


def _record(row: TrailRecord) -> dict[str, Any]:
    return {
        "sequence": row.sequence,
        "at": row.at.isoformat(),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "reason": row.reason,
        "detail": None if row.detail is None else json.loads(row.detail),
    }


COMMANDS: tuple[click.Command, ...] = (vouchers, periods, accounts, check, trail)
