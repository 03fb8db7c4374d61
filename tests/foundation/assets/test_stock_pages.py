"""Pages of donated goods and of goods held for others: cards, movements, counts, refusals."""

from sqlalchemy import Engine

from foundation import database
from foundation.assets import stock
from foundation.gifts.kinds import GiftKind
from tests.foundation.assets import form_filling
from tests.foundation.assets.asset_books import discard, gift, stocked
from tests.foundation.assets.form_filling import confirmed
from tests.serving import Browser

ITEM = {
    "number": "WZ-001",
    "name": "棉衣",
    "unit": "件",
    "fund": "GEN",
    "custody": "王五（虚构），仓库 1",
}
OUT = {"on": "2026-02-10", "quantity": "3", "party": "某某小学", "evidence": "签收单 1"}


def held(engine: Engine, number: str) -> tuple[int, int]:
    with database.reading(engine) as session:
        found = stock.held(session, stock.find(session, number).id)
    return found.quantity, found.value_minor


def test_goods_of_a_gift_are_taken_in_and_issued(
    served: Engine, accountant: Browser, auditor: Browser
) -> None:
    assert "还没有受赠物资" in accountant.get("/stock").text
    given = gift(served, account="1201", minor=1_000_01)
    assert accountant.post("/stock/new", ITEM).status_code == 303
    sent = accountant.get(f"/assets/gifts/{given}")
    form = accountant.get(sent.location).text
    assert given in form
    assert "1000.01" in form
    fields = {
        "number": "WZ-001",
        "gift": given,
        "on": "2026-02-10",
        "quantity": "10",
        "amount": "1000.01",
        "evidence": "验收单 1",
    }
    assert accountant.post("/stock/in", fields).status_code == 303
    assert accountant.post("/stock/in", fields).status_code == 409
    done = confirmed(accountant, "/stock/WZ-001/issue", OUT)
    assert done.status_code == 303
    assert held(served, "WZ-001") == (7, 700_01)
    card = auditor.get("/stock/WZ-001").text
    assert "某某小学" in card
    assert "700.01" in card
    assert "/stock/WZ-001/issue" not in card
    assert "700.01" in auditor.get("/stock?q=棉衣&sort=name").text
    assert "棉衣" in auditor.get("/stock/export.csv").data.decode("utf-8-sig")
    assert auditor.post("/stock/WZ-001/issue", OUT).status_code == 403


REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("issue", {"quantity": "11"}, "不足"),
    ("issue", {"quantity": "0"}, "应大于零"),
    ("issue", {"party": ""}, "请填写此项"),
    ("issue", {"on": "2027-01-01"}, "不能晚于今天"),
    ("issue", {"voucher": "记-2026-01-9999"}, "没有此凭证"),
    ("sell", {"proceeds": "0", "account": "100201"}, "应大于零"),
    ("sell", {"proceeds": "5", "account": "1201"}, "不是本单位的货币资金科目"),
    ("count", {"counted": ""}, "请填写此项"),
    ("count", {"counted": "x"}, "整数"),
]


def test_what_cannot_be_is_refused(served: Engine, accountant: Browser) -> None:
    stocked(served)
    for act, change, said in REFUSED:
        wrong = accountant.post(f"/stock/W-01/{act}", OUT | change)
        assert wrong.status_code in (409, 422)
        assert said in wrong.text, change
        assert held(served, "W-01") == (10, 1_000_01)


def test_goods_are_sold_with_their_proceeds(served: Engine, accountant: Browser) -> None:
    stocked(served)
    fields = OUT | {"proceeds": "450", "account": "100201", "party": "某商店（虚构）"}
    shown = accountant.post("/stock/W-01/sell", fields)
    assert "450.00" in shown.text
    assert "150.00" in shown.text
    assert confirmed(accountant, "/stock/W-01/sell", fields).status_code == 303
    assert held(served, "W-01") == (7, 700_01)


def test_count_finds_a_difference_and_is_undone(served: Engine, accountant: Browser) -> None:
    stocked(served)
    same = {"on": "2026-02-10", "counted": "10", "party": "赵六（虚构）", "evidence": "盘点表 1"}
    shown = accountant.post("/stock/W-01/count", same)
    assert "此项不生成凭证" in shown.text
    assert confirmed(accountant, "/stock/W-01/count", same).status_code == 303
    assert confirmed(accountant, "/stock/W-01/count", same | {"counted": "9"}).status_code == 303
    assert held(served, "W-01") == (9, 900_01)
    assert "盘亏" in accountant.get("/stock/W-01").text
    accountant.post("/stock/W-01/movements/3/undo")
    assert "凭证仍然有效" in accountant.get("/stock/W-01").text
    discard(served, form_filling.latest(served))
    accountant.post("/stock/W-01/movements/3/undo")
    assert held(served, "W-01") == (10, 1_000_01)


def test_goods_held_for_others_are_handed_over_and_never_sold(
    served: Engine, accountant: Browser
) -> None:
    given = gift(served, account="1801", minor=500_00, kind=GiftKind.AGENCY)
    item = ITEM | {"number": "DL-001", "recipient": "某某同学"}
    assert accountant.post("/stock/new", item).status_code == 303
    fields = {
        "number": "DL-001",
        "gift": given,
        "on": "2026-02-10",
        "quantity": "5",
        "amount": "500",
        "evidence": "验收单 2",
    }
    assert accountant.post("/stock/in", fields).status_code == 303
    assert "某某同学" in accountant.get("/agency").text
    assert "DL-001" not in accountant.get("/stock").text
    assert "DL-001" in accountant.get("/agency/export.csv").data.decode("utf-8-sig")
    sale = OUT | {"proceeds": "5", "account": "100201"}
    wrong = accountant.post("/stock/DL-001/sell", sale)
    assert (wrong.status_code, "不能出售" in wrong.text) == (422, True)
    short = {"on": "2026-02-10", "counted": "4", "party": "赵六（虚构）", "evidence": "盘点表"}
    assert accountant.post("/stock/DL-001/count", short).status_code == 409
    assert confirmed(accountant, "/stock/DL-001/issue", OUT).status_code == 303
    assert held(served, "DL-001") == (2, 200_00)


def test_voucher_that_was_posted_before_is_taken_over_once(
    served: Engine, accountant: Browser
) -> None:
    stocked(served)
    label = form_filling.posted(served, "510101", "1201", 300_00)
    fields = OUT | {"voucher": label}
    before = form_filling.count(served)
    assert confirmed(accountant, "/stock/W-01/issue", fields).status_code == 303
    assert form_filling.count(served) == before
    again = accountant.post("/stock/W-01/issue", fields)
    assert (again.status_code, "尚未登记的金额为 0.00" in again.text) == (422, True)
