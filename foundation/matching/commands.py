"""Commands of the matching schemes: list them, check a file, evaluate cases."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.matching import cases, catalogue, coverage
from ledger.errors import Conflict, InvalidInput


class SchemeFileWrong(Conflict):
    """The scheme file has mistakes."""

    code = "scheme_file_wrong"
    message = "配比办法文件有 {count} 处错误"


class NotJson(InvalidInput):
    """The file of cases is not JSON."""

    code = "not_json"
    message = "{file} 不是 JSON 文件：第 {line} 行，{reason}"


@click.group(help="配比办法：列示、检查、试算。")
def schemes() -> None:
    """Group the commands for matching schemes."""


@schemes.command("list", help="列出随程序提供的配比办法。")
@pass_context
def list_schemes(context: CommandContext) -> None:
    """List the schemes."""
    found = [
        {
            "id": scheme.id,
            "title": scheme.title,
            "status": scheme.status.value,
            "grade": scheme.grade,
            "in_force_from": _iso(scheme.in_force_from),
            "in_force_to": _iso(scheme.in_force_to),
        }
        for scheme in catalogue.list_schemes()
    ]
    rows = [(item["id"] or "", item["status"] or "", item["title"] or "") for item in found]
    context.answer({"schemes": found}, table(("编号", "状态", "名称"), rows))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


@schemes.command("check", help="检查一个配比办法文件，指出每处错误所在的行。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_context
def check(context: CommandContext, file: Path) -> None:
    """Explain every mistake of a scheme file with its line."""
    found = catalogue.check_scheme_text(file.read_text(encoding="utf-8"), file.name)
    problems = [
        {
            "line": problem.line,
            "field": problem.field,
            "message": problem.message_zh,
            "message_en": problem.message_en,
        }
        for problem in found
    ]
    if problems:
        for problem in problems:
            context.say("第 {line} 行 {field}：{message}", **problem)
        raise SchemeFileWrong(count=len(problems), problems=problems)
    context.answer({"problems": []}, ["没有发现错误"])


@schemes.command("coverage", help="按案例文件列出规则词汇、原因代码与结果的覆盖情况。")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@pass_context
def show_coverage(context: CommandContext, files: tuple[Path, ...]) -> None:
    """Say which parts of the vocabulary the cases of some files exercise."""
    found = coverage.coverage(*(_read_cases(file) for file in files))
    parts = (found.primitives, found.codes, found.results)
    document = {name: list(ids) for part in parts for name, ids in part.items()}
    context.answer({"coverage": document, "missing": list(found.missing)}, [found.table()])


@schemes.command("evaluate", help="按文件中的办法试算各案例。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_context
def evaluate(context: CommandContext, file: Path) -> None:
    """Evaluate the cases of a file under their schemes."""
    answers = cases.evaluate_cases(_read_cases(file))
    rows = [
        (
            str(answer.get("id")),
            str(answer.get("status")),
            str(answer.get("recognised")),
            str(answer.get("matched")),
        )
        for answer in answers
    ]
    context.answer(
        {"cases": answers}, table(("案例", "状态", "认定金额", "配比金额"), rows, right="llrr")
    )


def _read_cases(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", 1)
        raise NotJson(file=file.name, line=line, reason=str(error)) from None


COMMANDS: tuple[click.Command, ...] = (schemes,)
