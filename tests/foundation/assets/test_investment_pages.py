"""Pages of investments: resolutions, income, impairment, redemption, maturity, the level."""

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.assets import investment_moves, investments
from foundation.gifts.kinds import GiftKind
from foundation.users.models import Role
from tests import factories, serving
from tests.foundation.assets import form_filling
from tests.foundation.assets.asset_books import DAY, discard, gift
from tests.foundation.assets.form_filling import confirmed
from tests.serving import Browser

PRODUCT = {
    "number": "TZ-01",
    "product": "稳健一号",
    "kind": "wealth_product",
    "trustee": "测试银行",
    "licence": "金融许可证 B0001",
    "risk": "R2",
    "on": "2026-01-20",
    "matures": "2026-07-20",
    "fund": "GEN",
    "cost": "20万",
    "resolution": "理事会决议〔2026〕1号",
    "account": "100201",
    "evidence": "申购确认书",
}
WHEN = {"on": "2026-02-10", "evidence": "回单 1"}
LEVEL = {"on": "2026-01-01", "amount": "10万", "source": "章程第三十条"}


@pytest.fixture
def held(served: Engine, accountant: Browser) -> Engine:
    """A product of 200,000 yuan with its resolution, bought on its page."""
    factories.post_gift(served, minor=1_000_000_00, fund="GEN", on=DAY)
    assert confirmed(accountant, "/investments/new", PRODUCT).status_code == 303
    return served


def worth(engine: Engine, number: str = "TZ-01") -> tuple[int, int, int, int]:
    """Book value, allowance, income, and what is owed to us."""
    with database.reading(engine) as session:
        found = investments.find(session, number)
        now = investments.figures(session, found.id)
        down = investment_moves.impaired(session, found.id)
    return now.value_minor, down, now.income_minor, now.due_minor


def test_product_is_bought_after_its_voucher_was_shown(
    served: Engine, accountant: Browser, auditor: Browser
) -> None:
    assert "还没有投资" in accountant.get("/investments").text
    factories.post_gift(served, minor=1_000_000_00, fund="GEN", on=DAY)
    before = form_filling.count(served)
    shown = accountant.post("/investments/new", PRODUCT)
    assert shown.text.count("200,000.00") == 2
    assert form_filling.count(served) == before
    assert confirmed(accountant, "/investments/new", PRODUCT).status_code == 303
    page = auditor.get("/investments?q=稳健&sort=-matures_on").text
    assert "逾期未收回" in page
    assert "1 项投资已到期未收回" in page
    assert "登记投资</a>" not in page
    assert "没有符合条件" in auditor.get("/investments?state=ended").text
    assert "稳健一号" in auditor.get("/investments/export.csv").data.decode("utf-8-sig")
    assert "理事会决议〔2026〕1号" in auditor.get("/investments/TZ-01").text
    assert auditor.post("/investments/TZ-01/redeem", WHEN).status_code == 403


def test_level_is_entered_by_an_administrator_and_frees_small_products(
    served: Engine, app: Flask, accountant: Browser
) -> None:
    factories.post_gift(served, minor=1_000_000_00, fund="GEN", on=DAY)
    small = PRODUCT | {"cost": "5万", "resolution": ""}
    wrong = accountant.post("/investments/new", small)
    assert (wrong.status_code, "尚未录入章程规定" in wrong.text) == (422, True)
    assert accountant.post("/investments/level", LEVEL).status_code == 403
    administrator = serving.signed_in(app, Role.ADMINISTRATOR)
    assert "尚未录入" in administrator.get("/investments/level").text
    assert administrator.post("/investments/level", LEVEL | {"source": ""}).status_code == 422
    assert administrator.post("/investments/level", LEVEL).status_code == 303
    assert "章程第三十条" in administrator.get("/investments/level").text
    assert confirmed(accountant, "/investments/new", small).status_code == 303
    large = PRODUCT | {"number": "TZ-02", "resolution": "", "cost": "10万"}
    wrong = accountant.post("/investments/new", large)
    assert (wrong.status_code, "须经理事会决议" in wrong.text) == (422, True)


MISTAKES: list[tuple[dict[str, str], str]] = [
    ({"account": ""}, "请填写付款账户"),
    ({"fund": "NONE"}, "NONE"),
    ({"cost": "abc"}, "abc"),
    ({"matures": "2025-01-01"}, "不能早于起始日"),
    ({"equity": "on"}, "只适用于长期股权投资"),
    ({"number": "A B"}, "只能用文字"),
    ({"voucher": "记-2026-01-9999"}, "没有此凭证"),
]


def test_mistakes_keep_what_was_typed(accountant: Browser) -> None:
    for change, said in MISTAKES:
        wrong = accountant.post("/investments/new", PRODUCT | change)
        assert wrong.status_code == 422
        assert said in wrong.text, change
        assert "申购确认书" in wrong.text


