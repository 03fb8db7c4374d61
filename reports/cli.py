"""Commands: list the reports, and run one into a file or onto the screen."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.command_files import whole_file
from foundation.users.permissions import Permission
from ledger.errors import NotAllowed
from reports import exporting, registry
from reports.annual.commands import annual_report
from reports.audit_pack.commands import audit_pack
from reports.definition import Report, described
from reports.exporting import Format
from reports.parameters import Answer, Parameter
from reports.period_range import parse_range
from reports.tables import CHINESE, STATE_WORDS, Kind, Table, kept, printed, total_cells
from reports.tie_outs import explaining
from reports.tie_outs import registry as tie_outs_registry
from reports.tie_outs import report as tie_outs_report

Command = TypeVar("Command", bound=Callable[..., Any])
_RIGHT = frozenset({Kind.MONEY, Kind.INTEGER})


@click.group(help="报表：列示、生成、导出。")
def reports() -> None:
    """Group the commands for reports."""


@reports.command("list", help="列出报表及其参数。")
@pass_context
def list_reports(context: CommandContext) -> None:
    found = [described(report) for report in registry.REPORTS]
    heads = [context.translate(head) for head in ("编号", "名称", "参数", "说明")]
    rows = [
        (
            report.id,
            report.title.zh,
            " ".join(_option_name(parameter) for parameter in report.parameters),
            report.purpose.zh,
        )
        for report in registry.REPORTS
    ]
    context.answer({"reports": found}, table(heads, rows))


def _option_name(parameter: Parameter) -> str:
    return "--" + parameter.name.replace("_", "-")


def _with_parameters(command: Command) -> Command:
    """Give the command an option for every parameter that any report has."""
    known: dict[str, Parameter] = {}
    for report in registry.REPORTS:
        for parameter in report.parameters:
            known.setdefault(parameter.name, parameter)
    for parameter in reversed(known.values()):
        command = click.option(
            _option_name(parameter),
            parameter.name,
            is_flag=parameter.answer is Answer.FLAG,
            default=False if parameter.answer is Answer.FLAG else None,
            help=_help(parameter),
        )(command)
    return command


def _help(parameter: Parameter) -> str:
    if parameter.answer is Answer.PERIOD:
        return "会计期间：2026、2026-03、2026-Q1 或 2026-01..2026-03；默认为最近一个月。"
    codes = "、".join(code for code, _ in parameter.choices)
    return f"{parameter.title.zh}{f'：{codes}' if codes else ''}。"


@reports.command("run", help="生成一张报表；不写 --format 时显示在屏幕上。")
@click.argument("report_id", metavar="ID")
@_with_parameters
@click.option("--format", "form", type=click.Choice(list(exporting.FORMATS)), help="文件格式。")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写入的文件。")
@pass_context
def run_report(
    context: CommandContext,
    /,
    report_id: str,
    *,
    form: str | None,
    out: Path | None,
    **given: str | bool | None,
) -> None:
    report = registry.get(report_id)
    _check_permission(context, report)
    asked = {name: str(int(v)) if isinstance(v, bool) else v for name, v in given.items() if v}
    wanted = _format(form, out)
    if out is not None and wanted is not None:
        _write_file(context, report, asked, wanted, out)
        context.say("已写入 {file}", file=str(out))
    if context.as_json:
        _print(context, report, asked, exporting.get("json"))
    elif out is None and wanted is not None:
        _print(context, report, asked, wanted)
    elif out is None:
        _show(context, report, asked)


@reports.command("tie-outs", help="勾稽：三十六项控制合计，两方分别计算。")
@click.option("--period", required=True, help="会计期间：2026、2026-Q1 或 2026-03。")
@pass_context
def tie_outs(context: CommandContext, period: str) -> None:
    context.require_reading(Permission.REPORTS_READ)
    with context.reading() as session:
        found = tie_outs_registry.run(session, period, clock=context.clock)
        known = explaining.explained(session, parse_range(period).text, found)
    heads = [context.translate(head) for head in ("编号", "左金额", "右金额", "结论", "说明")]
    rows = [
        (
            item.control.id,
            item.said(item.sides.left) or "" if item.sides else "",
            item.said(item.sides.right) or "" if item.sides else "",
            tie_outs_report.VERDICTS[item.holds].label.zh,
            explaining.note(item, known),
        )
        for item in found
    ]
    context.answer(tie_outs_report.document(found, known), table(heads, rows, right=" rr"))


def _check_permission(context: CommandContext, report: Report) -> None:
    """Any of the permissions of a report will do."""
    refused: NotAllowed | None = None
    for permission in sorted(report.permissions):
        try:
            context.require_reading(permission)
        except NotAllowed as error:
            refused = error
        else:
            return
    if refused is not None:
        raise refused


def _format(form: str | None, out: Path | None) -> Format | None:
    """Return the format that is named, or that the ending of the file names."""
    if form is not None:
        wanted = exporting.get(form)
        if out is None and not wanted.is_text:
            raise click.UsageError(f"--format {form} 需要 --out 指明写入的文件")
        return wanted
    return exporting.get(out.suffix.removeprefix(".").lower()) if out is not None else None


def _print(context: CommandContext, report: Report, given: Mapping[str, str], form: Format) -> None:
    with context.reading() as session:
        found = registry.run(session, report.id, given, clock=context.clock)
        form.write(found, sys.stdout.buffer)
        sys.stdout.flush()


def _write_file(
    context: CommandContext, report: Report, given: Mapping[str, str], form: Format, out: Path
) -> None:
    with context.reading() as session:
        found = registry.run(session, report.id, given, clock=context.clock)
        with whole_file(out) as stream:
            form.write(found, stream)


def _show(context: CommandContext, report: Report, given: Mapping[str, str]) -> None:
    with context.reading() as session:
        found = kept(registry.run(session, report.id, given, clock=context.clock))
    for line in _screen(found):
        click.echo(line)


def _screen(found: Table) -> Iterator[str]:
    heading = found.heading
    state = STATE_WORDS[heading.state].zh
    yield f"{heading.organisation.zh} {found.title.zh} {heading.period_title.zh} {state}".strip()
    if found.subtitle is not None:
        yield found.subtitle.zh
    rows = [row.cells for row in found.rows]
    if found.totals:
        rows.append(tuple(total_cells(found, CHINESE)))
    heads = [
        f"{column.group.zh if column.group else ''}{column.title.zh}" for column in found.columns
    ]
    cells = [
        [
            printed(value, column.kind, CHINESE)
            for column, value in zip(found.columns, row, strict=True)
        ]
        for row in rows
    ]
    right = "".join("r" if column.kind in _RIGHT else "l" for column in found.columns)
    yield from table(heads, cells, right=right)
    for note in found.notes:
        yield note.zh


reports.add_command(audit_pack)
reports.add_command(annual_report)

COMMANDS: tuple[click.Command, ...] = (reports,)
