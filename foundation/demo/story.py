"""The story of the demo foundation: last year and this year up to today, as events in order.

Pure: the same day always gives the same story, and the months that two days share are the same
in both. What is spent follows from what the funds hold when a month begins, so no fund is ever
overspent, whatever day the story is told on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from foundation.demo import giving, months, spending
from foundation.demo.events import (
    BANK,
    EXPENSES,
    Act,
    Correction,
    Event,
    Gift,
    Redemption,
    Register,
    Release,
    Row,
    exchange,
    rows_of,
)
from foundation.demo.months import Month
from foundation.demo.plan import Plan, fen
from foundation.demo.purses import Purses
from foundation.demo.treasury import Treasury
from ledger.funds import Restriction
from ledger.periods import period_key
from ledger.vouchers import VoucherState

# Vouchers of the last days are still on their way through review.
_DAYS_ON_THE_WAY = 5
# On one day what comes in is booked before what goes out.
_INCOMING = (Gift, Register, Redemption)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A month and everything that happened in it, in order."""

    month: Month
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """A voucher that waits on the desk in a state before posting."""

    state: VoucherState
    act: Act


@dataclass(frozen=True, slots=True)
class Story:
    """The whole story; what happened after `posted_through` is not posted yet."""

    plan: Plan
    opening: tuple[Row, ...]
    chapters: tuple[Chapter, ...]
    pending: tuple[Pending, ...]
    posted_through: date


def tell(plan: Plan, today: date) -> Story:
    """Tell the story up to a day."""
    start = tuple(_opening(plan))
    purses = Purses()
    purses.add(start)
    treasury = Treasury(plan)
    posted_through = today - timedelta(days=_DAYS_ON_THE_WAY)
    chapters = []
    aged_minor = 0
    for month in months.told(today):
        if month.number == 1:
            aged_minor = purses.net(plan.tables["release"]["source"])
        events = _events(plan, month, purses, treasury, aged_minor=aged_minor)
        events.sort(key=_order)
        for event in events:
            purses.add(rows_of(event))
        if month.releases_on_use:
            events += _releases(plan, month, events)
        if month.key == period_key(today):
            events = _known_by(events, today, posted_through)
        chapters.append(Chapter(month, tuple(events)))
    pending = tuple(_pending(plan, today))
    return Story(plan, start, tuple(chapters), pending, posted_through)


def _opening(plan: Plan) -> Iterator[Row]:
    """Yield what the funds hold when the books begin, and the net assets that follow from it."""
    for one in plan.holdings:
        yield Row(one.place, one.fund, fen(one.yuan), one.counterparty)
    held: dict[str, int] = {}
    for one in plan.holdings:
        held[one.fund] = held.get(one.fund, 0) + fen(one.yuan)
    registered = fen(plan.registration_yuan)
    for fund, minor in held.items():
        if plan.is_restricted(fund):
            yield Row("net_asset_restricted", fund, -minor)
        else:
            place = "net_asset_unrestricted"
            yield Row(place, fund, -registered, summary="注册资金（原始基金）")
            yield Row(place, fund, registered - minor, summary="历年结余")


def _events(
    plan: Plan, month: Month, purses: Purses, treasury: Treasury, *, aged_minor: int
) -> list[Event]:
    """Return what happens in a month; `aged_minor` is what the timed fund has from last year."""
    events = [
        *giving.tell(plan, month),
        *spending.dated(plan, month, freed_minor=aged_minor),
        *spending.payroll(plan, month, purses),
    ]
    left = purses.copy()
    for event in events:
        left.burden(rows_of(event))
    events += spending.planned(plan, month, left)
    events += treasury.tell(month, left)
    events += spending.depreciation(plan, month)
    return events


def _releases(plan: Plan, month: Month, events: list[Event]) -> Iterator[Release]:
    """Yield, for each restricted fund, the release of what was used of it in the month."""
    used: dict[str, int] = {}
    for row in (row for event in events for row in rows_of(event)):
        if row.place in EXPENSES and plan.is_restricted(row.fund):
            used[row.fund] = used.get(row.fund, 0) + row.minor
    for fund in plan.funds:
        assert fund.restriction is not Restriction.PERMANENT or fund.code not in used
        if used.get(fund.code, 0) > 0:
            yield Release(
                on=month.last_day,
                summary=f"{month.number}月使用限定性资源（{fund.name}），净资产重分类",
                source=fund.code,
                target=fund.code,
                minor=used[fund.code],
            )


def _pending(plan: Plan, today: date) -> Iterator[Pending]:
    for number, waiting in enumerate(plan.waiting):
        minor = fen(waiting.yuan)
        # Without an expense the voucher is only half written: nobody knows yet what came in.
        rows: tuple[Row, ...] = (Row(BANK, "GEN", minor),)
        if waiting.expense:
            rows = exchange(waiting.expense, BANK, "GEN", minor)
        act = Act(
            on=max(today - timedelta(days=number % 3), today.replace(day=1)),
            rule="spending" if waiting.expense else "manual",
            summary=waiting.summary,
            rows=rows,
            item=plan.item(waiting.item),
        )
        yield Pending(VoucherState(waiting.state), act)


def _known_by(events: list[Event], today: date, posted_through: date) -> list[Event]:
    """Leave out what is still to come, and corrections of the last days: the voucher that puts
    right what was wrong belongs into a month in which everything is posted."""
    return [
        event
        for event in events
        if event.on <= (posted_through if isinstance(event, Correction) else today)
    ]


def _order(event: Event) -> tuple[date, bool]:
    return event.on, not isinstance(event, _INCOMING)
