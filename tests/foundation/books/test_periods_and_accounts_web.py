"""Accounts and periods on pages and for programs."""

import re
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation import database
from ledger import periods
from ledger.periods import PeriodState
from tests import factories
from tests.serving import ON_BOTH, Browser, Program

ACCOUNTS, PERIODS = "/api/v1/accounts", "/api/v1/periods"


def state(engine: Engine, key: int) -> PeriodState:
    with database.reading(engine) as session:
        return periods.get_period(session, key).state


@ON_BOTH
def test_chart_is_shown_with_balances_on_their_normal_side(
    served: Engine, accountant: Browser
) -> None:
    factories.post_gift(served, minor=1234_00, fund="SCHOL")
    accountant.post("/period", {"period": "2026-01", "next": "/"})
    page = accountant.get("/accounts").text
    assert page.count("1,234.00") == 4  # the bank and the income, each with its parent
    assert "donation_income" in page
    assert "−1,234.00" not in page
    assert "财会〔2004〕7号" in accountant.get("/accounts?chart=2004").text


@ON_BOTH
def test_account_shows_months_and_lines(served: Engine, accountant: Browser) -> None:
    key = factories.post_gift(served, minor=1234_00)
    accountant.post("/period", {"period": "2026-01", "next": "/"})
    page = accountant.get("/accounts/2024/100201").text
    assert "1,234.00" in page
    assert f"/vouchers/{key}" in page
    assert accountant.get("/accounts/2024/100299").status_code == 404
    assert "还没有分录" in accountant.get("/accounts/2024/5901").text


def test_detail_is_opened_and_closed_on_pages(accountant: Browser) -> None:
    fields = {"chart": "2024", "code": "100203", "name": "工程专户"}
    assert accountant.post("/accounts", fields).status_code == 303
    again = accountant.post("/accounts", fields)
    assert (again.status_code, "已存在" in again.text, "工程专户" in again.text) == (
        422,
        True,
        True,
    )
    assert accountant.post("/accounts", fields | {"code": ""}).status_code == 422
    address = "/accounts/2024/100203/close"
    assert accountant.get(address).status_code == 200
    assert accountant.post(address, {"date": "2026-01-31", "reason": ""}).status_code == 422
    assert accountant.post(address, {"date": "2026-01-31", "reason": "销户"}).status_code == 303
    assert "2026-01-31 停用" in accountant.get("/accounts/2024/100203").text


