"""A final pack: refused with the whole list, made once nothing is in its way, kept by digest."""

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

import wsgi
from foundation import database
from foundation.evidence import pack_making, packs, queries, service
from foundation.evidence.models import AuditPack
from foundation.evidence.packs import Made, PackRunning, Progress
from foundation.evidence.service import Paper
from foundation.http.context import Services
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.evidence import evidence_tables as tables
from tests.reports import book_cases
from tests.reports.audit_pack.test_audit_pack import verify
from tests.serving import Browser


def build(engine: Engine) -> None:
    book_cases.build(engine)
    factories.install_organisation(engine)
    serving.add_people(engine)


@pytest.fixture(name="served")
def _served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "final-packs", build) as engine:
        yield engine


@pytest.fixture(name="app")
def _app(served: Engine, tmp_path: Path) -> Flask:
    joined = wsgi.join(Services(served, CLOCK, serving.settings(tmp_path)))
    joined.testing = False
    joined.jinja_env.bytecode_cache = serving._templates
    return joined


@pytest.fixture(name="accountant")
def _accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


@pytest.fixture(name="reviewer")
def _reviewer(app: Flask) -> Browser:
    return serving.signed_in(app, Role.REVIEWER)


def settled(browser: Browser) -> str:
    """Wait for the pack that is being made, and return the page."""
    for thread in threading.enumerate():
        if thread.name == pack_making.THREAD:
            thread.join(30)
    answer = browser.get("/audit-pack")
    assert "Refresh" not in answer.headers, answer.text
    return answer.text


def put_in_order(served: Engine, folder: Path, accountant: Browser, reviewer: Browser) -> None:
    """Explain every difference of 2025 and waive or hand in what is required."""
    items = json.loads(reviewer.get("/reports/tie_outs.json?period=2025").data)["rows"]
    for item in items:
        if item["holds"] == "differs":
            accountant.post(f"/controls/2025/{item['id']}", {"reason": "登记簿自2026年启用"})
    with database.reading(served) as session:
        keys = [row.id for row in queries.explanations(session, "2025").values()]
    for key in keys:
        assert reviewer.post(f"/controls/explanations/{key}/approve", {}).status_code == 303
    accountant.post("/evidence/2025/waivers/payroll", {"reason": "2025年没有专职人员"})
    report = tables.single(tables.REPORTS_HEAD, tables.REPORT)
    with database.transaction(served) as session:
        options: dict[str, Any] = {"data_dir": folder, "actor": PREPARER, "clock": CLOCK}
        service.hand_in_table(session, "audit_reports", 2025, Paper("索引.xlsx", report), **options)
        paper = Paper("审计报告.pdf", b"%PDF-1.4")
        service.hand_in_paper(session, "audit_reports_files", 2025, paper, **options)


def test_final_pack_is_refused_with_everything_in_its_way(
    reviewer: Browser, served: Engine
) -> None:
    answer = reviewer.post("/audit-pack/final", {"first": "2025", "last": "2026"})
    assert answer.status_code == 409
    for words in ("2026-02、2026-03", "CT11 差额", "未说明", "2025 年缺少 34 工资薪酬"):
        assert words in answer.text, words
    with database.reading(served) as session:
        assert session.query(AuditPack).count() == 0


