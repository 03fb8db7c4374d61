"""Total rows of a table, and which of them states the total of the whole.

Prose above or below the table is never a stated total: it often names other periods.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from foundation.imports.amounts import read_signed
from foundation.imports.cells import Cell, compact
from foundation.imports.rows import Reason, StatedTotal

# Any row that speaks of a sum has one of these; everything else needs no closer look.
HINTS = ("计", "总", "承前", "接前", "过次", "转下", "接上", "otal", "OTAL")

_SCOPE = (
    r"(?:(?P<part>本页|本日|当日|当天|单位|个人|企业|\d+月\d+日|\d+日|第?\d+页)|本月|本期|本次|本年|本表"
    r"|全部|以上|上述|\d+月|\d+年度?|捐[款赠]|善款|收入|到账|现金|资金|人民币|[各全]?项|笔)*"
)
_CORE = (
    r"(?P<core>小计|合计|总计|共计|累计|总合计|总额|总数|总和|总金额|sub-?total|grandtotal|total)"
)
_AFTER = (
    r"(?:金额|收入|总额|数额|数|额|捐[款赠]|款|人民币|rmb|大写|小写|[:=,、;¥()]"
    r"|\d+[笔人户条项次]+|万?元)*"
)
_LABEL = re.compile(_SCOPE + _CORE + _AFTER)
_WITH_AMOUNT = re.compile(
    _SCOPE + _CORE + r"(?:金额|收入|额|捐[款赠]|款|为|是|人民币|rmb|\d+[笔人户条项次]+|[:=,、;])*"
    r"(?P<amount>[¥]?-?\d[\d,]*(?:\.\d+)?(?:亿|万)?元?)整?[。.]?"
)
_CARRIED = re.compile(r"(承前页|承上页|接前页|接上页|过次页|转下页|转次页).*")
_ENDS_AS_SUM = re.compile(r".*(?:小计|合计|总计|共计)[:]?$")
_PARTIAL = frozenset({"小计", "subtotal", "sub-total"})
_GRAND = frozenset({"总计", "总合计", "总额", "总数", "总和", "总金额", "grandtotal"})


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A row that states a sum. `gifts_before` counts the gifts since the last such row."""

    row: int
    reason: Reason
    label: str
    is_grand: bool
    amount_minor: int | None
    gifts_before: int


def label_in(cell: Cell) -> tuple[Reason, bool, str | None] | None:
    """Return what kind of sum a cell announces: the reason, whether grand, an amount beside it.

    None when the cell is no such label; a donor called 计算机学院 or 总商会 is none.
    """
    text = compact(cell).lower().strip("()[]【】<>—-")
    if not text or not any(hint in text for hint in HINTS):
        return None
    if _CARRIED.fullmatch(text):
        return Reason.CARRIED, False, None
    match = _LABEL.fullmatch(text) or _WITH_AMOUNT.fullmatch(text)
    if not match:
        return None
    found = match.groupdict()
    core = found["core"]
    if core == "累计":
        reason = Reason.SUBTOTAL if found["part"] else Reason.CARRIED
    elif core in _PARTIAL or found["part"]:
        reason = Reason.SUBTOTAL
    else:
        reason = Reason.TOTAL
    return reason, core in _GRAND, found.get("amount")


def ends_as_sum(text: str) -> bool:
    """Tell whether a name ends in 小计 or the like, as `武昌区小计` does."""
    return _ENDS_AS_SUM.fullmatch(compact(text)) is not None


def amount_of(cells: Sequence[Cell], *, unit: int) -> int | None:
    """Return the only amount among the cells of the amount columns, in fen."""
    found = [value for cell in cells if isinstance(value := read_signed(cell, unit=unit), int)]
    return found[0] if len(found) == 1 else None


def stated(rows: Sequence[TotalRow], *, gifts_after: int) -> StatedTotal | None:
    """Return the total that the table states for the whole, None when no row clearly does.

    总计 goes before 合计. Of several equal ones only the last can cover the others, and only
    when no gift stands between. Where there is no total but a single subtotal at the end, that
    one covers everything.
    """
    candidates = [row for row in rows if row.reason is Reason.TOTAL]
    grand = [row for row in candidates if row.is_grand]
    subtotals = [row for row in rows if row.reason is Reason.SUBTOTAL]
    if not candidates and len(subtotals) == 1 and not gifts_after:
        candidates = subtotals
    candidates = grand or candidates
    if not candidates:
        return None
    last = candidates[-1]
    if len(candidates) > 1 and last.gifts_before:
        return None
    if last.amount_minor is None:
        return None
    return StatedTotal(amount_minor=last.amount_minor, row=last.row, label=last.label)


def are_unclear(rows: Sequence[TotalRow]) -> bool:
    """Tell whether there are total rows between which the table does not decide."""
    return sum(row.reason is Reason.TOTAL for row in rows) > 1
