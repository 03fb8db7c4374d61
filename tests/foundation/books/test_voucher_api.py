"""Vouchers for programs: drafts to posted vouchers, lists, refusals, idempotency, papers."""

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import factories, serving
from tests.foundation.gifts import gift_cases
from tests.serving import ON_BOTH, Program

PATH = "/api/v1/vouchers"


def body(**changes: Any) -> dict[str, Any]:
    """A voucher that is valid unless changed."""
    return {
        "date": "2026-01-20",
        "summary": "收到捐赠",
        "attachments": 1,
        "submit": True,
        "lines": [
            {
                "account": "100201",
                "fund": "SCHOL",
                "debit": "12000.00",
                "cash_flow_item": "接受捐赠",
            },
            {"account": "410102", "fund": "SCHOL", "credit": "12000.00"},
        ],
    } | changes


def prepared(program: Program, **changes: Any) -> dict[str, Any]:
    answer = program.post(PATH, body(**changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def posted(preparing: Program, reviewing: Program) -> dict[str, Any]:
    key = prepared(preparing)["id"]
    assert reviewing.post(f"{PATH}/{key}/review", {}).status_code == 200
    answer = reviewing.post(f"{PATH}/{key}/post", {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


@ON_BOTH
def test_voucher_is_prepared_reviewed_and_posted(preparing: Program, reviewing: Program) -> None:
    found = posted(preparing, reviewing)
    assert (found["number"], found["state"], found["total"]) == (
        "记-2026-01-0001",
        "posted",
        "12000.00",
    )
    assert found["lines"][0] == {
        "line": 1,
        "account": "100201",
        "name": "银行存款—基本户",
        "fund": "SCHOL",
        "debit": "12000.00",
        "credit": "0.00",
        "summary": "",
        "cash_flow_item": "接受捐赠",
    }
    assert preparing.get(f"{PATH}/{found['id']}").json == found


@ON_BOTH
def test_draft_is_changed_with_its_version(preparing: Program) -> None:
    draft = prepared(preparing, submit=False)
    assert draft["state"] == "draft"
    address, changed = f"{PATH}/{draft['id']}", body(summary="改过", submit=False, version=1)
    headers = preparing.headers
    answer = preparing.client.put(address, json=changed, headers=headers)
    assert (answer.json["summary"], answer.json["version"]) == ("改过", 2)
    stale = preparing.client.put(address, json=changed, headers=headers)
    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    assert preparing.post(f"{address}/submit", {}).json["state"] == "submitted"
    late = preparing.client.put(address, json=changed | {"version": 3}, headers=headers)
    assert late.status_code == 409


def test_kind_of_a_draft_stays_unless_it_is_given(preparing: Program, reviewing: Program) -> None:
    first = posted(preparing, reviewing)["id"]
    draft = prepared(preparing, submit=False, kind="correction", corrects=first)
    address = f"{PATH}/{draft['id']}"

    def change(version: int, **more: Any) -> Any:
        changed = body(submit=False, version=version) | more
        return preparing.client.put(address, json=changed, headers=preparing.headers).json

    kept = change(1)
    assert (kept["kind"], kept["corrects"]["id"]) == ("correction", first)
    assert change(2, kind="transfer")["kind"] == "transfer"
    assert change(3)["kind"] == "transfer"
    assert change(4, kind="closing")["code"] == "invalid_fields"
    assert change(4, corrects=draft["id"])["code"] == "invalid"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"date": "2026-02-30"}, 422, "invalid_fields"),
        ({"kind": "closing"}, 422, "invalid_fields"),
        ({"colour": "red"}, 422, "invalid_fields"),
        ({"attachments": -1}, 422, "invalid_fields"),
        ({"lines": [{"account": "100201", "fund": "GEN", "debit": 5}]}, 422, "invalid_fields"),
        ({"lines": [{"account": "9", "fund": "NONE", "debit": "5.00"}]}, 422, "bad_voucher"),
        ({"lines": [{"account": "1001", "fund": "GEN"}]}, 422, "bad_voucher"),
        ({"lines": [{"account": "1001", "fund": "GEN", "debit": "5.00"}]}, 422, "empty_voucher"),
        ({"date": "2030-01-01"}, 404, "unknown_period"),
        ({"corrects": 99}, 404, "unknown_voucher"),
    ],
)
def test_what_does_not_fit_is_refused(
    preparing: Program, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = preparing.post(PATH, body(**changes))
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert preparing.get(PATH).json["items"] == []


def test_mistakes_are_named_by_line_and_field(preparing: Program) -> None:
    lines = [
        {"account": "9999", "fund": "SCHOL", "debit": "5.00"},
        {"account": "1001", "fund": "NONE", "credit": "5.00", "debit": "1.00"},
    ]
    answer = preparing.post(PATH, body(lines=lines)).json
    assert [(m["line"], m["field"], m["code"]) for m in answer["mistakes"]] == [
        (1, "account", "unknown_account"),
        (2, "fund", "unknown_fund"),
        (2, "credit", "invalid"),
    ]


def test_unbalanced_fund_is_named(preparing: Program) -> None:
    lines = body()["lines"]
    lines[1]["fund"] = "GEN"
    answer = preparing.post(PATH, body(lines=lines))
    assert (answer.json["code"], answer.json["fund"]) == ("unbalanced", "SCHOL")


@ON_BOTH
def test_list_is_cut_by_limit_and_cursor(preparing: Program) -> None:
    keys = [prepared(preparing, date=f"2026-01-{day}")["id"] for day in (22, 20, 21)]
    first = preparing.get(f"{PATH}?limit=2").json
    assert [item["id"] for item in first["items"]] == [keys[1], keys[2]]
    rest = preparing.get(f"{PATH}?limit=2&cursor={first['next']}").json
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([keys[0]], None)
    falling = preparing.get(f"{PATH}?sort=-date").json["items"]
    assert [item["id"] for item in falling] == [keys[0], keys[2], keys[1]]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("period=2026-01", 1),
        ("period=2026-Q1", 1),
        ("period=2026-02", 0),
        ("state=submitted", 1),
        ("state=posted", 0),
        ("kind=ordinary", 1),
        ("fund=SCHOL", 1),
        ("account=4101", 1),
        ("search=收到", 1),
        ("search=99", 0),
    ],
)
@ON_BOTH
def test_list_is_filtered_by_field(preparing: Program, query: str, count: int) -> None:
    prepared(preparing)
    assert len(preparing.get(f"{PATH}?{query}").json["items"]) == count


