"""The auditor's desk as an auditor walks through it, and as the accountant answers there."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine, func, select

from foundation import database
from foundation.auditing.models import AccessLog, AuditAnswer, AuditQuery
from foundation.users.models import Role
from receipts import files
from tests import serving
from tests.serving import Browser, Program

SAMPLE = "period=2026&method=random&size=50&seed=s"
ASKED = {
    "topic": "附件",
    "text": "发票<script>在哪里？",
    "asked_by": "某事务所 甲",
    "asked_on": "2026-11-20",
    "about": "记-2026-01-0001",
}


def log(engine: Engine) -> list[Any]:
    with database.reading(engine) as session:
        return list(session.execute(select(AccessLog).order_by(AccessLog.id)).scalars())


def test_desk_leads_to_everything_for_a_period(auditor: Browser) -> None:
    page = auditor.get("/audit?period=2026-Q1").text

    for address in (
        "/reports/balance_sheet?period=2026-Q1",
        "/reports/tie_outs?period=2026-Q1",
        "/vouchers?period=2026-Q1",
        "/audit/sampling",
        "/audit/queries",
    ):
        assert address in page
    assert "2027-02-20" in page  # 90 days after the clock of the tests
    assert "还有 90 天" in page
    assert auditor.get("/audit?period=soon").status_code == 422


def test_protocol_says_what_the_sample_follows_from(auditor: Browser) -> None:
    page = auditor.get(f"/audit/sampling?{SAMPLE}").text

    assert "一致" in page
    assert "SHA-256(种子|序号)" in page
    assert "记-2026-01-0001" in page
    assert f"/audit/sampling/items/1?{SAMPLE.replace('&', '&amp;')}" in page
    assert page == auditor.get(f"/audit/sampling?{SAMPLE}").text


@pytest.mark.parametrize(
    ("query", "status", "saying"),
    [
        ("method=guess", 422, "抽样方法"),
        ("method=random&size=none", 422, "样本量"),
        ("method=random&period=2031", 404, "2031"),
        ("method=random&period=20x6", 422, "期间"),
        ("method=random&page=0", 422, "page"),
        ("method=bands&bands=5", 422, "金额分层"),
    ],
)
def test_what_cannot_be_drawn_is_said_on_the_page(
    auditor: Browser, query: str, status: int, saying: str
) -> None:
    answer = auditor.get(f"/audit/sampling?{query}")

    assert answer.status_code == status
    assert saying in answer.text
    assert "Traceback" not in answer.text


def test_item_shows_its_papers_and_what_is_missing(auditor: Browser) -> None:
    items = [auditor.get(f"/audit/sampling/items/{number}?{SAMPLE}") for number in range(1, 7)]

    assert [item.status_code for item in items] == [200] * 6
    first = items[0].text
    assert "回单.pdf" in first
    assert '<iframe src="/audit/papers/voucher/1"' in first
    assert '<img src="/audit/papers/voucher/2"' in first
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in items[-1].text
    assert "没有上传电子附件" in items[-1].text
    assert "捐赠没有开具捐赠票据" in items[-1].text
    beyond = auditor.get(f"/audit/sampling/items/7?{SAMPLE}")
    assert beyond.status_code == 404
    assert "共 6 项" in beyond.text


def test_paper_is_shown_in_our_pages_only(auditor: Browser) -> None:
    shown = auditor.get("/audit/papers/voucher/1")
    kept = auditor.get("/audit/papers/voucher/1?download")

    assert shown.data == kept.data == b"%PDF-1.7 first"
    assert shown.headers["Content-Disposition"].startswith("inline")
    # Servers send headers in Latin-1.
    assert "%E5%9B%9E%E5%8D%95.pdf" in str(shown.headers["Content-Disposition"])
    assert str(kept.headers).isascii()
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert "frame-ancestors 'none'" in kept.headers["Content-Security-Policy"]
    for address in ("/audit/papers/voucher/99", "/audit/papers/cat/1", "/audit/papers/letter/1"):
        assert auditor.get(address).status_code == 404


def test_papers_of_a_sample_leave_in_one_zip(auditor: Browser, folder: Path) -> None:
    address = f"/audit/sampling/papers.zip?{SAMPLE}"
    first, second = auditor.get(address).data, auditor.get(address).data

    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        names = package.namelist()
        index = package.read("index.csv").decode("utf-8-sig")
        protocol = package.read("protocol.txt").decode()
        assert package.read("0001-记-2026-01-0001_1/01-回单.pdf") == b"%PDF-1.7 first"
    assert names[-2:] == ["index.csv", "protocol.txt"]
    assert files.digest_of(b"%PDF-1.7 first") in index
    assert "没有上传电子附件" in index
    assert "seed=s" in protocol
    files.path_of(folder, files.digest_of(b"\x89PNG second")).unlink()
    with zipfile.ZipFile(io.BytesIO(auditor.get(address).data)) as package:
        assert "已丢失" in package.read("index.csv").decode("utf-8-sig")


def test_empty_sample_has_no_papers(auditor: Browser) -> None:
    nothing = "period=2026&method=threshold&least=9000000"

    assert "总体中没有符合条件的项目" in auditor.get(f"/audit/sampling?{nothing}").text
    assert auditor.get(f"/audit/sampling/papers.zip?{nothing}").status_code == 422


def test_sample_by_program_is_that_of_the_page(desk: Flask, audited: Engine) -> None:
    program = Program(desk, serving.issue_token(audited, Role.AUDITOR))

    answer = json.loads(program.get(f"/api/v1/samples?{SAMPLE}").data)

    assert (answer["count"], answer["selected"], answer["ties"]) == (6, 6, True)
    assert answer["total"] == "221000.00"
    assert [item["reference"] for item in answer["items"]][:2] == ["记-2026-01-0001"] * 2
    assert answer["items"][0]["amount"] == "100000.00"
    for query in ("method=guess", "colour=red", "method=random&size=x", "period=soon"):
        assert program.get(f"/api/v1/samples?{query}").status_code == 422
    unread = program.get("/api/v1/samples?method=bands&bands=5")
    assert json.loads(unread.data)["code"] == "invalid"


def test_workbook_leaves_filled_in_and_comes_back(
    auditor: Browser, accountant: Browser, audited: Engine
) -> None:
    content = auditor.get(f"/reports/audit_sample.xlsx?{SAMPLE}").data
    book = load_workbook(io.BytesIO(content))
    sheet = book.active
    assert sheet is not None
    heads = {str(cell.value): cell for row in sheet.iter_rows() for cell in row if cell.value}
    sheet.cell(heads["询问"].row + 1, heads["询问"].column, "原件在哪里？")
    stream = io.BytesIO()
    Workbook.save(book, stream)
    sent = {"asked_by": "某事务所 甲", "asked_on": "2026-11-20", "topic": "抽样询问"}

    def send(browser: Browser) -> Any:
        file = (io.BytesIO(stream.getvalue()), "底稿.xlsx")
        return browser.post("/audit/queries/workbook", sent | {"file": file})

    assert send(auditor).status_code == 403
    assert "登记 1 个" in send(accountant).text
    assert "此前已登记 1 个" in send(accountant).text
    with database.reading(audited) as session:
        (query,) = session.execute(select(AuditQuery)).scalars()
    assert (query.voucher_id, query.line_no, query.text) == (1, 1, "原件在哪里？")
    missing = accountant.post("/audit/queries/workbook", sent)
    assert (missing.status_code, "请选择文件" in missing.text) == (422, True)


def test_question_is_recorded_answered_and_closed(
    auditor: Browser, accountant: Browser, desk: Flask
) -> None:
    reviewer = serving.signed_in(desk, Role.REVIEWER)
    made = accountant.post("/audit/queries/new", ASKED)
    assert made.location == "/audit/queries/Q2026-0001"
    again = accountant.post("/audit/queries/new", ASKED)
    assert (again.status_code, "Q2026-0001" in again.text) == (422, True)
    home = "/audit/queries/Q2026-0001"
    assert "待答复的审计询问" in accountant.get("/").text
    assert "待答复的审计询问" not in auditor.get("/").text

    assert accountant.post(f"{home}/close").status_code == 409
    answered = accountant.post(
        f"{home}/answer", {"text": "见附件", "file": (io.BytesIO(b"%PDF-1"), "发票.pdf")}
    )
    assert answered.status_code == 303
    assert reviewer.post(f"{home}/answer", {"text": ""}).status_code == 422
    assert reviewer.post(f"{home}/answer", {"text": "另见合同"}).status_code == 303
    assert reviewer.post(f"{home}/close").status_code == 303
    assert accountant.post(f"{home}/answer", {"text": "又"}).status_code == 409

    assert home in auditor.get("/search?q=q2026-1").text
    page = auditor.get(home).text
    assert "发票&lt;script&gt;" in page
    assert "已被后面的答复取代" in page
    assert "提交答复" not in page
    assert auditor.get("/audit/papers/answer/1?download").data == b"%PDF-1"
    listed = auditor.get("/audit/queries?state=closed&q=发票")
    assert "Q2026-0001" in listed.text
    assert "Q2026-0001" not in auditor.get("/audit/queries?state=open").text
    assert "另见合同" in auditor.get("/audit/queries/export.csv").data.decode("utf-8-sig")
    assert "Q2026-0001" in auditor.get(f"/audit/sampling/items/1?{SAMPLE}").text
    for path in ("/new", "/Q2026-0001/answer", "/Q2026-0001/close"):
        assert auditor.post(f"/audit/queries{path}", ASKED).status_code == 403
    assert auditor.get("/audit/queries/Q2026-0009").status_code == 404


def test_refusals_of_a_question_stand_beside_what_was_typed(accountant: Browser) -> None:
    wrong = {"topic": "", "about": "记-2026-09-0001", "asked_on": "soon"}
    answer = accountant.post("/audit/queries/new", ASKED | wrong)

    assert answer.status_code == 422
    assert 'id="topic-error"' in answer.text
    assert 'id="asked_on-error"' in answer.text
    unknown = accountant.post("/audit/queries/new", ASKED | {"about": "记-2026-09-0001"})
    assert 'id="about-error"' in unknown.text


def test_questions_by_program(desk: Flask, audited: Engine) -> None:
    accountant = Program(desk, serving.issue_token(audited, Role.ACCOUNTANT))
    auditor = Program(desk, serving.issue_token(audited, Role.AUDITOR))
    made = accountant.post("/api/v1/audit-queries", ASKED, key="one")
    again = accountant.post("/api/v1/audit-queries", ASKED, key="one")
    assert made.status_code == again.status_code == 201
    assert made.data == again.data
    home = "/api/v1/audit-queries/Q2026-0001"

    assert auditor.post("/api/v1/audit-queries", ASKED).status_code == 403
    assert auditor.post(f"{home}/answers", {"text": "x"}).status_code == 403
    assert accountant.post(f"{home}/answers", {"text": "见附件"}).status_code == 201
    assert accountant.post(f"{home}/close", {}).status_code == 200
    assert accountant.post(f"{home}/answers", {"text": "又"}).status_code == 409
    listed = json.loads(auditor.get("/api/v1/audit-queries?state=closed").data)
    assert [row["answer"] for row in listed["items"]] == ["见附件"]
    assert json.loads(auditor.get(home).data)["state"] == "closed"
    assert auditor.get("/api/v1/audit-queries/Q1").status_code == 404
    with database.reading(audited) as session:
        assert session.execute(select(func.count()).select_from(AuditAnswer)).scalar_one() == 1


def test_everything_that_an_auditor_opens_is_logged(
    auditor: Browser, accountant: Browser, audited: Engine, desk: Flask
) -> None:
    before = len(log(audited))
    auditor.get("/gifts?q=某人")
    auditor.get("/vouchers/1")
    auditor.get("/reports/trial_balance.csv?period=2026")
    auditor.post("/vouchers/submit", {"voucher": "1"})
    accountant.get("/vouchers/1")
    Program(desk, serving.issue_token(audited, Role.AUDITOR)).get("/api/v1/gifts")

    rows = log(audited)[before:]

    seen = [(row.method, row.path, row.status) for row in rows if row.path != "/no-such-page"]
    assert [method for method, _, _ in seen] == ["GET", "GET", "GET", "POST", "GET"]
    assert [path for _, path, _ in seen][1:] == [
        "/vouchers/1",
        "/reports/trial_balance.csv?period=2026",
        "/vouchers/submit",
        "/api/v1/gifts",
    ]
    assert [status for _, _, status in seen] == [200, 200, 200, 403, 200]
    assert rows[1].subject == "voucher_id=1"
    assert {row.actor for row in rows} == {"auditor"}


def test_log_is_read_by_who_keeps_an_eye_on_it(
    auditor: Browser, accountant: Browser, desk: Flask
) -> None:
    auditor.get("/vouchers/1")
    administrator = serving.signed_in(desk, Role.ADMINISTRATOR)

    page = administrator.get("/audit/access?user=auditor&q=vouchers&from=2026-11-22&to=2026-11-22")
    assert "/vouchers/1" in page.text
    assert "/vouchers/1" not in administrator.get("/audit/access?to=2026-11-21").text
    assert "/vouchers/1" not in administrator.get("/audit/access?refused=1").text
    assert "/vouchers/1" in administrator.get("/audit/access/export.csv").data.decode("utf-8-sig")
    # An auditor sees the own requests, whatever the address asks for.
    assert "/vouchers/1" in auditor.get("/audit/access?user=somebody").text
    assert accountant.get("/audit/access").status_code == 403


def test_log_that_cannot_be_written_keeps_nobody_from_reading(
    auditor: Browser, audited: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with audited.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full_disk BEFORE INSERT ON access_log"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )

    assert auditor.get("/vouchers/1").status_code == 200
    assert "access log not written" in caplog.text
