"""Commands for the papers of a claim: `claim-papers workbook|form|list|evidence`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from foundation.claims import computing
from foundation.claims.models import Claim
from foundation.command_context import CommandContext, pass_context
from foundation.command_files import digest_of, whole_file
from foundation.users.permissions import Permission
from reports.claims import evidence as folders
from reports.claims import forms
from reports.claims import workbook as workbooks

_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group("claim-papers", help="配比申请的材料：申请表与证据材料包。")
def claim_papers() -> None:
    """Group the commands for the papers of claims."""


@claim_papers.command("workbook", help="写出申请表（xlsx）。")
@click.argument("claim_id", type=int)
@click.option("--out", required=True, type=_OUT)
@pass_context
def workbook(context: CommandContext, claim_id: int, *, out: Path) -> None:
    _paper(context, claim_id, out, workbooks.write)


def _paper(
    context: CommandContext, claim_id: int, out: Path, write: Callable[[Session, Claim, Any], None]
) -> None:
    context.require_reading(Permission.GIFTS_READ)
    with context.reading() as session, whole_file(out) as stream:
        write(session, computing.get_claim(session, claim_id), stream)
    digest = digest_of(out)
    context.answer({"file": str(out), "sha256": digest}, [str(out)])


@claim_papers.command("form", help="写出申请表（PDF）。")
@click.argument("claim_id", type=int)
@click.option("--out", required=True, type=_OUT)
@pass_context
def form(context: CommandContext, claim_id: int, *, out: Path) -> None:
    _paper(context, claim_id, out, forms.write_form)


@claim_papers.command("list", help="写出申请明细（PDF）。")
@click.argument("claim_id", type=int)
@click.option("--out", required=True, type=_OUT)
@pass_context
def gift_list(context: CommandContext, claim_id: int, *, out: Path) -> None:
    _paper(context, claim_id, out, forms.write_list)


@claim_papers.command("evidence", help="写出证据材料包（zip，含目录）。")
@click.argument("claim_id", type=int)
@click.option("--out", required=True, type=_OUT)
@pass_context
def evidence(context: CommandContext, claim_id: int, *, out: Path) -> None:
    context.require_reading(Permission.GIFTS_READ)
    with context.reading() as session, whole_file(out) as stream:
        made = folders.write(
            session,
            computing.get_claim(session, claim_id),
            stream,
            folder=context.config.data_dir,
        )
    digest = digest_of(out)
    context.answer(
        {"files": made.files, "gifts": made.gifts, "sha256": digest},
        [context.text("{count} 个文件，{gifts} 笔捐赠", count=made.files, gifts=made.gifts)],
    )


COMMANDS: tuple[click.Command, ...] = (claim_papers,)
