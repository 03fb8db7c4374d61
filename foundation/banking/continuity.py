"""Whether a statement ties: its order, its running balance, and what it says around the table.

Pure. A gap is named by the row at which the balance no longer follows; nobody has to search.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from foundation.banking import columns
from foundation.banking.recognition import Understanding
from foundation.banking.statement_rows import Skipped, StatementLine, cell_of
from foundation.imports import amounts, dates
from foundation.imports.cells import compact, text_of
from ledger.money import to_text

_AMOUNT = r"[:：]?\s*(?:人民币|RMB|CNY|¥|￥)?\s*(-?[\d,]+(?:\.\d+)?)"
_DIGITS = re.compile(r"[\d*＊xX]{6,40}")
_SHORTEST_NUMBER = 8
# Lines that say which days a statement covers, and lines that say when it was printed.
_SPAN = re.compile("起止|期间|区间|范围|截止|查询日期|至|到")
_PRINTED = re.compile("打印|制表|导出|下载|生成")


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where the balance does not follow; row 0 is before the first line."""

    row: int
    expected_minor: int
    found_minor: int

    @property
    def description(self) -> str:
        """Say in Chinese where, and what was expected."""
        where = f"第 {self.row} 行" if self.row else "与已导入的流水衔接处"
        expected, found = to_text(self.expected_minor), to_text(self.found_minor)
        return f"{where}余额应为 {expected}，对账单为 {found}"


@dataclass(frozen=True, slots=True)
class Around:
    """What stands above and below the table."""

    opening_minor: int | None = None
    closing_minor: int | None = None
    number: str = ""
    through: date | None = None


def in_order(lines: Sequence[StatementLine]) -> list[StatementLine]:
    """Return the lines from the oldest to the newest; many banks print the newest first."""
    found = list(lines)
    if len(found) < 2:
        return found
    first, last = found[0].booked_on, found[-1].booked_on
    turned = found[::-1]
    if first == last:
        # One day only: the running balance says which way it goes.
        return turned if len(gaps(turned, None)) < len(gaps(found, None)) else found
    chosen = turned if first > last else found
    # Sorting by day is stable: lines of one day keep the order that the bank gave them.
    return sorted(chosen, key=lambda line: line.booked_on)


def gaps(lines: Sequence[StatementLine], opening_minor: int | None) -> list[Gap]:
    """Return every place where the running balance does not follow from the line before."""
    found = []
    before = opening_minor
    for line in lines:
        expected = None if before is None else before + line.amount_minor
        if line.balance_minor is None:
            before = expected
            continue
        if expected is not None and expected != line.balance_minor:
            found.append(Gap(line.row, expected, line.balance_minor))
        before = line.balance_minor
    return found


def opening_of(lines: Sequence[StatementLine], around: Around) -> int | None:
    """Return the balance before the first line, as far as the file says it."""
    if around.opening_minor is not None:
        return around.opening_minor
    moved = 0
    for line in lines:
        moved += line.amount_minor
        if line.balance_minor is not None:
            return line.balance_minor - moved
    if around.closing_minor is not None:
        return around.closing_minor - sum(line.amount_minor for line in lines)
    return None


def closing_of(lines: Sequence[StatementLine], opening_minor: int) -> int:
    """Return the balance after the last line: what the bank printed last, and what moved since."""
    moved = 0
    for line in reversed(lines):
        if line.balance_minor is not None:
            return line.balance_minor + moved
        moved += line.amount_minor
    return opening_minor + moved


def with_balances(lines: Sequence[StatementLine], opening_minor: int) -> list[StatementLine]:
    """Give lines without a balance the one that follows, where the file has no balances."""
    if any(line.balance_minor is not None for line in lines):
        return list(lines)
    kept, balance = [], opening_minor
    for line in lines:
        balance += line.amount_minor
        kept.append(replace(line, balance_minor=balance))
    return kept


def around(understanding: Understanding, skipped: Sequence[Skipped], own: str) -> Around:
    """Read the opening and closing balance, the account number and the last day of a statement."""
    wording = columns.wording()
    texts = [text for row in skipped if (text := compact(row.text))]
    spaced = [row.text for row in skipped]
    days = [
        day
        for text in spaced
        if _SPAN.search(text) and not _PRINTED.search(text)
        for day in dates.dates_in(text)
    ]
    number = own or _number(spaced[: understanding.mapping.header_row], wording.number.pattern)
    return Around(
        opening_minor=_figure(texts, wording.opening.pattern),
        closing_minor=_figure(texts, wording.closing.pattern),
        number=number,
        through=max(days, default=None),
    )


def own_number(understanding: Understanding) -> str:
    """Return the one account number that a column of the statement repeats, else ''."""
    mapping = understanding.mapping
    if "own_account" not in mapping.columns:
        return ""
    found = {
        text
        for row in understanding.head[mapping.header_row :]
        if (text := text_of(cell_of(row, mapping, "own_account")).replace(" ", ""))
        and _DIGITS.fullmatch(text)
    }
    return found.pop() if len(found) == 1 else ""


def is_same_number(first: str, second: str) -> bool:
    """Compare two account numbers, either of which may be masked in the middle."""
    if len(first) != len(second):
        return False
    return all(a == b or a in "*＊xX" or b in "*＊xX" for a, b in zip(first, second, strict=True))


def _figure(texts: Sequence[str], pattern: str) -> int | None:
    for text in texts:
        match = re.search(f"(?:{pattern})(?:\\((?:元|人民币)\\))?{_AMOUNT}", text)
        if match:
            found = amounts.read_signed(match[match.lastindex or 0], unit=1)
            if isinstance(found, int):
                return found
    return None


def _number(texts: Sequence[str], pattern: str) -> str:
    for text in texts:
        match = re.search(f"(?:{pattern})\\s*[:：]?\\s*([\\d*＊ ]+)", text)
        if match:
            found = "".join(match[match.lastindex or 0].split())
            if len(found) >= _SHORTEST_NUMBER:
                return found
    return ""
