"""When the parts of a pledge are due: pure rules over dates and amounts.

A regular schedule keeps the day of the month of its first instalment; a month that is too short
takes its last day, and the month after it the day again (31 January, 28 February, 31 March). The
parts always add up to the whole, to the fen; earlier parts take the odd ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from dateutil.rrule import MONTHLY, rrule

from ledger.errors import InvalidInput
from ledger.money import MAX_MINOR, split, to_text

MOST_INSTALMENTS = 600
LONGEST_YEARS = 100
_SHORTEST_MONTH = 28


class Every(StrEnum):
    """How far apart regular instalments are."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


class ScheduleDiffers(InvalidInput):
    """The instalments are not the amount that they are parts of."""

    code = "schedule_differs"
    message = "分期合计 {scheduled} 与应分期的金额 {amount} 不一致"


@dataclass(frozen=True, slots=True)
class Due:
    """One part: when, how much, and what must happen first, if anything."""

    due_on: date
    amount_minor: int
    condition: str | None = None


def days(first: date, count: int, every: Every) -> list[date]:
    """Return the days of a regular schedule. Raises InvalidInput."""
    if not 0 < count <= MOST_INSTALMENTS:
        raise InvalidInput(field="期数", reason=f"应为 1 至 {MOST_INSTALMENTS}")
    months = _MONTHS[every] * (count - 1)
    if months > LONGEST_YEARS * 12 or first.year + months // 12 + 1 > date.max.year:
        raise InvalidInput(field="期数", reason=f"最后一期不能晚于 {LONGEST_YEARS} 年后")
    # Of the days a month may have up to the one that is meant, the last that it has.
    candidates = range(min(first.day, _SHORTEST_MONTH), first.day + 1)
    rule = rrule(
        MONTHLY,
        dtstart=datetime.combine(first, time()),
        interval=_MONTHS[every],
        count=count,
        bymonthday=tuple(candidates),
        bysetpos=-1,
    )
    return [moment.date() for moment in rule]


def regular(amount_minor: int, *, first: date, count: int, every: Every) -> list[Due]:
    """Return equal parts at equal distances. Raises InvalidInput."""
    due = days(first, count, every)
    if amount_minor < count:
        raise InvalidInput(field="期数", reason="每期至少一分钱")
    parts = split(amount_minor, [1] * count)
    return [Due(day, part) for day, part in zip(due, parts, strict=True)]


def check(amount_minor: int, schedule: Sequence[Due], *, not_before: date) -> list[Due]:
    """Return a schedule in order of its days. Raises InvalidInput, ScheduleDiffers."""
    if not 0 < len(schedule) <= MOST_INSTALMENTS:
        raise InvalidInput(field="分期", reason=f"应为 1 至 {MOST_INSTALMENTS} 期")
    for part in schedule:
        if not 0 < part.amount_minor <= MAX_MINOR:
            raise InvalidInput(field="分期金额", reason="每期金额应大于零")
        if part.due_on < not_before:
            raise InvalidInput(field="到期日", reason=f"不能早于 {not_before.isoformat()}")
        if part.due_on.year > not_before.year + LONGEST_YEARS:
            raise InvalidInput(field="到期日", reason=f"不能晚于 {LONGEST_YEARS} 年后")
        if part.condition is not None and not 0 < len(part.condition.strip()) <= 200:
            raise InvalidInput(field="付款条件", reason="最多 200 字，没有条件时不填")
    scheduled = sum(part.amount_minor for part in schedule)
    if scheduled != amount_minor:
        raise ScheduleDiffers(scheduled=to_text(scheduled), amount=to_text(amount_minor))
    return sorted(schedule, key=lambda part: part.due_on)


def spread(amount_minor: int, openings: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Share a payment over (key, open amount) in their order: each gets what it needs, in turn.

    What is left over is not shared: the caller knows it from the sum.
    """
    shares, left = [], amount_minor
    for key, open_minor in openings:
        part = min(left, open_minor)
        if part > 0:
            shares.append((key, part))
            left -= part
    return shares
