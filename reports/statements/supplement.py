"""补充资料: from the change in net assets to the change in cash, by rows of the balance sheet.

What is not cash changed by what the balance sheet says; so the statement adds up by itself, and
adds up to the same as the direct method only when both are right.
"""

from reports.parameters import Parameters
from reports.statements import layouts
from reports.statements.frame import Frame
from reports.statements.layouts import RowKind
from reports.tables import Column, Emphasis, Kind, Label, Row, Table, Value

TITLE = Label("现金流量表补充资料", "Supplementary information to the statement of cash flows")
COLUMNS = (
    Column("item", Label("项目", "Item"), Kind.TEXT, 46),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 18),
)
_CASH = "monetary_funds"
_NET = frozenset({"net_assets_unrestricted", "net_assets_restricted"})


def table(parameters: Parameters, frame: Frame) -> Table:
    """Return the supplementary information for the year to date."""
    span = parameters.period.to_date.span
    opening, closing = frame.balance_sheet(span.first - 1), frame.balance_sheet(span.last)
    change = closing["net_assets_total"] - opening["net_assets_total"]
    rows = [Row((Label("净资产变动额", "Change in net assets"), change))]
    for row in frame.rows(layouts.BALANCE_SHEET):
        if row.kind in (RowKind.HEADING, RowKind.SUM) or row.code in (_CASH, *_NET):
            continue
        increase = closing[row.code] - opening[row.code]
        # What takes cash: more assets, less of what is owed or deducted.
        effect = -increase * row.sign
        if effect:
            name = Label(row.label.zh.removeprefix("减："), row.label.en.removeprefix("Less: "))
            words = _words(name, is_more=increase > 0, is_added=effect > 0)
            rows.append(Row((words, effect), level=1))
    rest = _shown_nowhere(frame, span.first - 1, span.last)
    if rest:
        words = Label("资产减值准备的变动", "Changes of impairment allowances")
        rows.append(Row((words, rest), level=1))
    total: Value = sum(value for row in rows if isinstance(value := row.cells[1], int))
    words = Label("现金及现金等价物净增加额", "Net increase in cash")
    rows.append(Row((words, total), level=1, emphasis=Emphasis.SUBTOTAL))
    return Table(
        id="cash_flows",
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows),
        heading=parameters.heading,
        subtitle=parameters.period.to_date.title,
        notes=tuple(equality.words for equality in frame.equalities(span)),
    )


def _words(name: Label, *, is_more: bool, is_added: bool) -> Label:
    head = Label("加：", "Add: ") if is_added else Label("减：", "Less: ")
    zh = f"{head.zh}{name.zh}的{'增加' if is_more else '减少'}"
    return Label(zh, f"{head.en}{'increase' if is_more else 'decrease'} in {name.en.lower()}")


def _shown_nowhere(frame: Frame, opening: int, closing: int) -> int:
    """Return the effect of tags that only sums of the balance sheet know."""
    found = 0
    for row in frame.rows(layouts.BALANCE_SHEET):
        if row.kind is RowKind.SUM:
            for upto, sign in ((opening, 1), (closing, -1)):
                parts = frame.balance_sheet(upto).parts.get(row.code, ())
                found += sign * sum(part.minor for part in parts)
    return found
