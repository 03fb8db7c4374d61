"""Rubrics that somebody hands in: TOML as the data files are, or a spreadsheet as offices send it.

A spreadsheet has the columns 一级|二级|三级|四级|分值|评定方法与说明 in any order, below a title;
cells of a level that are left blank (or merged) repeat the one above. Every mistake is told by
its row. A spreadsheet names no evidence: what the words of an indicator suggest is filled in.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from foundation.assessment import points, shipped
from foundation.assessment.rubrics import BadRubric, Problem
from foundation.http.languages import mark
from foundation.imports.cells import Row, compact, text_of
from foundation.imports.reading import open_register

_HEADS: dict[str, tuple[str, ...]] = {
    "level1": ("一级", "一级指标", "大类", "项目"),
    "level2": ("二级", "二级指标"),
    "level3": ("三级", "三级指标"),
    "level4": ("四级", "四级指标", "评估内容", "考核内容"),
    "points": ("分值", "标准分值", "标准分", "分数", "满分"),
    "method": (
        "评定方法与说明",
        "评定方法",
        "评分标准",
        "评分方法",
        "评分细则",
        "评定说明",
        "说明",
    ),
}
_LEVELS = ("level1", "level2", "level3", "level4")
_STATED = re.compile(r"[（(](\d+(?:\.\d+)?)分[）)]$")
_TOTAL = re.compile(r"^(?:合计|总计|总分|小计)")
_FIRST_ROWS = 30
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the spreadsheet does not say of itself."""

    version: str
    title: str
    authority: str
    source: str
    grade: str = "A"
    years: int = 2


@dataclass(slots=True)
class _Table:
    """The rows of a spreadsheet on their way to a document."""

    columns: dict[str, int]
    problems: list[Problem] = field(default_factory=list)
    indicators: list[dict[str, Any]] = field(default_factory=list)
    sections: dict[str, object] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    counts: dict[tuple[str, ...], int] = field(default_factory=dict)
    numbers: dict[tuple[str, ...], int] = field(default_factory=dict)


def read(content: bytes, filename: str, particulars: Particulars | None) -> dict[str, Any]:
    """Return the document of a file, for `rubrics.parse`.

    `particulars` are needed for a spreadsheet; a TOML file says them itself. Raises BadRubric,
    and what reading a table raises.
    """
    if PurePath(filename).suffix.lower() == ".toml":
        return _toml(content)
    if particulars is None:
        raise BadRubric([Problem("", mark("表格文件须另填名称、版本、发布机关和文号"))])
    document = _spreadsheet(content, filename)
    given = asdict(particulars)
    return {**given, "is_official": True, "is_complete": True, **document}


