"""The pages and the API of the workspace: what each role sees, does, and is refused."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

import wsgi
from foundation import database
from foundation.assessment import choosing, tasks
from foundation.http.context import EXTENSION, Services
from foundation.users.models import Role
from tests import serving
from tests.factories import CLOCK
from tests.foundation.assessment.assessment_cases import PDF, add_paper, choose, do, workbook
from tests.serving import Browser, Program

ROOT = "/assessment/indicators/2.4.1.3"
API = "/api/v1/assessment"
ROW = ("内部治理", "财务", "账务", "规范", 3, "查看账簿")


def upload(browser: Browser, path: str, content: bytes, name: str, **said: str) -> Any:
    """Send a file as a page does."""
    fields = {"file": (io.BytesIO(content), name)} | said
    return browser.post(path, fields, content_type="multipart/form-data")


def test_overview_without_a_rubric_says_what_to_do(databases: Any, tmp_path: Path) -> None:
    with databases.prepared("sqlite", "served", serving.open_books) as engine:
        app = serving.application(engine, serving.settings(tmp_path))
        page = serving.signed_in(app, Role.ACCOUNTANT).get("/assessment")
        calls = Program(app, serving.issue_token(engine, Role.ACCOUNTANT)).get(API)

    assert "尚未启用评分细则" in page.text
    assert calls.status_code == 409
    assert calls.json is not None
    assert calls.json["code"] == "no_rubric_chosen"


def test_overview_lists_indicators_and_narrows(accountant: Browser) -> None:
    everything = accountant.get("/assessment").text
    lacking = accountant.get("/assessment?state=indicator_done").text

    assert "2.4.11.2" in everything
    assert "缺会计负责人职称证书" in everything
    assert "没有符合条件的指标" in lacking


def test_books_are_asked_by_a_button(accountant: Browser) -> None:
    assert "尚未核对" in accountant.get("/assessment").text
    assert accountant.post("/assessment/check").status_code == 303

    assert "尚未核对" not in accountant.get("/assessment").text


def test_score_is_given_by_one_and_confirmed_by_another(
    accountant: Browser, reviewer: Browser
) -> None:
    assert accountant.post(f"{ROOT}/score", {"points": "2.5"}).status_code == 303
    page = reviewer.get(ROOT).text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    answer = reviewer.post(f"{ROOT}/confirm", {"seen": seen[1], "verdict": "confirmed"})

    assert answer.status_code == 303
    assert "已由 reviewer 复核" in reviewer.get(ROOT).text


def test_score_too_high_is_told_beside_the_form(accountant: Browser) -> None:
    answer = accountant.post(f"{ROOT}/score", {"points": "99"})

    assert answer.status_code == 422
    assert "不能超过标准分值 3" in answer.text
    assert 'value="99"' in answer.text


def test_paper_is_uploaded_for_an_indicator_and_given_back(accountant: Browser) -> None:
    said = {"title": "会计师证书", "slot": "accountant_title", "valid_until": "2027-05-01"}
    answer = upload(accountant, f"{ROOT}/papers", PDF, "证书.pdf", **said)
    page = accountant.get(ROOT).text
    paper = accountant.get("/assessment/papers/1")

    assert answer.status_code == 303
    assert "E0001 会计师证书" in page
    assert "缺会计负责人职称证书" not in page
    assert paper.data == PDF
    assert "attachment" in paper.headers["Content-Disposition"]


def test_paper_of_no_named_kind_serves_the_indicator_it_was_sent_to(accountant: Browser) -> None:
    upload(accountant, f"{ROOT}/papers", PDF, "其他.pdf", title="其他证明")

    assert "E0001 其他证明" in accountant.get(ROOT).text
    assert "2.4.1.3" in accountant.get("/assessment/papers").text
    accountant.post(f"{ROOT}/links/1/end")
    assert "E0001 其他证明</a>" not in accountant.get(ROOT).text


def test_paper_is_replaced_through_the_page(accountant: Browser) -> None:
    upload(accountant, f"{ROOT}/papers", PDF, "a.pdf", title="证书", slot="accountant_title")
    offered = accountant.get(f"{ROOT}?supersedes=1").text
    answer = upload(
        accountant,
        f"{ROOT}/papers",
        PDF + b"2",
        "b.pdf",
        title="新证书",
        slot="accountant_title",
        supersedes="1",
    )

    assert 'name="supersedes" value="1"' in offered
    assert answer.status_code == 303
    assert "已替换" in accountant.get(ROOT).text


def test_picture_that_calls_itself_a_pdf_is_refused_on_the_page(accountant: Browser) -> None:
    answer = upload(accountant, f"{ROOT}/papers", b"\x89PNG", "a.pdf", title="证书")

    assert answer.status_code == 422
    assert "内容不是 .pdf 文件" in answer.text
    assert "请选择文件" in accountant.post(f"{ROOT}/papers", {"title": "证书"}).text


def test_gap_is_given_to_somebody_from_the_page(accountant: Browser) -> None:
    fields = {
        "indicator": "2.4.1.3",
        "gap": "paper:accountant_title",
        "task": "取得会计负责人职称证书",
        "assignee": "reviewer",
        "due_on": "2026-12-15",
    }
    assert accountant.post(f"{ROOT}/tasks", fields).status_code == 303
    again = accountant.post(f"{ROOT}/tasks", fields)

    assert "已指派给 reviewer" in accountant.get(ROOT).text
    assert again.status_code == 409
    assert "取得会计负责人职称证书" in accountant.get("/assessment/tasks").text


def test_task_without_a_day_is_refused(accountant: Browser) -> None:
    answer = accountant.post(f"{ROOT}/tasks", {"task": "x", "assignee": "reviewer", "due_on": ""})

    assert answer.status_code == 422


def test_reviewer_finishes_the_own_task_and_no_other(
    desk: Engine, accountant: Browser, reviewer: Browser
) -> None:
    for person in ("reviewer", "accountant"):
        fields = {"task": "整理", "assignee": person, "due_on": "2026-12-15"}
        assert accountant.post("/assessment/tasks", fields).status_code == 303
    own = reviewer.post("/assessment/tasks/1/finish")
    other = reviewer.post("/assessment/tasks/2/finish")

    assert own.status_code == 303
    assert other.status_code == 403
    with database.reading(desk) as session:
        held = tasks.list_tasks(session, choosing.get_chosen(session), today=CLOCK.today())
    assert [(one.task.id, one.is_open) for one in held] == [(2, True), (1, False)]


def test_administrator_imports_a_rubric_and_chooses_it(administrator: Browser) -> None:
    said = {
        "new_version": "hubei-2026",
        "title": "湖北省评估细则",
        "authority": "湖北省民政厅",
        "source": "鄂民政发〔2026〕1号",
        "grade": "A",
        "years": "2",
    }
    content = workbook(ROW)
    checked = upload(
        administrator, "/assessment/rubrics/import", content, "细则.xlsx", **said, check="1"
    )
    imported = upload(administrator, "/assessment/rubrics/import", content, "细则.xlsx", **said)
    chosen = administrator.post(
        "/assessment/rubrics/choose",
        {"version": "hubei-2026", "first_year": "2025", "last_year": "2026", "founding": "200万"},
    )
    document = administrator.get("/assessment/rubrics/hubei-2026/document")

    assert "没有发现错误：1 项指标" in checked.text
    assert imported.status_code == 303
    assert chosen.status_code == 303
    assert document.data == content
    assert "2,000,000.00" in administrator.get("/assessment/rubrics").text


def test_mistakes_of_a_rubric_are_listed_on_the_page(administrator: Browser) -> None:
    said = {"new_version": "v", "title": "t", "authority": "a", "source": "s", "grade": "A"}
    content = workbook(ROW, (None, None, None, "甲", "三", ""))
    answer = upload(administrator, "/assessment/rubrics/import", content, "细则.xlsx", **said)

    assert answer.status_code == 422
    assert "第 3 行：分值“三”应为不超过两位小数的数字" in answer.text


def test_table_without_particulars_is_refused(administrator: Browser) -> None:
    answer = upload(administrator, "/assessment/rubrics/import", workbook(ROW), "细则.xlsx")

    assert answer.status_code == 422


def test_auditor_changes_nothing(auditor: Browser) -> None:
    for path in (
        "/assessment/check",
        f"{ROOT}/score",
        f"{ROOT}/confirm",
        f"{ROOT}/papers",
        f"{ROOT}/links",
        f"{ROOT}/tasks",
        "/assessment/papers",
        "/assessment/papers/1/withdraw",
        "/assessment/tasks",
        "/assessment/tasks/1/close",
        "/assessment/tasks/1/finish",
        "/assessment/rubrics/choose",
        "/assessment/rubrics/import",
    ):
        assert auditor.post(path).status_code == 403, path


def test_auditor_reads_everything(desk: Engine, auditor: Browser, app: Flask) -> None:
    folder = app.extensions[EXTENSION].config.data_dir
    do(desk, add_paper, folder, first_year=2025)

    for path in ("", "/indicators/2.4.10.1", "/papers", "/papers/1", "/tasks", "/evidence.zip"):
        answer = auditor.get(f"/assessment{path}")
        assert (answer.status_code, bool(answer.data)) == (200, True), path
        answer.close()
    assert "指派…" not in auditor.get("/assessment/indicators/2.4.10.1").text


def test_pages_speak_english(accountant: Browser) -> None:
    accountant.post("/assessment/check")
    accountant.post("/language", {"language": "en", "next": "/"})
    overview = accountant.get("/assessment").text
    indicator = accountant.get("/assessment/indicators/2.4.10.1").text

    assert "Assessment workspace" in overview
    assert "missing for 2025: Annual audit report" in indicator
    assert "Get for 2025: Annual audit report" in indicator


def test_unknown_indicator_is_not_found(accountant: Browser) -> None:
    assert accountant.get("/assessment/indicators/9.9").status_code == 404
    assert accountant.get("/assessment/papers/99").status_code == 404
    assert accountant.post("/assessment/tasks/99/close", {"state": "task_done"}).status_code == 404


def test_evidence_folder_follows_the_rubric(desk: Engine, accountant: Browser, app: Flask) -> None:
    folder = app.extensions[EXTENSION].config.data_dir
    do(desk, add_paper, folder, first_year=2025, title="=审计报告")
    do(desk, add_paper, folder, slot="related_party_statement", content=PDF + b"2")
    accountant.post("/assessment/check")
    with accountant.get("/assessment/evidence.zip") as answer:
        first = answer.data
    with accountant.get("/assessment/evidence.zip") as answer:
        second = answer.data
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        names = archive.namelist()
        index = archive.read("00_目录.csv").decode("utf-8-sig")

    assert first == second
    assert names[:2] == ["00_目录.csv", "00_账簿核对结果.csv"]
    assert [name.partition("/")[0] for name in names[2:]] == [
        "2.4.8.1_关联方无违规交易",
        "2.4.8.2_无关联方占用资金",
        "2.4.10.1_年度审计报告、年度专项信息审核报告",
    ]
    assert "'=审计报告" in index
    assert "缺 2025 年度的专项信息审核报告" in index


def test_program_reads_scores_confirms_and_gives_tasks(program: Program, second: Program) -> None:
    row = f"{API}/indicators/2.4.1.3"
    scored = program.post(f"{row}/scores", {"points": "2.5", "note": "有证书"}).json
    assert scored is not None
    confirmed = second.post(
        f"{row}/confirmation", {"score": scored["score_id"], "verdict": "confirmed"}
    )
    task = program.post(
        f"{API}/tasks",
        {"title": "整理", "assignee": "cashier", "due_on": "2026-12-15", "indicator": "2.4.1.3"},
    ).json
    assert task is not None
    closed = program.post(f"{API}/tasks/{task['id']}/close", {"state": "done"}).json
    whole = program.get(API).json

    assert scored["score"] == "2.5"
    assert confirmed.status_code == 200
    assert closed is not None
    assert (task["state"], closed["state"]) == ("open", "done")
    assert whole is not None
    assert whole["total"]["confirmed"] == "2.5"
    assert whole["total"]["stated"] == "80"
    assert len(whole["indicators"]) == 20


def test_program_is_told_that_unknown_points_are_unknown(desk: Engine, program: Program) -> None:
    do(desk, choose, "hubei-skeleton")
    whole = program.get(API).json
    rubrics = program.get(f"{API}/rubrics").json

    assert whole is not None
    assert whole["total"]["stated"] is None
    assert whole["total"]["unknown"] is None
    assert {row["points"] for row in whole["indicators"]} == {None}
    assert rubrics is not None
    assert rubrics["chosen"] == "hubei-skeleton"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/indicators/9.9/scores", {"points": "1"}, 404),
        ("/indicators/2.4.1.3/scores", {"points": "9"}, 422),
        ("/indicators/2.4.1.3/scores", {}, 422),
        ("/tasks", {"title": "x", "assignee": "auditor", "due_on": "2026-12-15"}, 422),
        ("/tasks/99/close", {"state": "done"}, 404),
        ("/tasks/99/close", {"state": "task_open"}, 422),
    ],
)
def test_program_is_refused_with_a_reason(
    program: Program, path: str, body: dict[str, str], status: int
) -> None:
    answer = program.post(f"{API}{path}", body)

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_desk_shows_the_own_tasks(desk: Engine, tmp_path: Path) -> None:
    joined = wsgi.join(Services(engine=desk, clock=CLOCK, config=serving.settings(tmp_path)))
    person = serving.signed_in(joined, Role.ACCOUNTANT)
    before = person.get("/").text
    fields = {"task": "整理", "assignee": "accountant", "due_on": "2026-12-15"}
    person.post("/assessment/tasks", fields)
    after = person.get("/").text

    assert "评估任务" not in before
    assert "评估任务" in after
    assert "我的 1 项" in after
    indicator = person.get("/assessment/indicators/2.4.10.1").text
    assert "45 审计与专项报告索引" in indicator
    assert "勾稽表" in indicator
