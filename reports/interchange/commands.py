"""Commands that write the books for other tools."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import click
from sqlalchemy.orm import Session

from foundation.command_context import CommandContext, pass_context
from foundation.command_files import whole_file
from foundation.users.permissions import Permission
from reports.interchange import files, tax_upload
from reports.interchange.reading import Exported

Write = Callable[[Session, BinaryIO], Exported]
_OUT = click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="写入的文件。",
)
_PERIOD = click.option("--to", "last", metavar="PERIOD", help="截至的会计期间，如 2026-03。")


@click.group(help="导出账簿，供其他软件读取。")
def export() -> None:
    """Group the exports."""


@export.command("beancount", help="导出为 beancount 文件，末尾附各科目各基金的余额核对。")
@_OUT
@_PERIOD
@pass_context
def beancount(context: CommandContext, out: Path, last: str | None) -> None:
    _export(context, out, lambda session, file: files.beancount(session, file, last=last))


@export.command("hledger", help="导出为 hledger 日记账，末尾附各科目各基金的余额核对。")
@_OUT
@_PERIOD
@pass_context
def hledger(context: CommandContext, out: Path, last: str | None) -> None:
    _export(context, out, lambda session, file: files.hledger(session, file, last=last))


@export.command("gbt24589", help="导出审计数据接口文件（GB/T 24589.1-2010，XML，压缩包）。")
@_OUT
@click.option("--year", type=int, help="只导出一个会计年度；默认全部。")
@click.option(
    "--edition",
    type=click.Choice(files.EDITIONS),
    default=files.EDITIONS[0],
    help="标准的版本；2024 版的元素编号尚未取得官方文本，不能导出。",
)
@pass_context
def gbt24589(context: CommandContext, out: Path, year: int | None, edition: str) -> None:
    _export(
        context,
        out,
        lambda session, file: files.gbt24589_zip(session, file, year=year, edition=edition),
    )


@export.command("tax", help="导出财务报表报送文件（2004年格式，xlsx），供电子税务局上传前核对。")
@_OUT
@click.option("--period", required=True, help="会计期间：2025、2025-Q4 或 2025-12。")
@pass_context
def tax(context: CommandContext, out: Path, period: str) -> None:
    context.require_reading(Permission.REPORTS_READ)
    with context.reading() as session, whole_file(out) as file:
        rows = tax_upload.write(session, file, period=period, clock=context.clock)
    data = tax_upload.definition()
    context.say(data["warning"])
    context.answer(
        {"file": str(out), "rows": rows, "grade": data["grade"], "sheets": len(data["sheet"])},
        [context.text("已写入 {file}", file=str(out))],
    )


def _export(context: CommandContext, out: Path, write: Write) -> None:
    context.require_reading(Permission.REPORTS_READ)
    with context.reading() as session, whole_file(out) as file:
        done = write(session, file)
    context.answer(
        {"vouchers": done.vouchers, "lines": done.lines, "file": str(out)},
        [
            context.text(
                "已导出 {vouchers} 张凭证、{lines} 行分录到 {file}",
                vouchers=done.vouchers,
                lines=done.lines,
                file=str(out),
            )
        ],
    )


COMMANDS: tuple[click.Command, ...] = (export,)
