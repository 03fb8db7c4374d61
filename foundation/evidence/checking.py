"""What must hold within a table that was handed in, beyond each cell by itself. Pure.

A figure that disagrees with the books is no reason to refuse a table: it is kept, and the control
totals show it. Refused is only what contradicts itself or names what must not be named.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from foundation.evidence.kinds import (
    AUDITED,
    DIFFERENCES,
    MANAGEMENT,
    PAYROLL,
    REPORTS,
    Kind,
    get_kind,
)
from foundation.evidence.reading import ReadRow, Value
from foundation.evidence.refusals import Flaw
from ledger import money

# A code, not a name: what a person's name or identity number looks like is refused.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,19}", re.ASCII)
_IDENTITY = re.compile(r"\d{15}|\d{17}[\dXx]", re.ASCII)
_MOST_PAID = 5

Known = Mapping[str, Collection[str]]
"""What the books know: `funds` are their codes, `rows` the rows that the statements have."""


def check(kind: Kind, rows: Sequence[ReadRow], known: Known) -> list[Flaw]:
    """Return what contradicts itself in a table."""
    examine = _EXAMINERS.get(kind.code)
    return examine(rows, known) if examine is not None else []


def _payroll(rows: Sequence[ReadRow], known: Known) -> list[Flaw]:
    kind = get_kind(PAYROLL)
    flaws: list[Flaw] = []
    paid: dict[str, int] = defaultdict(int)
    for row in rows:
        cells = _named(kind, row)
        flaws += _code_flaws(kind, row, str(cells["person"]))
        if row.sheet == 1:
            charged = str(cells["charged"])
            if charged != MANAGEMENT and charged not in known.get("funds", ()):
                flaws.append(_flaw(kind, row, "charged", f"应为“{MANAGEMENT}”或已有的基金项目编码"))
            paid[str(cells["person"])] += _fen(cells["wages"]) + _fen(cells["insurance"])
            for key in ("wages", "insurance"):
                if _fen(cells[key]) < 0:
                    flaws.append(_flaw(kind, row, key, "不能为负数"))
    return flaws + _top_five(kind, rows, paid)


def _top_five(kind: Kind, rows: Sequence[ReadRow], paid: Mapping[str, int]) -> list[Flaw]:
    flaws: list[Flaw] = []
    named: set[str] = set()
    listed = [row for row in rows if row.sheet > 1]
    for row in listed:
        cells = _named(kind, row)
        person = str(cells["person"])
        if person in named:
            flaws.append(_flaw(kind, row, "person", "每人只列一次"))
        named.add(person)
        if person not in paid:
            flaws.append(_flaw(kind, row, "person", "应在“工资薪酬”表中"))
        elif _fen(cells["total"]) != paid[person]:
            total = money.to_text(paid[person])
            flaws.append(_flaw(kind, row, "total", f"与该人员在“工资薪酬”表中的合计 {total} 一致"))
    wanted = min(_MOST_PAID, len(paid))
    if len(listed) != wanted:
        flaws.append(Flaw(kind.sheets[1].zh, 0, "行", str(len(listed)), f"应列 {wanted} 人"))
    least = min((paid[name] for name in named if name in paid), default=0)
    above = [name for name, minor in paid.items() if name not in named and minor > least]
    if above and not flaws:
        words = f"应包括薪酬更高的 {'、'.join(sorted(above)[:_MOST_PAID])}"
        flaws.append(Flaw(kind.sheets[1].zh, 0, "人员代码", "", words))
    return flaws


def _code_flaws(kind: Kind, row: ReadRow, code: str) -> list[Flaw]:
    if _CODE.fullmatch(code) and not _IDENTITY.fullmatch(code):
        return []
    # The refusal does not repeat what may be a name.
    place = kind.sheets[row.sheet - 1]
    words = "应为字母和数字组成的代码，不写姓名和身份证号"
    return [Flaw(place.zh, row.row, "人员代码", "", words)]


def _differences(rows: Sequence[ReadRow], _known: Known) -> list[Flaw]:
    kind = get_kind(DIFFERENCES)
    flaws = []
    for row in rows:
        cells = _named(kind, row)
        gap = _fen(cells["report"]) - _fen(cells["books"])
        if _fen(cells["difference"]) not in (gap, 0) or (gap == 0 and _fen(cells["difference"])):
            flaws.append(_flaw(kind, row, "difference", f"年报数减账面数为 {money.to_text(gap)}"))
        if gap and not cells["reason"]:
            flaws.append(_flaw(kind, row, "reason", "有差额的应写明原因"))
    return flaws


def _reports(rows: Sequence[ReadRow], _known: Known) -> list[Flaw]:
    kind = get_kind(REPORTS)
    flaws, seen = [], set()
    for row in rows:
        number = str(_named(kind, row)["number"])
        if number in seen:
            flaws.append(_flaw(kind, row, "number", "文号不能重复"))
        seen.add(number)
    return flaws


def _audited(rows: Sequence[ReadRow], known: Known) -> list[Flaw]:
    kind = get_kind(AUDITED)
    flaws, seen = [], set()
    for row in rows:
        cells = _named(kind, row)
        name = f"{cells['statement']}/{cells['item']}"
        if name in seen:
            flaws.append(_flaw(kind, row, "item", "每个项目只列一次"))
        seen.add(name)
        if "rows" in known and name not in known["rows"]:
            flaws.append(_flaw(kind, row, "item", f"{cells['statement']}没有这一行"))
        if _fen(cells["adjustment"]) and not cells["words"]:
            flaws.append(_flaw(kind, row, "words", "有审计调整的应写明内容"))
    return flaws


_EXAMINERS: Mapping[str, Callable[[Sequence[ReadRow], Known], list[Flaw]]] = {
    PAYROLL: _payroll,
    DIFFERENCES: _differences,
    REPORTS: _reports,
    AUDITED: _audited,
}


def _named(kind: Kind, row: ReadRow) -> dict[str, Value]:
    fields = kind.sheets[row.sheet - 1].fields
    return dict(zip((field.key for field in fields), row.cells, strict=True))


def _fen(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _flaw(kind: Kind, row: ReadRow, key: str, expected: str) -> Flaw:
    sheet = kind.sheets[row.sheet - 1]
    place = sheet.place(key)
    value = row.cells[place]
    field = sheet.fields[place]
    is_amount = field.kind == "money" and isinstance(value, int)
    found = money.to_text(value) if is_amount and isinstance(value, int) else str(value or "")
    return Flaw(sheet.zh, row.row, field.zh, found[:60], expected)
