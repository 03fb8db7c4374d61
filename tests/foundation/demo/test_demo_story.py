"""The story itself: deterministic, never in the future, and never spending what is not there."""

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.demo import plan, story
from foundation.demo.events import (
    BANK,
    EXPENSES,
    Correction,
    Event,
    Gift,
    Refund,
    Register,
    Release,
    rows_of,
)
from foundation.demo.purses import Purses
from foundation.demo.story import Story
from foundation.donors import identity
from foundation.gifts.kinds import GiftKind, RefundCause
from foundation.imports import reading, recognition
from foundation.imports.rows import RegisterRow, RejectedRow
from ledger.vouchers import VoucherState
from tests.foundation.demo.demo_cases import OTHER_DAYS, TODAY

DAYS = (*OTHER_DAYS, TODAY)
REGISTERS = Path(__file__).parents[3].parent / "shared" / "data" / "registers"


def tell(today: date) -> Story:
    return story.tell(plan.read(), today)


def events_of(told: Story) -> list[Event]:
    return [event for chapter in told.chapters for event in chapter.events]


def gifts_of(told: Story, kind: GiftKind) -> list[Gift]:
    return [e for e in events_of(told) if isinstance(e, Gift) and e.kind is kind]


@pytest.mark.parametrize("today", DAYS)
def test_same_day_tells_the_same_story(today: date) -> None:
    assert tell(today) == tell(today)


def test_months_that_two_days_share_are_the_same_in_both() -> None:
    earlier, later = tell(date(2026, 8, 31)), tell(TODAY)
    assert earlier.chapters[:-1] == later.chapters[: len(earlier.chapters) - 1]


@pytest.mark.parametrize("today", DAYS)
def test_nothing_happens_after_today_or_before_the_books_begin(today: date) -> None:
    told = tell(today)
    for chapter in told.chapters:
        days = [event.on for event in chapter.events]
        assert days == sorted(days)
        assert all(day.replace(day=1) == chapter.month.day(1) for day in days)
    assert max(event.on for event in events_of(told)) <= today
    assert told.chapters[0].month.key == (today.year - 1) * 100 + 1
    assert told.chapters[-1].month.key == today.year * 100 + today.month


@settings(max_examples=20)
@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_no_fund_spends_what_it_does_not_hold(today: date) -> None:
    told = tell(today)
    funds = [fund.code for fund in told.plan.funds]
    purses = Purses()
    purses.add(told.opening)
    for event in events_of(told):
        purses.add(rows_of(event))
        for fund in funds:
            assert purses.net(fund) >= 0, (event, fund)
            assert purses.cash(fund) >= 0, (event, fund)
        assert purses.cash("GEN") > 0, event
        assert purses.of("cash_on_hand", "GEN") >= 0, event


@settings(max_examples=20)
@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_every_event_balances_within_each_fund(today: date) -> None:
    told = tell(today)
    for event in events_of(told):
        sums: Counter[str] = Counter()
        for row in rows_of(event):
            sums[row.fund] += row.minor
        assert not any(sums.values()), event


def test_two_years_are_told_at_a_believable_size() -> None:
    told = tell(TODAY)
    events = events_of(told)
    single = [event for event in events if isinstance(event, Gift)]
    registers = [event for event in events if isinstance(event, Register)]
    count = len(single) + sum(register.rows for register in registers)
    assert 650 <= count <= 850
    assert len(registers) == 9
    assert len(told.plan.funds) == 10
    assert 140 <= len({gift.donor for gift in single} | set(told.plan.people.names)) <= 160


def test_the_anniversary_and_graduation_draw_more_gifts_than_other_months() -> None:
    told = tell(date(2026, 12, 31))
    counts = {
        chapter.month.number: sum(1 for event in chapter.events if isinstance(event, Gift))
        for chapter in told.chapters[12:]
    }
    assert max(counts, key=counts.__getitem__) == 10
    assert counts[6] > counts[7]
    assert counts[12] > counts[11]


def test_every_occasion_of_the_second_year_happens() -> None:
    events = events_of(tell(TODAY))
    causes = [event.cause for event in events if isinstance(event, Refund)]
    assert causes == [RefundCause.OWN, RefundCause.EXTERNAL]
    assert len([event for event in events if isinstance(event, Correction)]) == 1
    kinds = {event.kind for event in events if isinstance(event, Gift)}
    assert kinds == set(GiftKind)


