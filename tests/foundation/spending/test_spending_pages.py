"""Spending by page, API and command: the same acts, the same refusals."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, select

from foundation import cli, database
from foundation.spending import commands
from foundation.spending.models import SpendingRequest, SpendingState
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.serving import Program

BODY: dict[str, Any] = {
    "kind": "grant",
    "payee": "测试大学<script>",
    "summary": "助学金拨款",
    "requested_on": "2026-03-02",
    "related": "发起人",
    "parts": [{"fund": "GEN", "element": "grant", "amount": "3000.00"}],
}
FORM = {
    "kind": "grant",
    "payee": "测试大学<script>",
    "summary": "助学金拨款",
    "requested_on": "2026-03-02",
    "relation": "发起人",
    "part_fund_1": "GEN",
    "part_element_1": "grant",
    "part_amount_1": "3000",
}


def build(engine: Engine) -> None:
    """Books of an organisation, and a person for each role."""
    factories.install_books(engine)
    serving.add_people(engine)
    factories.install_organisation(engine)


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "spending-pages", build) as found:
        yield found


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Flask:
    return serving.application(engine, serving.settings(tmp_path))


def program(app: Flask, engine: Engine, role: Role) -> Program:
    return Program(app, serving.issue_token(engine, role))


def state(engine: Engine) -> SpendingState:
    with database.reading(engine) as session:
        return session.execute(select(SpendingRequest.state)).scalar_one()


def test_request_goes_its_way_on_pages(app: Flask, engine: Engine) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    reviewer = serving.signed_in(app, Role.REVIEWER)
    cashier = serving.signed_in(app, Role.CASHIER)
    made = accountant.post("/spending/new", FORM)
    assert made.status_code == 303
    address = made.headers["Location"]
    shown = accountant.get(address).get_data(as_text=True)
    assert "测试大学&lt;script&gt;" in shown
    assert "<script>" not in shown.replace("<script src", "")

    assert accountant.post(f"{address}/submit", {}).status_code == 303
    assert reviewer.post(f"{address}/approve", {"remark": "同意"}).status_code == 303
    paid = {"account": "100201", "paid_on": "2026-03-03", "payment_reference": "A1"}
    assert cashier.post(f"{address}/pay", paid).status_code == 303
    assert accountant.post(f"{address}/book", {"attachments": "2"}).status_code == 303
    assert state(engine) is SpendingState.BOOKED
    listed = cashier.get("/spending?state=booked&q=测试").get_data(as_text=True)
    assert "3,000.00" in listed


def test_refusals_stand_beside_what_was_typed(app: Flask, engine: Engine) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    wrong = accountant.post("/spending/new", FORM | {"part_amount_1": "-1", "payee": ""})
    assert wrong.status_code == 422
    assert "助学金拨款" in wrong.get_data(as_text=True)
    names = accountant.post("/spending/new", FORM | {"beneficiaries": "S1,某同学\nS2"})
    assert (names.status_code, "第 1 行" in names.get_data(as_text=True)) == (422, True)
    with database.reading(engine) as session:
        assert session.execute(select(SpendingRequest)).first() is None


def test_beneficiaries_are_pasted_and_shown_masked(app: Flask) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    pasted = "S1\t陈同学\t1000\t化学学院\nS2，林同学，2,000，物理学院".replace("2,000", "2000")
    made = accountant.post("/spending/new", FORM | {"kind": "scholarship", "beneficiaries": pasted})
    assert made.status_code == 303
    shown = accountant.get(made.headers["Location"]).get_data(as_text=True)
    assert "陈**" in shown
    assert "陈同学" not in shown


def test_request_goes_its_way_by_program(app: Flask, engine: Engine) -> None:
    accountant = program(app, engine, Role.ACCOUNTANT)
    made = accountant.post("/api/v1/spending", BODY)
    assert (made.status_code, made.json["state"]) == (201, "draft")
    address = f"/api/v1/spending/{made.json['reference']}"
    assert accountant.post(f"{address}/submit", {}).json["state"] == "submitted"
    refused = accountant.post(f"{address}/approve", {"note": None})
    assert refused.status_code == 403
    reviewer = program(app, engine, Role.REVIEWER)
    assert reviewer.post(f"{address}/approve", {"note": None}).json["state"] == "approved"
    cashier = program(app, engine, Role.CASHIER)
    paid = cashier.post(f"{address}/pay", {"account": "100201", "paid_on": "2026-03-03"})
    assert (paid.json["state"], paid.json["disclose_by"]) == ("paid", "2026-04-02")
    booked = accountant.post(f"{address}/book", {"attachments": 1})
    assert booked.json["state"] == "booked"
    assert booked.json["voucher"] == "草稿"
    auditor = program(app, engine, Role.AUDITOR)
    assert auditor.get("/api/v1/spending?state=booked").json["items"][0]["amount"] == "3000.00"
    assert auditor.post(f"{address}/cancel", {"reason": "x"}).status_code == 403


def test_request_goes_its_way_by_command(engine: Engine, tmp_path: Path) -> None:
    root = cli.build_cli(extra=commands.COMMANDS, clock=factories.CLOCK)
    environ = {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
    }

    def run(who: str, *arguments: str, code: int = 0) -> dict[str, Any]:
        options = ["--json", "--as", who, "spending"]
        result = CliRunner().invoke(root, [*options, *arguments], env=environ)
        assert result.exit_code == code, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    file = tmp_path / "request.json"
    file.write_text(json.dumps(BODY), encoding="utf-8")
    made = run("accountant", "request", str(file), "--submit")
    name = made["reference"]
    assert run("reviewer", "approve", name)["state"] == "approved"
    assert run("accountant", "pay", name, "--account", "100201", code=1)["error"]
    assert (
        run("cashier", "pay", name, "--account", "100201", "--on", "2026-03-03")["state"] == "paid"
    )
    assert run("accountant", "book", name)["state"] == "booked"
    assert run("auditor", "list", "--state", "booked")["total_minor"] == 3000_00
    file.write_text('{"kind": 3}', encoding="utf-8")
    assert run("accountant", "request", str(file), code=1)["error"]["code"] == "invalid"
    assert run("auditor", "show", "Z2026-999999", code=1)["error"]["code"] == (
        "unknown_spending_request"
    )
