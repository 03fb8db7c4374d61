"""Related parties and annual reports for programs, and by command."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine

from foundation import cli
from foundation.parties import commands
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.foundation.donors.donor_cases import CREDIT_CODE, ID_NUMBER
from tests.foundation.parties import party_cases
from tests.foundation.parties.party_cases import UNIVERSITY
from tests.serving import Program

AT = "/api/v1/related-parties"
RELATION = {
    "kind": "founder",
    "is_important": True,
    "relation": "发起设立",
    "source": "章程第三条",
    "valid_from": "2010-01-01",
}
BODY: dict[str, Any] = {"name": UNIVERSITY, "credit_code": CREDIT_CODE, "relation": RELATION}


def build(engine: Engine) -> None:
    """Books, people, a gift and a grant of a university nobody declared."""
    factories.install_books(engine)
    serving.add_people(engine)
    factories.install_organisation(engine)
    party_cases.give(engine, minor=50_000_00)
    party_cases.spend(engine, minor=10_000_00)


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "party-api", build) as found:
        yield found


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Flask:
    return serving.application(engine, serving.settings(tmp_path))


@pytest.fixture
def program(app: Flask, engine: Engine) -> Program:
    return Program(app, serving.issue_token(engine, Role.ACCOUNTANT))


def test_party_goes_its_way_by_program(program: Program) -> None:
    made = program.post(AT, BODY, key="k1")
    assert made.status_code == 201
    assert made.json == program.post(AT, BODY, key="k1").json
    assert (made.json["number"], made.json["is_important"]) == ("R0001", True)
    assert [link["name"] for link in made.json["links"]] == [UNIVERSITY, UNIVERSITY]
    found = program.get(f"{AT}/dealings?first=2026-01-01&last=2026-12-31").json["dealings"]
    assert [(item["kind"], item["amount"]) for item in found] == [
        ("donation", "50000.00"),
        ("grant", "10000.00"),
    ]
    voucher = found[1]["voucher_id"]
    published = {"voucher_id": voucher, "published_on": "2026-03-01", "place": "慈善中国"}
    assert program.post(f"{AT}/R0001/publish", published).status_code == 200
    assert program.post(f"{AT}/R0001/publish", published).status_code == 409
    ruled = {"voucher_id": voucher, "kind": "trade", "reason": "实为采购"}
    assert program.post(f"{AT}/R0001/rulings", ruled).status_code == 201
    found = program.get(f"{AT}/dealings?first=2026-02-01&last=2026-12-31&party=R0001").json
    assert found["dealings"][0]["kind"] == "trade"
    assert found["dealings"][0]["published_on"] == "2026-03-01"
    ended = {"until": "2026-06-30", "reason": "退出"}
    assert program.post(f"{AT}/R0001/relations/1/end", ended).json["is_related"] is False
    again = RELATION | {"valid_from": "2026-07-01", "is_important": False}
    answer = program.post(f"{AT}/R0001/relations", again).json
    assert (answer["is_related"], answer["is_important"]) == (True, False)
    removed = program.post(f"{AT}/R0001/links/1/remove", {"reason": "不是"}).json
    assert len(removed["links"]) == 1
    renamed = program.post(f"{AT}/R0001/rename", {"name": "测试科技大学", "reason": "更名"})
    assert renamed.json["name"] == "测试科技大学"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": ""}, 422),
        ({"nobody": 1}, 422),
        ({"credit_code": "1"}, 422),
        ({"id_number": ID_NUMBER}, 422),
        ({"relation": RELATION | {"kind": "friend"}}, 422),
        ({"relation": RELATION | {"valid_from": "01/02/2026"}}, 422),
        ({"relation": RELATION | {"valid_until": "2009-12-31"}}, 422),
        ({"relation": {**RELATION, "is_important": "yes"}}, 422),
    ],
)
def test_wrong_party_is_refused_with_its_field(
    program: Program, change: dict[str, Any], status: int
) -> None:
    answer = program.post(AT, BODY | change)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_what_is_there_twice_or_not_at_all_is_refused(program: Program) -> None:
    program.post(AT, BODY)
    assert program.post(AT, BODY).status_code == 409
    assert program.get(f"{AT}/R0099").status_code == 404
    assert program.post(f"{AT}/R0001/relations", RELATION).status_code == 409
    assert program.post(f"{AT}/R0001/relations/9/withdraw", {"reason": "x"}).status_code == 404
    assert program.post(f"{AT}/R0001/links", {"donor": 999}).status_code == 404
    assert program.post(f"{AT}/R0001/links", {}).status_code == 422
    wrong = {"voucher_id": 999, "kind": "trade", "reason": "x"}
    assert program.post(f"{AT}/R0001/rulings", wrong).status_code == 404


def test_identity_number_leaves_masked_and_list_goes_on(program: Program) -> None:
    person = {"name": "李某某", "is_person": True, "id_number": ID_NUMBER}
    program.post(AT, person | {"relation": RELATION | {"kind": "influence"}})
    program.post(AT, BODY)
    first = program.get(f"{AT}?limit=1").json
    second = program.get(f"{AT}?limit=1&cursor={first['next']}").json
    assert second["next"] is None
    assert {first["items"][0]["name"], second["items"][0]["name"]} == {"李某某", UNIVERSITY}
    assert ID_NUMBER not in json.dumps([first, second])
    assert (
        program.get(f"{AT}?kind=influence")
        .json["items"][0]["id_number_masked"]
        .endswith(ID_NUMBER[-4:])
    )


def test_suggestion_is_dismissed_by_program_and_auditors_only_read(
    program: Program, app: Flask, engine: Engine
) -> None:
    (item,) = program.get(f"{AT}/suggestions").json["suggestions"]
    assert item["ground"] == "main_donor:2026"
    given = {"subject": item["subject"], "ground": item["ground"], "reason": "普通捐赠人"}
    auditor = Program(app, serving.issue_token(engine, Role.AUDITOR))
    assert auditor.get(f"{AT}/suggestions").status_code == 200
    for path, body in (
        (f"{AT}/suggestions/dismiss", given),
        (AT, BODY),
        ("/api/v1/annual-reports/2026/texts", {"place": "other_words"}),
    ):
        assert auditor.post(path, body).status_code == 403
    assert program.post(f"{AT}/suggestions/dismiss", given).status_code == 204
    assert program.get(f"{AT}/suggestions").json == {"suggestions": []}


def test_annual_report_is_written_by_program(program: Program) -> None:
    at = "/api/v1/annual-reports/2026"
    given = {"place": "adjust_wages", "amount": "-12.50", "words": "更正"}
    answer = program.post(f"{at}/texts", given).json
    (text,) = [item for item in answer["texts"] if item["place"] == "adjust_wages"]
    assert (text["amount"], text["words"], text["written_by"]) == ("-12.50", "更正", "accountant")
    for wrong in (
        {"place": "nowhere"},
        {"place": "adjust_wages", "amount": "5.00"},
        {"place": "other_words", "amount": "5.00", "words": "x"},
        {"place": "adjust_wages", "amount": 5, "words": "x"},
    ):
        assert program.post(f"{at}/texts", wrong).status_code in (404, 422)
    year = program.post("/api/v1/annual-reports/1999/texts", {"place": "other_words", "words": "x"})
    assert year.status_code == 422
    origin = {"donor": 1, "is_overseas": True, "source": "注册地证明"}
    assert program.post(f"{at}/origins", origin).json["overseas_donors"] == [1]
    home = origin | {"is_overseas": False}
    assert program.post(f"{at}/origins", home).json["overseas_donors"] == []
    assert program.post(f"{at}/origins", origin | {"donor": 99}).status_code == 404


def test_annual_report_page_keeps_what_was_typed(app: Flask) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    assert accountant.get("/annual-report").status_code == 303
    assert accountant.get("/annual-report/1999").status_code == 404
    refused = accountant.post("/annual-report/2026", {"adjust_wages_amount": "5"})
    assert refused.status_code == 422
    assert "调整金额须写明原因" in refused.text
    wrong = accountant.post("/annual-report/2026", {"adjust_wages_amount": "很多"})
    assert wrong.status_code == 422
    given = {"adjust_wages_amount": "-5", "adjust_wages_words": "更正", "other_words_words": "<i>"}
    assert accountant.post("/annual-report/2026", given).status_code == 303
    shown = accountant.get("/annual-report/2026").text
    assert 'value="-5.00"' in shown
    assert "&lt;i&gt;" in shown
    origin = {"donor": UNIVERSITY, "origin": "overseas", "source": "护照"}
    assert accountant.post("/annual-report/2026/origins", origin).status_code == 303
    assert "护照" in accountant.get("/annual-report/2026").text
    nobody = origin | {"donor": "没有此人"}
    assert accountant.post("/annual-report/2026/origins", nobody).status_code == 422


def test_commands_declare_list_import_and_say_which_row_is_wrong(
    engine: Engine, tmp_path: Path
) -> None:
    line = cli.build_cli(extra=commands.COMMANDS)
    environ = {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "a key for tests, 0123456789 and more",
    }

    def run(*arguments: str) -> Any:
        given = ["--json", "--as", "accountant", "parties", *arguments]
        return CliRunner().invoke(line, given, env=environ)

    made = run(
        "add", UNIVERSITY, "--kind", "founder", "--relation", "发起", "--source", "章程",
        "--from", "2010-01-01", "--important",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["number"] == "R0001"
    assert [one["number"] for one in json.loads(run("list", "--current").stdout)["parties"]] == [
        "R0001"
    ]
    kinds = [item["kind"] for item in json.loads(run("dealings").stdout)["dealings"]]
    assert kinds == ["donation", "grant"]
    assert json.loads(run("suggestions").stdout)["suggestions"] == []
    file = tmp_path / "清单.csv"
    head = "关联方,类型,关系,依据,起始日期\n"
    file.write_text(f"{head}某公司,被投资方,持股30%,投资协议,2026-02-01\n甲,亲,,,\n", "utf-8")
    dry = json.loads(run("import", "--dry-run", str(file)).stdout)
    assert (dry["declared"], [row["row"] for row in dry["rejected"]]) == (1, [3])
    refused = run("import", str(file))
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]["code"] == "parties_rejected"
    file.write_text(f"{head}某公司,被投资方,持股30%,投资协议,2026-02-01\n", "utf-8")
    assert json.loads(run("import", str(file)).stdout)["declared"] == 1
    assert json.loads(run("import", str(file)).stdout)["duplicates"] == 1
