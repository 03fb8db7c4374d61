"""Typing gifts: as people type, every kind, the right donor, and nothing typed is lost."""

import re

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.kinds import GiftKind
from tests.factories import AGENCY_BANK, BANK
from tests.foundation.donors.donor_cases import CREDIT_CODE
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_typing import enter, gifts, typed
from tests.serving import ON_BOTH, Browser


@ON_BOTH
def test_gift_is_recorded_as_people_type(served: Engine, known: int, accountant: Browser) -> None:
    enter(accountant, received_on="0115", **{"fund-0": "奖学金"}, account="基本户")

    (gift,) = gifts(served)
    assert (gift.amount_minor, gift.donor_id) == (120_000_00, known)
    assert gift.received_on == gift_cases.DAY
    assert gift_cases.parts(served, gift.id) == {"SCHOL": 120_000_00}
    gift_cases.everything_holds(served)


def test_last_allocation_takes_the_rest(served: Engine, known: int, accountant: Browser) -> None:
    enter(
        accountant,
        **{"fund-0": "SCHOL", "part-0": "5万", "fund-1": "gen", "part-1": "="} | {"fund-1": "GEN"},
    )

    assert gift_cases.parts(served, gifts(served)[0].id) == {
        "GEN": 70_000_00,
        "SCHOL": 50_000_00,
    }


@pytest.mark.parametrize(
    ("changes", "kind", "account"),
    [
        ({"kind": "conditional"}, GiftKind.CONDITIONAL, BANK),
        (
            {"kind": "in_kind", "account": "1501", "item": "设备", "value_evidence": "发票"},
            GiftKind.IN_KIND,
            "1501",
        ),
        (
            {"kind": "nominal", "account": "1506", "item": "手稿", "amount": "1"},
            GiftKind.NOMINAL,
            "1506",
        ),
        (
            {
                "kind": "service",
                "account": "",
                "item": "法律服务",
                "value_evidence": "发票",
                "served": "management_expense",
                "fund-0": "GEN",
            },
            GiftKind.SERVICE,
            "530101",
        ),
        (
            {"kind": "equity", "account": "1401", "item": "股权", "value_evidence": "票据"},
            GiftKind.EQUITY,
            "1401",
        ),
        (
            {"kind": "agency", "account": AGENCY_BANK, "recipient": "江城中学", "fund-0": "GEN"},
            GiftKind.AGENCY,
            AGENCY_BANK,
        ),
    ],
)
def test_every_kind_can_be_typed_and_is_shown(
    served: Engine,
    known: int,
    accountant: Browser,
    changes: dict[str, str],
    kind: GiftKind,
    account: str,
) -> None:
    reference = enter(accountant, **changes)

    (gift,) = gifts(served)
    assert gift.kind is kind
    page = accountant.get(f"/gifts/{reference}")
    assert page.status_code == 200
    for text in (account, changes.get("item", ""), changes.get("recipient", "")):
        assert text in page.text


def test_foreign_gift_is_converted_when_the_amount_is_left_empty(
    served: Engine, known: int, accountant: Browser
) -> None:
    reference = enter(accountant, amount="", currency="usd", original="10,000", rate="7.1235")

    (gift,) = gifts(served)
    assert (gift.amount_minor, gift.original_currency) == (71_235_00, "USD")
    assert "USD 10,000.00" in accountant.get(f"/gifts/{reference}").text


def test_saving_and_going_on_offers_the_last_values(
    served: Engine, known: int, accountant: Browser
) -> None:
    answer = accountant.post("/gifts/new", typed(then="next", method="cheque"))

    assert answer.headers["Location"] == "/gifts/new"
    page = accountant.get("/gifts/new").text
    assert 'value="SCHOL"' in page
    assert re.search(r'<option value="cheque" selected', page)
    assert "林晓舟" not in page.partition("<main")[2].replace("G2026", "")


def test_gift_begins_with_the_donor_of_the_page_before(
    served: Engine, known: int, accountant: Browser
) -> None:
    page = accountant.get(f"/gifts/new?donor={known}").text

    assert 'value="林晓舟"' in page
    assert f'name="donor_id" value="{known}"' in page


