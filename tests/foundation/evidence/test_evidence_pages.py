"""Pages and programs: handing in with the flaws beside it, reading for auditors, nothing public."""

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.foundation.evidence import evidence_tables as tables
from tests.foundation.evidence.evidence_tables import payroll, single
from tests.serving import Browser, Program


def file(content: bytes, name: str = "表.xlsx", **more: str) -> dict[str, Any]:
    return {"file": (io.BytesIO(content), name), **more}


def test_table_is_handed_in_shown_and_given_back(accountant: Browser, auditor: Browser) -> None:
    page = accountant.get("/evidence?year=2026").text
    assert "缺少" in page
    answer = accountant.post("/evidence/2026/tables/payroll", file(payroll(staff=[
        tables.STAFF[0]], top=[tables.TOP[0]])))  # fmt: skip
    assert answer.status_code == 303, answer.text
    page = auditor.get("/evidence?year=2026").text
    assert "144,000.00" in page
    assert "已上传" in page
    shown = auditor.get("/evidence/uploads/1").text
    assert "P001" in shown
    assert "120,000.00" in shown
    given = auditor.get("/evidence/uploads/1/file")
    assert given.data[:2] == b"PK"
    assert given.headers["Cache-Control"] == "no-store"


def test_flaws_are_listed_with_their_rows_and_nothing_is_kept(accountant: Browser) -> None:
    staff = [("P001", "秘书长", "专职", "没有", "若干", "0")]
    answer = accountant.post("/evidence/2026/tables/payroll", file(payroll(staff=staff)))
    assert answer.status_code == 422
    assert "没有保存任何内容" in answer.text
    assert "工资福利" in answer.text
    assert accountant.get("/evidence/uploads/1").status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_template_comes_in_the_language_of_the_person(auditor: Browser, language: str) -> None:
    auditor.client.set_cookie("language", language)
    given = auditor.get("/evidence/templates/payroll.xlsx?year=2026")
    assert given.data[:2] == b"PK"
    assert ("Payroll" in given.headers["Content-Disposition"]) is (language == "en")
    assert auditor.get("/evidence/templates/minutes.xlsx").status_code == 422
    assert auditor.get("/evidence/templates/nothing.xlsx").status_code == 404


def test_missing_table_is_waived_with_a_reason(accountant: Browser) -> None:
    refused = accountant.post("/evidence/2026/waivers/payroll", {"reason": ""})
    assert refused.status_code == 422
    done = accountant.post("/evidence/2026/waivers/payroll", {"reason": "无专职人员"})
    assert done.status_code == 303
    assert "无专职人员" in accountant.get("/evidence?year=2026").text


def test_paper_is_handed_in_and_withdrawn_with_a_reason(accountant: Browser) -> None:
    sent = file(b"%PDF-1.4", "纪要.pdf", title="第3次会议", dated_on="2026-03-05")
    assert accountant.post("/evidence/2026/papers/minutes", sent).status_code == 303
    assert "第3次会议" in accountant.get("/evidence?year=2026").text
    assert accountant.post("/evidence/uploads/1/withdraw", {"reason": ""}).status_code == 422
    done = accountant.post("/evidence/uploads/1/withdraw", {"reason": "传错年度"})
    assert done.status_code == 303
    assert "传错年度" in accountant.get("/evidence?year=2026").text
    wrong = file(b"%PDF-1.4", "纪要.pdf", dated_on="三月")
    assert accountant.post("/evidence/2026/papers/minutes", wrong).status_code == 422


def test_audited_figures_are_typed_beside_the_statements(accountant: Browser) -> None:
    page = accountant.get("/evidence/2026/audited").text
    assert "资产总计" in page
    name = "资产负债表/资产总计"
    wrong = accountant.post("/evidence/2026/audited", {f"audited:{name}": "x"})
    assert wrong.status_code == 422
    assert accountant.post("/evidence/2026/audited", {}).status_code == 422
    alone = accountant.post("/evidence/2026/audited", {f"words:{name}": "重分类"})
    assert alone.status_code == 422
    typed = {f"audited:{name}": "100.00", f"adjustment:{name}": "1", f"words:{name}": "补提"}
    assert accountant.post("/evidence/2026/audited", typed).status_code == 303
    assert 'value="100.00"' in accountant.get("/evidence/2026/audited").text
    controls = accountant.get("/controls?year=2026").text
    assert "补提" in controls


@pytest.mark.parametrize("role", [Role.CASHIER, Role.ADMINISTRATOR, Role.DONOR])
def test_payroll_is_for_those_who_read_reports(app: Flask, accountant: Browser, role: Role) -> None:
    accountant.post("/evidence/2026/tables/payroll", file(payroll(
        staff=[tables.STAFF[0]], top=[tables.TOP[0]])))  # fmt: skip
    other = serving.signed_in(app, role)
    for path in ("/evidence", "/evidence/uploads/1", "/evidence/uploads/1/file", "/controls"):
        assert other.get(path).status_code == 403, path
    assert app.test_client().get("/evidence/uploads/1/file").status_code in (302, 303, 401)


def test_auditor_hands_nothing_in(auditor: Browser, reviewer: Browser) -> None:
    for browser in (auditor, reviewer):
        sent = file(payroll())
        assert browser.post("/evidence/2026/tables/payroll", sent).status_code == 403
    assert auditor.post("/controls/2026/CT11", {"reason": "x"}).status_code == 403
    assert auditor.post("/audit-pack/draft", {"first": "2026"}).status_code == 403
    assert auditor.post("/audit-pack/final", {"first": "2026"}).status_code == 403


def test_program_hands_in_and_reads_the_year(served: Engine, app: Flask, program: Program) -> None:
    def send(**fields: Any) -> Any:
        return program.client.post(
            "/api/v1/evidence",
            data=fields,
            headers=program.headers,
            content_type="multipart/form-data",
        )

    row = ("表", "项", "10", "7", "", "含代付")
    content = single(tables.DIFFERENCES_HEAD, row)
    made = send(kind="report_differences", year="2026", **file(content))
    assert made.status_code == 201, made.text
    assert made.json["rows"] == 1
    year = program.get("/api/v1/evidence?year=2026").json
    assert year["missing"] == ["payroll", "audit_reports"]
    assert {item["kind"]: item["state"] for item in year["tables"]}["report_differences"] == "there"
    refused = send(kind="payroll", year="2026", **file(payroll(staff=[])))
    assert refused.status_code == 422
    assert refused.json["code"] == "evidence_table_refused"
    assert refused.json["rows"][0]["field"]
    assert send(kind="payroll", year="2026").status_code == 422
    assert send(kind="payroll", year="x", **file(b"")).status_code == 422
    waiver = {"year": 2026, "kind": "payroll", "reason": "无"}
    assert program.post("/api/v1/evidence/waivers", waiver).status_code == 201
    ended = program.post("/api/v1/evidence/1/withdraw", {"reason": "重报"})
    assert ended.json["ended_reason"] == "重报"
    reading = Program(app, serving.issue_token(served, Role.AUDITOR))
    assert reading.get("/api/v1/evidence?year=2026").status_code == 200
    assert reading.post("/api/v1/evidence/waivers", waiver).status_code == 403
