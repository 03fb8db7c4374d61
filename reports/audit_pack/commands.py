"""`reports audit-pack`: one file for the auditors."""

from pathlib import Path

import click

from foundation.command_context import CommandContext, pass_context
from foundation.command_files import digest_of, whole_file
from foundation.users.permissions import Permission
from reports.audit_pack import making, summary


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
@pass_context
def audit_pack(
    context: CommandContext, first: int, last: int, out: Path, since: Path | None
) -> None:
    context.require_reading(Permission.REPORTS_READ)
    earlier = None
    if since is not None:
        with since.open("rb") as old:
            earlier = summary.read_manifest(old, since.name)
    steps = making.steps(last - first + 1)
    with (
        context.reading() as session,
        whole_file(out) as stream,
        context.progress("生成资料包", steps) as progress,
    ):
        manifest = making.make(
            session,
            stream,
            first=first,
            last=last,
            clock=context.clock,
            earlier=earlier,
            progress=progress,
        )
    digest = digest_of(out)
    totals = manifest["control_totals"]
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
                differ=sum(item["holds"] is False for item in totals),
                open=sum(item["holds"] is None for item in totals),
            ),
            f"SHA-256 {digest}",
        ],
    )