MISTAKES: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"donor": ""}, "donor-error", "请填写此项"),
    ({"amount": ""}, "amount-error", "请填写此项"),
    ({"amount": "abc"}, "amount-error", "无效"),
    ({"amount": "0"}, "amount-error", "大于零"),
    ({"amount": "1.005"}, "amount-error", "小数最多"),
    ({"received_on": "2026-02-30"}, "received_on-error", "日期应写作"),
    ({"received_on": "2026-11-23"}, "received_on-error", "不能晚于今天"),
    ({"received_on": "2026-06-01"}, "received_on-error", "会计期间"),
    ({"account": ""}, "account-error", "请填写此项"),
    ({"account": "9999"}, "account-error", "不存在"),
    ({"account": "1201"}, "account-error", "不是现金或银行存款"),
    ({"account": AGENCY_BANK}, "account-error", "受托代理"),
    ({"fund-0": ""}, "fund-0-error", "请填写此项"),
    ({"fund-0": "NONE"}, "fund-0-error", "不存在"),
    ({"part-0": "11万"}, "part-0-error", "不一致"),
    ({"part-0": "x"}, "part-0-error", "无效"),
    ({"part-0": "-1"}, "part-0-error", "大于零"),
    ({"fund-1": "GEN", "part-1": ""}, "part-1-error", "只能有一行"),
    ({"part-0": "5万", "fund-1": "", "part-1": "7万"}, "fund-1-error", "请填写此项"),
    ({"kind": "conditional", "fund-0": "GEN"}, "fund-0-error", "限定性基金"),
    ({"kind": "in_kind", "account": "1201"}, "item-error", "捐赠的是什么"),
    ({"kind": "in_kind", "account": "1201", "item": "书"}, "value_evidence-error", "凭据"),
    ({"kind": "agency", "account": AGENCY_BANK}, "recipient-error", "受益人"),
    ({"attachments": "x"}, "attachments-error", "整数"),
    ({"currency": "USD"}, "original-error", "请填写此项"),
    ({"currency": "USD", "original": "1e3", "rate": "7"}, "original-error", "无效"),
    ({"currency": "USD", "original": "100", "rate": "abc", "amount": ""}, "rate-error", "汇率"),
    ({"currency": "USD", "original": "100", "rate": "7"}, "amount-error", "折合人民币"),
    ({"bank_reference": "x" * 121}, "bank_reference-error", "120"),
    ({"note": "x" * 2001}, "note-error", "2000"),
)


def test_mistake_is_said_beside_its_field_and_nothing_typed_is_lost(
    served: Engine, known: int, accountant: Browser
) -> None:
    before = gift_cases.counts(served)
    for changes, place, saying in MISTAKES:
        answer = accountant.post("/gifts/new", typed(**changes))
        assert answer.status_code in (404, 409, 422), changes
        found = re.search(rf'id="{place}">(.*?)</p>', answer.text)
        assert found is not None, (changes, re.findall(r'-error">(.*?)</p>', answer.text))
        assert saying in found[1], (changes, found[1])
        for name, value in typed(**changes).items():
            if name in ("amount", "account", "fund-0", "fund-1", "bank_reference") and value:
                assert f'value="{value}"' in answer.text, (changes, name)
    assert gift_cases.counts(served) == before


# --- Which donor ---------------------------------------------------------------------------------


def choices(text: str) -> list[str]:
    """The names that the form asks to choose from, and `new`."""
    found = re.findall(r'name="donor_choice" value="(\w+)"[^>]*>\s*<span>(?:<b>(.*?)</b>)?', text)
    return [name or value for value, name in found]


@ON_BOTH
def test_new_donor_is_recorded_after_one_question(served: Engine, accountant: Browser) -> None:
    asked = accountant.post("/gifts/new", typed(donor="东湖启明科技有限公司"))
    assert asked.status_code == 422
    assert choices(asked.text) == ["new"]
    assert re.search(r'<option value="organisation" selected', asked.text)

    enter(
        accountant,
        donor="东湖启明科技有限公司",
        donor_choice="new",
        donor_kind="organisation",
        donor_credit_code=CREDIT_CODE,
    )
    with database.reading(served) as session:
        donor = session.execute(select(Donor)).scalar_one()
        assert (donor.kind, donor.credit_code) == (DonorKind.ORGANISATION, CREDIT_CODE)


@ON_BOTH
def test_pinyin_asks_who_is_meant_and_takes_the_answer(
    served: Engine, known: int, accountant: Browser
) -> None:
    asked = accountant.post("/gifts/new", typed(donor="lxz"))
    assert choices(asked.text) == ["林晓舟", "new"]

    enter(accountant, donor="lxz", donor_choice=str(known))
    assert gifts(served)[0].donor_id == known


def test_same_sound_is_asked_even_when_the_name_is_exact(
    served: Engine, known: int, accountant: Browser
) -> None:
    other = gift_cases.donor(served, name="林小舟").id
    asked = accountant.post("/gifts/new", typed())
    assert asked.status_code == 422
    assert choices(asked.text) == ["林晓舟", "林小舟", "new"]
    assert "读音相同" in asked.text

    enter(accountant, donor_id=str(other), donor="林小舟")
    assert gifts(served)[0].donor_id == other


def test_choice_does_not_survive_another_name(
    served: Engine, known: int, accountant: Browser
) -> None:
    asked = accountant.post("/gifts/new", typed(donor="周知秋", donor_id=str(known)))

    assert asked.status_code == 422
    assert choices(asked.text) == ["new"]


def test_wrong_check_digit_of_a_new_donor_is_said_and_nothing_is_kept(
    served: Engine, accountant: Browser
) -> None:
    answer = accountant.post(
        "/gifts/new",
        typed(
            donor="周知秋",
            donor_choice="new",
            donor_kind="person",
            donor_id_number="990000200001080071",
        ),
    )

    assert answer.status_code == 422
    assert "校验位不符" in answer.text
    assert gift_cases.counts(served)["gift"] == 0


@ON_BOTH
def test_refused_gift_leaves_no_new_donor(served: Engine, accountant: Browser) -> None:
    accountant.post(
        "/gifts/new",
        typed(donor="周知秋", donor_choice="new", donor_kind="person", account="1201"),
    )

    with database.reading(served) as session:
        assert session.execute(select(Donor)).first() is None
