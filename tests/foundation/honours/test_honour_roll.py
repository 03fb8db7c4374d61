"""The honour roll names whom it may name, hides the others, and always adds up to the gifts."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from foundation import database
from foundation.donors import merging
from foundation.honours import levels, roll
from foundation.honours.models import Basis
from foundation.honours.roll import GivenGift, LeftOut
from foundation.portal.consents import Consent
from foundation.projects import figures
from tests.factories import CLOCK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.foundation.honours import honour_cases as cases
from tests.foundation.honours.honour_cases import MINORS, TOTAL
from tests.refusals import refused


def test_roll_names_by_consent_and_level(both: Engine) -> None:
    found = cases.roll(both)
    assert cases.names(found) == {
        "金榜": [cases.NAMED],
        "银榜": [cases.PEN_NAME],
        "thanked": [cases.QUIET],
    }
    reasons = {item.name: item.reason for item in found.left_out}
    assert reasons == {
        cases.SILENT: LeftOut.NO_CONSENT,
        cases.BACK: LeftOut.WITHDRAWN,
        cases.HIDDEN: LeftOut.ANONYMOUS,
    }


def test_roll_adds_up_to_what_the_funds_were_given(both: Engine) -> None:
    gift_cases.refund(both, 1, minor=100_000_00)
    gift_cases.refund(both, 4, minor=300_00)
    found = cases.roll(both)
    with database.reading(both) as session:
        raised = figures.raised(session, first=date(2026, 1, 1), last=date(2026, 12, 31))
    assert found.total_minor == sum(item.minor for item in raised.values())
    assert found.total_minor == TOTAL - 100_000_00 - 300_00
    assert found.shown_minor + found.hidden_minor == found.total_minor
    (best,) = found.groups[0].entries
    assert best.minor == MINORS[cases.NAMED] - 100_000_00


def test_refund_takes_a_donor_down_a_level(served: Engine) -> None:
    gift_cases.refund(served, 1, minor=450_000_00)
    assert cases.names(cases.roll(served))["银榜"] == [cases.PEN_NAME, cases.NAMED]


def test_merged_donor_reaches_the_level_of_both(both: Engine) -> None:
    other = cases.donor(both, name="林晓洲")
    key = cases.give(both, other, 30_000_00)
    cases.allow(both, key, cases.WHOLE)
    assert cases.names(cases.roll(both))[""] == ["林晓洲"]
    with database.transaction(both) as session:
        merging.merge(session, 1, other.id, reason="同一人", actor=PREPARER, clock=CLOCK)
    found = cases.roll(both)
    assert "" not in cases.names(found)
    assert found.groups[0].entries[0].minor == MINORS[cases.NAMED] + 30_000_00


def test_campaign_counts_only_its_own_funds(both: Engine) -> None:
    who = cases.donor(both, name="梁两属")
    minor = 900_000_00
    key = cases.give(both, who, minor, allocations=(("SCHOL", 300_000_00), ("LAB", 600_000_00)))
    cases.allow(both, key, cases.WHOLE)
    cases.level(both, "校庆贵宾", 300_000_00, basis=Basis.CAMPAIGN)
    found = cases.roll(both, campaign="J120")
    assert cases.names(found)["校庆贵宾"] == [cases.NAMED, "梁两属"]
    assert found.total_minor == TOTAL + 300_000_00


def test_campaign_with_levels_of_its_own_has_only_these(served: Engine) -> None:
    cases.level(served, "一般", 1_00, basis=Basis.CAMPAIGN)
    cases.level(served, "校庆", 100_000_00, basis=Basis.CAMPAIGN, campaign="J120")
    assert cases.names(cases.roll(served, campaign="J120"))["校庆"] == [cases.NAMED]
    assert "一般" not in cases.names(cases.roll(served, campaign="J120"))


def test_college_narrows_the_roll(both: Engine) -> None:
    cases.join(both, 2, "资源环境学院")
    found = cases.roll(both, college="资源环境学院")
    assert (found.named, found.total_minor) == (1, MINORS[cases.PEN])


def test_level_counts_only_on_its_days(served: Engine) -> None:
    cases.level(served, "将来榜", 1_00, first_on=cases.TODAY + timedelta(days=1))
    with database.transaction(served) as session:
        top = next(level for level in levels.list_levels(session) if level.name == "金榜")
        levels.end_level(
            session, top.id, last_on=cases.TODAY - timedelta(days=1), actor=PREPARER, clock=CLOCK
        )
    assert cases.names(cases.roll(served))["银榜"] == [cases.NAMED, cases.PEN_NAME]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": " "}, "invalid"),
        ({"from_minor": 0}, "invalid"),
        ({"campaign": "J120"}, "invalid"),
        ({"campaign": "NONE", "basis": Basis.CAMPAIGN}, "not_found"),
        ({"name": "金榜"}, "conflict"),
        ({"from_minor": 100_000_00}, "conflict"),
    ],
)
def test_wrong_level_is_refused(served: Engine, changed: dict[str, Any], code: str) -> None:
    values = {"name": "新榜", "from_minor": 5_00, "basis": Basis.YEARLY} | changed
    with refused(code):
        cases.level(served, values.pop("name"), values.pop("from_minor"), **values)


def test_level_ends_once_and_not_before_it_began(served: Engine) -> None:
    with database.reading(served) as session:
        key = levels.list_levels(session)[0].id

    def end(day: date) -> None:
        with database.transaction(served) as session:
            levels.end_level(session, key, last_on=day, actor=PREPARER, clock=CLOCK)

    with refused("invalid"):
        end(cases.FIRST - timedelta(days=1))
    end(cases.TODAY)
    with refused("conflict"):
        end(cases.TODAY)


_CONSENTS = st.none() | st.builds(
    Consent,
    is_name_shown=st.booleans(),
    is_amount_shown=st.booleans(),
    display_name=st.sampled_from(["", "校友", "老师"]),
)
_GIFTS = st.builds(
    GivenGift,
    gift_id=st.integers(1, 10**6),
    donor_id=st.integers(1, 5),
    donor_name=st.sampled_from(["甲", "乙", "丙"]),
    is_anonymous=st.booleans(),
    minor=st.integers(1, 10**12),
    consent=_CONSENTS,
)


@settings(max_examples=150)
@given(st.lists(_GIFTS, max_size=20))
def test_shown_and_hidden_are_the_total_whatever_was_agreed(gifts: list[GivenGift]) -> None:
    found = roll.compose(gifts, [])
    assert found.total_minor == sum(gift.minor for gift in gifts)
    assert found.shown_minor + found.hidden_minor == found.total_minor
    agreed = [
        gift
        for gift in gifts
        if gift.consent
        and gift.consent.is_name_shown
        and gift.consent.is_amount_shown
        and not gift.is_anonymous
    ]
    assert found.shown_minor == sum(gift.minor for gift in agreed)
    allowed = {
        gift.consent.display_name or gift.donor_name
        for gift in gifts
        if gift.consent and gift.consent.is_name_shown and not gift.is_anonymous
    }
    named = {entry.name for group in found.groups for entry in group.entries}
    assert named | {entry.name for entry in found.thanked} == allowed
