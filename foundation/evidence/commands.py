"""Commands: hand in tables and papers, do without them, explain control totals."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from foundation.command_context import CommandContext, pass_context, table
from foundation.command_files import whole_file
from foundation.evidence import explanations, kinds, queries, service, template
from foundation.evidence.explanations import HoldsAlready
from foundation.evidence.joined import ControlRow, Joined
from foundation.evidence.kinds import AUDITED
from foundation.evidence.models import EvidenceUpload
from foundation.evidence.service import Paper
from foundation.users.permissions import Permission
from ledger.clock import Clock

_STATES = {
    "there": "已上传",
    "waived": "免报",
    "missing": "缺少",
    "optional": "未上传（非必报）",
}
_YEAR = click.option("--year", type=int, required=True, help="会计年度。")
ControlRows = Callable[[Session, str, Clock], Sequence[ControlRow]]


def commands(joined: Joined) -> tuple[click.Command, ...]:
    """Return the commands, with what stands above this package."""

    @click.group("evidence", help="评估资料：账簿以外的表格和文件，控制合计的差额说明。")
    def group() -> None:
        """Group the commands for evidence."""

    group.add_command(_list)
    group.add_command(_template)
    group.add_command(_waive)
    group.add_command(_upload(joined))
    for command in _explaining(joined.control_rows):
        group.add_command(command)
    return (group,)


@click.command("list", help="列出一个年度已上传和缺少的资料。")
@_YEAR
@pass_context
def _list(context: CommandContext, year: int) -> None:
    context.require_reading(Permission.REPORTS_READ)
    with context.reading() as session:
        slots = queries.slots(session, year)
        papers = [
            paper
            for kind in kinds.kinds().values()
            if not kind.is_table
            for paper in queries.list_papers(session, kind.code, year)
        ]
        missing = [kind.code for kind in queries.missing(session, year)]
        rows = [
            (
                slot.kind.code,
                slot.kind.name(context.language),
                context.translate(_STATES[slot.state]),
                slot.upload.file_name if slot.upload else slot.waiver.reason if slot.waiver else "",
            )
            for slot in slots
        ]
        rows += [
            (
                paper.kind,
                kinds.get_kind(paper.kind).name(context.language),
                context.translate(_STATES["there"]),
                paper.file_name,
            )
            for paper in papers
        ]
        tables = [
            {
                "kind": slot.kind.code,
                "file": slot.kind.file,
                "state": slot.state,
                "required": slot.kind.is_required,
                "upload": _document(slot.upload) if slot.upload else None,
                "waived": slot.waiver.reason if slot.waiver else None,
            }
            for slot in slots
        ]
        found = [_document(paper) for paper in papers]
    heads = [context.translate(head) for head in ("资料", "名称", "状态", "文件")]
    answer = {"year": year, "tables": tables, "papers": found, "missing": missing}
    context.answer(answer, table(heads, rows))


@click.command("template", help="写出一种表格的填报模板。")
@click.argument("kind")
@_YEAR
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写入的文件。"
)
@pass_context
def _template(context: CommandContext, kind: str, year: int, out: Path) -> None:
    context.require_reading(Permission.REPORTS_READ)
    content = template.write(kinds.get_kind(kind), year=year, language=context.language)
    with whole_file(out) as stream:
        stream.write(content)
    context.answer({"file": str(out)}, [str(out)])


@click.command("waive", help="免报一项必报的资料，原因保存在案。")
@click.argument("kind")
@_YEAR
@click.option("--reason", required=True, help="免报的原因。")
@pass_context
def _waive(context: CommandContext, kind: str, year: int, reason: str) -> None:
    actor = context.require(Permission.EVIDENCE_EDIT)
    with context.transaction() as session:
        service.waive(session, kind, year, reason=reason, actor=actor, clock=context.clock)
    context.answer({"kind": kind, "year": year, "reason": reason}, [context.text("已登记免报")])


def _upload(joined: Joined) -> click.Command:
    @click.command("upload", help="上传一种表格（逐项检查，有误则整份不收）或一份文件。")
    @click.argument("kind")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @_YEAR
    @click.option("--title", default="", help="文件的名称；表格不需要。")
    @click.option("--reference", default="", help="文号或编号。")
    @pass_context
    def upload(
        context: CommandContext, kind: str, file: Path, year: int, title: str, reference: str
    ) -> None:
        actor = context.require(Permission.EVIDENCE_EDIT)
        known = kinds.get_kind(kind)
        paper = Paper(file.name, file.read_bytes(), title, reference)
        more: dict[str, Any] = {
            "data_dir": context.config.data_dir,
            "actor": actor,
            "clock": context.clock,
        }
        with context.transaction() as session:
            if known.is_table:
                if kind == AUDITED:
                    rows = joined.statement_rows(session, year, context.clock)
                    more["statement_rows"] = [row.name for row in rows]
                made = service.hand_in_table(session, kind, year, paper, **more)
            else:
                made = service.hand_in_paper(session, kind, year, paper, **more)
            answer = _document(made)
        context.answer(
            answer,
            [context.text("已上传 {name}，{count} 行", name=made.title, count=made.row_count)],
        )

    return upload


def _explaining(control_rows: ControlRows) -> tuple[click.Command, ...]:
    @click.command("explain", help="说明一项控制合计为何不符；由另一人批准后生效。")
    @click.argument("control")
    @_YEAR
    @click.option("--reason", required=True, help="差额的原因。")
    @click.option(
        "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="依据文件。"
    )
    @pass_context
    def explain(
        context: CommandContext, control: str, year: int, reason: str, file: Path | None
    ) -> None:
        actor = context.require(Permission.EVIDENCE_EDIT)
        with context.reading() as session:
            rows = control_rows(session, str(year), context.clock)
        now = next((row.now for row in rows if row.id == control), None)
        if now is None:
            raise HoldsAlready(period=year, control=control[:8])
        with context.transaction() as session:
            made = explanations.explain(
                session,
                now,
                reason=reason,
                paper=(file.name, file.read_bytes()) if file is not None else None,
                data_dir=context.config.data_dir,
                actor=actor,
                clock=context.clock,
            )
            key = made.id
        said = context.text("说明 {id} 待另一人批准", id=key)
        context.answer({"id": key, "control": control, "year": year}, [said])

    @click.command("approve", help="批准他人写的差额说明。")
    @click.argument("explanation", type=int)
    @pass_context
    def approve(context: CommandContext, explanation: int) -> None:
        actor = context.require(Permission.STATEMENTS_ISSUE)
        with context.reading() as session:
            held = explanations.get_explanation(session, explanation)
            rows = control_rows(session, held.period, context.clock)
            now = next((row.now for row in rows if row.id == held.control), None)
        with context.transaction() as session:
            explanations.approve(session, explanation, now, actor=actor, clock=context.clock)
        context.answer({"id": explanation, "approved_by": actor}, [context.text("已批准")])

    return explain, approve


def _document(upload: EvidenceUpload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "kind": upload.kind,
        "year": upload.year,
        "title": upload.title,
        "file_name": upload.file_name,
        "sha256": upload.digest,
        "rows": upload.row_count,
        "uploaded_by": upload.uploaded_by,
    }
