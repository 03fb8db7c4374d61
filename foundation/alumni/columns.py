"""What the headings of alumni lists mean: dated data (data/alumni_columns.toml), compiled."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from foundation.http.languages import mark
from foundation.imports import labels
from foundation.imports.amounts import looks_numeric
from foundation.imports.cells import Row
from ledger.errors import InvalidInput

# What a person may say of a column, in the order of the page.
ROLES = {
    "name": mark("姓名"),
    "college": mark("学院"),
    "class_name": mark("班级"),
    "year": mark("年级"),
    "major": mark("专业"),
    "student_number": mark("学号"),
    "phone": mark("手机"),
    "email": mark("电子邮箱"),
}
_FILE = "alumni_columns.toml"
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """The column of each role from 0, and the last row of the header from 1 (0: none)."""

    columns: Mapping[str, int]
    header_row: int


class NoListFound(InvalidInput):
    """No row of the file names a column of names."""

    code = "no_alumni_list_found"
    message = "文件“{filename}”的前 {searched} 行中没有找到姓名列的标题，请指定各列的含义"


@cache
def _rules() -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    text = resources.files("foundation.alumni.data").joinpath(_FILE).read_text("utf-8")
    return tuple(
        (row["role"], row["weight"], re.compile(row["pattern"]))
        for row in tomllib.loads(text)["rule"]
    )


def find(rows: Sequence[Row]) -> Layout | None:
    """Return the row among the first of a list that says most about its columns."""
    best: Layout | None = None
    for number, row in enumerate(rows, start=1):
        columns = _columns(row)
        if "name" not in columns or len(columns) < _FEWEST:
            continue
        if best is None or len(columns) > len(best.columns):
            best = Layout(columns, number)
    return best


def given(roles: Mapping[int, str], header_row: int) -> Layout:
    """Return the layout that a person stated. Raises InvalidInput."""
    columns: dict[str, int] = {}
    for index, role in sorted(roles.items()):
        if role not in ROLES:
            raise InvalidInput(field="列", reason="没有这种列")
        if role in columns:
            raise InvalidInput(field="列", reason="同一含义指定了不止一列")
        columns[role] = index
    if "name" not in columns:
        raise InvalidInput(field="列", reason="请指定姓名所在的列")
    return Layout(columns, header_row)


def _columns(row: Row) -> dict[str, int]:
    if any(looks_numeric(cell) for cell in row):
        return {}
    chosen: dict[str, tuple[int, int]] = {}
    for index, cell in enumerate(row):
        text = labels.label_text(cell)
        found = next(
            ((role, weight) for role, weight, rule in _rules() if text and rule.search(text)), None
        )
        if found is None or found[0] == "other":
            continue
        role, weight = found
        if role not in chosen or weight > chosen[role][1]:
            chosen[role] = (index, weight)
    return {role: index for role, (index, _) in chosen.items()}
