"""The commands `donors import-alumni|alumni-matches|confirm-alumni`."""

from pathlib import Path

import click

from foundation.alumni import importing, labels, proposing, queries
from foundation.alumni.importing import Wanted
from foundation.command_context import CommandContext, pass_context, table
from foundation.imports import reading
from foundation.users.permissions import Permission


@click.command("import-alumni", help="读入校友名单（xls、xlsx、csv），并给出与捐赠人的匹配建议。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--college", default="", help="名单没有学院列时，全部校友所在的学院。")
@click.option("--sheet", help="工作表；默认为第一张。")
@click.option("--dry-run", "is_dry", is_flag=True, help="只检查，不写入。")
@pass_context
def import_alumni(
    context: CommandContext, file: Path, *, college: str, sheet: str | None, is_dry: bool
) -> None:
    wanted = Wanted(college=college, sheet=sheet)
    source = reading.open_register(file, file.name)
    if is_dry:
        context.require_reading(Permission.DONORS_READ)
        with context.reading() as session:
            found = importing.examine(session, source, wanted, clock=context.clock)
        answer = {
            "rows": len(found.people),
            "added": len(found.new),
            "known": len(found.people) - len(found.new),
            "classes": found.classes,
            "rejected": [{"row": row.number, "reason": row.reason} for row in found.wrong],
        }
        lines = [f"{row.number}: {row.reason}" for row in importing.reasons_of(found.wrong)]
    else:
        actor = context.require(Permission.DONORS_EDIT)
        with context.transaction() as session:
            done = importing.run(session, source, wanted, actor=actor, clock=context.clock)
        answer = {
            "rows": done.rows,
            "added": done.added,
            "known": done.known,
            "classes": done.classes,
            "rejected": [],
            "proposed": done.proposed,
        }
        lines = [context.text("匹配建议 {count} 条", count=done.proposed)]
    said = context.text(
        "{rows} 人，新增 {added}，已有 {known}，{classes} 个班级",
        rows=answer["rows"],
        added=answer["added"],
        known=answer["known"],
        classes=answer["classes"],
    )
    context.answer(answer, [said, *lines])


@click.command("alumni-matches", help="列出校友与捐赠人的匹配建议，可能性大的在前。")
@pass_context
def alumni_matches(context: CommandContext) -> None:
    context.require_reading(Permission.DONORS_READ)
    with context.reading() as session:
        rows = queries.matches(session)
    heads = [context.translate(head) for head in ("编号", "分值", "校友", "班级", "捐赠人", "依据")]
    shown = [
        (
            str(row.id),
            str(row.score),
            row.alumnus,
            row.place,
            f"{row.donor} D{row.donor_id:07d}",
            "、".join(context.translate(labels.REASONS[reason]) for reason in row.reasons),
        )
        for row in rows
    ]
    answer = [
        {
            "id": row.id,
            "score": row.score,
            "alumnus": row.alumnus,
            "class": row.place,
            "donor": row.donor_id,
            "reasons": list(row.reasons),
        }
        for row in rows
    ]
    context.answer({"matches": answer}, table(heads, shown))


@click.command("confirm-alumni", help="确认一条匹配建议；不给编号时确认全部有充分依据的建议。")
@click.argument("match", type=int, required=False)
@pass_context
def confirm_alumni(context: CommandContext, match: int | None) -> None:
    actor = context.require(Permission.DONORS_EDIT)
    with context.transaction() as session:
        if match is None:
            count = proposing.confirm_sure(session, actor=actor, clock=context.clock)
        else:
            proposing.confirm(session, match, actor=actor, clock=context.clock)
            count = 1
    context.answer({"confirmed": count}, [context.text("已确认 {count} 条建议", count=count)])


COMMANDS: tuple[click.Command, ...] = (import_alumni, alumni_matches, confirm_alumni)
