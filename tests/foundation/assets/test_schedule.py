"""The schedule of depreciation adds up to the fen, whatever the cost and the life."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.assets import schedule
from foundation.assets.models import AssetKind
from ledger.money import MAX_MINOR

BASES = st.integers(0, MAX_MINOR)
LIVES = st.integers(1, 1200)


@given(BASES, LIVES)
def test_all_months_together_bear_exactly_the_base(base: int, life: int) -> None:
    months = schedule.monthly(base, life)
    assert len(months) == life
    assert sum(months) == base
    assert min(months) >= 0
    assert len(set(months[:-1])) <= 1
    assert months[-1] >= months[0]


@given(BASES, LIVES, st.integers(-5, 1300))
def test_what_is_charged_grows_and_never_exceeds_the_base(base: int, life: int, n: int) -> None:
    now = schedule.charged_through(base, life, n)
    assert 0 <= now <= schedule.charged_through(base, life, n + 1) <= base
    assert now == sum(schedule.monthly(base, life)[: max(0, n)])


@pytest.mark.parametrize(
    ("kind", "period", "months"),
    [
        (AssetKind.FIXED, 202601, 0),
        (AssetKind.FIXED, 202602, 1),
        (AssetKind.INTANGIBLE, 202512, 0),
        (AssetKind.INTANGIBLE, 202601, 1),
        (AssetKind.FIXED, 202701, 12),
    ],
)
def test_first_month_depends_on_the_kind(kind: AssetKind, period: int, months: int) -> None:
    assert schedule.months_charged(kind, date(2026, 1, 31), period) == months
