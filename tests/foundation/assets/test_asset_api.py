"""Assets, goods and investments for programs: lists in parts, acts once, refusals with codes."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import factories, serving
from tests.foundation.assets import form_filling
from tests.foundation.assets.asset_books import DAY, buy, gift
from tests.serving import Program

ASSET = {
    "number": "FA-001",
    "name": "复印机",
    "kind": "fixed",
    "acquired_on": "2026-01-15",
    "cost": "12000.00",
    "life_months": 36,
    "fund": "GEN",
    "used_by": "办公室",
    "custody": "张三（虚构）",
    "evidence": "发票 0001",
    "units": 4,
}
PRODUCT = {
    "number": "TZ-01",
    "product": "稳健一号",
    "kind": "wealth_product",
    "trustee": "测试银行",
    "licence": "B0001",
    "risk": "R2",
    "starts_on": "2026-01-20",
    "fund": "GEN",
    "cost": "200000.00",
    "evidence": "确认书",
    "resolution": "决议 1 号",
    "account": "100201",
}
ITEM = {"number": "WZ-1", "name": "棉衣", "unit": "件", "fund": "GEN", "custody": "仓库"}
WHEN = {"date": "2026-02-10", "evidence": "回单"}


@pytest.fixture
def program(app: Flask, served: Engine) -> Program:
    return Program(app, serving.issue_token(served, Role.ACCOUNTANT))


@pytest.fixture
def reader(app: Flask, served: Engine) -> Program:
    return Program(app, serving.issue_token(served, Role.AUDITOR))


def figures(answer: Any, *names: str) -> tuple[str, ...]:
    return tuple(answer.json[name] for name in names)


def test_asset_lives_and_leaves(served: Engine, program: Program, reader: Program) -> None:
    buy(served, minor=12_000_00)
    made = program.post("/api/v1/assets", ASSET, key="a1")
    assert made.status_code == 201
    assert figures(made, "state", "cost", "net", "units") == ("held", "12000.00", "12000.00", 4)
    # The same key answers the same, and nothing is registered twice.
    assert program.post("/api/v1/assets", ASSET, key="a1").json == made.json
    assert program.post("/api/v1/assets", ASSET).status_code == 409
    planned = reader.get("/api/v1/assets/depreciation/2026-02").json
    assert (planned["charged"], planned["total"]) == (False, "333.33")
    ran = program.post("/api/v1/assets/depreciation", {"period": "2026-02"})
    assert (ran.status_code, ran.json["lines"]) == (
        201,
        [{"asset": "FA-001", "amount": "333.33"}],
    )
    again = program.post("/api/v1/assets/depreciation", {"period": "2026-02"})
    assert (again.status_code, again.json["code"]) == (409, "depreciation_already_run")
    moved = {"used_by": "图书馆", "custody": "李四（虚构）"}
    assert program.post("/api/v1/assets/FA-001/keeper", moved).json["used_by"] == "图书馆"
    part = {"date": "2026-02-28", "reason": "损坏", "units": 1}
    left = program.post("/api/v1/assets/FA-001/disposal", part)
    assert figures(left, "units", "cost", "charged") == (3, "9000.00", "250.00")
    gone = program.post(
        "/api/v1/assets/FA-001/disposal",
        {"date": "2026-02-28", "reason": "变卖", "proceeds": "100.00", "account": "100201"},
    )
    assert figures(gone, "state", "disposed_on") == ("gone", "2026-02-28")
    twice = program.post("/api/v1/assets/FA-001/disposal", {"date": "2026-02-28", "reason": "x"})
    assert (twice.status_code, twice.json["code"]) == (409, "asset_disposed")


def test_list_comes_in_parts(served: Engine, program: Program, reader: Program) -> None:
    for number in ("FA-003", "FA-001", "FA-002"):
        assert program.post("/api/v1/assets", ASSET | {"number": number}).status_code == 201
    first = reader.get("/api/v1/assets?limit=2").json
    assert [item["number"] for item in first["items"]] == ["FA-001", "FA-002"]
    rest = reader.get(f"/api/v1/assets?limit=2&cursor={first['next']}").json
    assert ([item["number"] for item in rest["items"]], rest["next"]) == (["FA-003"], None)
    assert reader.get("/api/v1/assets?kind=intangible").json["items"] == []
    assert reader.get("/api/v1/assets?state=lost").status_code == 422


WRONG_ASSETS: list[tuple[dict[str, Any], int, str]] = [
    ({"cost": 12000}, 422, "invalid_fields"),
    ({"cost": "0.00"}, 422, "invalid"),
    ({"colour": "red"}, 422, "invalid_fields"),
    ({"fund": "NONE"}, 404, "unknown_fund"),
    ({"expense": "other_expense"}, 422, "invalid"),
    ({"units": 0}, 422, "invalid"),
    ({"gift": "G2026-999999"}, 404, "unknown_gift"),
]


def test_asset_that_may_not_be_is_refused(program: Program) -> None:
    for change, status, code in WRONG_ASSETS:
        wrong = program.post("/api/v1/assets", ASSET | change)
        assert (wrong.status_code, wrong.json["code"]) == (status, code)


def test_goods_move_and_never_below_zero(served: Engine, program: Program, reader: Program) -> None:
    given = gift(served, account="1201", minor=1_000_01)
    assert program.post("/api/v1/stock", ITEM).status_code == 201
    home = "/api/v1/stock/WZ-1"
    came = WHEN | {"quantity": 10, "gift": given, "amount": "1000.01"}
    assert program.post(f"{home}/receipts", came, key="r1").status_code == 201
    assert program.post(f"{home}/receipts", came, key="r1").status_code == 201
    out = WHEN | {"quantity": 3, "party": "某某小学"}
    assert figures(program.post(f"{home}/issues", out), "quantity", "value") == (7, "700.01")
    sale = WHEN | {"quantity": 1, "party": "某店", "proceeds": "90.00", "account": "100201"}
    assert program.post(f"{home}/sales", sale).json["quantity"] == 6
    counted = WHEN | {"counted": 5, "party": "赵六（虚构）"}
    card = program.post(f"{home}/counts", counted).json
    assert (card["quantity"], card["movements"][-1]["kind"]) == (5, "shortage")
    assert card["movements"][-1]["value_after"] == card["value"]
    short = program.post(f"{home}/issues", out | {"quantity": 6})
    assert (short.status_code, short.json["code"]) == (409, "stock_short")
    assert reader.get("/api/v1/stock").json["items"][0]["quantity"] == 5
    assert reader.get("/api/v1/stock?agency=true").json["items"] == []
    assert reader.get("/api/v1/stock/NONE").status_code == 404


def test_investment_earns_and_comes_back(served: Engine, program: Program, reader: Program) -> None:
    factories.post_gift(served, minor=1_000_000_00, fund="GEN", on=DAY)
    wrong = program.post("/api/v1/investments", PRODUCT | {"resolution": None})
    assert (wrong.status_code, wrong.json["code"]) == (422, "investment_level_unknown")
    made = program.post("/api/v1/investments", PRODUCT, key="i1")
    assert figures(made, "state", "carrying") == ("held", "200000.00")
    vouchers = form_filling.count(served)
    assert program.post("/api/v1/investments", PRODUCT, key="i1").json == made.json
    assert form_filling.count(served) == vouchers
    home = "/api/v1/investments/TZ-01"
    paid = WHEN | {"amount": "1000.00", "account": "100201"}
    assert program.post(f"{home}/received", paid).json["value"] == "199000.00"
    down = program.post(f"{home}/impairments", WHEN | {"amount": "9000.00"})
    assert figures(down, "impaired", "carrying") == ("9000.00", "190000.00")
    for act in ("income", "results"):
        assert program.post(f"{home}/{act}", WHEN | {"amount": "1.00"}).status_code == 422
    back = program.post(f"{home}/redemptions", paid | {"amount": "191000.00"})
    assert figures(back, "state", "value", "impaired") == ("ended", "0.00", "0.00")
    assert reader.get("/api/v1/investments?state=ended").json["items"][0]["number"] == "TZ-01"
    over = program.post(f"{home}/redemptions", paid)
    assert over.status_code == 422


WRITTEN: list[tuple[str, dict[str, Any]]] = [
    ("assets", ASSET),
    ("assets/depreciation", {"period": "2026-02"}),
    ("stock", ITEM),
    ("investments", PRODUCT),
]


def test_auditor_writes_nothing(reader: Program) -> None:
    for path, body in WRITTEN:
        assert reader.post(f"/api/v1/{path}", body).status_code == 403
