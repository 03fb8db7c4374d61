"""Bring a list of related parties in from a table in any wording: look first, then all or nothing.

A row whose party is declared with the same relation from the same day is a duplicate; a declared
party with another relation gets it. One row that cannot be read refuses the file, and says where.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import identity, particulars
from foundation.donors.models import DonorKind
from foundation.donors.vault import Vault
from foundation.imports.cells import Cell, Flaw, Row, compact, is_blank, text_of
from foundation.imports.dates import DateReader
from foundation.imports.names import normalise_name
from foundation.imports.reading import Source
from foundation.imports.refusals import NoTableFound
from foundation.parties import service
from foundation.parties.labels import RELATIONS
from foundation.parties.models import Party, PartyRelation, RelationKind
from foundation.parties.service import PartyInput, RelationInput
from ledger.clock import Clock
from ledger.errors import DomainError, InvalidInput

_SEARCHED_ROWS = 20
_MOST_ROWS = 5000
# What a column may be called; the longest wording that fits wins.
_HEADS = {
    "name": ("关联方名称", "关联方", "名称", "姓名", "单位名称", "name"),
    "kind": ("关联方类型", "关联类型", "类型", "类别", "kind"),
    "relation": ("关联关系说明", "关联关系", "与基金会的关系", "与本单位关系", "关系", "relation"),
    "important": ("是否重要关联方", "重要关联方", "是否重要", "重要", "important"),
    "code": ("统一社会信用代码", "信用代码", "证件号码", "身份证号码", "身份证号", "code"),
    "source": ("依据文件", "依据", "来源", "文件", "source"),
    "valid_from": ("起始日期", "生效日期", "开始日期", "起", "from"),
    "valid_until": ("终止日期", "截止日期", "结束日期", "止", "until"),
}
_NEEDED = ("name", "kind", "relation", "source", "valid_from")
_YES = frozenset({"是", "重要", "yes", "y", "1", "√", "true"})
_NO = frozenset({"", "否", "不重要", "一般", "no", "n", "0", "×", "false"})
_KINDS = {
    **{word: kind for kind, word in RELATIONS.items()},
    **{kind.value: kind for kind in RelationKind},
    "发起设立人": RelationKind.FOUNDER,
    "举办者": RelationKind.FOUNDER,
    "理事来源单位": RelationKind.BOARD_SOURCE,
    "理事主要来源单位": RelationKind.BOARD_SOURCE,
    "被投资单位": RelationKind.INVESTEE,
    "其他": RelationKind.INFLUENCE,
    "控制": RelationKind.INFLUENCE,
    "共同控制": RelationKind.INFLUENCE,
    "重大影响": RelationKind.INFLUENCE,
}


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be read, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do."""

    rows: int
    declared: int
    related: int
    duplicates: int
    rejected: tuple[RejectedRow, ...]


class PartiesRejected(InvalidInput):
    """Some rows cannot be read, so nothing was brought in."""

    code = "parties_rejected"
    message = "有 {count} 行不能导入，未导入任何一行；第 {row} 行：{first}"


@dataclass(frozen=True, slots=True)
class _Entry:
    row: int
    party: PartyInput
    relation: RelationInput


def examine(session: Session, source: Source) -> Imported:
    """Say what an import would do. Raises NoTableFound and what reading the file raises."""
    entries, rejected = _read(source)
    declared = related = duplicates = 0
    seen: set[str] = set()
    for entry in entries:
        key = entry.party.name.casefold()
        found = _find(session, entry)
        if found is None and key not in seen:
            declared += 1
        elif found is not None and _is_stated(session, found, entry.relation):
            duplicates += 1
        else:
            related += 1
        seen.add(key)
    return Imported(len(entries) + len(rejected), declared, related, duplicates, tuple(rejected))


def bring_in(
    session: Session, source: Source, *, vault: Vault, actor: str, clock: Clock
) -> Imported:
    """Import a list whole. Raises PartiesRejected with the rows, NoTableFound, FileRefused."""
    entries, rejected = _read(source)
    counted = {"declared": 0, "related": 0, "duplicates": 0}
    if not rejected:
        for entry in entries:
            try:
                counted[_take(session, entry, vault=vault, actor=actor, clock=clock)] += 1
            except DomainError as error:
                rejected.append(RejectedRow(entry.row, error.describe()))
    if rejected:
        raise PartiesRejected(
            count=len(rejected),
            row=rejected[0].row,
            first=rejected[0].reason,
            rejected=[{"row": one.row, "reason": one.reason} for one in rejected],
        )
    return Imported(len(entries), **counted, rejected=())


