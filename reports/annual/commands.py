"""`reports annual-report`: the tables of the annual report as one workbook, a sheet for each."""

from pathlib import Path

import click

from foundation.command_context import CommandContext, pass_context
from foundation.command_files import digest_of, whole_file
from foundation.users.permissions import Permission
from reports import parameters
from reports.annual import report
from reports.exporters import xlsx
from reports.parameters import PERIOD
from reports.tables import kept


@click.command("annual-report", help="年报财务表：一个工作簿，一表一页，末页为与账面的差异。")
@click.option("--year", type=int, required=True, help="会计年度。")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写入的文件。"
)
@pass_context
def annual_report(context: CommandContext, year: int, out: Path) -> None:
    context.require_reading(Permission.REPORTS_READ)
    with context.reading() as session, whole_file(out) as file:
        asked = parameters.resolve(session, (PERIOD,), {"period": str(year)}, clock=context.clock)
        found = [kept(table) for _, table in report.several(session, asked)]
        xlsx.write_several(found, file, language=context.language)
    context.answer(
        {"file": str(out), "tables": len(found), "sha256": digest_of(out)},
        [context.text("已写入 {file}", file=str(out))],
    )
