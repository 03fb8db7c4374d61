"""Goods come from gifts, go out at their average, and are never fewer than none."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.assets import stock
from foundation.gifts.kinds import GiftKind
from tests.factories import BANK
from tests.foundation.assets.asset_books import (
    DAY,
    LATER,
    discard,
    do,
    findings,
    gift,
    post,
    printed,
    stocked,
)
from tests.refusals import refused

OUT: dict[str, Any] = {"on": LATER, "party": "某小学", "evidence": "签收单"}


def held(engine: Engine, number: str) -> tuple[int, int]:
    with database.reading(engine) as session:
        there = stock.held(session, stock.find(session, number).id)
    return there.quantity, there.value_minor


def test_issue_and_sale_draft_vouchers_and_the_last_take_the_rest(books: Engine) -> None:
    number = stocked(books)
    issued = do(books, stock.issue, number, quantity=3, **OUT)
    assert printed(books, issued.voucher_id) == [("1201", -300_00), ("510101", 300_00)]
    sold = do(books, stock.sell, number, quantity=7, proceeds_minor=500_00, account=BANK, **OUT)
    assert printed(books, sold.voucher_id) == [
        (BANK, 500_00),
        ("1201", -700_01),
        ("590101", 200_01),
    ]
    assert held(books, number) == (0, 0)
    post(books, issued.voucher_id)
    post(books, sold.voucher_id)
    assert findings(books) == []


def test_more_than_there_is_does_not_go_out(books: Engine) -> None:
    number = stocked(books)
    with refused("stock_short"):
        do(books, stock.issue, number, quantity=11, **OUT)
    with refused("invalid"):
        do(books, stock.issue, number, quantity=0, **OUT)
    assert held(books, number) == (10, 1_000_01)


@pytest.mark.parametrize(
    ("counted", "lines"),
    [
        (10, []),
        (9, [("1201", -100_00), ("530101", 100_00)]),
        (11, [("1201", 100_00), ("490101", -100_00)]),
    ],
)
def test_count_books_the_difference(
    books: Engine, counted: int, lines: list[tuple[str, int]]
) -> None:
    number = stocked(books)
    made = do(books, stock.count, number, counted=counted, **OUT)
    assert (printed(books, made.voucher_id) if made.voucher_id else []) == lines
    assert held(books, number)[0] == counted


def test_movement_is_undone_by_its_mirror_after_its_voucher(books: Engine) -> None:
    number = stocked(books)
    issued = do(books, stock.issue, number, quantity=3, **OUT)
    with refused("asset_still_booked"):
        do(books, stock.undo, issued.id, reason="有误")
    discard(books, issued.voucher_id)
    assert "register_vouchers" in findings(books)
    do(books, stock.undo, issued.id, reason="有误")
    assert held(books, number) == (10, 1_000_01)
    assert findings(books) == []
    with refused("conflict"):
        do(books, stock.undo, issued.id, reason="有误")


def test_gift_is_taken_in_once(books: Engine) -> None:
    number = stocked(books)
    given = gift(books, account="1201", minor=100_00)
    took: dict[str, Any] = {"on": DAY, "quantity": 1, "gift": given, "evidence": "验收单 2"}
    with refused("conflict"):
        do(books, stock.receive, number, value_minor=100_01, **took)
    do(books, stock.receive, number, value_minor=100_00, **took)
    with refused("conflict"):
        do(books, stock.receive, number, value_minor=1, **took)
    with refused("invalid"):
        do(books, stock.receive, number, value_minor=1, **{**took, "on": date(2026, 1, 1)})


def test_goods_held_for_others_are_handed_over_and_never_sold(books: Engine) -> None:
    given = gift(books, account="1801", minor=600_00, kind=GiftKind.AGENCY)
    do(
        books,
        stock.open_item,
        number="D-01",
        name="电脑",
        unit="台",
        fund="GEN",
        custody="仓库 2",
        recipient="某某同学",
        on=DAY,
    )
    took: dict[str, Any] = {"on": DAY, "quantity": 2, "gift": given, "evidence": "验收单"}
    do(books, stock.receive, "D-01", value_minor=600_00, **took)
    assert findings(books) == []
    with refused("invalid"):
        do(books, stock.sell, "D-01", quantity=1, proceeds_minor=1, account=BANK, **OUT)
    with refused("conflict"):
        do(books, stock.count, "D-01", counted=1, **OUT)
    handed = do(books, stock.issue, "D-01", quantity=1, **OUT)
    assert printed(books, handed.voucher_id) == [("1801", -300_00), ("2601", 300_00)]
    post(books, handed.voucher_id)
    assert findings(books) == []
