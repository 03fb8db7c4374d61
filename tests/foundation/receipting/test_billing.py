"""Official bills and gifts: one live bill for the same money, for posted gifts, for the payer."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.donors.models import DonorKind
from foundation.gifts.kinds import GiftKind
from foundation.receipting import billing
from foundation.receipting.billing import BillEntry
from foundation.receipting.eligibility import Document
from receipts.content import RecipientKind
from receipts.models import BillState
from tests.factories import CLOCK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import posted, recorded
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import agree, bills, known, links, numbers
from tests.receipts import bill_cases
from tests.receipts.bill_cases import CODE, PAPER_CODE, bill, red
from tests.refusals import refused
from tests.threads import together

MINOR = 120_000_00
FIRST, SECOND = f"{CODE} 0000000001", f"{CODE} 0000000002"


@pytest.fixture
def stock(books: Engine) -> Engine:
    """Books with ten electronic numbers in the stock."""
    bill_cases.draw(books)
    return books


def given(number: int = 1, minor: int = MINOR, **changes: Any) -> Any:
    return bill(number, amount_minor=minor, **changes)


def link(engine: Engine, number: int, *gift_ids: int) -> None:
    with database.transaction(engine) as session:
        billing.link_bill(session, CODE, f"{number:010d}", gift_ids, actor=PREPARER, clock=CLOCK)


def test_bill_covers_its_gift(stock: Engine) -> None:
    made = posted(stock)
    done = document_cases.bill(stock, given(), made.gift_id)

    assert done.gift_ids == (made.gift_id,)
    (found,) = document_cases.live(stock, made.gift_id)
    assert (found.document, found.number, found.amount_minor, found.is_binding) == (
        Document.BILL,
        FIRST,
        MINOR,
        True,
    )
    assert known(stock, made.gift_id).bill == (CODE, "0000000001")
    assert document_cases.findings(stock) == []


def test_second_live_bill_for_the_same_money_is_refused(stock: Engine) -> None:
    made = posted(stock)
    document_cases.bill(stock, given(), made.gift_id)

    with refused("not_eligible", "不能重复"):
        document_cases.bill(stock, given(2), made.gift_id)
    with refused("not_eligible"):
        document_cases.bill(stock, given(2, minor=1), made.gift_id)
    assert bill_cases.stored(stock, 2).state is BillState.IN_STOCK
    assert links(stock) == [(made.gift_id, MINOR, True)]


def test_two_bills_for_one_gift_at_once_leave_one(stock: Engine) -> None:
    made = posted(stock)
    done = together(
        [
            lambda number=number: document_cases.bill(stock, given(number), made.gift_id)
            for number in (1, 2, 3)
        ]
    )

    codes = sorted(str(getattr(each, "code", "recorded")) for each in done)
    assert codes == ["not_eligible", "not_eligible", "recorded"]
    assert len(numbers(stock, made.gift_id)) == 1
    assert document_cases.findings(stock) == []


@pytest.mark.parametrize(
    ("changes", "saying"),
    [
        ({"is_anonymous": True}, "匿名"),
        (
            {
                "kind": GiftKind.SERVICE,
                "account_code": "",
                "item": "设计",
                "value_evidence": "合同",
            },
            "服务",
        ),
        (
            {"kind": GiftKind.NOMINAL, "account_code": "1506", "item": "手稿", "minor": 1_00},
            "公允价值",
        ),
        (
            {"kind": GiftKind.AGENCY, "account_code": "100202", "recipient": "受助学生"},
            "受托代理",
        ),
    ],
)
def test_gift_that_may_have_no_bill_gets_none(
    stock: Engine, changes: dict[str, Any], saying: str
) -> None:
    made = posted(stock, **changes)

    with refused("not_eligible", saying):
        document_cases.bill(stock, given(minor=changes.get("minor", MINOR)), made.gift_id)
    assert bill_cases.stored(stock, 1).state is BillState.IN_STOCK


def test_bill_for_an_unposted_gift_is_refused(stock: Engine) -> None:
    made = recorded(stock)

    with refused("not_eligible", "尚未记账"):
        document_cases.bill(stock, given(), made.gift_id)
    assert links(stock) == []


def test_bill_before_the_money_is_refused(stock: Engine) -> None:
    made = posted(stock)

    with refused("not_eligible", "尚未收到"):
        document_cases.bill(stock, given(issued_on=date(2026, 1, 14)), made.gift_id)


def test_sponsorship_gets_no_bill(stock: Engine) -> None:
    made = posted(stock)
    agree(stock, made.gift_id, benefit="冠名及广告")

    with refused("not_eligible", "回报"):
        document_cases.bill(stock, given(), made.gift_id)


def test_donor_who_wants_no_bill_gets_none(stock: Engine) -> None:
    made = posted(stock)
    agree(stock, made.gift_id, waiver="2026-01-16 电话确认")

    with refused("not_eligible", "放弃"):
        document_cases.bill(stock, given(), made.gift_id)


@pytest.mark.parametrize("minor", [MINOR + 1, 2 * MINOR])
def test_bill_never_exceeds_what_was_received(stock: Engine, minor: int) -> None:
    made = posted(stock)

    with refused("bill_differs", "超过实收"):
        document_cases.bill(stock, given(minor=minor), made.gift_id)


def test_bill_for_the_rest_after_a_refund(stock: Engine) -> None:
    made = posted(stock)
    gift_cases.refund(stock, made.gift_id, 20_000_00)

    with refused("bill_differs", "100000.00"):
        document_cases.bill(stock, given(), made.gift_id)
    document_cases.bill(stock, given(minor=100_000_00), made.gift_id)
    assert document_cases.findings(stock) == []


def test_payer_is_the_title_of_the_gift(stock: Engine) -> None:
    made = posted(stock)
    with refused("payer_differs", "周明远"):
        document_cases.bill(stock, given(payer_name="周明远"), made.gift_id)
    agree(
        stock,
        made.gift_id,
        title="东湖启明科技有限公司",
        payer_kind=RecipientKind.ORGANISATION,
        payer_code="91420100MA4K00000Q",
    )
    with refused("payer_differs", "东湖启明"):
        document_cases.bill(stock, given(), made.gift_id)
    document_cases.bill(
        stock,
        given(payer_name="东湖启明科技有限公司", payer_kind=RecipientKind.ORGANISATION),
        made.gift_id,
    )


def test_group_needs_a_title_of_its_own(stock: Engine) -> None:
    who = gift_cases.donor(stock, name="2003级土木三班", kind=DonorKind.GROUP)
    made = gift_cases.record(stock, gift_cases.entry(who))
    gift_cases.post(stock, made.voucher_id)

    with refused("not_eligible", "抬头"):
        document_cases.bill(stock, given(payer_name="2003级土木三班"), made.gift_id)


def test_red_bill_frees_the_gift_for_the_right_one(stock: Engine) -> None:
    made = posted(stock)
    wrong = given(1, minor=12_000_00)
    document_cases.bill(stock, wrong, made.gift_id)
    document_cases.bill(stock, red(2, wrong))

    assert numbers(stock, made.gift_id) == []
    document_cases.bill(stock, given(3), made.gift_id)
    assert numbers(stock, made.gift_id) == [f"{CODE} 0000000003"]
    assert links(stock) == [(made.gift_id, 12_000_00, False), (made.gift_id, MINOR, True)]
    assert document_cases.findings(stock) == []


def test_red_bill_covers_no_gift(stock: Engine) -> None:
    made = posted(stock)
    wrong = given(1)
    document_cases.bill(stock, wrong, made.gift_id)

    with refused("bill_differs", "红字"):
        document_cases.bill(stock, red(2, wrong), made.gift_id)
    assert numbers(stock, made.gift_id) == [FIRST]


def test_bill_red_bill_and_new_bill_may_come_together(stock: Engine) -> None:
    made = posted(stock)
    wrong = given(1, minor=12_000_00)
    done = bills(
        stock,
        BillEntry(given(3), (made.gift_id,)),
        BillEntry(wrong, (made.gift_id,)),
        BillEntry(red(2, wrong)),
    )

    assert [each.bill.number[-1] for each in done] == ["1", "2", "3"]
    assert numbers(stock, made.gift_id) == [f"{CODE} 0000000003"]
    assert document_cases.findings(stock) == []


def test_voided_paper_bill_frees_the_gift_and_a_lost_one_does_not(books: Engine) -> None:
    bill_cases.draw_paper(books)
    first, second = posted(books), posted(books)
    document_cases.bill(books, given(101, code=PAPER_CODE), first.gift_id)
    document_cases.bill(books, given(102, code=PAPER_CODE), second.gift_id)
    bill_cases.void(books, PAPER_CODE, "0000000101")
    bill_cases.lose(books, PAPER_CODE, "0000000102")

    document_cases.bill(books, given(103, code=PAPER_CODE), first.gift_id)
    with refused("not_eligible", "不能重复"):
        document_cases.bill(books, given(104, code=PAPER_CODE), second.gift_id)
    assert document_cases.findings(books) == []


def test_one_bill_for_several_gifts_takes_all_of_them(stock: Engine) -> None:
    who = gift_cases.donor(stock)
    made = [gift_cases.record(stock, gift_cases.entry(who, minor=minor)) for minor in (10_00, 5_00)]
    gift_cases.post(stock, *(gift.voucher_id for gift in made))
    keys = [gift.gift_id for gift in made]

    with refused("bill_differs", "15.00"):
        document_cases.bill(stock, given(minor=14_00), *keys)
    document_cases.bill(stock, given(minor=15_00), *keys, *keys)
    assert [numbers(stock, key) for key in keys] == [[FIRST], [FIRST]]
    assert document_cases.findings(stock) == []


@pytest.mark.parametrize(
    ("changes", "saying"),
    [
        ({"received_on": date(2025, 12, 30)}, "同一年度"),
        (
            {
                "kind": GiftKind.IN_KIND,
                "account_code": "1201",
                "item": "图书",
                "value_evidence": "发票",
            },
            "货币与非货币",
        ),
    ],
)
def test_bill_merges_neither_years_nor_money_with_goods(
    stock: Engine, changes: dict[str, Any], saying: str
) -> None:
    who = gift_cases.donor(stock)
    made = [
        gift_cases.record(stock, gift_cases.entry(who, minor=10_00, **more))
        for more in ({}, changes)
    ]
    gift_cases.post(stock, *(gift.voucher_id for gift in made))

    with refused("bill_differs", saying):
        document_cases.bill(stock, given(minor=20_00), *(gift.gift_id for gift in made))


def test_bill_is_matched_to_the_one_gift_it_can_be_for(stock: Engine) -> None:
    made = posted(stock, minor=77_00)
    posted(stock, minor=78_00)
    done = document_cases.bill(stock, given(minor=77_00))

    assert done.gift_ids == (made.gift_id,)
    assert document_cases.findings(stock) == []


@pytest.mark.parametrize(
    "changes",
    [{"payer_name": "周明远"}, {"minor": 76_99}, {"issued_on": date(2026, 1, 14)}],
)
def test_bill_that_fits_no_gift_is_recorded_and_waits(
    stock: Engine, changes: dict[str, Any]
) -> None:
    posted(stock, minor=77_00)
    done = document_cases.bill(stock, given(**{"minor": 77_00} | changes))

    assert done.gift_ids == ()
    assert [item.check for item in document_cases.findings(stock)] == ["bill_without_gift"]


def test_bill_that_fits_two_gifts_is_left_to_people(stock: Engine) -> None:
    who = gift_cases.donor(stock)
    made = [gift_cases.record(stock, gift_cases.entry(who, minor=77_00)) for _ in range(2)]
    gift_cases.post(stock, *(gift.voucher_id for gift in made))
    (done,) = bills(stock, BillEntry(given(minor=77_00)))
    assert done.gift_ids == ()
    assert billing.unmatched([done]) == [done.bill]

    link(stock, 1, made[1].gift_id)
    assert numbers(stock, made[1].gift_id) == [FIRST]
    assert document_cases.findings(stock) == []


def test_bill_is_not_matched_when_told_so(stock: Engine) -> None:
    posted(stock)

    assert document_cases.bill(stock, given(), is_matching=False).gift_ids == ()


def test_link_is_made_once_and_only_to_a_bill_that_stands(stock: Engine) -> None:
    first, second = posted(stock), posted(stock)
    wrong = given(1)
    document_cases.bill(stock, wrong, first.gift_id)

    with refused("bill_not_linkable", "已关联"):
        link(stock, 1, second.gift_id)
    with refused("bill_not_linkable", "库存"):
        link(stock, 2, second.gift_id)
    with refused("unknown_bill", "0000000099"):
        link(stock, 99, second.gift_id)
    document_cases.bill(stock, red(2, wrong))
    with refused("bill_not_linkable", "已冲红"):
        link(stock, 1, second.gift_id)
    document_cases.bill(stock, given(3), is_matching=False)
    with refused("bill_differs", "没有这些捐赠"):
        link(stock, 3, 4711)


def test_two_people_who_link_one_bill_link_it_once(stock: Engine) -> None:
    made = [posted(stock, minor=77_00) for _ in range(2)]
    document_cases.bill(stock, given(minor=77_00), is_matching=False)
    done = together([lambda gift=gift: link(stock, 1, gift.gift_id) for gift in made])

    codes = sorted(str(getattr(each, "code", "linked")) for each in done)
    assert codes == ["bill_not_linkable", "linked"]
    assert document_cases.findings(stock) == []


def test_later_letter_quotes_the_bill(stock: Engine) -> None:
    made = posted(stock)
    document_cases.bill(stock, given(), made.gift_id)
    document_cases.issue(stock, gift_id=made.gift_id)

    assert numbers(stock, made.gift_id) == [FIRST, "QR-2026-000001"]


def test_particulars_are_fixed_once_a_document_speaks_of_them(stock: Engine) -> None:
    made = posted(stock)
    agree(stock, made.gift_id, title="林晓舟", payer_kind=RecipientKind.PERSON)
    agree(stock, made.gift_id, title=" 林　晓　舟 ")
    document_cases.bill(stock, given(), made.gift_id)

    with refused("gift_documented", FIRST):
        agree(stock, made.gift_id, title="周明远")


@pytest.mark.parametrize(
    ("changes", "code", "saying"),
    [
        ({"title": "甲" * 201}, "invalid", "票据抬头"),
        ({"title": "甲\u202e乙"}, "invalid", "U+202E"),
        ({"title": "林晓舟", "payer_code": "91420100MA4K00000Q"}, "invalid", "个人"),
        (
            {
                "title": "东湖启明",
                "payer_kind": RecipientKind.ORGANISATION,
                "payer_code": "91420100MA4K00000X",
            },
            "wrong_number",
            "校验位",
        ),
        (
            {"payer_kind": RecipientKind.ORGANISATION, "payer_code": "91420100MA4K00000Q"},
            "invalid",
            "没有抬头",
        ),
        ({"benefit": "x" * 201}, "invalid", "回报"),
    ],
)
def test_particulars_that_cannot_be_are_refused(
    stock: Engine, changes: dict[str, Any], code: str, saying: str
) -> None:
    made = posted(stock)

    with refused(code, saying):
        agree(stock, made.gift_id, **changes)
    assert known(stock, made.gift_id).title == ""
