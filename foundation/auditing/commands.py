"""Commands of the auditor's desk: `audit sample`, `audit queries`, `audit access` and the rest."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from foundation.auditing import (
    access_reading,
    documents,
    drawing,
    labels,
    plans,
    queries,
    service,
    workbook,
)
from foundation.auditing.access_reading import AccessFilter
from foundation.auditing.models import reference
from foundation.auditing.plans import NAMES, SideOf, Source
from foundation.auditing.queries import QueryFilter, QueryRow, QueryState
from foundation.auditing.sampling import CONFIDENCE_FACTORS, Method
from foundation.auditing.schemas import SampleAnswer
from foundation.auditing.service import QueryInput
from foundation.books import reading
from foundation.command_context import CommandContext, pass_context, table
from foundation.http.languages import mark
from foundation.http.lists import PageRequest
from foundation.users.permissions import Permission
from ledger.balances import Span

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("audit", help="审计：抽样、询问与答复、访问记录。")
def audit() -> None:
    """Group the commands of the auditor's desk."""


@audit.command("sample", help="抽取样本；同样的参数和账簿总得到同样的样本。")
@click.option("--period", required=True, help="会计期间：2026、2026-Q1 或 2026-03。")
@click.option("--population", type=click.Choice([one.value for one in Source]), help="总体。")
@click.option("--account", help="科目编码（含明细）。")
@click.option("--fund", help="基金编码。")
@click.option("--side", type=click.Choice([one.value for one in SideOf]), help="只抽一方的分录。")
@click.option("--closing", type=click.Choice(["excluded", "included"]), help="是否包含结转凭证。")
@click.option("--method", type=click.Choice([one.value for one in Method]), help="抽样方法。")
@click.option("--size", help="样本量。")
@click.option("--seed", help="随机种子；默认为期间。")
@click.option("--least", help="金额起点。")
@click.option("--bands", help="金额分层，如 10000:5,100000:10,*:all。")
@click.option("--tolerable", help="可容忍错报；给出时按置信水平计算间隔。")
@click.option("--confidence", type=click.Choice(list(CONFIDENCE_FACTORS)), help="置信水平（%）。")
@pass_context
def sample(context: CommandContext, /, period: str, **given: str | None) -> None:
    context.require_reading(Permission.BOOKS_READ)
    asked = {name: given[name] or "" for name in NAMES}
    first, last = reading.span_of(period)
    with context.reading() as session:
        plan = plans.read(session, asked, period=period, span=Span(first, last))
        drawn = drawing.draw(session, plan)
        document = SampleAnswer().dump(documents.of_sample(session, drawn))
    rows = [
        (
            str(item["number"]),
            item["reference"],
            str(item["line"] or ""),
            item["date"],
            item["amount"],
            item["summary"],
        )
        for item in document["items"]
    ]
    words = [mark("序号"), mark("编号"), mark("行号"), mark("日期"), mark("金额"), mark("摘要")]
    heads = [context.text(head) for head in words]
    summary = context.text(
        "{method}：总体 {count} 项 {total}，样本 {selected} 项 {selected_total}",
        method=context.text(labels.METHODS[plan.method]),
        count=document["count"],
        total=document["total"],
        selected=document["selected"],
        selected_total=document["selected_total"],
    )
    context.answer(document, [*table(heads, rows), summary])


@audit.command("queries", help="列出审计询问，最近的在前。")
@click.option("--state", type=click.Choice([one.value for one in QueryState]), help="状态。")
@click.option("--year", type=int, help="年度。")
@pass_context
def list_queries(context: CommandContext, state: str | None, year: int | None) -> None:
    context.require_reading(Permission.BOOKS_READ)
    wanted = QueryFilter(state=QueryState(state) if state else None, year=year)
    with context.reading() as session:
        found = [_query(row) for row in queries.every(session, wanted)]
    words = [mark("编号"), mark("询问日期"), mark("状态"), mark("对象"), mark("主题")]
    rows = [
        (
            one["reference"],
            one["asked_on"],
            context.text(labels.STATES[QueryState(one["state"])][0]),
            one["about"],
            one["topic"],
        )
        for one in found
    ]
    context.answer({"queries": found}, table([context.text(word) for word in words], rows))


