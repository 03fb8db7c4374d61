"""Drafts and issued content: what is refused, canonical JSON, digest."""

import json
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InvalidInput
from ledger.money import MAX_MINOR
from receipts.content import (
    BillReference,
    Content,
    Designation,
    GiftForm,
    GiftItem,
    Kind,
    OriginalAmount,
    Recipient,
    RecipientKind,
    TamperedContent,
    digest,
    from_json,
    to_json,
)

PRINTABLE = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp")), min_size=1, max_size=80
).filter(str.strip)


def test_json_is_canonical_and_keeps_characters_as_they_are(documents):
    text = to_json(documents.content(recipient=Recipient("陈㛃𬭸")))
    assert text == json.dumps(
        json.loads(text), ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    assert "陈㛃𬭸" in text
    assert '"received_on":"2026-02-02"' in text
    assert '"schema":1' in text


def test_content_reads_back_equal(documents):
    full = documents.content(
        gifts=(
            documents.gift(
                form=GiftForm.IN_KIND,
                description="图书1,200册",
                original=OriginalAmount(10000, "USD", "7.1234", date(2026, 2, 2)),
            ),
        ),
        recipient=documents.company,
        message="谨致谢忱。",
        issued={"replaces": "QR-2026-000009", "is_specimen": True},
    )
    for content in (full, documents.content(Kind.ANNUAL), documents.canadian()):
        assert from_json(to_json(content), expected_digest=digest(content)) == content


@given(name=PRINTABLE, minor=st.integers(1, MAX_MINOR), day=st.dates(max_value=date(2027, 1, 5)))
def test_any_printable_donor_and_any_amount_survives_json(documents, name, minor, day):
    item = documents.gift(amount_minor=minor, received_on=day)
    content = documents.content(gifts=(item,), recipient=Recipient(name))
    assert from_json(to_json(content)) == content


def test_digest_changes_with_every_fact(documents):
    content = documents.content()
    changed = [
        replace(content, number="QR-2027-000002"),
        replace(content, issued_on=date(2027, 1, 6)),
        replace(content, is_specimen=True),
        documents.content(recipient=Recipient("陈明")),
        documents.content(gifts=(documents.gift(amount_minor=140952),)),
        documents.content(place="武汉"),
    ]
    assert len({digest(each) for each in (content, *changed)}) == len(changed) + 1
    assert digest(documents.content()) == digest(content)


def test_changed_snapshot_is_noticed(documents):
    content = documents.content()
    altered = to_json(content).replace("陈明澈", "陈明激")
    with pytest.raises(TamperedContent):
        from_json(altered, expected_digest=digest(content))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.update(schema=2),
        lambda data: data.pop("schema"),
        lambda data: data["content"].pop("number"),
        lambda data: data["content"].update(extra=1),
        lambda data: data["content"].update(is_specimen=0),
        lambda data: data["content"].update(issued_on="20270105"),
        lambda data: data["content"].update(issued_on=20270105),
        lambda data: data["content"]["draft"].update(kind="invoice"),
        lambda data: data["content"]["draft"].update(gifts={}),
        lambda data: data["content"]["draft"]["gifts"][0].update(amount_minor=True),
        lambda data: data["content"]["draft"]["gifts"][0].update(amount_minor="100"),
        lambda data: data["content"]["draft"]["gifts"][0].update(bill=[]),
        lambda data: data["content"]["draft"]["recipient"].update(name="a\u202eb"),
    ],
)
def test_json_that_does_not_fit_is_refused(documents, damage):
    data = json.loads(to_json(documents.content()))
    damage(data)
    with pytest.raises(InvalidInput):
        from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '"x"', '{"schema": 1}'])
def test_other_json_is_refused(text):
    with pytest.raises(InvalidInput):
        from_json(text)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "陈\x00明",
        "陈\n明",
        "陈\x1b[31m明",
        "陈\u200b明",
        "陈\u202e明",
        "陈\ud800明",
        "陈\ue000明",
        "陈\u2028明",
        "陈" * 201,
        None,
        7,
    ],
)
def test_name_that_cannot_be_printed_is_refused(name):
    with pytest.raises(InvalidInput, match="捐赠人名称"):
        Recipient(name)


@pytest.mark.parametrize("amount", [0, -1, True, MAX_MINOR + 1, None, "1"])
def test_amount_that_is_none_is_refused(documents, amount):
    with pytest.raises(InvalidInput):
        documents.gift(amount_minor=amount, designations=(Designation("励学金", 1),))