def test_product_yields_is_impaired_recovers_and_is_redeemed(
    held: Engine, accountant: Browser
) -> None:
    home = "/investments/TZ-01"
    paid = WHEN | {"amount": "1000", "account": "100201"}
    assert confirmed(accountant, f"{home}/receive", paid).status_code == 303
    assert worth(held) == (199_000_00, 0, 0, 0)
    down = WHEN | {"amount": "9000"}
    shown = accountant.post(f"{home}/impair", down)
    assert "短期投资跌价准备" in shown.text
    assert confirmed(accountant, f"{home}/impair", down).status_code == 303
    too_much = accountant.post(f"{home}/impair", WHEN | {"amount": "199000"})
    assert (too_much.status_code, "不足" in too_much.text) == (409, True)
    up = WHEN | {"amount": "5000", "is_recovery": "on"}
    assert confirmed(accountant, f"{home}/impair", up).status_code == 303
    assert worth(held) == (199_000_00, 4_000_00, 0, 0)
    assert "195,000.00" in accountant.get(home).text
    back = WHEN | {"amount": "97000", "cost": "99500", "account": "100201"}
    shown = accountant.post(f"{home}/redeem", back)
    # Half of the allowance leaves with half of the cost, so the loss is 500 and not 2500.
    assert "2,000.00" in shown.text
    assert "−500.00" in shown.text
    assert confirmed(accountant, f"{home}/redeem", back).status_code == 303
    assert worth(held) == (99_500_00, 2_000_00, -2_500_00, 0)
    discard(held, form_filling.latest(held))
    accountant.post(f"{home}/movements/3/undo")
    assert worth(held) == (199_000_00, 4_000_00, 0, 0)


def test_impairment_is_undone_only_with_its_voucher(held: Engine, accountant: Browser) -> None:
    home = "/investments/TZ-01"
    confirmed(accountant, f"{home}/impair", WHEN | {"amount": "9000"})
    accountant.post(f"{home}/impairments/1/undo")
    assert "凭证仍然有效" in accountant.get(home).text
    discard(held, form_filling.latest(held))
    accountant.post(f"{home}/impairments/1/undo")
    assert worth(held) == (200_000_00, 0, 0, 0)


def test_shares_with_influence_follow_the_equity_method(
    served: Engine, accountant: Browser
) -> None:
    given = gift(served, account="1401", minor=50_000_00, kind=GiftKind.EQUITY)
    sent = accountant.get(f"/assets/gifts/{given}")
    assert "长期股权" in accountant.get(sent.location).text
    shares = PRODUCT | {
        "kind": "equity",
        "cost": "50000",
        "gift": given,
        "account": "",
        "matures": "",
        "resolution": "",
        "equity": "on",
    }
    shown = accountant.post("/investments/new", shares)
    assert "此项不生成凭证" in shown.text
    assert confirmed(accountant, "/investments/new", shares).status_code == 303
    home = "/investments/TZ-01"
    profit = WHEN | {"amount": "8000"}
    shown = accountant.post(f"{home}/share", profit)
    assert "长期股权投资" in shown.text
    assert "投资收益" in shown.text
    assert confirmed(accountant, f"{home}/share", profit).status_code == 303
    told = WHEN | {"amount": "3000"}
    assert confirmed(accountant, f"{home}/declare", told).status_code == 303
    assert worth(served) == (55_000_00, 0, 8_000_00, 3_000_00)
    loss = WHEN | {"amount": "55001", "is_loss": "on"}
    assert accountant.post(f"{home}/share", loss).status_code == 409
    assert confirmed(accountant, f"{home}/share", loss | {"amount": "55000"}).status_code == 303
    assert worth(served) == (0, 0, -47_000_00, 3_000_00)
    paid = WHEN | {"amount": "3000", "account": "100201"}
    assert confirmed(accountant, f"{home}/receive", paid).status_code == 303
    assert worth(served) == (0, 0, -47_000_00, 0)
    page = accountant.get(home).text
    assert "确认损益份额" in page
    assert "权益法" in page


def test_cost_method_takes_no_share_and_long_term_no_recovery(
    served: Engine, accountant: Browser
) -> None:
    factories.post_gift(served, minor=1_000_000_00, fund="GEN", on=DAY)
    bond = PRODUCT | {"kind": "long_term_bond"}
    assert confirmed(accountant, "/investments/new", bond).status_code == 303
    home = "/investments/TZ-01"
    wrong = accountant.post(f"{home}/share", WHEN | {"amount": "1"})
    assert (wrong.status_code, "权益法" in wrong.text) == (422, True)
    assert confirmed(accountant, f"{home}/impair", WHEN | {"amount": "100"}).status_code == 303
    up = accountant.post(f"{home}/impair", WHEN | {"amount": "50", "is_recovery": "on"})
    assert (up.status_code, "不得转回" in up.text) == (422, True)


def test_investment_booked_before_is_taken_over_by_its_voucher(
    served: Engine, accountant: Browser
) -> None:
    factories.post_gift(served, minor=1_000_000_00, fund="GEN", on=DAY)
    label = form_filling.posted(served, "1101", "100201", 200_000_00)
    before = form_filling.count(served)
    taken = PRODUCT | {"account": "", "voucher": label}
    assert confirmed(accountant, "/investments/new", taken).status_code == 303
    assert form_filling.count(served) == before
    again = accountant.post("/investments/new", taken | {"number": "TZ-02"})
    assert (again.status_code, "尚未登记的金额为 0.00" in again.text) == (422, True)


def test_pages_are_in_english_too(held: Engine, accountant: Browser) -> None:
    accountant.post("/language", {"language": "en", "next": "/"})
    for path in ("/investments", "/investments/TZ-01", "/investments/new", "/stock", "/agency"):
        page = accountant.get(path)
        assert page.status_code == 200
        assert 'lang="en"' in page.text
    assert "Matured, not redeemed" in accountant.get("/investments").text
    assert accountant.get("/investments/TZ-404").status_code == 404