@audit.command("record-query", help="登记一个审计询问。")
@click.option("--topic", required=True, help="主题。")
@click.option("--text", required=True, help="询问的内容。")
@click.option("--asked-by", required=True, help="询问人：事务所和姓名。")
@click.option("--on", "day", type=_DAY, help="询问日期；默认为今天。")
@click.option("--about", default="", help="凭证号（分录加 #行号）或捐赠编号。")
@pass_context
def record_query(context: CommandContext, /, day: datetime | None, **given: str) -> None:
    actor = context.require(Permission.AUDIT_ANSWER)
    asked_on = day.date() if day else context.clock.today()
    with context.transaction() as session:
        entry = QueryInput(**given, asked_on=asked_on)
        made = service.record(session, entry, actor=actor, clock=context.clock)
        named = reference(made.year, made.number)
    context.answer({"query": named}, [context.text("已登记审计询问 {query}", query=named)])


@audit.command("read-workbook", help="登记样本工作簿“询问”列中的问题。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--asked-by", required=True, help="询问人：事务所和姓名。")
@click.option("--on", "day", type=_DAY, help="询问日期；默认为今天。")
@click.option("--topic", default="抽样询问", help="主题。")
@pass_context
def read_workbook(
    context: CommandContext, file: Path, *, asked_by: str, day: datetime | None, topic: str
) -> None:
    actor = context.require(Permission.AUDIT_ANSWER)
    with context.transaction() as session:
        done = workbook.record(
            session,
            file.read_bytes(),
            file.name,
            asked_by=asked_by,
            asked_on=day.date() if day else context.clock.today(),
            topic=topic,
            actor=actor,
            clock=context.clock,
        )
    document = {
        "rows": done.rows,
        "recorded": list(done.recorded),
        "duplicates": done.duplicates,
        "rejected": [{"row": row, "reason": context.describe(why)} for row, why in done.rejected],
    }
    text = context.text(
        "询问 {rows} 个，登记 {recorded} 个，此前已登记 {duplicates} 个，未能登记 {rejected} 个",
        rows=done.rows,
        recorded=len(done.recorded),
        duplicates=done.duplicates,
        rejected=len(done.rejected),
    )
    context.answer(document, [text])


@audit.command("answer", help="答复审计询问；以前的答复保留，以最后一次为准。")
@click.argument("query")
@click.option("--text", required=True, help="答复的内容。")
@click.option(
    "--file",
    "attached",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="附件；可重复。",
)
@pass_context
def answer(context: CommandContext, query: str, text: str, attached: tuple[Path, ...]) -> None:
    actor = context.require(Permission.AUDIT_ANSWER)
    with context.transaction() as session:
        service.answer(
            session,
            query,
            text,
            attached=[(path.name, path.read_bytes()) for path in attached],
            data_dir=context.config.data_dir,
            actor=actor,
            clock=context.clock,
        )
    context.answer({"query": query}, [context.text("已答复 {query}", query=query)])


@audit.command("close", help="关闭已答复的审计询问。")
@click.argument("query")
@pass_context
def close(context: CommandContext, query: str) -> None:
    actor = context.require(Permission.AUDIT_ANSWER)
    with context.transaction() as session:
        service.close(session, query, actor=actor, clock=context.clock)
    context.answer({"query": query}, [context.text("已关闭 {query}", query=query)])


@audit.command("access", help="列出审计账号的访问记录，最近的在前。")
@click.option("--user", default="", help="只看一个用户。")
@click.option("--from", "first", type=_DAY, help="从哪一天。")
@click.option("--to", "last", type=_DAY, help="到哪一天。")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True)
@pass_context
def access(
    context: CommandContext, user: str, *, first: datetime | None, last: datetime | None, limit: int
) -> None:
    context.require_reading(Permission.TRAIL_READ)
    wanted = AccessFilter(
        zone=context.clock.zone,
        actor=user,
        first_on=first.date() if first else None,
        last_on=last.date() if last else None,
    )
    with context.reading() as session:
        total = access_reading.count(session, wanted)
        page = access_reading.list_log(session, wanted, PageRequest(limit=limit))
    zone = ZoneInfo(context.clock.zone)
    found = [
        {
            "at": row.at.isoformat(),
            "user": row.actor,
            "method": row.method,
            "path": row.path,
            "subject": row.subject,
            "status": row.status,
        }
        for row in page.items
    ]
    lines = [
        f"{row.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {row.actor}  {row.status}"
        f"  {row.method} {row.path}"
        for row in page.items
    ]
    context.answer({"total": total, "access": found}, lines)


def _query(row: QueryRow) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "topic": row.topic,
        "text": row.text,
        "about": row.about,
        "asked_by": row.asked_by,
        "asked_on": row.asked_on.isoformat(),
        "state": row.state.value,
        "answers": row.answers,
        "answer": row.answer,
        "answered_by": row.answered_by,
    }


COMMANDS: tuple[click.Command, ...] = (audit,)
