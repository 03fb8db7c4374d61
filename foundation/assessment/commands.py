"""Commands: `assessment show|check`, `assessment rubrics list|check`, `assessment evidence export`.

The probes of the reports are handed in by whoever joins the two packages.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from foundation.assessment import (
    choosing,
    documents,
    exporting,
    points,
    probes,
    running,
    wording,
    workspace,
)
from foundation.assessment.probing import Probe
from foundation.assessment.rubric_files import Particulars
from foundation.assessment.rubrics import BadRubric
from foundation.command_context import CommandContext, pass_context, table
from foundation.command_files import digest_of, whole_file
from foundation.users.permissions import Permission


def commands(more: Mapping[str, Probe]) -> tuple[click.Command, ...]:
    """Return the commands, with the probes that another package adds."""
    every = {**probes.OWN, **more}

    @click.group(help="社会组织评估：自评、证据、评分细则。")
    def assessment() -> None:
        """Group the commands of the workspace."""

    @assessment.command("show", help="列出各项指标的分值、自评、状态和尚缺的证据。")
    @pass_context
    def show(context: CommandContext) -> None:
        context.require_reading(Permission.REPORTS_READ)
        with context.reading() as session:
            found = workspace.read(session, every, clock=context.clock)
        _show(context, found)

    @assessment.command("check", help="用账簿核对各项指标，并保存结果。")
    @pass_context
    def check(context: CommandContext) -> None:
        _check(context, every)

    @assessment.group(help="评分细则：列示、检查文件。")
    def rubrics() -> None:
        """Group the commands for rubrics."""

    @assessment.group(help="证据材料：导出文件夹。")
    def evidence() -> None:
        """Group the commands for papers."""

    @evidence.command("export", help="把证据材料按指标顺序写成一个压缩文件，附目录。")
    @click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
    @pass_context
    def export(context: CommandContext, out: Path) -> None:
        _export(context, every, out)

    rubrics.add_command(_list_rubrics)
    rubrics.add_command(_check_rubric)
    return (assessment,)


def _check(context: CommandContext, every: Mapping[str, Probe]) -> None:
    actor = context.require(Permission.EVIDENCE_EDIT)
    with context.reading() as session:
        chosen = choosing.get_chosen(session)
        answers = running.ask(session, chosen, every, clock=context.clock)
    with context.transaction() as session:
        running.keep(session, chosen, answers, actor=actor, clock=context.clock)
    say = _sayer(context)
    titles = _titler(context, every)
    heads = [context.translate(head) for head in ("核对项目", "结论", "说明")]
    rows = [
        (
            titles(name),
            context.translate(wording.STATES[answer.verdict][0]),
            say(answer.sentence, answer.values),
        )
        for name, answer in answers.items()
    ]
    found = [
        {"id": name, "title": titles(name), **documents.of_answer(answer, say)}
        for name, answer in answers.items()
    ]
    context.answer({"probes": found}, table(heads, rows))


def _export(context: CommandContext, every: Mapping[str, Probe], out: Path) -> None:
    context.require_reading(Permission.REPORTS_READ)
    with context.reading() as session, whole_file(out) as stream:
        found = workspace.read(session, every, clock=context.clock)
        count = exporting.write(
            session,
            found,
            stream,
            data_dir=context.config.data_dir,
            titles=_titler(context, every),
            say=_sayer(context),
        )
    answer = {"papers": count, "sha256": digest_of(out), "file": str(out)}
    context.answer(answer, [context.text("已写出 {count} 份材料：{file}", count=count, file=out)])


@click.command("list", help="列出已有的评分细则。")
@pass_context
def _list_rubrics(context: CommandContext) -> None:
    context.require_reading(Permission.REPORTS_READ)
    with context.reading() as session:
        chosen = choosing.find_chosen(session)
        found = choosing.list_rubrics(session)
    current = None if chosen is None else chosen.rubric.version
    heads = [
        context.translate(head) for head in ("版本", "名称", "指标", "已知分值／标明分值", "现用")
    ]
    rows = [
        (
            one.version,
            one.title.of(context.language),
            str(len(one.indicators)),
            choosing.points_text(one),
            "✓" if one.version == current else "",
        )
        for one in found
    ]
    document = {"chosen": current, "rubrics": [documents.of_rubric(one) for one in found]}
    context.answer(document, table(heads, rows, right="  rr"))


@click.command("check", help="检查评分细则文件（TOML 或表格），逐行说明错误；不保存。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_context
def _check_rubric(context: CommandContext, file: Path) -> None:
    given = None
    if file.suffix.lower() != ".toml":
        # Only its own words are checked; who issued it is asked when it is imported.
        given = Particulars(version=file.stem[:64], title=file.stem, authority="–", source="–")
    say = _sayer(context)
    try:
        rubric, remarks = choosing.check(file.read_bytes(), file.name, given)
    except BadRubric as error:
        for problem in error.problems:
            context.say(
                "{place}：{problem}",
                place=problem.place or file.name,
                problem=say(problem.sentence, problem.values),
            )
        raise
    lines = [context.text("没有发现错误：{count} 项指标", count=len(rubric.indicators))]
    said = [f"{one.place}：{say(one.sentence, one.values)}" for one in remarks]
    answer = {**documents.of_rubric(rubric), "problems": [], "remarks": said}
    context.answer(answer, [*lines, *said])


def _show(context: CommandContext, found: workspace.Workspace) -> None:
    say = _sayer(context)
    heads = [context.translate(head) for head in ("指标", "名称", "分值", "自评", "状态", "尚缺")]
    rows = [
        (
            view.indicator.code,
            view.indicator.name,
            points.text_of(view.indicator.points) or "?",
            points.text_of(view.points) or "–",
            context.translate(wording.STATES[view.state][0]),
            "；".join(say(gap.sentence, gap.values) for gap in view.gaps if gap.is_evidence),
        )
        for view in found.views
    ]
    total = found.total
    sum_line = context.text(
        "已复核 {secured}，已自评 {claimed}，已知分值 {known}",
        secured=points.text_of(total.secured),
        claimed=points.text_of(total.claimed),
        known=choosing.points_text(found.chosen.rubric),
    )
    lines = [*table(heads, rows, right="  rr"), sum_line]
    context.answer(documents.of_workspace(found, say), lines)


def _sayer(context: CommandContext) -> documents.Say:
    def say(sentence: str, values: Mapping[str, Any]) -> str:
        return wording.say(sentence, values, language=context.language, translate=context.translate)

    return say


def _titler(context: CommandContext, every: Mapping[str, Probe]) -> Any:
    def title(name: str) -> str:
        return context.translate(every[name].title) if name in every else name

    return title