def _toml(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = Problem("", mark("不是有效的 TOML 文件：{reason}"), {"reason": str(error)[:200]})
        raise BadRubric([problem]) from None


def _spreadsheet(content: bytes, filename: str) -> dict[str, Any]:
    rows = list(open_register(content, filename).rows())
    head, columns = _header(rows)
    table = _Table(columns)
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        _read_row(table, number, row)
    if not table.indicators and not table.problems:
        table.problems.append(Problem("", mark("没有任何指标")))
    if table.problems:
        raise BadRubric(table.problems)
    sections = [
        {"name": name, **({} if stated is None else {"points": stated})}
        for name, stated in table.sections.items()
    ]
    return {"section": sections, "indicator": table.indicators}


def _header(rows: Sequence[Row]) -> tuple[int, dict[str, int]]:
    for index, row in enumerate(rows[:_FIRST_ROWS]):
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            word = compact(cell)
            for name, words in _HEADS.items():
                if word in words:
                    columns.setdefault(name, place)
        if "level1" in columns and "points" in columns:
            return index, columns
    needed = mark("找不到表头：前 {count} 行中应有“一级”“分值”等列")
    raise BadRubric([Problem("", needed, {"count": _FIRST_ROWS})])


def _read_row(table: _Table, number: int, row: Row) -> None:
    cells = {
        name: text_of(row[place]) if place < len(row) else ""
        for name, place in table.columns.items()
    }
    levels = [cells.get(name, "") for name in _LEVELS]
    if not any(cells.values()) or any(_TOTAL.match(level) for level in levels if level):
        return
    place = f"第 {number} 行"
    named = [index for index, level in enumerate(levels) if level]
    if named:
        table.path = _path(table, place, levels, named[0])
    if not table.path:
        table.problems.append(Problem(place, mark("没有指标名称")))
        return
    given = cells.get("points", "")
    is_head = not given and not cells.get("method") and len(table.path) == 1
    if is_head:
        return
    if not named:
        _add_method(table, place, cells)
        return
    if given and points.parse(given) is None:
        sentence = mark("分值“{value}”应为不超过两位小数的数字")
        table.problems.append(Problem(place, sentence, {"value": given[:40]}))
    _add(table, place, given, cells.get("method", ""))


def _path(table: _Table, place: str, levels: Sequence[str], first: int) -> list[str]:
    """Return the names of all levels of a row; blank ones above its own repeat the last row's."""
    path = table.path[:first]
    if len(path) < first:
        table.problems.append(Problem(place, mark("上一级指标没有名称")))
        path += ["?"] * (first - len(path))
    for level in levels[first:]:
        if level:
            path.append(level)
        elif any(levels[levels.index(level, first) :]):
            table.problems.append(Problem(place, mark("中间一级指标没有名称")))
            break
    if any(len(name) > _LONGEST_NAME for name in path):
        table.problems.append(Problem(place, mark("指标名称最多 200 个字符")))
    stated = _STATED.search(path[0])
    if stated:
        path[0] = path[0][: stated.start()].strip()
    if path[0] not in table.sections or stated:
        table.sections[path[0]] = stated[1] if stated else None
    return path


def _add_method(table: _Table, place: str, cells: dict[str, str]) -> None:
    """A row without a name goes on with the words of the row above."""
    if cells.get("points"):
        table.problems.append(Problem(place, mark("有分值而没有指标名称")))
    elif table.indicators:
        last = table.indicators[-1]
        last["method"] = f"{last['method']}\n{cells.get('method', '')}".strip()


def _add(table: _Table, place: str, given: str, method: str) -> None:
    path = tuple(table.path)
    evidence = asdict(shipped.evidence_of(f"{' '.join(path)} {method}"))
    table.indicators.append(
        {
            "place": place,
            "code": _code(table, path),
            "levels": list(path),
            "text": path[-1],
            "method": method,
            "grade": "A",
            **({"points": given} if given else {}),
            **{name: list(found) for name, found in evidence.items() if found},
        }
    )


def _code(table: _Table, path: tuple[str, ...]) -> str:
    """Number an indicator by its place in the tree: `2.4.1.1`."""
    parts: list[str] = []
    for depth in range(1, len(path) + 1):
        above, here = path[: depth - 1], path[:depth]
        is_leaf = depth == len(path)
        if is_leaf or here not in table.numbers:
            table.counts[above] = table.counts.get(above, 0) + 1
            table.numbers[here] = table.counts[above]
        parts.append(str(table.numbers[here]))
    return ".".join(parts)


def remarks(document: dict[str, Any]) -> Iterable[Problem]:
    """Yield what does not add up in the text itself; it is shown and kept, never corrected."""
    for section in document.get("section", []):
        stated = points.parse(section.get("points", ""))
        inside = [
            points.parse(one.get("points", ""))
            for one in document.get("indicator", [])
            if one["levels"][0] == section["name"]
        ]
        known = [one for one in inside if one is not None]
        if stated is not None and len(known) == len(inside) and sum(known) != stated:
            values = {"stated": points.text_of(stated), "sum": points.text_of(sum(known))}
            yield Problem(
                section["name"], mark("标明 {stated} 分，所列指标合计 {sum} 分"), dict(values)
            )
