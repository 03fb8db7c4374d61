"""Funds by command, on pages and for programs: opening, what they hold, closing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.funds import service
from foundation.users.models import Role
from ledger import funds
from ledger.balances import Span
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine
from tests.serving import Browser, Program

API = "/api/v1/funds"


@pytest.fixture(params=DIALECTS)
def commands(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[CommandLine]:
    with databases.prepared(request.param, "opened", command_line.initialise) as found:
        yield CommandLine(found, tmp_path)


def _served(engine: Engine) -> None:
    factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture(params=DIALECTS)
def served(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "served_books", _served) as found:
        yield found


@pytest.fixture
def app(served: Engine, tmp_path: Path) -> Flask:
    return serving.application(served, serving.settings(tmp_path))


@pytest.fixture
def accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


@pytest.fixture
def program(served: Engine, app: Flask) -> Program:
    return Program(app, serving.issue_token(served, Role.ACCOUNTANT))


def test_fund_is_added_listed_and_closed_by_command(commands: CommandLine) -> None:
    adding = ("funds", "add", "SCHOL", "奖学金", "--restriction", "purpose")
    added = commands.run(*adding, "--opened-on", "2026-02-01", by="accountant")["funds"][0]
    assert added == {
        "code": "SCHOL",
        "name": "奖学金",
        "restriction": "purpose",
        "opened_on": "2026-02-01",
        "closed_on": None,
        "balance": "0.00",
    }
    assert commands.refused(*adding, by="accountant")["code"] == "invalid"
    listed = commands.run("funds", "list")
    assert ([fund["code"] for fund in listed["funds"]], listed["total"]) == (
        ["GEN", "SCHOL"],
        "0.00",
    )
    closing = ("funds", "close", "SCHOL", "--reason", "项目结束", "--date", "2026-03-01")
    assert commands.run(*closing, by="accountant")["funds"][0]["closed_on"] == "2026-03-01"
    assert commands.refused(*closing, by="accountant")["code"] == "conflict"
    closing = ("funds", "close", "NONE", "--reason", "项目结束")
    assert commands.refused(*closing, by="accountant")["code"] == "unknown_fund"


def test_plain_list_of_funds_is_a_table(commands: CommandLine) -> None:
    assert "GEN   一般基金" in commands.invoke("funds", "list").stdout


def test_fund_that_holds_money_is_not_closed(served: Engine, accountant: Browser) -> None:
    factories.post_gift(served, minor=500, fund="SCHOL")
    fields = {"date": "2026-03-01", "reason": "项目结束"}
    answer = accountant.post("/fund-projects/SCHOL/close", fields)
    assert (answer.status_code, "还有余额 5.00" in answer.text) == (422, True)
    assert accountant.post("/fund-projects/LAB/close", fields).status_code == 303
    assert "基金 LAB 已关闭" in accountant.get("/fund-projects").text
    assert "LAB" not in accountant.get("/fund-projects").text
    assert "LAB" in accountant.get("/fund-projects?all=1").text


def test_pages_show_what_funds_hold(served: Engine, accountant: Browser) -> None:
    factories.post_gift(served, minor=1234_00, fund="SCHOL")
    accountant.post("/period", {"period": "2026-01", "next": "/"})
    assert "1,234.00" in accountant.get("/fund-projects").text
    page = accountant.get("/fund-projects/SCHOL").text
    assert "银行存款—基本户" in page
    assert accountant.get("/fund-projects/NONE").status_code == 404


def test_fund_is_opened_on_a_page_and_mistakes_keep_what_was_typed(accountant: Browser) -> None:
    fields = {"code": "BOOK", "name": "图书基金", "restriction": "purpose", "opened_on": "0301"}
    assert accountant.get("/fund-projects/new").status_code == 200
    wrong = accountant.post("/fund-projects/new", fields | {"restriction": "maybe"})
    assert (wrong.status_code, 'value="图书基金"' in wrong.text) == (422, True)
    assert accountant.post("/fund-projects/new", fields).status_code == 303
    again = accountant.post("/fund-projects/new", fields)
    assert (again.status_code, "已存在" in again.text) == (422, True)


def test_funds_for_programs(served: Engine, program: Program) -> None:
    factories.post_gift(served, minor=500, fund="SCHOL")
    body = {"code": "BOOK", "name": "图书基金", "restriction": "purpose"}
    assert program.post(API, body).status_code == 201
    assert program.post(API, body | {"code": ""}).status_code == 422
    page = program.get(f"{API}?limit=3").json
    assert [item["code"] for item in page["items"]] == ["BOOK", "ENDOW", "GEN"]
    rest = program.get(f"{API}?cursor={page['next']}").json["items"]
    assert [(item["code"], item["balance"]) for item in rest] == [
        ("LAB", "0.00"),
        ("SCHOL", "5.00"),
    ]
    assert program.get(f"{API}/SCHOL").json["balance"] == "5.00"
    closing = {"date": "2026-03-01", "reason": "项目结束"}
    assert program.post(f"{API}/BOOK/close", closing).json["closed_on"] == "2026-03-01"
    assert program.post(f"{API}/SCHOL/close", closing).status_code == 409
    assert program.get(f"{API}/NONE").json["code"] == "unknown_fund"


def test_year_of_a_fund_separates_income_expense_and_transfers(served: Engine) -> None:
    factories.post_gift(served, minor=1000, fund="SCHOL")
    factories.post_spending(served, minor=300, fund="SCHOL")
    release = factories.voucher(
        served,
        factories.dr("3102", "SCHOL", 200),
        factories.dr("100201", "SCHOL", -200),
        factories.cr("3101", "GEN", 200),
        factories.dr("100201", "GEN", 200),
        on=date(2026, 1, 25),
    )
    factories.book(served, release)
    with database.reading(served) as session:
        fund = funds.get_fund(session, "SCHOL")
        year = service.roll_forward(session, fund.id, Span.of_year(2026, 3))
    assert (year.opening_minor, year.income_minor, year.expense_minor) == (0, 1000, 300)
    assert (year.transferred_minor, year.closing_minor) == (-200, 500)
