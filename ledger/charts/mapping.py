"""The way from one chart to the next: reading it, and following it.

Codes change meaning between charts, so nothing may carry a code over by itself; it goes
through a mapping. What the mapping cannot know (which part of an account moves elsewhere) it
asks the accountant in `question`.
"""

import re
from collections.abc import Iterable

from ledger.charts.definitions import (
    AccountDefinition,
    AccountRestriction,
    ChartDefinition,
    Grade,
    MappingKind,
    MappingRow,
)
from ledger.charts.rows import ChartDataError, Row, csv_rows
from ledger.errors import InvalidInput, NotFound

MAPPING_COLUMNS = ("old_code", "new_code", "kind", "question", "grade", "source")

# An organisation numbers its own details as it likes below the four prescribed digits.
OWN_CODE = re.compile(r"[1-9][0-9]{3,}")

ASKS = frozenset({MappingKind.GROSS_UP, MappingKind.SPLIT})
ASKS_NOTHING = frozenset({MappingKind.SAME})


def parse_mapping(
    text: str, *, file: str, old: ChartDefinition, new: ChartDefinition
) -> tuple[MappingRow, ...]:
    """Read the way from one chart to the next, in order of the old code. Raises ChartDataError.

    Every account of the old chart must arrive at an account of the new chart with the same
    meaning (tag), by a row of its own or by the row of the account it details.
    """
    mapping: dict[str, MappingRow] = {}
    for row in csv_rows(text, file=file, columns=MAPPING_COLUMNS):
        mapped = _mapping_row(row, old=old, new=new)
        if mapped.old_code in mapping:
            raise row.error("old_code", f"科目{mapped.old_code}重复")
        mapping[mapped.old_code] = mapped
    ordered = tuple(mapping[code] for code in sorted(mapping))
    _check_coverage(ordered, file=file, old=old, new=new)
    return ordered


def convert_code(mapping: Iterable[MappingRow], code: str) -> str:
    """Return the code of an account, or of one of its details, in the new chart.

    A detail follows the longest old code that begins it and keeps the rest of its number below
    that row's `details_under`. Raises InvalidInput for what is no code, NotFound if no row
    covers it.
    """
    if not OWN_CODE.fullmatch(code):
        raise InvalidInput(field="科目编号", reason=f"“{code}”应为数字，前四位为一级科目")
    row = _row_for(mapping, code)
    if row is None:
        raise NotFound(what="新旧科目对照", name=code)
    if code == row.old_code:
        return row.new_code
    return row.details_under + code.removeprefix(row.old_code)


def _row_for(mapping: Iterable[MappingRow], code: str) -> MappingRow | None:
    covering = (row for row in mapping if code.startswith(row.old_code))
    return max(covering, key=lambda row: len(row.old_code), default=None)


def _mapping_row(row: Row, *, old: ChartDefinition, new: ChartDefinition) -> MappingRow:
    before = _account(row, "old_code", chart=old)
    after = _account(row, "new_code", chart=new)
    if before.tag is not after.tag:
        raise row.error("new_code", f"含义由“{before.tag}”变为“{after.tag}”")
    kind = row.word("kind", MappingKind)
    _check_kind(row, kind=kind, before=before, after=after)
    question = row.optional("question")
    if not question and kind in ASKS:
        raise row.error("question", f"“{kind}”须写明要由会计人员决定什么")
    if question and kind in ASKS_NOTHING:
        raise row.error("question", f"“{kind}”没有可决定的，应为空")
    return MappingRow(
        old_code=before.code,
        new_code=after.code,
        details_under=_details_under(before, after, old=old, new=new),
        kind=kind,
        question=question,
        grade=row.word("grade", Grade),
        source=row.text("source"),
    )


def _account(row: Row, field: str, *, chart: ChartDefinition) -> AccountDefinition:
    code = row.text(field)
    account = chart.find_account(code)
    if account is None:
        raise row.error(field, f"科目表{chart.version}没有科目{code}")
    return account


def _check_kind(
    row: Row, *, kind: MappingKind, before: AccountDefinition, after: AccountDefinition
) -> None:
    if before.code != after.code:
        fits = kind is MappingKind.RECODED
    elif before.name != after.name:
        fits = kind is MappingKind.RENAMED
    else:
        fits = kind not in {MappingKind.RECODED, MappingKind.RENAMED}
    if not fits:
        raise row.error("kind", f"“{kind}”与编号、名称的变化不符")


def _details_under(
    before: AccountDefinition,
    after: AccountDefinition,
    *,
    old: ChartDefinition,
    new: ChartDefinition,
) -> str:
    """Name the new account that takes the old account's own details (see MappingRow)."""
    if _by_restriction(old, before.code):
        return after.code
    return _by_restriction(new, after.code).get(AccountRestriction.UNRESTRICTED, after.code)


def _by_restriction(chart: ChartDefinition, code: str) -> dict[AccountRestriction, str]:
    return {
        account.restriction: account.code
        for account in chart.accounts
        if account.parent == code and account.restriction is not None
    }


def _check_coverage(
    mapping: tuple[MappingRow, ...], *, file: str, old: ChartDefinition, new: ChartDefinition
) -> None:
    for account in old.accounts:
        if _row_for(mapping, account.code) is None:
            reason = f"缺少科目{account.code}的对照"
            raise ChartDataError(file=file, row=None, field="old_code", reason=reason)
        code = convert_code(mapping, account.code)
        arrived = new.find_account(code)
        if arrived is None or arrived.restriction is not account.restriction:
            reason = f"科目{account.code}转为{code}，科目表{new.version}没有相应科目"
            raise ChartDataError(file=file, row=None, field="new_code", reason=reason)
