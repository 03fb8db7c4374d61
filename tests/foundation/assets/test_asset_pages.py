"""Pages of assets: cards, their acts with the voucher shown before, the monthly run, roles."""

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.gifts.kinds import GiftKind
from ledger.vouchers import Voucher, VoucherState
from tests import factories
from tests.foundation.assets import form_filling
from tests.foundation.assets.asset_books import buy, discard, gift
from tests.foundation.assets.form_filling import SEAL, confirmed
from tests.serving import Browser

NEW = {
    "number": "FA-001",
    "name": "复印机",
    "kind": "fixed",
    "on": "2026-01-15",
    "cost": "1.2万",
    "months": "36",
    "units": "4",
    "fund": "GEN",
    "expense": "management_expense",
    "used_by": "办公室",
    "custody": "张三（虚构），行政楼 101",
    "evidence": "发票 0001",
}


@pytest.fixture
def held(served: Engine, accountant: Browser) -> Engine:
    """A card of four pieces of 3000 each, registered on its page."""
    buy(served, minor=12_000_00)
    assert accountant.post("/assets/new", NEW).status_code == 303
    return served


def test_empty_register_says_what_it_is_for(accountant: Browser, auditor: Browser) -> None:
    page = accountant.get("/assets")
    assert (page.status_code, "还没有资产卡片" in page.text) == (200, True)
    assert "登记资产</a>" not in auditor.get("/assets").text


def test_card_is_registered_and_found(held: Engine, accountant: Browser) -> None:
    page = accountant.get("/assets").text
    assert "FA-001" in page
    assert page.count("12,000.00") >= 3
    assert "FA-001" in accountant.get("/assets?q=复印&kind=fixed&state=held&sort=-name").text
    assert "没有符合条件" in accountant.get("/assets?q=投影").text
    assert "没有符合条件" in accountant.get("/assets?state=gone").text
    export = accountant.get("/assets/export.csv?kind=fixed")
    assert "FA-001" in export.data.decode("utf-8-sig")
    life = accountant.get("/assets/FA-001").text
    assert "行政楼 101" in life
    assert "333.33" in life


MISTAKES: list[tuple[dict[str, str], str]] = [
    ({"number": ""}, "请填写此项"),
    ({"number": "A/1"}, "只能用文字"),
    ({"cost": "0"}, "应大于零"),
    ({"months": "0"}, "应为 1 至 1200"),
    ({"fund": "NONE"}, "NONE"),
    ({"residual": "13000"}, "合计不能超过原价"),
    ({"on": "2027-01-01"}, "不能晚于今天"),
    ({"kind": "boat"}, "请从列表中选择"),
    ({"gift": "G2026-999999"}, "G2026-999999"),
]


def test_mistakes_keep_what_was_typed(accountant: Browser) -> None:
    for change, said in MISTAKES:
        wrong = accountant.post("/assets/new", NEW | change)
        assert wrong.status_code == 422
        assert said in wrong.text, change
        assert "行政楼 101" in wrong.text


def test_preview_shows_the_voucher_and_leaves_nothing(held: Engine, accountant: Browser) -> None:
    before = form_filling.count(held)
    fields = {"on": "2026-01-20", "units": "1", "reason": "损坏", "evidence": "报废单 1"}
    shown = accountant.post("/assets/FA-001/dispose-part", fields)
    assert shown.status_code == 200
    assert "将生成的凭证" in shown.text
    assert "3,000.00" in shown.text
    assert form_filling.count(held) == before
    seal = SEAL.search(shown.text)
    assert seal is not None
    # Another amount than the one that was shown is shown again, not booked.
    again = accountant.post("/assets/FA-001/dispose-part", fields | {"units": "2", "seal": seal[1]})
    assert "6,000.00" in again.text
    assert form_filling.count(held) == before
    done = accountant.post("/assets/FA-001/dispose-part", fields | {"seal": seal[1]})
    assert done.status_code == 303
    assert form_filling.count(held) == before + 1
    assert "9,000.00" in accountant.get("/assets/FA-001").text


