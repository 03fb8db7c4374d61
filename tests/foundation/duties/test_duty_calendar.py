"""Which duties fall due when, and how they stand: pure rules over the shipped data."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.duties import calendar, loading
from foundation.duties.calendar import DutyState, Event, Item, Mark
from foundation.duties.loading import BadDuty, Duty

SHIPPED = loading.load()
BEGAN = date(2025, 1, 1)
TODAY = date(2026, 3, 1)


def due(
    *,
    year: int = 2026,
    today: date = TODAY,
    began: date = BEGAN,
    facts: dict[str, str] | None = None,
    marks: dict[tuple[str, str], Mark] | None = None,
    events: Iterable[Event] = (),
    duties: Iterable[Duty] = SHIPPED.duties.values(),
) -> list[Item]:
    return calendar.items(
        duties,
        facts=facts or {},
        marks=marks or {},
        events=events,
        first_on=date(year, 1, 1),
        last_on=date(year, 12, 31),
        today=today,
        began_on=began,
    )


def one(items: list[Item], duty: str) -> Item:
    (found,) = [item for item in items if item.duty.id == duty]
    return found


def days(items: list[Item], duty: str) -> list[str]:
    return [item.due_on.isoformat() for item in items if item.duty.id == duty]


def test_hard_dates_of_a_university_foundation() -> None:
    items = due()

    assert days(items, "annual_work_report") == ["2026-03-31"]
    assert days(items, "special_information_report") == ["2026-03-31"]
    assert days(items, "annual_report_published") == ["2026-05-31"]
    assert days(items, "related_party_list") == ["2026-05-31"]
    assert days(items, "income_tax_settlement") == ["2026-05-31"]
    assert one(items, "annual_work_report").about == 2025
    assert [item.due_on for item in items] == sorted(item.due_on for item in items)


def test_duty_is_owed_only_since_its_text_is_in_force() -> None:
    assert days(due(year=2025), "annual_report_published") == []
    assert days(due(year=2025), "annual_work_report") == ["2025-03-31"]


def test_public_fundraising_changes_what_is_owed() -> None:
    without, with_it = due(), due(facts={"public_fundraising": "yes"})

    assert days(without, "major_projects_published") == ["2026-05-31"]
    assert days(without, "campaigns_published") == []
    assert days(with_it, "major_projects_published") == []
    assert days(with_it, "campaigns_published") == [
        "2026-03-31",
        "2026-06-30",
        "2026-09-30",
        "2026-12-31",
    ]
    quarters = [i.occurrence for i in with_it if i.duty.id == "campaigns_published"]
    assert quarters == ["2026-1", "2026-2", "2026-3", "2026-4"]


def test_expiry_follows_from_the_stated_fact() -> None:
    known = {"rating_expires_on": "2026-12-31"}

    assert days(due(), "rating_expiry") == []
    assert days(due(facts=known), "rating_expiry") == ["2026-12-31"]
    assert one(due(facts=known), "rating_expiry").state is DutyState.DUE_SOON
    assert one(due(facts=known, today=date(2025, 12, 30)), "rating_expiry").state is (
        DutyState.NOT_DUE
    )
    assert days(due(year=2027, facts=known), "rating_expiry") == []
    assert calendar.missing_facts(SHIPPED.duties.values(), known) == [
        "board_term_ends_on",
        "tax_deduction_expires_on",
        "tax_exemption_expires_on",
    ]


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        (date(2026, 1, 29), DutyState.NOT_DUE, 61),
        (date(2026, 1, 30), DutyState.DUE_SOON, 60),
        (date(2026, 3, 31), DutyState.DUE_SOON, 0),
        (date(2026, 4, 1), DutyState.OVERDUE, -1),
    ],
)
def test_state_follows_from_the_day(today: date, state: DutyState, left: int) -> None:
    item = one(due(today=today), "annual_work_report")

    assert (item.state, item.days_left) == (state, left)


def test_nobody_is_blamed_for_what_fell_due_before_the_books_began() -> None:
    began = date(2026, 4, 1)
    items = due(today=date(2026, 6, 1), began=began)

    assert one(items, "annual_work_report").state is DutyState.UNRECORDED
    assert one(items, "related_party_list").state is DutyState.OVERDUE


def test_mark_settles_one_occurrence_and_no_other() -> None:
    mark = Mark(date(2026, 4, 2), "慈善中国 2026-04-02", "accountant")
    marks = {("annual_work_report", "2026"): mark}

    assert one(due(marks=marks, today=date(2026, 5, 1)), "annual_work_report").mark == mark
    assert one(due(marks=marks, today=date(2026, 5, 1)), "annual_work_report").state is (
        DutyState.DONE
    )
    later = one(due(year=2027, marks=marks, today=date(2027, 4, 1)), "annual_work_report")
    assert (later.mark, later.state) == (None, DutyState.OVERDUE)


def test_event_is_owed_so_many_days_after_it_happened() -> None:
    event = Event("related_party_event", "gift:7", date(2026, 2, 1), "捐赠")
    trust = Event("project_leftovers", "project:3", date(2026, 8, 31))
    items = due(events=[event, trust])

    found = one(items, "related_party_event")
    assert (found.due_on, found.occurrence, found.can_mark) == (date(2026, 3, 3), "gift:7", True)
    assert one(items, "project_leftovers").due_on == date(2026, 11, 30)


def test_event_of_an_unknown_duty_or_another_year_is_not_shown() -> None:
    unknown = Event("made_up", "1", date(2026, 2, 1))
    earlier = Event("related_party_event", "1", date(2025, 2, 1))

    assert due(events=[unknown, earlier]) == due()


def test_derived_event_stays_overdue_and_is_not_marked_by_hand() -> None:
    event = Event("bill_within_60_days", "oldest", date(2025, 12, 1), is_derived=True)
    item = one(due(events=[event], began=date(2026, 2, 15)), "bill_within_60_days")

    assert (item.due_on, item.state) == (date(2026, 1, 30), DutyState.OVERDUE)
    assert not item.can_mark


def test_every_shipped_duty_has_its_source_and_grade() -> None:
    for duty in SHIPPED.duties.values():
        assert duty.source, duty.id
        assert duty.article, duty.id
        assert duty.grade in "ABCMI", duty.id
        assert duty.title.of("zh") != duty.title.of("en"), duty.id


@given(year=st.integers(2005, 2100), offset=st.integers(-800, 800))
def test_calendar_of_any_year_holds_each_occurrence_once(year: int, offset: int) -> None:
    items = due(year=year, today=date(year, 7, 1) + timedelta(days=offset))

    keys = [(item.duty.id, item.occurrence) for item in items]
    assert len(keys) == len(set(keys))
    assert all(item.due_on.year == year for item in items)
    assert all((item.state is DutyState.OVERDUE) <= (item.days_left < 0) for item in items)


GOOD = """
[[fact]]
name = "f"
kind = "date"
title = { zh = "甲", en = "A" }
[[duty]]
id = "d"
title = { zh = "乙", en = "B" }
who = "accountant"
due = ["03-31"]
source = "法"
article = "第一条"
grade = "B"
"""


def test_file_of_duties_is_read() -> None:
    duty = loading.parse(GOOD).duties["d"]

    assert (duty.due, duty.clause, duty.soon_days) == (((3, 31),), "法 第一条", 30)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('due = ["03-31"]', "", "due"),
        ('due = ["03-31"]', 'due = ["02-29"]', "due"),
        ('due = ["03-31"]', 'due = ["03-31"]\ndays_after = 3', "due"),
        ('due = ["03-31"]', 'fact = "missing"', "fact"),
        ('due = ["03-31"]', "days_after = 1.5", "days_after"),
        ('due = ["03-31"]', "days_after = -1", "days_after"),
        ('who = "accountant"', 'who = "nobody"', "who"),
        ('grade = "B"', 'grade = "X"', "grade"),
        ('source = "法"', "", "source"),
        ('{ zh = "乙", en = "B" }', '{ zh = "乙" }', "title"),
        ('grade = "B"', 'grade = "B"\nfrom = "2020"', "from"),
        ('grade = "B"', 'grade = "B"\nneeds = { fact = "f", is = "maybe" }', "needs"),
        ('kind = "date"', 'kind = "number"', "kind"),
        ("[[fact]]", "[[fact]", "TOML"),
    ],
)
def test_mistake_in_a_file_of_duties_is_named(old: str, new: str, field: str) -> None:
    with pytest.raises(BadDuty) as caught:
        loading.parse(GOOD.replace(old, new))

    assert caught.value.data["field"] == field


def test_duty_stands_once_in_the_file() -> None:
    with pytest.raises(BadDuty, match="id"):
        loading.parse(GOOD + GOOD[GOOD.index("[[duty]]") :])
