"""Turn the text of the chart files into definitions.

The files are the law as far as it is known, so they are read strictly: whatever is unknown,
missing or contradictory stops the reading instead of reaching the books as a wrong account.
"""

import itertools
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta

from ledger.charts.definitions import (
    AccountCategory,
    AccountDefinition,
    AccountFlag,
    AccountRestriction,
    AccountTag,
    BalanceSide,
    ChartDefinition,
    Grade,
    RestrictedExpenseMode,
)
from ledger.charts.rows import ChartDataError, Row, csv_rows

ACCOUNT_COLUMNS = (
    "code",
    "name",
    "category",
    "side",
    "parent",
    "restriction",
    "tag",
    "flags",
    "grade",
    "source",
    "note",
)
CHART_FIELDS = frozenset(
    {
        "version",
        "name",
        "document",
        "effective_from",
        "effective_to",
        "grade",
        "source",
        "note",
        "restricted_expense_mode",
    }
)

# Four digits, then two more for every level of detail.
CODE = re.compile(r"[1-9][0-9]{3}([0-9]{2})*")
FIRST_LEVEL_DIGITS = 4
DETAIL_DIGITS = 2


def parse_charts(text: str, *, file: str) -> tuple[ChartDefinition, ...]:
    """Read the list of charts, oldest first and without their accounts. Raises ChartDataError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = f"不是有效的TOML：{error}"
        raise ChartDataError(file=file, row=None, field="chart", reason=reason) from error
    tables = document.get("chart")
    if (
        set(document) != {"chart"}
        or not isinstance(tables, list)
        or not all(isinstance(table, dict) for table in tables)
    ):
        raise ChartDataError(file=file, row=None, field="chart", reason="只应有[[chart]]各表")
    charts = [
        _chart(Row(file=file, number=number, cells=table))
        for number, table in enumerate(tables, start=1)
    ]
    _check_succession(charts, file=file)
    return tuple(charts)


def parse_accounts(text: str, *, file: str) -> tuple[AccountDefinition, ...]:
    """Read the accounts of one chart, in code order. Raises ChartDataError."""
    rows: dict[str, Row] = {}
    for row in csv_rows(text, file=file, columns=ACCOUNT_COLUMNS):
        code = row.text("code")
        if not CODE.fullmatch(code):
            raise row.error("code", f"“{code}”应为四位数字，每级明细再加两位")
        if code in rows:
            raise row.error("code", f"科目{code}重复")
        rows[code] = row
    accounts: dict[str, AccountDefinition] = {}
    tagged: dict[AccountTag, str] = {}
    # Sorted codes put every parent before its details.
    for code, row in sorted(rows.items()):
        account = _account(row, code=code, parent=_parent(row, code=code, above=accounts))
        if account.parent is None:
            # The tag is how statements find the account: two with one tag would be added up.
            if account.tag in tagged:
                raise row.error("tag", f"“{account.tag}”已用于科目{tagged[account.tag]}")
            tagged[account.tag] = code
        accounts[code] = account
    return tuple(accounts.values())


def _chart(row: Row) -> ChartDefinition:
    for field in sorted(set(row.cells) - CHART_FIELDS):
        raise row.error(field, "不认识的项目")
    starts = row.day("effective_from")
    ends = row.day("effective_to") if "effective_to" in row.cells else None
    if ends is not None and ends < starts:
        raise row.error("effective_to", "早于effective_from")
    return ChartDefinition(
        version=row.text("version"),
        name=row.text("name"),
        document=row.text("document"),
        effective_from=starts,
        effective_to=ends,
        grade=row.word("grade", Grade),
        source=row.text("source"),
        note=row.text("note"),
        restricted_expense_mode=row.word("restricted_expense_mode", RestrictedExpenseMode),
    )


def _check_succession(charts: Sequence[ChartDefinition], *, file: str) -> None:
    """Refuse charts that leave a day without a chart, or give it two."""
    seen: set[str] = set()
    for number, chart in enumerate(charts, start=1):
        if chart.version in seen:
            reason = f"科目表{chart.version}重复"
            raise ChartDataError(file=file, row=number, field="version", reason=reason)
        seen.add(chart.version)
    for number, (earlier, later) in enumerate(itertools.pairwise(charts), start=2):
        ends = earlier.effective_to
        if ends is None or later.effective_from != ends + timedelta(days=1):
            reason = f"应紧接科目表{earlier.version}的effective_to"
            raise ChartDataError(file=file, row=number, field="effective_from", reason=reason)


def _parent(
    row: Row, *, code: str, above: Mapping[str, AccountDefinition]
) -> AccountDefinition | None:
    """Find the account that a row details; it must be the code without its last two digits."""
    parent = row.optional("parent")
    expected = code[:-DETAIL_DIGITS] if len(code) > FIRST_LEVEL_DIGITS else ""
    if parent != expected:
        raise row.error("parent", f"应为“{expected}”，不是“{parent}”")
    if not parent:
        return None
    if parent not in above:
        raise row.error("parent", f"没有上级科目{parent}")
    return above[parent]


def _account(row: Row, *, code: str, parent: AccountDefinition | None) -> AccountDefinition:
    name = row.text("name")
    category = row.word("category", AccountCategory)
    side = row.word("side", BalanceSide)
    if parent is None:
        tag, full_name = row.word("tag", AccountTag), name
    else:
        if row.optional("tag"):
            raise row.error("tag", "明细科目沿用上级科目的标签，应为空")
        if category is not parent.category:
            raise row.error("category", f"应与上级科目{parent.code}相同（{parent.category}）")
        if side is not parent.side:
            raise row.error("side", f"应与上级科目{parent.code}相同（{parent.side}）")
        tag, full_name = parent.tag, f"{parent.full_name}—{name}"
    restricted = row.optional("restriction")
    return AccountDefinition(
        code=code,
        name=name,
        full_name=full_name,
        category=category,
        side=side,
        parent=None if parent is None else parent.code,
        restriction=row.word("restriction", AccountRestriction) if restricted else None,
        tag=tag,
        flags=_flags(row),
        grade=row.word("grade", Grade),
        source=row.text("source"),
        note=row.optional("note"),
    )


def _flags(row: Row) -> tuple[AccountFlag, ...]:
    words = row.optional("flags").split()
    if len(set(words)) != len(words):
        raise row.error("flags", "标记重复")
    return tuple(row.known("flags", word, AccountFlag) for word in words)