def test_asset_is_disposed_of_once_and_the_disposal_undone_with_its_voucher(
    held: Engine, accountant: Browser, reviewer: Browser
) -> None:
    fields = {"on": "2026-01-20", "reason": "报废"}
    assert confirmed(accountant, "/assets/FA-001/dispose", fields).status_code == 303
    twice = accountant.post("/assets/FA-001/dispose", fields)
    assert (twice.status_code, "已处置" in twice.text) == (409, True)
    accountant.post("/assets/FA-001/dispose/undo")
    assert "凭证仍然有效" in accountant.get("/assets/FA-001").text
    discard(held, form_filling.latest(held))
    accountant.post("/assets/FA-001/dispose/undo")
    page = accountant.get("/assets/FA-001").text
    assert "已撤销" in page
    assert "在用" in page
    assert reviewer.post("/assets/FA-001/dispose", fields).status_code == 403


def test_proceeds_need_an_account(held: Engine, accountant: Browser) -> None:
    fields = {"on": "2026-01-20", "reason": "变卖", "proceeds": "500"}
    wrong = accountant.post("/assets/FA-001/dispose", fields)
    assert (wrong.status_code, "请填写收款账户" in wrong.text) == (422, True)
    other = accountant.post("/assets/FA-001/dispose", fields | {"account": "1501"})
    assert (other.status_code, "不是本单位的货币资金科目" in other.text) == (422, True)
    done = confirmed(accountant, "/assets/FA-001/dispose", fields | {"account": "100201"})
    assert done.status_code == 303


def test_preparer_does_not_review_the_own_disposal(
    held: Engine, accountant: Browser, reviewer: Browser
) -> None:
    confirmed(accountant, "/assets/FA-001/dispose", {"on": "2026-01-20", "reason": "报废"})
    key = form_filling.latest(held)
    assert accountant.post(f"/vouchers/{key}/review").status_code == 403
    assert reviewer.post(f"/vouchers/{key}/review").status_code in (302, 303)
    with database.reading(held) as session:
        assert session.get_one(Voucher, key).state is VoucherState.REVIEWED


def test_month_is_charged_once_and_says_what_it_left_out(held: Engine, accountant: Browser) -> None:
    first = accountant.get("/assets/depreciation?period=2026-01").text
    assert "尚未开始计提" in first
    shown = accountant.get("/assets/depreciation?period=2026-02").text
    assert "333.33" in shown
    assert accountant.post("/assets/depreciation/run", {"period": "2026-02"}).status_code == 303
    page = accountant.get("/assets/depreciation?period=2026-02").text
    assert "本月已计提" in page
    before = form_filling.count(held)
    accountant.post("/assets/depreciation/run", {"period": "2026-02"})
    assert "已计提折旧和摊销" in accountant.get("/assets").text
    assert form_filling.count(held) == before
    assert "本月不能再计提" in accountant.get("/assets/depreciation?period=2026-01").text
    discard(held, form_filling.latest(held))
    accountant.post("/assets/depreciation/202602/undo")
    assert "尚未计提" in accountant.get("/assets/depreciation?period=2026-02").text
    assert accountant.get("/assets/depreciation?period=2026-13").status_code == 422


def test_asset_changes_hands_and_is_improved(held: Engine, accountant: Browser) -> None:
    moved = {"used_by": "图书馆", "custody": "李四（虚构），图书馆 2 楼"}
    assert accountant.post("/assets/FA-001/transfer", moved).status_code == 303
    page = accountant.get("/assets/FA-001").text
    assert "图书馆 2 楼" in page
    assert "变更使用部门" in page
    more = NEW | {"number": "FA-001-1", "name": "装订器", "cost": "1200", "units": "1"}
    del more["kind"]
    more |= {"reason": "加装装订器", "on": "2026-02-01"}
    assert accountant.post("/assets/FA-001/improve", more).status_code == 303
    assert "FA-001-1" in accountant.get("/assets/FA-001").text
    part = accountant.get("/assets/FA-001-1").text
    assert '/assets/FA-001"' in part
    nested = accountant.post("/assets/FA-001-1/improve", more | {"number": "FA-001-2"})
    assert (nested.status_code, "原资产的卡片上" in nested.text) == (422, True)


