"""Which gift gets which document, and the words for every gift that gets none."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.donors.models import DonorKind
from foundation.gifts.kinds import GiftKind
from foundation.receipting import eligibility
from foundation.receipting.eligibility import SENTENCES, Document, Reason, judge
from foundation.receipting.facts import GiftFacts
from receipts.content import Kind, RecipientKind

ON = date(2026, 3, 10)


def gift(**changes: Any) -> GiftFacts:
    """Return a gift that gets every document unless changed."""
    values: dict[str, Any] = {
        "gift_id": 1,
        "donor_id": 1,
        "donor_kind": DonorKind.PERSON,
        "donor_name": "林晓舟",
        "registered_name": "林晓舟",
        "credit_code": "",
        "kind": GiftKind.CASH,
        "received_on": date(2026, 1, 15),
        "amount_minor": 1_000_00,
        "left_minor": 1_000_00,
        "parts": ((1, 1_000_00),),
        "is_posted": True,
        "is_ended": False,
        "is_anonymous": False,
        "voucher": "记-2026-01-0001",
        "item": "",
        "quantity": "",
        "value_evidence": "",
        "original_minor": None,
        "original_currency": "",
        "rate": "",
        "rate_on": None,
        "title": "",
        "payer_kind": None,
        "payer_code": "",
        "benefit": "",
        "waiver": "",
        "bill": None,
        "letters": frozenset(),
        "payer_address": "武汉市示例路1号",
    }
    return GiftFacts(**(values | changes))


@pytest.mark.parametrize("document", Document)
def test_plain_gift_gets_every_document(document: Document) -> None:
    assert judge(gift(), document, on=ON) is None


IN_KIND = {"kind": GiftKind.IN_KIND, "item": "图书", "value_evidence": "发票"}
BOTH = (Document.BILL, Document.LETTER)
ALL = tuple(Document)


@pytest.mark.parametrize(
    ("changes", "documents", "reason"),
    [
        ({"is_ended": True}, ALL, Reason.ENDED),
        ({"left_minor": 0}, ALL, Reason.REFUNDED),
        ({"received_on": date(2026, 3, 11)}, ALL, Reason.NOT_RECEIVED),
        ({"is_posted": False}, ALL, Reason.NOT_POSTED),
        ({"bill": ("42050126", "0000000001")}, (Document.BILL,), Reason.COVERED),
        ({"letters": frozenset({Kind.LETTER})}, (Document.LETTER,), Reason.COVERED),
        ({"letters": frozenset({Kind.ANNUAL})}, (Document.ANNUAL,), Reason.COVERED),
        ({"letters": frozenset({Kind.CERTIFICATE})}, (Document.CERTIFICATE,), Reason.COVERED),
        ({"kind": GiftKind.AGENCY}, ALL, Reason.AGENCY),
        ({"kind": GiftKind.SERVICE, "value_evidence": "合同"}, BOTH, Reason.SERVICE),
        ({**IN_KIND, "value_evidence": " "}, BOTH, Reason.NO_VALUE_EVIDENCE),
        ({"kind": GiftKind.NOMINAL, "item": "手稿"}, BOTH, Reason.NO_VALUE_EVIDENCE),
        ({"kind": GiftKind.EQUITY, "item": "股权"}, BOTH, Reason.NO_VALUE_EVIDENCE),
        ({"benefit": "冠名广告"}, BOTH, Reason.BENEFIT),
        ({"waiver": "电话确认"}, (Document.BILL,), Reason.WAIVED),
        ({"is_anonymous": True}, ALL, Reason.ANONYMOUS),
        ({"donor_kind": DonorKind.ANONYMOUS}, ALL, Reason.ANONYMOUS),
        ({"donor_kind": DonorKind.GROUP}, (Document.BILL,), Reason.NO_TITLE),
        ({"payer_address": ""}, (Document.TAX_RECEIPT,), Reason.NO_ADDRESS),
        ({"benefit": "晚宴"}, (Document.TAX_RECEIPT,), Reason.BENEFIT),
        (
            {"letters": frozenset({Kind.TAX_RECEIPT})},
            (Document.TAX_RECEIPT,),
            Reason.COVERED,
        ),
    ],
)
def test_reason_is_given_for_every_gift_that_gets_nothing(
    changes: dict[str, Any], documents: tuple[Document, ...], reason: Reason
) -> None:
    for document in documents:
        assert judge(gift(**changes), document, on=ON) is reason


@pytest.mark.parametrize(
    ("changes", "document"),
    [
        ({"bill": ("42050126", "0000000001")}, Document.LETTER),
        ({"letters": frozenset({Kind.LETTER})}, Document.BILL),
        ({"letters": frozenset({Kind.LETTER})}, Document.ANNUAL),
        ({"kind": GiftKind.SERVICE}, Document.CERTIFICATE),
        ({"benefit": "冠名"}, Document.CERTIFICATE),
        ({"waiver": "电话确认"}, Document.LETTER),
        ({"donor_kind": DonorKind.GROUP}, Document.LETTER),
        ({"donor_kind": DonorKind.GROUP, "title": "土木2003级校友会"}, Document.BILL),
        ({"is_anonymous": True, "title": "林晓舟"}, Document.BILL),
        ({"donor_kind": DonorKind.ANONYMOUS, "title": "林晓舟"}, Document.LETTER),
        ({"benefit": "晚宴", "advantage_minor": 50_00}, Document.TAX_RECEIPT),
        ({"left_minor": 1}, Document.BILL),
        ({"received_on": ON}, Document.BILL),
        (IN_KIND, Document.BILL),
        ({"kind": GiftKind.CONDITIONAL}, Document.BILL),
    ],
)
def test_what_stands_against_one_document_does_not_stand_against_another(
    changes: dict[str, Any], document: Document
) -> None:
    assert judge(gift(**changes), document, on=ON) is None


def test_every_reason_has_words() -> None:
    assert set(SENTENCES) == set(Reason)
    assert all(sentence.strip() for sentence in SENTENCES.values())


@given(
    posted=st.booleans(),
    ended=st.booleans(),
    left=st.integers(-5, 5),
    day=st.dates(date(2026, 1, 1), date(2026, 6, 1)),
    kind=st.sampled_from(GiftKind),
    document=st.sampled_from(Document),
)
def test_nothing_is_ever_issued_for_money_that_is_not_there(
    *, posted: bool, ended: bool, left: int, day: date, kind: GiftKind, document: Document
) -> None:
    found = gift(is_posted=posted, is_ended=ended, left_minor=left, received_on=day, kind=kind)
    if judge(found, document, on=ON) is None:
        assert posted
        assert not ended
        assert left > 0
        assert day <= ON


def test_title_is_what_the_donor_confirmed() -> None:
    assert eligibility.title_of(gift()) == "林晓舟"
    confirmed = gift(title="东湖启明科技有限公司", payer_kind=RecipientKind.ORGANISATION)
    assert eligibility.title_of(confirmed) == "东湖启明科技有限公司"
    assert eligibility.title_of(gift(donor_kind=DonorKind.GROUP)) == ""


def test_payer_is_the_same_however_the_name_was_typed() -> None:
    assert eligibility.is_same_payer("东湖启明（武汉）科技", "东湖启明(武汉) 科技 ")
    assert not eligibility.is_same_payer("林晓舟", "林晓州")