def test_month_is_closed_when_its_gates_hold(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    page = reviewer.get("/periods").text
    assert "下一个要结账的期间：2025-11" in page
    reviewer.post("/periods/2025-11/close")
    assert state(served, 202511) is PeriodState.CLOSED
    factories.prepare(served, factories.spending_voucher(served, on=date(2025, 12, 5)))
    answer = reviewer.post("/periods/2025-12/close", follow_redirects=True)
    assert "还有 1 张凭证未记账" in answer.text
    assert state(served, 202512) is PeriodState.OPEN
    assert accountant.post("/periods/2025-12/close").status_code == 403


@ON_BOTH
def test_month_is_reopened_by_two_persons(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    reviewer.post("/periods/2025-11/close")
    ask = "/periods/2025-11/request-reopening"
    assert accountant.get(ask).status_code == 200
    assert accountant.post(ask, {"reason": ""}).status_code == 422
    assert accountant.post(ask, {"reason": "补记凭证"}).status_code == 303
    assert "等待另一人批准" in accountant.get("/periods").text
    assert "补记凭证" in reviewer.get("/periods/2025-11/reopen").text
    assert reviewer.post("/periods/2025-11/reopen").status_code == 303
    assert state(served, 202511) is PeriodState.OPEN


@ON_BOTH
def test_page_offers_what_stands_before_january_once_january_is_open(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    factories.close_periods(served, 202511, 202512)
    factories.close_periods(served, 202601)
    opening = "/periods/2026-00/request-reopening"
    assert opening not in accountant.get("/periods").text
    accountant.post("/periods/2026-01/request-reopening", {"reason": "补记凭证"})
    done = reviewer.post("/periods/2026-01/reopen", follow_redirects=True)
    assert "年初余额（2026-00）仍已结账；如须更正，请另行申请反结账" in done.text
    assert opening in accountant.get("/periods").text
    assert "2026-00 是年初余额" in accountant.get(opening).text

    accountant.post(opening, {"reason": "期初有误"})
    reviewer.post("/periods/2026-00/reopen")
    assert state(served, 202600) is PeriodState.OPEN
    assert "2026-00" not in accountant.get("/periods").text
    assert factories.findings(served) == []


def test_program_reopens_what_stands_before_january(
    served: Engine, preparing: Program, reviewing: Program
) -> None:
    factories.close_periods(served, 202511, 202512)
    factories.close_periods(served, 202601)
    factories.reopen_period(served, 202601)
    address = f"{PERIODS}/2026-00"
    asked = preparing.post(f"{address}/reopening", {"reason": "期初有误"})
    assert (asked.status_code, asked.json["reopening_requested_by"]) == (200, "accountant")
    opened = reviewing.post(f"{address}/reopen", {"reason": "同意"})
    assert (opened.json["state"], opened.json["gates"]) == ("open", [])
    assert preparing.get(address).json["state"] == "open"


def test_person_does_not_approve_the_own_request(served: Engine, reviewer: Browser) -> None:
    reviewer.post("/periods/2025-11/close")
    reviewer.post("/periods/2025-11/reopen", {"reason": "补记凭证"})
    answer = reviewer.post("/periods/2025-11/reopen")
    assert (answer.status_code, "另一人批准" in answer.text) == (422, True)
    assert state(served, 202511) is PeriodState.CLOSED


def test_next_month_is_opened_on_the_page(served: Engine, accountant: Browser) -> None:
    accountant.post("/periods")
    assert state(served, 202604) is PeriodState.OPEN


@ON_BOTH
def test_accounts_for_programs(preparing: Program, reviewing: Program) -> None:
    page = preparing.get(f"{ACCOUNTS}?chart=2024&limit=2").json
    assert [item["code"] for item in page["items"]] == ["1001", "1002"]
    rest = preparing.get(f"{ACCOUNTS}?chart=2024&limit=2&cursor={page['next']}").json
    assert [item["code"] for item in rest["items"]] == ["100201", "100202"]
    answer = preparing.post(ACCOUNTS, {"code": "100203", "name": "专户", "agency": True})
    assert (answer.status_code, answer.json["flags"]) == (201, ["cash", "agency"])
    assert preparing.get(f"{ACCOUNTS}/2024/100203").json == answer.json
    closing = {"date": "2026-01-31", "reason": "销户"}
    closed = preparing.post(f"{ACCOUNTS}/2024/100203/close", closing)
    assert closed.json["closed_on"] == "2026-01-31"
    assert preparing.get(f"{ACCOUNTS}/2024/9").json["code"] == "unknown_account"
    assert reviewing.post(ACCOUNTS, {"code": "100204", "name": "x"}).status_code == 403


@ON_BOTH
def test_periods_for_programs(preparing: Program, reviewing: Program) -> None:
    page = preparing.get(f"{PERIODS}?limit=2").json
    assert [item["period"] for item in page["items"]] == ["2025-11", "2025-12"]
    rest = preparing.get(f"{PERIODS}?cursor={page['next']}").json
    assert [item["period"] for item in rest["items"]] == ["2026-01", "2026-02", "2026-03"]
    closed = reviewing.post(f"{PERIODS}/2025-11/close", {}).json
    assert (closed["state"], all(gate["passed"] for gate in closed["gates"])) == ("closed", True)
    refused = reviewing.post(f"{PERIODS}/2026-01/close", {})
    assert (refused.status_code, refused.json["code"]) == (409, "gates_not_passed")
    asked = preparing.post(f"{PERIODS}/2025-11/reopening", {"reason": "补记"}).json
    assert asked["reopening_requested_by"] == "accountant"
    opened = reviewing.post(f"{PERIODS}/2025-11/reopen", {"reason": "同意"}).json
    assert opened["state"] == "open"
    assert preparing.post(PERIODS, {"through": "2026-05"}).json == {
        "periods": ["2026-04", "2026-05"]
    }
    assert preparing.get(f"{PERIODS}/2031-01").status_code == 404
    assert preparing.get(f"{PERIODS}/x").status_code == 422


@pytest.mark.parametrize("path", ["/accounts", "/accounts/2024/1001", "/periods", "/vouchers"])
def test_auditor_reads_and_finds_no_way_to_change(auditor: Browser, path: str) -> None:
    page = auditor.get(path)
    assert page.status_code == 200
    assert 'href="/vouchers/new"' not in page.text
    # What is left is the auditor's own: the view, and going away.
    own = re.compile(r"/(period|language|sign-out|lists/vouchers/columns)")
    for target in re.findall(r'<form[^>]*method="post"[^>]* action="([^"]+)"', page.text):
        assert own.fullmatch(target), target