def test_impairment_needs_its_account(held: Engine, accountant: Browser) -> None:
    fields = {"on": "2026-01-31", "amount": "1000", "reason": "过时", "evidence": "评估"}
    wrong = accountant.post("/assets/FA-001/impair", fields)
    assert (wrong.status_code, "请先增设一级科目" in wrong.text) == (422, True)


def test_gift_is_registered_from_the_list_of_gifts(
    served: Engine, accountant: Browser, auditor: Browser
) -> None:
    given = gift(served, account="1501", minor=8_000_00)
    page = accountant.get("/assets/gifts").text
    assert given in page
    assert "8,000.00" in page
    sent = accountant.get(f"/assets/gifts/{given}")
    assert sent.status_code == 303
    form = accountant.get(sent.location).text
    assert given in form
    fields = NEW | {"gift": given, "cost": "8000", "on": "2026-02-10"}
    assert accountant.post("/assets/new", fields).status_code == 303
    more = accountant.post("/assets/new", fields | {"number": "FA-002"})
    assert (more.status_code, "不能再登记" in more.text) == (409, True)
    assert "没有进入登记簿" not in accountant.get("/assets/gifts").text
    assert auditor.get(f"/assets/gifts/{given}").status_code == 403


def test_service_is_noted_and_withdrawn(
    served: Engine, accountant: Browser, auditor: Browser
) -> None:
    gift(served, account="1501", minor=8_000_00, kind=GiftKind.IN_KIND)
    fields = {
        "on": "2026-02-01",
        "donor": "某律师事务所（虚构）",
        "service": "法律咨询",
        "extent": "12 小时",
        "reason": "未提供发票",
    }
    assert accountant.post("/assets/services/new", fields | {"reason": ""}).status_code == 422
    assert accountant.post("/assets/services/new", fields).status_code == 303
    assert "法律咨询" in auditor.get("/assets/services?year=2026").text
    assert "法律咨询" not in auditor.get("/assets/services?year=2025").text
    assert auditor.post("/assets/services/new", fields).status_code == 403
    gone = accountant.post("/assets/services/1/withdraw", {"reason": "重复"})
    assert gone.status_code == 303
    again = accountant.post("/assets/services/1/withdraw", {"reason": "重复"})
    assert again.status_code == 409


def test_asset_is_found_by_the_search(held: Engine, accountant: Browser, auditor: Browser) -> None:
    for typed in ("FA-001", "复印"):
        assert 'href="/assets/FA-001"' in auditor.get(f"/search?q={typed}").text
    assert "/assets/FA-001" not in accountant.get("/search?q=投影").text


def test_asset_that_is_not_there_is_not_found(accountant: Browser) -> None:
    assert accountant.get("/assets/FA-404").status_code == 404
    assert accountant.post("/assets/FA-404/dispose", {"reason": "x"}).status_code == 404
    assert accountant.post("/assets/depreciation/209912/undo").status_code == 303


def test_pages_are_in_english_too(held: Engine, accountant: Browser) -> None:
    accountant.post("/language", {"language": "en", "next": "/"})
    for path in ("/assets", "/assets/FA-001", "/assets/new", "/assets/depreciation"):
        page = accountant.get(path).text
        assert "Cost" in page or "Depreciation" in page
        assert "保管人、地点" not in page


def test_closed_period_refuses_a_disposal(held: Engine, accountant: Browser) -> None:
    months = [key for key in sorted(factories.known(held).periods) if key <= 202601]
    factories.close_periods(held, *months)
    fields = {"on": "2026-01-20", "reason": "报废"}
    wrong = accountant.post("/assets/FA-001/dispose", fields)
    assert (wrong.status_code, "已结账" in wrong.text) == (409, True)


def test_desk_says_what_of_the_registers_waits(
    held: Engine, app: Flask, accountant: Browser, auditor: Browser
) -> None:
    assert "上月待计提折旧和摊销" in accountant.get("/").text
    gift(held, account="1501", minor=8_000_00)
    assert "待登记的非货币捐赠" in accountant.get("/").text
    assert "待登记的非货币捐赠" not in auditor.get("/").text
