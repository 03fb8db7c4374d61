"""Batches of official bills: drawn, counted, written off, and every number accounted for."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from receipts import bill_registers
from receipts.bill_registers import BillFilter
from receipts.models import BillColour, BillMedium, BillState
from tests.receipts import bill_cases
from tests.receipts.bill_cases import CODE, DAY, PAPER_CODE
from tests.refusals import refused
from tests.threads import together


def test_every_number_of_a_batch_is_in_the_stock(engine: Engine) -> None:
    key = bill_cases.draw(engine)

    found = bill_cases.use(engine, key)
    assert (found.quantity, found.in_stock, found.issued) == (10, 10, 0)
    first, last = bill_cases.stored(engine, 1), bill_cases.stored(engine, 10)
    assert (first.state, last.state) == (BillState.IN_STOCK, BillState.IN_STOCK)
    assert first.number == "0000000001"


def test_batch_without_a_range_has_no_stock_until_numbers_are_assigned(engine: Engine) -> None:
    key = bill_cases.draw(engine, first_number="", last_number="")

    found = bill_cases.use(engine, key)
    assert (found.quantity, found.in_stock) == (None, 0)
    bill_cases.record(engine, bill_cases.bill("0488888987"))
    assert bill_cases.use(engine, key).issued == 1


@pytest.mark.parametrize(
    ("changes", "saying"),
    [
        ({"code": ""}, "票据代码"),
        ({"code": "4205 0126"}, "票据代码"),
        ({"code": "4" * 21}, "票据代码"),
        ({"first_number": "1", "last_number": "10"}, "位数相同"),
        ({"first_number": "0000000010", "last_number": "0000000009"}, "止号"),
        ({"first_number": "A", "last_number": "B"}, "位数相同"),
        ({"first_number": "١", "last_number": "٩"}, "位数相同"),
        ({"first_number": "0000000001", "last_number": ""}, "位数相同"),
        ({"last_number": "0000100001"}, "100000"),
        ({"medium": BillMedium.PAPER, "first_number": "", "last_number": ""}, "起止号码"),
        ({"drawn_on": date(2026, 11, 23)}, "今天"),
        ({"keeper": " "}, "领用人"),
        ({"licence_number": "x" * 61}, "领用证号"),
    ],
)
def test_batch_that_cannot_be_is_refused(
    engine: Engine, changes: dict[str, Any], saying: str
) -> None:
    with refused("invalid", saying):
        bill_cases.draw(engine, **changes)
    with database.reading(engine) as session:
        assert bill_registers.list_batches(session) == []


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("0000000010", "0000000020"),
        ("0000000001", "0000000010"),
        ("0000000005", "0000000005"),
        ("0000000000", "0000000099"),
    ],
)
def test_number_is_drawn_once(engine: Engine, first: str, last: str) -> None:
    bill_cases.draw(engine)

    with refused("bill_numbers_drawn", CODE):
        bill_cases.draw(engine, first_number=first, last_number=last)


def test_same_numbers_of_another_code_or_width_are_other_numbers(engine: Engine) -> None:
    bill_cases.draw(engine)
    bill_cases.draw(engine, code="42050127")
    bill_cases.draw(engine, first_number="00000001", last_number="00000010")

    assert bill_cases.findings(engine) == []


def test_two_people_who_enter_the_same_draw_enter_it_once(engine: Engine) -> None:
    done = together([lambda: bill_cases.draw(engine)] * 2)

    refusals = [getattr(each, "code", None) for each in done if not isinstance(each, int)]
    assert refusals == ["bill_numbers_drawn"]
    with database.reading(engine) as session:
        (only,) = bill_registers.list_batches(session)
    assert only.in_stock == 10


def test_register_counts_every_number_in_one_column(engine: Engine) -> None:
    key = bill_cases.draw(engine)
    blue = bill_cases.bill(1)
    bill_cases.record(engine, blue, bill_cases.bill(2, amount_minor=250_00))
    bill_cases.record(engine, bill_cases.red(3, blue))
    bill_cases.void(engine, CODE, "0000000009")
    bill_cases.lose(engine, CODE, "0000000010")

    found = bill_cases.use(engine, key)
    counted = (found.in_stock, found.issued, found.reversed, found.void, found.lost)
    assert counted == (5, 2, 1, 1, 1)
    assert sum(counted) == found.quantity
    assert found.red_issued == 1
    assert (found.blue_minor, found.red_minor) == (1_250_00, -1_000_00)
    assert bill_cases.findings(engine) == []


def test_register_is_narrowed_and_paged(engine: Engine) -> None:
    bill_cases.draw(engine)
    blue = bill_cases.bill(1)
    bill_cases.record(engine, blue, bill_cases.bill(2, payer_name="东湖启明科技有限公司"))
    bill_cases.record(engine, bill_cases.red(3, blue, issued_on=date(2026, 4, 1)))

    def numbers(limit: int = 99, after_id: int = 0, **wanted: Any) -> list[str]:
        with database.reading(engine) as session:
            rows = bill_registers.list_bills(
                session, BillFilter(**wanted), limit=limit, after_id=after_id
            )
        return [row.number.lstrip("0") for row in rows]

    assert numbers(state=BillState.ISSUED) == ["2", "3"]
    assert numbers(state=BillState.RED) == ["1"]
    assert numbers(colour=BillColour.RED) == ["3"]
    assert numbers(first_on=date(2026, 4, 1)) == ["3"]
    assert numbers(last_on=DAY) == ["1", "2"]
    assert numbers(text="启明") == ["2"]
    assert numbers(text="0000000010") == ["10"]
    assert numbers(text="%") == []
    assert numbers(batch_id=4711) == []
    first = numbers(limit=4)
    assert len(first) == 4
    assert numbers(after_id=bill_cases.stored(engine, 4).id) == ["5", "6", "7", "8", "9", "10"]
    with database.reading(engine) as session:
        assert bill_registers.count_bills(session, BillFilter()) == (10, 1_000_00)


def test_red_bill_and_its_blue_name_each_other(engine: Engine) -> None:
    bill_cases.draw(engine)
    blue = bill_cases.bill(1)
    bill_cases.record(engine, blue)
    bill_cases.record(engine, bill_cases.red(2, blue))

    with database.reading(engine) as session:
        rows = bill_registers.list_bills(session, BillFilter(), limit=2)
    assert [row.counterpart for row in rows] == [f"{CODE} 0000000002", f"{CODE} 0000000001"]
    assert (rows[0].ended_on, rows[0].ended_reason) == (DAY, "金额开错")


def test_batch_is_written_off_when_no_number_is_blank(engine: Engine) -> None:
    key = bill_cases.draw_paper(engine)
    bill_cases.record(
        engine, *(bill_cases.bill(number, code=PAPER_CODE) for number in (101, 102, 103))
    )
    bill_cases.void(engine, PAPER_CODE, "0000000104")

    with refused("bill_batch_in_use", "1"):
        bill_cases.write_off(engine, key)
    bill_cases.lose(engine, PAPER_CODE, "0000000105")
    bill_cases.write_off(engine, key)

    found = bill_cases.use(engine, key)
    assert (found.written_off_on, found.write_off_reference) == (DAY, "核销〔2026〕1号")
    with refused("bill_batch_written_off"):
        bill_cases.write_off(engine, key)
    with refused("bill_batch_written_off"):
        bill_cases.void(engine, PAPER_CODE, "0000000101")
    assert bill_cases.findings(engine) == []


@pytest.mark.parametrize("on", [date(2026, 1, 4), date(2026, 11, 23)])
def test_write_off_has_a_possible_date(engine: Engine, on: date) -> None:
    key = bill_cases.draw(engine, first_number="", last_number="")

    with refused("invalid", "核销日期"):
        bill_cases.write_off(engine, key, on=on)
    with refused("invalid", "核销文号"):
        bill_cases.write_off(engine, key, reference="")
    with refused("unknown_bill_batch", "4711"):
        bill_cases.write_off(engine, 4711)


def test_written_off_batch_takes_no_assigned_number(engine: Engine) -> None:
    key = bill_cases.draw(engine, first_number="", last_number="")
    bill_cases.write_off(engine, key)

    with refused("bill_number_not_drawn"):
        bill_cases.record(engine, bill_cases.bill("0488888987"))
