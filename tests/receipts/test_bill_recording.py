"""Official bills: recorded once, in order, complete; red bills mirror their blue."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from foundation import database
from ledger.money import MAX_MINOR
from ledger.trail import TrailRecord
from receipts import bills
from receipts.bill_entry import BillItem
from receipts.content import RecipientKind
from receipts.models import BillColour, BillLine, BillState
from tests.factories import CLOCK, PREPARER
from tests.receipts import bill_cases
from tests.receipts.bill_cases import CODE, DAY, PAPER_CODE
from tests.refusals import refused
from tests.threads import together

NUMBER = "0000000001"


def lines(engine: Engine) -> list[tuple[str, int]]:
    with database.reading(engine) as session:
        query = select(BillLine.item_name, BillLine.amount_minor)
        rows = session.execute(query.order_by(BillLine.bill_id, BillLine.line_no))
        return [(row.item_name, row.amount_minor) for row in rows]


def test_recorded_bill_says_what_was_issued(engine: Engine) -> None:
    bill_cases.draw(engine)
    given = bill_cases.bill(
        payer_name="东湖启明科技有限公司",
        payer_kind=RecipientKind.ORGANISATION,
        payer_code="91420100MA4K00000Q",
        remark="奖学金",
        drawer="周出纳",
        checker="李复核",
        items=(BillItem("奖学金", 700_00, unit="元"), BillItem("助学金", 300_00)),
    )
    (made,) = bill_cases.record(engine, given)

    row = bill_cases.stored(engine, 1)
    assert (made.id, made.amount_minor) == (row.id, 1_000_00)
    assert (row.state, row.colour) == (BillState.ISSUED, BillColour.BLUE)
    assert (row.payer_name, row.payer_code) == (given.payer_name, given.payer_code)
    assert (row.issued_on, row.check_code, row.remark) == (DAY, "a1b2c3", "奖学金")
    assert (row.drawer, row.checker) == ("周出纳", "李复核")
    assert (row.recorded_by, row.recorded_at) == (PREPARER, CLOCK.now())
    assert lines(engine) == [("奖学金", 700_00), ("助学金", 300_00)]
    assert bill_cases.findings(engine) == []


def test_bill_without_items_has_one_line(engine: Engine) -> None:
    bill_cases.draw(engine)
    bill_cases.record(engine, bill_cases.bill())

    assert lines(engine) == [("捐赠", 1_000_00)]


def test_recording_is_in_the_trail_once_for_a_set(engine: Engine) -> None:
    bill_cases.draw(engine)
    bill_cases.record(engine, bill_cases.bill(1))
    bill_cases.record(engine, *(bill_cases.bill(number) for number in (2, 3, 4)))

    with database.reading(engine) as session:
        subjects = session.execute(
            select(TrailRecord.subject)
            .where(TrailRecord.action == "bill.record")
            .order_by(TrailRecord.sequence)
        ).scalars()
        assert list(subjects) == [f"bill:{bill_cases.stored(engine, 1).id}", "bills"]


@pytest.mark.parametrize(
    ("changes", "saying"),
    [
        ({"code": "4205 0126"}, "票据代码"),
        ({"number": "12A"}, "票据号码"),
        ({"number": ""}, "票据号码"),
        ({"issued_on": CLOCK.today() + timedelta(days=1)}, "今天"),
        ({"issued_on": date(2026, 1, 4)}, "领用日期"),
        ({"amount_minor": 0}, "金额"),
        ({"amount_minor": -1_000_00}, "红字"),
        ({"amount_minor": MAX_MINOR + 1}, "金额"),
        ({"amount_minor": True}, "金额"),
        ({"reverses": (CODE, "0000000002")}, "红字"),
        ({"amount_minor": -1, "reverses": (CODE, NUMBER)}, "自己"),
        ({"payer_name": "  "}, "交款人"),
        ({"payer_name": "甲" * 201}, "交款人"),
        ({"payer_name": "甲\u202e乙"}, "U+202E"),
        ({"check_code": "x" * 21}, "校验码"),
        ({"remark": "x" * 301}, "备注"),
        ({"payer_code": "99000020000108007X"}, "个人"),
        (
            {"payer_code": "91420100 MA", "payer_kind": RecipientKind.ORGANISATION},
            "交款人代码",
        ),
        ({"items": (BillItem("奖学金", 999_99),)}, "999.99"),
        ({"items": (BillItem("奖学金", 2_000_00), BillItem("退", -1_000_00))}, "正负"),
        ({"items": (BillItem("", 1_000_00),)}, "项目名称"),
        ({"items": (BillItem("奖学金", 5),) * 201}, "200"),
    ],
)
def test_bill_that_cannot_be_is_refused_and_leaves_the_number_blank(
    engine: Engine, changes: dict[str, Any], saying: str
) -> None:
    bill_cases.draw(engine)

    with refused("invalid", saying):
        bill_cases.record(engine, bill_cases.bill(**{"number": NUMBER} | changes))
    assert bill_cases.stored(engine, 1).state is BillState.IN_STOCK
    assert lines(engine) == []


@pytest.mark.parametrize(
    ("changes", "saying"),
    [
        ({"check_code": "a1b2c"}, "校验码"),
        ({"number": "00000001"}, "票据号码"),
        ({"code": "420501"}, "票据代码"),
    ],
)
def test_odd_looking_bill_is_recorded_only_when_confirmed(
    engine: Engine, changes: dict[str, Any], saying: str
) -> None:
    bill_cases.draw(
        engine,
        code=changes.get("code", CODE),
        first_number=changes.get("number", NUMBER),
        last_number=changes.get("number", NUMBER),
    )
    given = bill_cases.bill(**{"number": NUMBER} | changes)

    with refused("odd_bill", saying):
        bill_cases.record(engine, given)
    bill_cases.record(engine, given, is_confirmed=True)
    row = bill_cases.stored(engine, given.number, code=given.code)
    assert row.state is BillState.ISSUED


def test_number_that_was_not_drawn_is_refused(engine: Engine) -> None:
    bill_cases.draw(engine)

    with refused("bill_number_not_drawn", "0000000011"):
        bill_cases.record(engine, bill_cases.bill(11))
    with refused("bill_number_not_drawn", "11010125"):
        bill_cases.record(engine, bill_cases.bill(1, code="11010125"))


@pytest.mark.parametrize("range_given", [True, False])
def test_number_is_used_once(engine: Engine, *, range_given: bool) -> None:
    bill_cases.draw(engine, **({} if range_given else {"first_number": "", "last_number": ""}))
    bill_cases.record(engine, bill_cases.bill())

    with refused("bill_number_taken", "已开具"):
        bill_cases.record(engine, bill_cases.bill(amount_minor=5_00))
    with refused("bill_number_taken"):
        bill_cases.record(engine, bill_cases.bill(2), bill_cases.bill(2, amount_minor=5_00))
    assert bill_cases.stored(engine, 1).amount_minor == 1_000_00


@pytest.mark.parametrize("range_given", [True, False])
def test_two_people_who_record_the_same_number_record_it_once(
    engine: Engine, *, range_given: bool
) -> None:
    bill_cases.draw(engine, **({} if range_given else {"first_number": "", "last_number": ""}))
    done = together(
        [
            lambda amount=amount: bill_cases.record(engine, bill_cases.bill(amount_minor=amount))
            for amount in (1_00, 2_00, 3_00)
        ]
    )

    codes = sorted(str(getattr(each, "code", "recorded")) for each in done)
    assert codes == ["bill_number_taken", "bill_number_taken", "recorded"]
    assert bill_cases.findings(engine) == []


def test_set_is_recorded_as_a_whole_or_not_at_all(engine: Engine) -> None:
    bill_cases.draw(engine)

    with refused("bill_number_not_drawn"):
        bill_cases.record(engine, *(bill_cases.bill(number) for number in (1, 2, 11)))
    assert bill_cases.stored(engine, 1).state is BillState.IN_STOCK
    assert lines(engine) == []


def test_red_bill_takes_its_blue_back(engine: Engine) -> None:
    bill_cases.draw(engine)
    blue = bill_cases.bill(1)
    bill_cases.record(engine, blue)
    bill_cases.record(engine, bill_cases.red(2, blue))

    first, second = bill_cases.stored(engine, 1), bill_cases.stored(engine, 2)
    assert (first.state, first.ended_reason) == (BillState.RED, "金额开错")
    assert (second.state, second.colour) == (BillState.ISSUED, BillColour.RED)
    assert (second.amount_minor, second.reverses_id) == (-1_000_00, first.id)
    assert bill_cases.findings(engine) == []


def test_red_bill_may_come_with_its_blue(engine: Engine) -> None:
    bill_cases.draw(engine)
    blue = bill_cases.bill(5)
    bill_cases.record(engine, bill_cases.red(2, blue), blue)

    assert bill_cases.stored(engine, 5).state is BillState.RED


@pytest.mark.parametrize("minor", [-999_99, -1_000_01, -1])
def test_red_bill_with_another_amount_is_refused(engine: Engine, minor: int) -> None:
    bill_cases.draw(engine)
    blue = bill_cases.bill(1)
    bill_cases.record(engine, blue)

    with refused("red_bill_differs", "不能部分冲红"):
        bill_cases.record(engine, bill_cases.red(2, blue, amount_minor=minor))
    assert bill_cases.stored(engine, 1).state is BillState.ISSUED
    assert bill_cases.stored(engine, 2).state is BillState.IN_STOCK


def test_red_bill_needs_a_blue_that_stands(engine: Engine) -> None:
    bill_cases.draw(engine)
    blue = bill_cases.bill(1)
    with refused("unknown_bill", "0000000099"):
        bill_cases.record(engine, bill_cases.red(2, blue, reverses=(CODE, "0000000099")))
    with refused("bill_not_live", "库存"):
        bill_cases.record(engine, bill_cases.red(2, blue))
    bill_cases.record(engine, blue)
    with refused("invalid", "早于"):
        bill_cases.record(engine, bill_cases.red(2, blue, issued_on=DAY - timedelta(days=1)))
    bill_cases.record(engine, bill_cases.red(2, blue))
    with refused("bill_not_live", "已冲红"):
        bill_cases.record(engine, bill_cases.red(3, blue))
    with refused("bill_not_live", "已开具"):
        bill_cases.record(engine, bill_cases.red(3, bill_cases.bill(2)))
    assert bill_cases.findings(engine) == []


def test_two_red_bills_at_once_take_one_blue_back_once(engine: Engine) -> None:
    bill_cases.draw(engine)
    blue = bill_cases.bill(1)
    bill_cases.record(engine, blue)
    done = together(
        [
            lambda number=number: bill_cases.record(engine, bill_cases.red(number, blue))
            for number in (2, 3)
        ]
    )

    codes = sorted(str(getattr(each, "code", "recorded")) for each in done)
    assert codes == ["bill_not_live", "recorded"]
    assert bill_cases.findings(engine) == []


def test_paper_numbers_are_used_in_their_order(engine: Engine) -> None:
    bill_cases.draw_paper(engine)
    third = bill_cases.bill(103, code=PAPER_CODE)

    with refused("bill_number_skipped", "0000000101"):
        bill_cases.record(engine, third)
    bill_cases.record(engine, *(bill_cases.bill(number, code=PAPER_CODE) for number in (102, 101)))
    bill_cases.record(
        engine, bill_cases.bill(104, code=PAPER_CODE, skip_reason="103 号印刷模糊，待作废")
    )
    bill_cases.record(engine, third)


def test_electronic_numbers_come_as_the_system_gives_them(engine: Engine) -> None:
    bill_cases.draw(engine)

    bill_cases.record(engine, bill_cases.bill(7))


def test_spoiled_paper_bill_is_voided_and_keeps_its_number(engine: Engine) -> None:
    bill_cases.draw_paper(engine)
    bill_cases.record(engine, bill_cases.bill(101, code=PAPER_CODE))
    bill_cases.void(engine, PAPER_CODE, "0000000101", reason="抬头写错，三联已收回")

    row = bill_cases.stored(engine, 101, code=PAPER_CODE)
    assert (row.state, row.ended_reason) == (BillState.VOID, "抬头写错，三联已收回")
    assert row.amount_minor == 1_000_00
    with refused("bill_number_taken", "作废"):
        bill_cases.record(engine, bill_cases.bill(101, code=PAPER_CODE))
    with refused("bill_not_live", "作废"):
        bill_cases.void(engine, PAPER_CODE, "0000000101")


def test_issued_electronic_bill_is_not_voided(engine: Engine) -> None:
    bill_cases.draw(engine)
    blue = bill_cases.bill(1)
    bill_cases.record(engine, blue)

    for act in (bill_cases.void, bill_cases.lose):
        with refused("bill_not_voidable", "冲红"):
            act(engine, CODE, NUMBER)
    bill_cases.record(engine, bill_cases.red(2, blue))
    with refused("bill_not_live"):
        bill_cases.void(engine, CODE, "0000000002")


def test_void_needs_a_reason_and_a_possible_day(engine: Engine) -> None:
    bill_cases.draw_paper(engine)
    bill_cases.record(engine, bill_cases.bill(101, code=PAPER_CODE))
    with refused("invalid", "原因"):
        bill_cases.void(engine, PAPER_CODE, "0000000101", reason=" ")
    with refused("invalid", "开票日期"):
        bill_cases.void(engine, PAPER_CODE, "0000000101", on=DAY - timedelta(days=1))
    with refused("invalid", "今天"):
        bill_cases.void(engine, PAPER_CODE, "0000000101", on=CLOCK.today() + timedelta(days=1))
    with refused("unknown_bill", "0000000999"):
        bill_cases.void(engine, PAPER_CODE, "0000000999")


def test_bill_is_found_by_code_and_number(engine: Engine) -> None:
    bill_cases.draw(engine)
    bill_cases.record(engine, bill_cases.bill())
    with database.reading(engine) as session:
        assert bills.get_bill(session, CODE, NUMBER).amount_minor == 1_000_00
        with refused("unknown_bill", "0000000099"):
            bills.get_bill(session, CODE, "0000000099")