@pytest.mark.parametrize("query", ["state=final", "colour=red", "limit=0", "cursor=x", "period=x"])
def test_filter_that_cannot_be_is_refused(preparing: Program, query: str) -> None:
    assert preparing.get(f"{PATH}?{query}").status_code == 422


@ON_BOTH
def test_repeated_request_gets_the_first_answer(preparing: Program) -> None:
    first = preparing.post(PATH, body(), key="one")
    again = preparing.post(PATH, body(), key="one")
    assert (again.status_code, again.json) == (201, first.json)
    assert len(preparing.get(PATH).json["items"]) == 1
    other = preparing.post(PATH, body(summary="另一笔"), key="one")
    assert other.status_code == 409


def test_act_that_is_refused_says_why(preparing: Program, reviewing: Program) -> None:
    key = prepared(preparing)["id"]
    assert reviewing.post(f"{PATH}/{key}/post", {}).json["code"] == "wrong_state"
    assert preparing.post(f"{PATH}/{key}/review", {}).status_code == 403
    assert reviewing.post(f"{PATH}/99/review", {}).json["code"] == "unknown_voucher"


@ON_BOTH
def test_several_are_acted_on_and_what_is_left_out_is_said(
    preparing: Program, reviewing: Program
) -> None:
    good = prepared(preparing)["id"]
    bare = prepared(preparing, attachments=0)["id"]
    answer = reviewing.post(f"{PATH}/review", {"ids": [good, bare]}).json
    assert (answer["done"], answer["total"]) == ([good], "12000.00")
    assert [(item["id"], item["code"]) for item in answer["excluded"]] == [
        (bare, "attachment_missing")
    ]
    assert reviewing.post(f"{PATH}/post", {"ids": [good]}).json["done"] == [good]
    assert reviewing.post(f"{PATH}/post", {"ids": []}).status_code == 422


