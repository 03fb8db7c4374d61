"""`reports audit-pack`: one file for the auditors, a draft or final."""

from pathlib import Path
from typing import Any

import click

from foundation.command_context import CommandContext, pass_context
from foundation.command_files import digest_of, whole_file
from foundation.evidence import packs
from foundation.users.permissions import Permission
from reports.audit_pack import making, summary
from reports.audit_pack.making import Wanted


@click.command(
    "audit-pack", help="评估资料包：一至三个年度的全部资料、勾稽与校验程序，合为一个文件。"
)
@click.option("--from", "first", type=int, required=True, help="起始年度。")
@click.option("--to", "last", type=int, required=True, help="截止年度。")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写入的文件。"
)
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="以前交出的资料包；另列自那时以来的变更。",
)
@click.option(
    "--final",
    "is_final",
    is_flag=True,
    help="定为正式：有未说明的差额等任何一项即拒绝，并逐项列出。",
)
@pass_context
def audit_pack(
    context: CommandContext,
    first: int,
    last: int,
    out: Path,
    since: Path | None,
    is_final: bool,
) -> None:
    actor = ""
    if is_final:
        actor = context.require(Permission.STATEMENTS_ISSUE)
    else:
        context.require_reading(Permission.REPORTS_READ)
    earlier = None
    if since is not None:
        with since.open("rb") as old:
            earlier = summary.read_manifest(old, since.name)
    folder = context.config.data_dir
    checks = context.checks if is_final else ()
    wanted = Wanted(first, last, folder, is_final=is_final, checks=checks, earlier=earlier)
    with (
        context.reading() as session,
        whole_file(out) as stream,
        context.progress("生成资料包", making.steps(last - first + 1)) as progress,
    ):
        manifest = making.make(session, stream, wanted, clock=context.clock, progress=progress)
    digest = digest_of(out)
    if is_final:
        made = packs.Made(digest, out.stat().st_size, manifest)
        with context.transaction() as session:
            packs.keep(session, made, actor=actor, clock=context.clock)
    _answer(context, manifest, digest)


def _answer(context: CommandContext, manifest: dict[str, Any], digest: str) -> None:
    totals = manifest["control_totals"]
    differ = [item for item in totals if item["holds"] is False]
    context.answer(
        {
            "files": [item["path"] for item in manifest["files"]],
            "tie_outs": totals,
            "sha256": digest,
            "state": manifest["state"],
            "chain_head": manifest["chain_head"],
        },
        [
            context.text(
                "已生成 {count} 个文件；勾稽相符 {held} 项，不符 {differ} 项，缺少资料 {open} 项",
                count=len(manifest["files"]),
                held=sum(item["holds"] is True for item in totals),
                differ=len(differ),
                open=sum(item["holds"] is None for item in totals),
            ),
            f"{context.translate(manifest['state_title'])}  SHA-256 {digest}",
        ],
    )
