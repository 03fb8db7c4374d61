"""What changes of an asset keeps the books and the register together, to the fen."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from foundation import database
from foundation.assets import card_changes, cards, depreciation, schedule
from foundation.assets.card_changes import now
from ledger import accounts
from ledger.charts.definitions import AccountCategory, AccountTag, BalanceSide
from tests.factories import BANK
from tests.foundation.assets.asset_books import CARD, buy, discard, do, findings, post, printed
from tests.refusals import refused

MONTH_END = date(2026, 2, 28)
PART = {"on": MONTH_END, "reason": "损坏", "evidence": "报废单 1"}
FOUR = replace(CARD, units=4, cost_minor=10_000_03, life_months=10)


@pytest.fixture
def allowed(books: Engine) -> Engine:
    """Books with an account for the impairment of fixed assets, and four bought pieces."""
    do(
        books,
        accounts.open_first_level,
        chart="2024",
        code="1503",
        name="固定资产减值准备",
        category=AccountCategory.ASSET,
        side=BalanceSide.CREDIT,
        tag=AccountTag.FIXED_ASSET_IMPAIRMENT_ALLOWANCE,
    )
    buy(books, minor=10_000_03)
    do(books, cards.register, FOUR)
    run = do(books, depreciation.run, 202602)
    post(books, run.voucher_id)
    return books


def standing(engine: Engine) -> tuple[int, int, int, int]:
    with database.reading(engine) as session:
        found = now(session, cards.find(session, "FA-001"))
    return found.units, found.cost_minor, found.charged_minor, found.impaired_minor


def test_part_leaves_with_its_share_and_the_rest_is_charged_on(allowed: Engine) -> None:
    assert standing(allowed) == (4, 10_000_03, 1_000_00, 0)
    part = do(
        allowed, card_changes.dispose_part, "FA-001", units=1, proceeds_minor=50_00,
        account=BANK, **PART,
    )  # fmt: skip
    post(allowed, part.voucher_id)
    assert standing(allowed) == (3, 7_500_03, 750_00, 0)
    assert findings(allowed) == []
    march = do(allowed, depreciation.run, 202603)
    # 7,500.03 over ten months is 750.00; two months are 1,500.00, of which 750.00 is borne.
    assert march.total_minor == 750_00
    with refused("invalid"):
        do(allowed, card_changes.dispose_part, "FA-001", units=3, **PART)


def test_impairment_spreads_what_is_left_over_the_months_left(allowed: Engine) -> None:
    down = do(
        allowed, card_changes.impair, "FA-001", on=MONTH_END, minor=4_500_00,
        reason="过时", evidence="评估",
    )  # fmt: skip
    assert printed(allowed, down.voucher_id) == [("1503", -4_500_00), ("550101", 4_500_00)]
    post(allowed, down.voucher_id)
    march = do(allowed, depreciation.run, 202603)
    # 10,000.03 less 1,000.00 less 4,500.00 over nine months.
    assert march.total_minor == 500_00
    post(allowed, march.voucher_id)
    assert findings(allowed) == []
    part = do(allowed, card_changes.dispose_part, "FA-001", units=2, **PART | {"on": MARCH_END})
    post(allowed, part.voucher_id)
    assert standing(allowed) == (2, 5_000_02, 750_00, 2_250_00)
    assert findings(allowed) == []


MARCH_END = date(2026, 3, 31)


def test_impaired_asset_leaves_with_its_allowance(allowed: Engine) -> None:
    down = do(
        allowed, card_changes.impair, "FA-001", on=MONTH_END, minor=9_000_03,
        reason="毁损", evidence="鉴定",
    )  # fmt: skip
    post(allowed, down.voucher_id)
    gone = do(allowed, cards.dispose, "FA-001", on=MONTH_END, reason="报废")
    post(allowed, gone.voucher_id)
    assert ("1503", 9_000_03) in printed(allowed, gone.voucher_id)
    assert findings(allowed) == []


def test_only_the_last_change_is_undone_and_only_with_its_voucher(allowed: Engine) -> None:
    first = do(allowed, card_changes.dispose_part, "FA-001", units=1, **PART)
    second = do(allowed, card_changes.dispose_part, "FA-001", units=1, **PART)
    with refused("asset_still_booked"):
        do(allowed, card_changes.undo, second.id)
    discard(allowed, first.voucher_id)
    with refused("conflict"):
        do(allowed, card_changes.undo, first.id)
    assert "register_vouchers" in findings(allowed)
    discard(allowed, second.voucher_id)
    do(allowed, card_changes.undo, second.id)
    do(allowed, card_changes.undo, first.id)
    assert standing(allowed) == (4, 10_000_03, 1_000_00, 0)
    assert findings(allowed) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"minor": 9_000_04}, "invalid"),
        ({"minor": 0}, "invalid"),
        ({"on": date(2026, 3, 31)}, "asset_not_charged"),
        ({"on": date(2026, 1, 14)}, "invalid"),
        ({"reason": ""}, "invalid"),
    ],
)
def test_impairment_that_may_not_be_is_refused(
    allowed: Engine, change: dict[str, object], code: str
) -> None:
    asked = {"on": MONTH_END, "minor": 1_00, "reason": "过时", "evidence": "评估"} | change
    with refused(code):
        do(allowed, card_changes.impair, "FA-001", **asked)


@given(
    base=st.integers(0, 10**9),
    life=st.integers(1, 120),
    at=st.integers(0, 120),
    part=st.integers(0, 100),
)
def test_cut_life_still_adds_up_and_never_falls(base: int, life: int, at: int, part: int) -> None:
    left = base - schedule.charged_through(base, life, at)
    cut = (at, left * part // 100)
    steps = [schedule.charged_through(base, life, n, [cut]) for n in range(life + 2)]
    assert steps == sorted(steps)
    assert steps[-1] == (base - cut[1] if at < life else base)
