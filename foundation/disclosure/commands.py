"""The commands `disclosure list|prepare|publish|decline`."""

from pathlib import Path

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.disclosure import documents, kinds, labels, queries, service
from foundation.disclosure.service import Preparation, Upload
from foundation.users.permissions import Permission


@click.group(help="信息公开：准备、复核并公开依法须公开的内容。")
def disclosure() -> None:
    """Group the commands for publications."""


@disclosure.command("list", help="列出待复核和已公开的内容。")
@pass_context
def list_publications(context: CommandContext) -> None:
    context.require_reading(Permission.REPORTS_READ)
    with context.reading() as session:
        found = queries.recent(session)
    heads = [context.translate(head) for head in ("编号", "事项", "对象", "状态", "摘要")]
    rows = [
        (
            str(item.id),
            kinds.get(item.kind).title(context.language),
            item.subject,
            context.translate(labels.STATES[item.state][0]),
            item.digest[:12],
        )
        for item in found
    ]
    answer = {"publications": [documents.of_publication(item) for item in found]}
    context.answer(answer, table(heads, rows))


@disclosure.command("prepare", help="生成一项公开内容，由另一人复核后发布。")
@click.argument("kind", type=click.Choice(list(kinds.shipped())))
@click.argument("subject", default="current")
@click.option("--title", default="", help="公告的标题。")
@click.option("--text", default="", help="说明或公告正文。")
@click.option("--correction", default="", help="更正已公开内容的说明。")
@click.option(
    "--file",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="一并公开的 PDF 文件，可多次给出。",
)
@pass_context
def prepare(
    context: CommandContext,
    kind: str,
    subject: str,
    title: str,
    text: str,
    correction: str,
    files: tuple[Path, ...],
) -> None:
    actor = context.require(Permission.EVIDENCE_EDIT)
    uploads = tuple(Upload(path.name, path.read_bytes()) for path in files)
    wanted = Preparation(kind, subject, title, text, correction, uploads)
    with context.transaction() as session:
        made = service.prepare(session, wanted, actor=actor, clock=context.clock)
        answer = documents.of_publication(queries.get(session, made.id))
    said = context.text(
        "已生成第 {id} 号，摘要 {digest}，待另一人复核", id=answer["id"], digest=answer["digest"]
    )
    context.answer(answer, [said])


@disclosure.command("publish", help="公开另一人准备的内容；须给出看过的摘要。")
@click.argument("publication", type=int)
@click.option("--digest", required=True, help="复核时看到的摘要。")
@pass_context
def publish(context: CommandContext, publication: int, digest: str) -> None:
    actor = context.require(Permission.STATEMENTS_ISSUE)
    with context.transaction() as session:
        service.publish(
            session,
            publication,
            expected=digest,
            public_url=context.config.public_url,
            actor=actor,
            clock=context.clock,
        )
        answer = documents.of_publication(queries.get(session, publication))
    context.answer(answer, [context.text("已公开：{address}", address=answer["address"])])


@disclosure.command("decline", help="退回另一人准备的内容。")
@click.argument("publication", type=int)
@click.option("--reason", required=True, help="退回的原因。")
@pass_context
def decline(context: CommandContext, publication: int, reason: str) -> None:
    actor = context.require(Permission.STATEMENTS_ISSUE)
    with context.transaction() as session:
        service.decline(session, publication, reason=reason, actor=actor, clock=context.clock)
        answer = documents.of_publication(queries.get(session, publication))
    context.answer(answer, [context.text("已退回第 {id} 号", id=publication)])


COMMANDS: tuple[click.Command, ...] = (disclosure,)