def test_projects_that_do_not_add_up_are_refused(documents):
    with pytest.raises(InvalidInput, match="之和"):
        documents.gift(amount_minor=100, designations=(Designation("励学金", 99),))


def test_gift_without_project_is_refused(documents):
    with pytest.raises(InvalidInput, match="至少一个"):
        documents.gift(designations=())


def test_gift_in_kind_needs_a_description(documents):
    with pytest.raises(InvalidInput, match="捐赠物资"):
        documents.gift(form=GiftForm.IN_KIND)


def test_advantage_needs_words_and_stays_below_the_gift(documents):
    with pytest.raises(InvalidInput, match="所得利益说明"):
        documents.gift(advantage_minor=100)
    with pytest.raises(InvalidInput, match="应小于捐赠金额"):
        documents.gift(amount_minor=100, advantage_minor=100, advantage="dinner")


def test_letter_is_about_exactly_one_gift(documents):
    for gifts in ((), (documents.gift(1), documents.gift(2))):
        with pytest.raises(InvalidInput, match="一函一笔"):
            documents.draft(gifts=gifts)


def test_certificate_needs_a_gift(documents):
    with pytest.raises(InvalidInput, match="至少对应一笔"):
        documents.draft(Kind.CERTIFICATE, gifts=())


def test_same_gift_cannot_be_listed_twice(documents):
    with pytest.raises(InvalidInput, match="只能列一次"):
        documents.draft(Kind.ANNUAL, gifts=(documents.gift(1), documents.gift(1)))


def test_statement_needs_a_period_that_holds_its_gifts(documents):
    with pytest.raises(InvalidInput, match="起止日期"):
        documents.draft(Kind.ANNUAL, period_from=None)
    with pytest.raises(InvalidInput, match="起止日期"):
        documents.draft(Kind.ANNUAL, period_from=date(2027, 1, 1))
    with pytest.raises(InvalidInput, match="不在期间内"):
        documents.draft(Kind.ANNUAL, gifts=(documents.gift(received_on=date(2025, 12, 31)),))


def test_document_is_never_dated_before_the_gift_arrived(documents):
    with pytest.raises(InvalidInput, match="不得早于收到捐赠"):
        documents.content(issued={"issued_on": date(2026, 2, 1)})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "javascript:alert(1)",
        "https://a b",
        "https://例子.cn/verify",
        "ftp://x/y",
    ],
)
def test_address_of_verification_must_be_a_web_address(documents, url):
    with pytest.raises(InvalidInput, match="核验网址"):
        documents.content(issued={"verify_url": url})


@pytest.mark.parametrize("number", ["", "A", "QR 2027", "QR\n2027", "<b>2027", "Q" * 41])
def test_number_is_plain(documents, number):
    with pytest.raises(InvalidInput, match="编号"):
        documents.content(issued={"number": number})


def test_document_cannot_replace_itself(documents):
    with pytest.raises(InvalidInput, match="被更换的编号"):
        documents.content(issued={"replaces": "QR-2027-000001"})


def test_identity_number_of_a_person_has_no_place():
    with pytest.raises(InvalidInput, match="个人不印证件号码"):
        Recipient("陈明澈", registration="11010519491231002X")
    with pytest.raises(InvalidInput, match="至多四位"):
        Recipient("陈明澈", identity_tail="11010519491231002X")
    assert Recipient("示例公司", RecipientKind.ORGANISATION, "91350100M000100Y43").registration


def test_original_amount_has_currency_and_rate():
    for currency, rate in (("usd", "7.1"), ("USD", "0x7"), ("USD", "-7.1"), ("USD", "")):
        with pytest.raises(InvalidInput):
            OriginalAmount(100, currency, rate, date(2026, 1, 1))
    with pytest.raises(InvalidInput, match="币种"):
        GiftItem("G1", date(2026, 1, 1), 100, (Designation("励学金", 100),), currency="元")
    with pytest.raises(InvalidInput):
        BillReference("", "1")


def test_content_is_frozen_all_the_way_down(documents):
    pending: list[object] = [documents.content()]
    while pending:
        part = pending.pop()
        with pytest.raises(FrozenInstanceError):
            setattr(part, fields(part)[0].name, None)
        for field in fields(part):
            value = getattr(part, field.name)
            assert not isinstance(value, list | dict | set)
            items = value if isinstance(value, tuple) else (value,)
            pending.extend(item for item in items if is_dataclass(item))
    assert Content.__slots__
