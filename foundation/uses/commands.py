"""The commands `use-reports make|send|export`."""

from pathlib import Path
from typing import Any

import click

from foundation.command_context import CommandContext, pass_context
from foundation.users.permissions import Permission
from foundation.uses import content, queries, service, web
from ledger.orm import chunks

_CHUNK = 100


@click.group("use-reports", help="使用报告：告诉捐赠人一笔捐赠用了多少、用在哪里。")
def use_reports() -> None:
    """Group the commands for reports on the use of gifts."""


@use_reports.command("make", help="出具一笔捐赠或一年捐赠的使用报告。")
@click.option("--gift", help="捐赠编号，如 G2026-000123。")
@click.option("--year", type=click.IntRange(1990, 2199), help="收到捐赠的年份。")
@click.option("--fund", default="", help="只看这个基金（与 --year 同用）。")
@click.option("--through", required=True, help="截至月份，如 2026-10。")
@click.option("--note", default="", help="项目说明（与 --gift 同用）。")
@pass_context
def make(
    context: CommandContext,
    *,
    gift: str | None,
    year: int | None,
    fund: str,
    through: str,
    note: str,
) -> None:
    if (gift is None) == (year is None):
        raise click.UsageError(context.text("请给出一笔捐赠或一个年份"))
    actor = context.require(Permission.DOCUMENTS_ISSUE)
    day = min(web.month_end(through), context.clock.today())
    who: dict[str, Any] = {"actor": actor, "clock": context.clock}
    made: list[int] = []
    skipped: list[service.Skipped] = []
    if gift is not None:
        with context.transaction() as session:
            made = [service.make(session, web.gift_key(gift), through=day, note=note, **who).id]
    else:
        assert year is not None
        with context.reading() as session:
            keys = service.gifts_of(session, year=year, fund=fund)
        # Whole reports in each transaction: a run that is interrupted goes on where it stopped.
        for part in chunks(keys, _CHUNK):
            with context.transaction() as session:
                batch = service.make_year(session, part, through=day, **who)
            made += batch.made
            skipped += batch.skipped
    answer = {
        "made": len(made),
        "reports": made,
        "skipped": [{"gift": item.gift, "reason": item.reason} for item in skipped],
    }
    context.answer(answer, [context.text("已出具 {count} 份使用报告", count=len(made))])


@use_reports.command("send", help="通知还没有通知过的捐赠人。")
@pass_context
def send(context: CommandContext) -> None:
    actor = context.require(Permission.DOCUMENTS_ISSUE)
    sent = missing = 0
    with context.transaction() as session:
        for row in queries.recent(session, only_unsent=True, limit=100_000):
            try:
                service.send(
                    session,
                    row.id,
                    public_url=context.config.public_url,
                    actor=actor,
                    clock=context.clock,
                )
                sent += 1
            except service.NothingToReport:
                missing += 1
    said = context.text("已通知 {sent} 位，{missing} 位没有电子邮箱", sent=sent, missing=missing)
    context.answer({"sent": sent, "without_address": missing}, [said])


@use_reports.command("export", help="把使用报告的 PDF 写到一个文件夹。")
@click.option("--year", type=click.IntRange(1990, 2199), help="报告截至的年份。")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@pass_context
def export(context: CommandContext, *, year: int | None, out: Path) -> None:
    context.require_reading(Permission.GIFTS_READ)
    out.mkdir(parents=True, exist_ok=True)
    files = []
    with context.reading() as session:
        for row in queries.recent(session, year=year, limit=100_000):
            report = service.get(session, row.id)
            path = out / f"{content.load(report.content).number}.pdf"
            path.write_bytes(report.file)
            files.append(path.name)
    context.answer({"files": files}, [context.text("已写出 {count} 个文件", count=len(files))])


COMMANDS: tuple[click.Command, ...] = (use_reports,)