def test_voucher_is_sent_back_withdrawn_and_discarded(
    preparing: Program, reviewing: Program
) -> None:
    address = f"{PATH}/{prepared(preparing)['id']}"
    assert reviewing.post(f"{address}/return", {"reason": ""}).status_code == 422
    assert reviewing.post(f"{address}/return", {"reason": "摘要"}).json["state"] == "draft"
    preparing.post(f"{address}/submit", {})
    assert preparing.post(f"{address}/withdraw", {"reason": "漏填"}).json["state"] == "draft"
    assert preparing.post(f"{address}/discard", {"reason": "重复"}).json["state"] == "discarded"


@ON_BOTH
def test_posted_voucher_is_reversed_once(preparing: Program, reviewing: Program) -> None:
    address = f"{PATH}/{posted(preparing, reviewing)['id']}"
    reversal = {"date": "2026-02-01", "reason": "误记"}
    red = preparing.post(f"{address}/reverse", reversal)
    assert (red.status_code, red.json["kind"], red.json["total"]) == (201, "reversal", "-12000.00")
    assert preparing.post(f"{address}/reverse", reversal).json["code"] == "already_reversed"
    assert preparing.get(address).json["reversed_by"]["id"] == red.json["id"]


def test_voucher_of_a_gift_is_left_to_the_gift(served: Engine, preparing: Program) -> None:
    gift = gift_cases.recorded(served)
    address = f"{PATH}/{gift.voucher_id}"
    assert preparing.get(address).json["gifts"] == [gift.reference]
    refused = preparing.post(f"{address}/discard", {"reason": "重复"})
    assert (refused.status_code, refused.json["code"]) == (409, "voucher_of_gift")
    changed = preparing.client.put(address, json=body(version=1), headers=preparing.headers)
    assert changed.json["code"] == "voucher_of_gift"
    factories.post(served, [gift.voucher_id])
    reversal = {"date": "2026-02-01", "reason": "误记"}
    assert preparing.post(f"{address}/reverse", reversal).json["code"] == "voucher_of_gift"


@ON_BOTH
def test_red_voucher_of_a_cancelled_gift_is_left_to_the_gift(
    served: Engine, preparing: Program
) -> None:
    gift = gift_cases.posted(served)
    red = gift_cases.cancel(served, gift.gift_id)
    refused = preparing.post(f"{PATH}/{red}/discard", {"reason": "误操作"})
    assert (refused.status_code, refused.json["code"]) == (409, "voucher_of_gift_change")
    assert f"捐赠 {gift.reference} 的变更，请在该捐赠中撤销变更" in refused.json["detail"]
    assert preparing.get(f"{PATH}/{red}").json["state"] == "submitted"


def test_paper_is_attached_and_read_back(preparing: Program) -> None:
    address = f"{PATH}/{prepared(preparing)['id']}/files"
    upload = {"file": (io.BytesIO(b"%PDF"), "回单.pdf")}
    answer = preparing.client.post(address, data=upload, headers=preparing.headers)
    assert (answer.status_code, answer.json["size"]) == (201, 4)
    assert preparing.get(f"{address}/{answer.json['id']}").data == b"%PDF"
    assert preparing.client.post(address, data={}, headers=preparing.headers).status_code == 422


@pytest.mark.parametrize("role", [Role.CASHIER, Role.DONOR, Role.ADMINISTRATOR])
def test_others_see_no_vouchers(served: Engine, app: Flask, role: Role) -> None:
    program = Program(app, serving.issue_token(served, role))
    assert program.get(PATH).status_code == 403
