"""What pledges will bring, by month and fund, and how long overdue what is open has been."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from foundation.matching import catalogue as schemes
from foundation.matching.rounding import to_place
from foundation.matching.schemes import Flat
from foundation.pledges.models import Instalment, Pledge
from ledger.funds import Fund

# The scheme by which planning guesses a match; it is no rule of any authority and says so.
PLANNING_SCHEME = "plan-one-to-one"
# Days overdue up to which an instalment stands in a class; the last class has no end.
AGES = (0, 30, 90, 180, 365)
_PART = 250


@dataclass(frozen=True, slots=True)
class Expected:
    """What one fund may expect in one month (the key is 202603)."""

    month: int
    fund: str
    expected_minor: int
    # The part whose condition is not met.
    conditional_minor: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What every fund may expect in every month: (expected, conditional) by month and fund.

    Read as `Expected` one after another, by month and then by fund. Kept as plain pairs: ten
    years of some hundred funds are tens of thousands of them, and as many objects of a class
    would make the collector of garbage walk over everything that the process holds.
    """

    cells: Mapping[int, Mapping[str, tuple[int, int]]]

    def __iter__(self) -> Iterator[Expected]:
        for month in sorted(self.cells):
            funds = self.cells[month]
            for fund in sorted(funds):
                yield Expected(month, fund, *funds[fund])

    def of_month(self, month: int) -> tuple[int, int]:
        """Return what all funds together may expect in a month, and the conditional part."""
        pairs = self.cells.get(month, {}).values()
        return sum(minor for minor, _ in pairs), sum(waits for _, waits in pairs)


@dataclass(frozen=True, slots=True)
class Month:
    """What all funds may expect in one month, and what a match would add."""

    month: int
    expected_minor: int
    conditional_minor: int
    match_minor: int


@dataclass(frozen=True, slots=True)
class Age:
    """What has been overdue for so many days; `days_to` None is without end, 0 not yet due."""

    days_from: int
    days_to: int | None
    count: int
    minor: int


def forecast(session: Session, first: date, last: date) -> Forecast:
    """Return what is due from one day to another by month and fund, in that order."""
    due = Instalment.due_on
    if session.get_bind().dialect.name == "sqlite":
        # Dates are ISO text there; cutting text is several times faster than asking for parts.
        month: Any = func.substr(due, 1, 7)
    else:
        month = func.date_part("year", due) * 100 + func.date_part("month", due)
    query = (
        select(
            month.label("month"),
            Pledge.fund_id,
            func.sum(Instalment.open_minor),
            func.sum(case((Instalment.is_met, 0), else_=Instalment.open_minor)),
        )
        .join(Pledge, Pledge.id == Instalment.pledge_id)
        .where(Instalment.open_minor > 0, due >= first, due <= last)
        .group_by("month", Pledge.fund_id)
    )
    codes = {row.id: row.code for row in session.execute(select(Fund.id, Fund.code))}
    cells: dict[Any, dict[str, tuple[int, int]]] = {}
    # Read in parts: a row at a time costs more than the database itself.
    for rows in session.connection().execute(query).partitions(_PART):
        for key, fund, minor, waits in rows:
            found = cells.get(key)
            if found is None:
                found = cells[key] = {}
            found[codes[fund]] = (int(minor), int(waits))
    return Forecast({_month_key(key): found for key, found in cells.items()})


def by_month(found: Forecast, first: date, last: date) -> list[Month]:
    """Add up a forecast by month, with a row for every month, and the planned match beside it."""
    sums = {key: found.of_month(key) for key in month_keys(first, last)}
    return [
        Month(key, minor, waits, planned_match(minor - waits))
        for key, (minor, waits) in sums.items()
    ]


def planned_match(minor: int) -> int:
    """Return what a match would add by the planning scheme, rounded to the fen."""
    method = schemes.get_scheme(PLANNING_SCHEME).method
    ratio = method.ratio if isinstance(method, Flat) else None
    return to_place(minor * ratio) if isinstance(ratio, Fraction) else 0


def ageing(session: Session, today: date) -> list[Age]:
    """Return what is open by how long it has been overdue; the first class is not due yet.

    Instalments whose condition is not met are not due.
    """
    edges = [today - timedelta(days=days) for days in AGES]
    due, met = Instalment.due_on, Instalment.is_met
    place = case(
        ((~met) | (due >= edges[0]), 0),
        *((due >= edge, number) for number, edge in enumerate(edges[1:], start=1)),
        else_=len(AGES),
    )
    rows = session.execute(
        select(place.label("place"), func.count(), func.sum(Instalment.open_minor))
        .where(Instalment.open_minor > 0)
        .group_by(place)
        .order_by(place)
    )
    found = {int(number): (int(count), int(minor)) for number, count, minor in rows}
    ages = []
    for number in range(len(AGES) + 1):
        count, minor = found.get(number, (0, 0))
        days_from = 0 if number == 0 else AGES[number - 1] + 1
        ages.append(Age(days_from, AGES[number] if number < len(AGES) else None, count, minor))
    return ages


def _month_key(month: Any) -> int:
    """Return 202603 for what a database calls a month: `2026-03` or a number."""
    return int(month.replace("-", "")) if isinstance(month, str) else int(month)


def month_keys(first: date, last: date) -> list[int]:
    """Return the keys of every month from one day to another."""
    keys, day = [], first.replace(day=1)
    while day <= last:
        keys.append(day.year * 100 + day.month)
        day += relativedelta(months=1)
    return keys