@pytest.mark.parametrize("today", DAYS)
def test_donated_services_need_a_chart_that_knows_them(today: date) -> None:
    told = tell(today)
    for gift in (*gifts_of(told, GiftKind.SERVICE), *gifts_of(told, GiftKind.NOMINAL)):
        assert gift.on >= date(2026, 1, 1)
    years = {gift.on.year for gift in gifts_of(told, GiftKind.SERVICE)}
    expected = {
        year for year in (today.year - 1, today.year) if year >= 2026 and date(year, 3, 18) <= today
    }
    assert years == expected


def test_use_is_released_under_the_old_chart_and_never_under_the_new() -> None:
    told = tell(TODAY)
    for chapter in told.chapters:
        used: Counter[str] = Counter()
        for event in chapter.events:
            for row in rows_of(event):
                if row.place in EXPENSES and row.fund != "GEN":
                    used[row.fund] += row.minor
        released = {
            event.source: event.minor
            for event in chapter.events
            if isinstance(event, Release) and event.source == event.target
        }
        assert released == (dict(used) if chapter.month.year == 2025 else {})


def test_time_restriction_ends_for_what_the_year_began_with() -> None:
    told = tell(TODAY)
    lapsed = [
        (event.on, event.minor)
        for event in events_of(told)
        if isinstance(event, Release) and event.source == "LAB"
    ]
    given = sum(
        event.minor
        for event in events_of(told)
        if isinstance(event, Gift) and event.shares[0][0] == "LAB" and event.on.year == 2025
    )
    assert lapsed == [(date(2025, 7, 1), 2_400_000_00), (date(2026, 7, 1), given)]


@pytest.mark.parametrize("today", DAYS)
def test_registers_are_read_whole_and_state_their_total(today: date) -> None:
    for register in [e for e in events_of(tell(today)) if isinstance(e, Register)]:
        source = reading.open_register(register.text.encode(), register.file_name)
        found = recognition.recognise(source)
        rows = list(found.rows())
        gifts = [row for row in rows if isinstance(row, RegisterRow)]
        assert not [row for row in rows if isinstance(row, RejectedRow)]
        assert len(gifts) == register.rows
        assert found.stated_total is not None
        assert found.stated_total.amount_minor == register.minor
        assert sum(row.amount_minor for row in gifts) == register.minor
        assert {row.received_on.month for row in gifts} == {register.on.month}


@pytest.mark.parametrize("today", [*DAYS, date(2026, 3, 1)])
def test_the_desk_has_work_in_every_state(today: date) -> None:
    told = tell(today)
    states = Counter(pending.state for pending in told.pending)
    assert states == {
        VoucherState.DRAFT: 3,
        VoucherState.SUBMITTED: 2,
        VoucherState.REVIEWED: 2,
    }
    for pending in told.pending:
        assert today - timedelta(days=2) <= pending.act.on <= today
        assert pending.act.on.month == today.month
        if len(pending.act.rows) == 1:
            assert pending.act.rows[0].place == BANK


def test_numbers_of_donors_are_valid_and_of_a_region_that_does_not_exist() -> None:
    told = plan.read()
    codes = [giver.credit_code for giver in told.organisations]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert identity.check_credit_code(code)[2:8] == "990000"
    for name, number in told.people.id_number.items():
        assert name in told.people.names
        assert identity.check_id_number(number).startswith("990000")


def test_nobody_of_the_published_registers_is_a_donor() -> None:
    if not REGISTERS.is_dir():
        pytest.skip("published registers are not beside the project")
    published: set[str] = set()
    for path in sorted(REGISTERS.iterdir()):
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            for row in book.get_sheet_by_name(name).to_python():
                published |= {cell for cell in row if isinstance(cell, str)}
    written = " ".join(published)
    told = plan.read()
    names = {*told.people.names, *(giver.name for giver in (*told.organisations, *told.groups))}
    assert len(names) == 146
    assert sorted(name for name in names if re.search(re.escape(name), written)) == []
