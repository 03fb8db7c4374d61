"""Shared costs by page, API and command: the same acts, the same refusals."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine

from foundation import cli
from foundation.shared_costs import commands as _joins_the_group
from foundation.spending import commands
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.foundation.shared_costs import cost_cases
from tests.serving import Program

BODY: dict[str, Any] = {
    "code": "rent",
    "name": "房租<script>",
    "basis": "area",
    "fund": "GEN",
    "charitable_element": "premises_material",
    "management_element": "office",
    "valid_from": "2026-01-01",
    "paper": "理事会纪要 2026-1",
    "accounts": ["530101"],
    "shares": [
        {"function": "charitable", "fund": "SCHOL", "share": "50"},
        {"function": "management", "fund": "GEN", "share": "150"},
    ],
}
FORM = {
    "code": "RENT",
    "name": "房租<script>",
    "basis": "fixed",
    "fund": "GEN",
    "charitable_element": "premises_material",
    "management_element": "office",
    "valid_from": "2026-01-01",
    "paper": "理事会纪要 2026-1",
    "account_1": "530101",
    "share_function_1": "charitable",
    "share_fund_1": "SCHOL",
    "share_part_1": "1/3",
    "share_function_2": "management",
    "share_fund_2": "GEN",
    "share_part_2": "2/3",
}
RUN = {"key": "RENT", "period": "2026-01", "account": "100201"}


def build(engine: Engine) -> None:
    """Costs of January, and a person for each role."""
    cost_cases.build(engine)
    serving.add_people(engine)
    factories.install_organisation(engine)


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "shared-cost-pages", build) as found:
        yield found


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Flask:
    return serving.application(engine, serving.settings(tmp_path))


def program(app: Flask, engine: Engine, role: Role) -> Any:
    return Program(app, serving.issue_token(engine, role))


def test_key_is_written_approved_and_run_on_pages(app: Flask) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    reviewer = serving.signed_in(app, Role.REVIEWER)
    made = accountant.post("/shared-costs/keys/new", FORM)
    assert made.headers["Location"] == "/shared-costs/keys/RENT/1"
    shown = accountant.get("/shared-costs/keys/RENT/1").text
    assert "约 33.3333%" in shown
    assert "房租&lt;script&gt;" in shown
    assert accountant.post("/shared-costs/keys/RENT/1/approve").status_code == 403
    assert reviewer.post("/shared-costs/keys/RENT/1/approve").status_code == 303

    seen = accountant.get("/shared-costs/preview?key=RENT&period=2026-01&account=100201").text
    assert "333.33" in seen
    assert "510102" in seen
    booked = accountant.post("/shared-costs/runs", RUN)
    assert booked.status_code == 303
    assert "666.67" in accountant.get(booked.headers["Location"]).text
    again = accountant.post("/shared-costs/runs", RUN)
    assert again.status_code == 409
    assert "已按分配办法 RENT 分配" in again.text
    early = accountant.post(f"{booked.headers['Location']}/undo", {"reason": "错"})
    assert early.status_code == 409
    assert "FT2026-" in reviewer.get("/shared-costs").text


def test_next_version_begins_with_what_the_last_one_said(app: Flask) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    accountant.post("/shared-costs/keys/new", FORM)
    offered = accountant.get("/shared-costs/keys/new?from=RENT&version=1").text
    assert 'value="1/3"' in offered
    assert 'value="530101"' in offered


def test_shares_that_are_not_one_are_refused_beside_the_share(app: Flask) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    answer = accountant.post("/shared-costs/keys/new", FORM | {"share_part_2": "60%"})
    assert answer.status_code == 422
    assert "合计应正好为 100%" in answer.text
    assert accountant.post("/shared-costs/keys/new", {}).status_code == 422


def test_time_sheet_is_pasted_and_refused_by_line(app: Flask) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    address = "/shared-costs/time-sheets/2026-01"
    good = "P1\t慈善活动\tSCHOL\t62.5%\nP1，管理，GEN，37.5"
    assert accountant.post(address, {"rows": good}).status_code == 303
    shown = accountant.get(address).text
    assert "62.50%" in shown
    assert "2026-01" in accountant.get("/shared-costs").text
    for bad in ("P1\t慈善活动\tSCHOL", "P1\t玩\tSCHOL\t100%", "P1\t管理\tGEN\t99%"):
        refused = accountant.post(address, {"rows": bad})
        assert refused.status_code == 422
        assert bad.split("\t")[1] in refused.text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER, Role.CASHIER])
def test_only_who_prepares_vouchers_allocates(app: Flask, engine: Engine, role: Role) -> None:
    other = program(app, engine, role)
    assert other.post("/api/v1/shared-costs/runs", RUN).status_code == 403
    assert other.post("/api/v1/shared-costs/keys", BODY).status_code == 403
    expected = 403 if role is Role.CASHIER else 200
    assert other.get("/api/v1/shared-costs/runs").status_code == expected


def test_programs_do_the_same(app: Flask, engine: Engine) -> None:
    accountant = program(app, engine, Role.ACCOUNTANT)
    reviewer = program(app, engine, Role.REVIEWER)
    made = accountant.post("/api/v1/shared-costs/keys", BODY)
    assert made.status_code == 201, made.json
    assert [share["share"] for share in made.json["shares"]] == ["1/4", "3/4"]
    early = accountant.post("/api/v1/shared-costs/runs", RUN)
    assert (early.status_code, early.json["code"]) == (404, "unknown_cost_key")
    assert reviewer.post("/api/v1/shared-costs/keys/RENT/1/approve", {}).status_code == 200
    seen = accountant.post("/api/v1/shared-costs/previews", RUN).json
    assert seen["functions"]["charitable"] == "250.00"
    run = accountant.post("/api/v1/shared-costs/runs", RUN).json
    assert (run["total"], run["state"]) == ("1000.00", "booked")
    listed = accountant.get("/api/v1/shared-costs/runs").json["runs"]
    assert [item["reference"] for item in listed] == [run["reference"]]
    undone = accountant.post(f"/api/v1/shared-costs/runs/{run['reference']}/undo", {"reason": "错"})
    assert (undone.status_code, undone.json["code"]) == (409, "allocation_still_booked")
    sheet = {"rows": [
        {"person": "P1", "function": "charitable", "fund": "SCHOL", "basis_points": 10000}
    ]}  # fmt: skip
    assert accountant.post("/api/v1/shared-costs/time-sheets/2026-02", sheet).json == {
        "period": "2026-02",
        **sheet,
    }


def test_command_allocates_after_a_dry_run(engine: Engine, tmp_path: Path) -> None:
    assert _joins_the_group.COMMANDS == ()
    cost_cases.approve(engine, cost_cases.entry())
    root = cli.build_cli(extra=commands.COMMANDS, clock=factories.CLOCK)
    environ = {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
    }

    def run(*words: str) -> tuple[int, Any]:
        given = ["--json", "--as", "accountant", "spending", *words]
        result = CliRunner().invoke(root, given, env=environ)
        return result.exit_code, json.loads(result.stdout)

    asked = ("allocate", "--key", "RENT", "--period", "2026-01", "--account", "100201")
    code, dry = run(*asked, "--dry-run")
    assert (code, dry["state"], dry["total"]) == (0, "preview", "1000.00")
    code, done = run(*asked)
    assert (code, done["functions"]) == (0, dry["functions"])
    code, refused = run(*asked)
    assert (code, refused["error"]["code"]) == (1, "already_allocated")
    code, listed = run("keys")
    assert [key["code"] for key in listed["keys"]] == ["RENT"]
