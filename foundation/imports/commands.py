"""The command `gifts import`: a register into the books, all or nothing, with one answer."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from foundation.command_context import CommandContext, pass_context
from foundation.http.problems import jsonable
from foundation.imports import (
    column_naming,
    documents,
    mappings,
    reading,
    recognition,
    service,
)
from foundation.imports.examination import Examination, ImportRequest, examine
from foundation.imports.reading import Source
from foundation.imports.recognition import Mapping, Understanding
from foundation.imports.refusals import MappingInvalid
from foundation.imports.service import ImportRefused
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import DomainError

_SHOWN = 20


class _Asked:
    """What was asked for, and how far it came: a refusal tells that too."""

    def __init__(
        self,
        *,
        file: Path,
        request: ImportRequest,
        day: date | None,
        sheet: str | None,
        columns: Sequence[str],
    ) -> None:
        self.file = file
        self.request = request
        self.day = day
        self.sheet = sheet
        self.columns = columns
        self.understanding: Understanding | None = None
        self.found: Examination | None = None

    def understand(self, session: Session, source: Source) -> Understanding:
        """Recognise the table, with the columns that were named."""
        mapping: Mapping | None
        if self.columns:
            mapping = column_naming.with_columns(source, self._named(source), sheet=self.sheet)
        else:
            kept = mappings.recall(session, source, self.sheet)
            mapping = None if kept is None else kept.mapping
        self.understanding = recognition.recognise(
            source, sheet=self.sheet, mapping=mapping, default_date=self.day
        )
        return self.understanding

    def _named(self, source: Source) -> dict[str, str]:
        named = {}
        for text in self.columns:
            role, equals, column = text.partition("=")
            if not equals:
                raise MappingInvalid(
                    filename=source.filename, reason=f"“{text}”应写作 角色=列，例如 amount=捐款额"
                )
            named[role] = column
        return named


@click.command(
    "import",
    help="导入捐赠登记表（.xlsx、.xls、.csv）。全部导入，或一行也不导入；重复的行不再导入。",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fund", required=True, help="记入的基金编码。")
@click.option("--account", required=True, help="收款的现金或银行存款科目编码。")
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="表中没有日期列时的到账日期。"
)
@click.option(
    "--vouchers",
    type=click.Choice(["each", "daily"]),
    default="each",
    show_default=True,
    help="each 每笔一张凭证，daily 每天一张汇总凭证。",
)
@click.option("--dry-run", is_flag=True, help="只检查，不写入任何数据。")
@click.option("--accept-difference", "reason", help="合计不符时仍导入，写明原因，留存于批次。")
@click.option("--sheet", help="工作表名称；默认读取第一个有登记表的工作表。")
@click.option(
    "--mapping",
    "columns",
    multiple=True,
    metavar="ROLE=COLUMN",
    help="指定列，可重复：如 amount=捐款额、donor=B、date=3。",
)
@pass_context
def import_gifts(
    context: CommandContext,
    file: Path,
    *,
    fund: str,
    account: str,
    day: datetime | None,
    vouchers: str,
    dry_run: bool,
    reason: str | None,
    sheet: str | None,
    columns: tuple[str, ...],
) -> None:
    asked = _Asked(
        file=file,
        request=ImportRequest(
            fund_code=fund,
            account_code=account,
            daily=vouchers == "daily",
            difference_reason=reason,
        ),
        day=None if day is None else day.date(),
        sheet=sheet,
        columns=columns,
    )
    try:
        actor = context.require(Permission.GIFTS_RECORD)
        result = _look(context, asked) if dry_run else _bring(context, asked, actor=actor)
    except DomainError as error:
        _refuse(context, asked, error)
    else:
        context.answer(result, _lines(context, asked, result, is_dry=dry_run))


def _look(context: CommandContext, asked: _Asked) -> dict[str, Any]:
    source = reading.open_register(asked.file, asked.file.name)
    with context.reading() as session, _progress(context, source, passes=1) as advance:
        understanding = asked.understand(session, source)
        asked.found = examine(
            session, understanding, asked.request, clock=context.clock, progress=advance
        )
        return _document(asked)


def _bring(context: CommandContext, asked: _Asked, *, actor: str) -> dict[str, Any]:
    source = reading.open_register(asked.file, asked.file.name)
    with _progress(context, source, passes=2) as advance, context.transaction() as session:
        understanding = asked.understand(session, source)
        done = service.import_register(
            session,
            understanding,
            asked.request,
            actor=actor,
            clock=context.clock,
            progress=advance,
        )
        asked.found = done.examination
        return _document(asked, imported=done.imported, batch=done.batch_id)


@contextmanager
def _progress(
    context: CommandContext, source: Source, *, passes: int
) -> Iterator[Callable[[str, int], None]]:
    length = passes * _counted_rows(source) if sys.stderr.isatty() else 0
    with context.progress("导入捐赠", length) as advance:
        yield lambda _phase, count: advance(count)


def _counted_rows(source: Source) -> int:
    """Count the rows for the bar: only a person who watches pays for it."""
    return sum(1 for _ in source.rows())


def _refuse(context: CommandContext, asked: _Asked, error: DomainError) -> None:
    """Say what was refused beside everything that was found out, and exit with 1."""
    found = error.examination if isinstance(error, ImportRefused) else asked.found
    data = {name: jsonable(value) for name, value in error.data.items() if name != "rejected"}
    refusal = data | {"code": error.code, "detail": context.describe(error)}
    asked.found = found
    document = {"error": refusal} | _document(asked)
    lines = [] if found is None else _rejected(found)
    if not context.as_json:
        click.echo(context.describe(error), err=True)
        for line in lines:
            click.echo(line, err=True)
    else:
        context.answer(document)
    raise click.exceptions.Exit(1)


def _document(asked: _Asked, *, imported: int = 0, batch: int | None = None) -> dict[str, Any]:
    """What was read and done; what is not known yet is zero or null."""
    found = asked.found or Examination()
    columns, notices = {}, []
    if asked.understanding is not None:
        columns = column_naming.columns_of(asked.understanding)
        notices = list(asked.understanding.notices)
    counts = {reason.value: count for reason, count in sorted(found.skipped_counts.items())}
    return documents.of_examination(found, imported=imported, batch=batch) | {
        "rejected_count": found.rejected_count,
        "columns": columns,
        "skipped_by_reason": counts,
        "notices": notices,
    }


def _rejected(found: Examination) -> list[str]:
    return [f"  {row.description}" for row in found.rejected[:_SHOWN]]


def _lines(
    context: CommandContext, asked: _Asked, result: dict[str, Any], *, is_dry: bool
) -> list[str]:
    assert asked.found is not None
    found = asked.found
    said = [
        context.text(
            "读取 {rows} 行，合计 {total}",
            rows=found.row_count,
            total=money.grouped(found.total_minor),
        )
    ]
    if found.stated_minor is not None:
        ties = "与文件所列合计相符" if found.ties else "与文件所列合计 {stated} 不符"
        said.append(context.text(ties, stated=money.grouped(found.stated_minor)))
    said += [str(notice) for notice in result["notices"]]
    if found.duplicates:
        said.append(context.text("账簿中已有 {count} 笔，不再导入", count=len(found.duplicates)))
    if found.probable:
        said.append(
            context.text(
                "疑似重复 {count} 笔：与手工登记的捐赠同日、同捐赠人、同金额，仍作为新捐赠；"
                "如确为同一笔，请作废其中一笔",
                count=len(found.probable),
            )
        )
        said += [f"  {one.row} = {one.gift}" for one in found.probable[:_SHOWN]]
    if found.rejected_count:
        said.append(context.text("{count} 行不能导入：", count=found.rejected_count))
        said += _rejected(found)
    if is_dry:
        said.append(context.text("只作检查，没有写入；将导入 {count} 笔", count=found.new_count))
    elif result["batch"] is None:
        said.append(context.text("没有新的捐赠"))
    else:
        said.append(
            context.text(
                "已导入 {count} 笔（批次 {batch}），凭证等待审核",
                count=result["imported"],
                batch=result["batch"],
            )
        )
    return said
