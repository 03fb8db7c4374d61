"""Assets are registered once, charged once a month, and leave through the clearing account."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.assets import cards, depreciation
from foundation.assets.models import AssetKind
from tests.factories import BANK
from tests.foundation.assets.asset_books import (
    CARD,
    buy,
    discard,
    do,
    findings,
    gift,
    post,
    printed,
)
from tests.refusals import refused

FEBRUARY, MARCH = 202602, 202603


def test_month_is_charged_with_one_voucher_and_agrees_with_the_ledger(books: Engine) -> None:
    buy(books)
    do(books, cards.register, CARD)
    with refused("depreciation_nothing_due"):
        do(books, depreciation.run, 202601)
    run = do(books, depreciation.run, FEBRUARY)
    # 10,000.00 over 36 months is 277.77, the last month takes the rest.
    assert printed(books, run.voucher_id) == [("1502", -277_77), ("530101", 277_77)]
    post(books, run.voucher_id)
    assert findings(books) == []
    with refused("depreciation_already_run"):
        do(books, depreciation.run, FEBRUARY)


def test_what_was_missed_is_caught_up(books: Engine) -> None:
    do(books, cards.register, CARD)
    run = do(books, depreciation.run, MARCH)
    assert run.total_minor == 2 * 277_77
    with refused("depreciation_out_of_order"):
        do(books, depreciation.run, FEBRUARY)


def test_fund_decides_the_side_of_the_expense_and_one_voucher_holds_all(books: Engine) -> None:
    do(books, cards.register, CARD)
    lab = replace(CARD, number="FA-2", fund="LAB", expense_tag="programme_expense", life_months=10)
    do(books, cards.register, lab)
    software = replace(CARD, number="IA-1", kind=AssetKind.INTANGIBLE, life_months=100)
    do(books, cards.register, software)
    run = do(books, depreciation.run, FEBRUARY)
    assert printed(books, run.voucher_id) == [
        ("1502", -1_000_00),
        ("1502", -277_77),
        ("1602", -200_00),
        ("510102", 1_000_00),
        ("530101", 477_77),
    ]


def test_intangible_of_2004_is_credited_itself(books: Engine) -> None:
    old = replace(CARD, kind=AssetKind.INTANGIBLE, acquired_on=date(2025, 11, 30), life_months=10)
    do(books, cards.register, old)
    run = do(books, depreciation.run, 202511)
    assert printed(books, run.voucher_id) == [("1601", -1_000_00), ("5201", 1_000_00)]


def test_what_was_charged_before_the_register_is_not_charged_again(books: Engine) -> None:
    old = replace(
        CARD, acquired_on=date(2023, 2, 1), charged_before_minor=9_800_00, residual_minor=100_00
    )
    do(books, cards.register, old)
    run = do(books, depreciation.run, FEBRUARY)
    assert run.total_minor == 100_00
    with refused("depreciation_nothing_due"):
        do(books, depreciation.run, MARCH)


def test_run_is_undone_only_after_its_voucher(books: Engine) -> None:
    do(books, cards.register, CARD)
    run = do(books, depreciation.run, FEBRUARY)
    with refused("asset_still_booked"):
        do(books, depreciation.undo, FEBRUARY)
    discard(books, run.voucher_id)
    assert findings(books) == ["register_vouchers", "registers_agree"]
    do(books, depreciation.undo, FEBRUARY)
    again = do(books, depreciation.run, FEBRUARY)
    assert again.total_minor == run.total_minor


@pytest.mark.parametrize(
    ("proceeds", "rest"),
    [
        (9_800_00, [("490101", -77_77), (BANK, 9_800_00)]),
        (9_000_00, [("590101", 722_23), (BANK, 9_000_00)]),
        (0, [("590101", 9_722_23)]),
    ],
)
def test_disposal_books_gain_or_loss_through_clearing(
    books: Engine, proceeds: int, rest: list[tuple[str, int]]
) -> None:
    buy(books)
    do(books, cards.register, CARD)
    how = {"on": date(2026, 2, 20), "reason": "更新换代", "proceeds_minor": proceeds}
    with refused("asset_not_charged"):
        do(books, cards.dispose, "FA-001", account=BANK, **how)
    post(books, do(books, depreciation.run, FEBRUARY).voucher_id)
    gone = do(books, cards.dispose, "FA-001", account=BANK, **how)
    lines = printed(books, gone.voucher_id)
    assert sum(minor for code, minor in lines if code == "1509") == 0
    assert [line for line in lines if line[0] != "1509"] == sorted(
        [("1501", -10_000_00), ("1502", 277_77), *rest]
    )
    post(books, gone.voucher_id)
    assert findings(books) == []
    with refused("asset_disposed"):
        do(books, cards.dispose, "FA-001", account=BANK, **how)
    with refused("asset_still_booked"):
        do(books, cards.undo_disposal, "FA-001")
    with refused("depreciation_nothing_due"):
        do(books, depreciation.run, MARCH)


def test_gift_is_registered_once(books: Engine) -> None:
    given = gift(books, account="1501", minor=10_000_00)
    do(books, cards.register, replace(CARD, gift=given))
    assert findings(books) == []
    with refused("conflict"):
        do(books, cards.register, replace(CARD, number="FA-9", gift=given))
    goods = gift(books, account="1201", minor=10_000_00)
    with refused("invalid"):
        do(books, cards.register, replace(CARD, number="FA-9", gift=goods))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cost_minor": 0}, "invalid"),
        ({"life_months": 0}, "invalid"),
        ({"residual_minor": 10_000_01}, "invalid"),
        ({"residual_minor": -1}, "invalid"),
        ({"charged_before_minor": -1}, "invalid"),
        ({"expense_tag": "donation_income"}, "invalid"),
        ({"fund": "ENDOW"}, "invalid"),
        ({"fund": "NONE"}, "unknown_fund"),
        ({"account": "1201"}, "invalid"),
        ({"name": " "}, "invalid"),
        ({"evidence": ""}, "invalid"),
        ({"acquired_on": date(2026, 12, 1)}, "invalid"),
        ({"gift": "G2026-000999"}, "unknown_gift"),
    ],
)
def test_what_makes_no_sense_is_not_registered(
    books: Engine, change: dict[str, object], code: str
) -> None:
    with refused(code):
        do(books, cards.register, replace(CARD, **change))  # type: ignore[arg-type]
    with database.reading(books) as session, refused("unknown_asset"):
        cards.find(session, "FA-001")


def test_user_changes_and_number_stays_unique(books: Engine) -> None:
    do(books, cards.register, CARD)
    moved = do(books, cards.transfer, "FA-001", used_by="财务部", custody="李四（虚构）")
    assert moved.used_by == "财务部"
    with refused("conflict"):
        do(books, cards.register, CARD)