def _take(session: Session, entry: _Entry, *, vault: Vault, actor: str, clock: Clock) -> str:
    who: dict[str, Any] = {"actor": actor, "clock": clock}
    found = _find(session, entry)
    if found is None:
        service.declare(session, entry.party, entry.relation, vault=vault, **who)
        return "declared"
    if _is_stated(session, found, entry.relation):
        return "duplicates"
    service.relate(session, found, entry.relation, **who)
    return "related"


def _find(session: Session, entry: _Entry) -> int | None:
    key = entry.party.name.casefold()
    return session.execute(select(Party.id).where(Party.name_key == key)).scalars().first()


def _is_stated(session: Session, party_id: int, relation: RelationInput) -> bool:
    query = select(PartyRelation.id).where(
        PartyRelation.party_id == party_id,
        PartyRelation.kind == relation.kind,
        PartyRelation.valid_from == relation.valid_from,
        PartyRelation.withdrawn_at.is_(None),
    )
    return session.execute(query).first() is not None


def _read(source: Source) -> tuple[list[_Entry], list[RejectedRow]]:
    rows = source.table().rows
    number, columns = _header(rows, source.filename)
    entries: list[_Entry] = []
    rejected: list[RejectedRow] = []
    days = DateReader(year=None)
    for place, row in enumerate(islice(rows, _MOST_ROWS + 1), start=number + 1):
        if len(entries) + len(rejected) >= _MOST_ROWS:
            raise InvalidInput(field="文件", reason=f"最多 {_MOST_ROWS} 行")
        if all(is_blank(cell) for cell in row):
            continue
        try:
            entries.append(_entry(place, row, columns, days))
        except DomainError as error:
            rejected.append(RejectedRow(place, error.describe()))
    return entries, rejected


def _header(rows: Iterator[Row], filename: str) -> tuple[int, dict[str, int]]:
    """Read down to the header; return its number and which column means what."""
    for number, row in enumerate(islice(rows, _SEARCHED_ROWS), start=1):
        columns = _columns(row)
        if all(name in columns for name in _NEEDED):
            return number, columns
    raise NoTableFound(filename=filename, searched=_SEARCHED_ROWS)


def _columns(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(row):
        text = compact(cell).casefold()
        for name, heads in _HEADS.items():
            if text in heads and name not in found:
                found[name] = index
    return found


def _entry(place: int, row: Row, columns: dict[str, int], days: DateReader) -> _Entry:
    def cell(name: str) -> Cell:
        index = columns.get(name)
        return None if index is None or index >= len(row) else row[index]

    name = normalise_name(text_of(cell("name")))
    code = compact(cell("code")).upper()
    is_person = _is_person(name, code)
    party = PartyInput(
        name,
        is_person,
        credit_code="" if is_person else code,
        id_number=code if is_person else "",
    )
    relation = RelationInput(
        kind=_kind(cell("kind")),
        is_important=_is_important(cell("important")),
        relation=text_of(cell("relation")),
        source=text_of(cell("source")),
        valid_from=_day(days.read, cell("valid_from"), "起始日期"),
        valid_until=None
        if is_blank(cell("valid_until"))
        else _day(days.read, cell("valid_until"), "终止日期"),
    )
    for field, text in (
        ("关联方", name),
        ("关联关系", relation.relation),
        ("依据", relation.source),
    ):
        if not text:
            raise InvalidInput(field=field, reason="不能为空")
    return _Entry(place, party, relation)


def _is_person(name: str, code: str) -> bool:
    """Tell a person by the name, unless the number beside it is an organisation's."""
    if particulars.guess_kind(name) is not DonorKind.PERSON:
        return False
    try:
        return not code or bool(identity.check_id_number(code))
    except identity.WrongNumber:
        return False


def _kind(cell: Cell) -> RelationKind:
    found = _KINDS.get(compact(cell)) or _KINDS.get(compact(cell).casefold())
    if found is None:
        known: Sequence[str] = tuple(RELATIONS.values())
        raise InvalidInput(field="关联方类型", reason=f"应为 {'、'.join(known)} 之一")
    return found


def _is_important(cell: Cell) -> bool:
    text = compact(cell).casefold()
    if text not in _YES | _NO:
        raise InvalidInput(field="是否重要关联方", reason="应为 是 或 否")
    return text in _YES


def _day(read: Callable[[Cell], date | Flaw], cell: Cell, field: str) -> date:
    found = read(cell)
    if isinstance(found, Flaw):
        raise InvalidInput(field=field, reason=f"应为{found.expected}")
    return found