def test_final_pack_is_made_kept_and_verifies(
    served: Engine, tmp_path: Path, accountant: Browser, reviewer: Browser
) -> None:
    put_in_order(served, tmp_path, accountant, reviewer)
    answer = reviewer.post("/audit-pack/final", {"first": "2025", "last": "2025"})
    assert answer.status_code == 303, answer.text
    page = settled(reviewer)
    assert "正式" in page
    given = serving.signed_in(reviewer.client.application, Role.AUDITOR).get("/audit-pack/1.zip")
    out = tmp_path / "final.zip"
    out.write_bytes(given.data)
    done = verify(out)
    assert (done.returncode, "final" in done.stdout) == (0, True), done.stdout
    with zipfile.ZipFile(io.BytesIO(given.data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = archive.namelist()
        listed = archive.read("00_清单.csv").decode()
        handed_in = archive.read("00_上传资料.csv").decode()
        totals = archive.read("00_勾稽结果.csv").decode()
    assert (manifest["state"], manifest["state_title"]) == ("final", "正式")
    assert "2025/45_审计与专项报告/审计报告.pdf" in names
    assert "2025/45_审计与专项报告索引.csv" in names
    assert "2025/45_审计与专项报告索引_上传原件.xlsx" in names
    assert listed
    assert "2025年没有专职人员" in handed_in
    assert "已说明" in totals
    with database.reading(served) as session:
        pack = packs.get_pack(session, 1)
        assert (pack.made_by, pack.state.value, pack.size) == ("reviewer", "final", len(given.data))
        assert pack.chain_head == manifest["chain_head"]


def test_final_pack_is_refused_when_an_explained_figure_changed(
    served: Engine, tmp_path: Path, accountant: Browser, reviewer: Browser
) -> None:
    put_in_order(served, tmp_path, accountant, reviewer)
    with served.begin() as connection:
        connection.execute(text("DROP TRIGGER control_explanation_update"))
        connection.execute(text("UPDATE control_explanation SET right_value = right_value + 1"))
    answer = reviewer.post("/audit-pack/final", {"first": "2025"})
    assert (answer.status_code, "说明已过时" in answer.text) == (409, True)


def test_final_pack_of_books_that_fail_their_checks_is_refused_by_its_job(
    served: Engine, tmp_path: Path, accountant: Browser, reviewer: Browser
) -> None:
    put_in_order(served, tmp_path, accountant, reviewer)
    with served.begin() as connection:
        connection.execute(text("DROP TRIGGER evidence_row_update"))
        connection.execute(text('UPDATE evidence_row SET cells = \'["x","","","",null,""]\''))
    assert reviewer.post("/audit-pack/final", {"first": "2025"}).status_code == 303
    page = settled(reviewer)
    assert "账簿检查有" in page
    assert "evidence_rows" in page


def test_draft_is_made_beside_the_pages_and_says_draft(accountant: Browser, tmp_path: Path) -> None:
    answer = accountant.post("/audit-pack/draft", {"first": "2026"})
    assert answer.status_code == 303, answer.text
    assert "草稿" in settled(accountant)
    given = accountant.get("/audit-pack/1.zip")
    out = tmp_path / "draft.zip"
    out.write_bytes(given.data)
    assert "draft" in verify(out).stdout
    assert not list((tmp_path / packs.FOLDER).glob(".part-*"))


def test_auditor_takes_a_draft_that_nobody_keeps(app: Flask, served: Engine) -> None:
    auditor = serving.signed_in(app, Role.AUDITOR)
    given = auditor.get("/audit-pack/draft.zip?first=2025&last=2026")
    assert given.data[:2] == b"PK"
    with database.reading(served) as session:
        assert session.query(AuditPack).count() == 0
    assert auditor.get("/audit-pack/draft.zip?first=2026&last=2025").status_code == 422
    assert auditor.get("/audit-pack/draft.zip?first=1999&last=1999").status_code == 422


@pytest.mark.parametrize("years", [("2026", "2025"), ("2020", "2026"), ("x", "2026")])
def test_years_that_cannot_be_packed_start_nothing(
    reviewer: Browser, accountant: Browser, years: tuple[str, str]
) -> None:
    asked = {"first": years[0], "last": years[1]}
    assert reviewer.post("/audit-pack/final", asked).status_code == 422
    assert accountant.post("/audit-pack/draft", asked).status_code == 422


def test_job_that_falls_silent_was_interrupted_and_makes_room(
    served: Engine, accountant: Browser
) -> None:
    def start(actor: str) -> int:
        with database.transaction(served) as session:
            return packs.start(
                session, 2025, 2025, is_final=False, steps=3, actor=actor, clock=CLOCK
            )

    first = start(PREPARER)
    with pytest.raises(PackRunning):
        start(REVIEWER)
    assert "Refresh" in accountant.get("/audit-pack").headers
    later = (CLOCK.now() - packs.SILENT_AFTER - timedelta(seconds=1)).isoformat(sep=" ")
    with served.begin() as connection:
        connection.execute(text("UPDATE pack_job SET heard_at = :at"), {"at": later[:26]})
    assert "中断，请重试" in accountant.get("/audit-pack").text
    with database.reading(served) as session:
        found = {job.id: job.progress for job in packs.list_jobs(session, clock=CLOCK)}
    assert found == {first: Progress.INTERRUPTED}
    assert accountant.post("/audit-pack/draft", {"first": "2025"}).status_code == 303
    settled(accountant)


def test_pack_whose_file_is_gone_says_that_it_can_be_made_again(
    served: Engine, accountant: Browser, tmp_path: Path
) -> None:
    manifest = {"years": [2025], "state": "draft", "files": [{}], "chain_head": "x"}
    with database.transaction(served) as session:
        packs.keep(session, Made("0" * 64, 1, manifest), actor=PREPARER, clock=CLOCK)
    assert "可重新生成" in accountant.get("/audit-pack").text
    assert accountant.get("/audit-pack/1.zip").status_code == 404


def test_old_drafts_are_swept_and_final_packs_stay(served: Engine, tmp_path: Path) -> None:
    folder = tmp_path / packs.FOLDER
    folder.mkdir()
    manifest = {"years": [2025], "files": [{}], "chain_head": "x"}
    with database.transaction(served) as session:
        for digest, state in (("a" * 64, "draft"), ("b" * 64, "final")):
            made = Made(digest, 1, {**manifest, "state": state})
            packs.keep(session, made, actor=PREPARER, clock=CLOCK)
            path = packs.path_of(tmp_path, digest)
            path.write_bytes(b"x")
            os.utime(path, (0, 0))
        packs.sweep(session, data_dir=tmp_path, clock=CLOCK)
    assert [path.name for path in folder.iterdir()] == [f"{'b' * 64}.zip"]


def test_command_names_every_obstacle_and_leaves_no_file(served: Engine, tmp_path: Path) -> None:
    out = tmp_path / "pack.zip"
    environ = {
        **os.environ,
        "DATABASE_URL": served.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-c", "import wsgi; wsgi.main()", "--json"]
    asked = [
        "reports",
        "audit-pack",
        "--from",
        "2026",
        "--to",
        "2026",
        "--out",
        str(out),
        "--final",
    ]
    nobody = subprocess.run(
        [*command, *asked], check=False, capture_output=True, text=True, env=environ
    )
    assert json.loads(nobody.stdout)["error"]["code"] == "actor_needed"
    done = subprocess.run(
        [*command, "--as", "reviewer", *asked],
        check=False,
        capture_output=True,
        text=True,
        env=environ,
    )
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"]) == (1, "pack_not_final")
    assert "CT11" in error["detail"]
    assert not out.exists()
