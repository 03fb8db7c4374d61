"""A difference is explained by two people, for these figures only, and never made to vanish."""

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from foundation import database
from foundation.evidence import explanations, integrity, queries
from foundation.evidence.explanations import Difference, Standing
from foundation.users.models import Role
from ledger.errors import Conflict, InvalidInput, NotAllowed, NotFound, Stale
from ledger.integrity import run as run_checks
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.serving import Browser, Program

RED = Difference("2026", "CT11", 0, 500, (("凭证", -500),))


@pytest.fixture(params=DIALECTS, name="books")
def _books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "books", factories.install_books) as engine:
        yield engine


def explain(engine: Engine, folder: Path, now: Difference = RED, **more: Any) -> int:
    options = {"reason": "捐赠台账自三月启用", "actor": PREPARER, **more}
    with database.transaction(engine) as session:
        return explanations.explain(session, now, data_dir=folder, clock=CLOCK, **options).id


def approve(engine: Engine, key: int, now: Difference | None = RED, actor: str = REVIEWER) -> None:
    with database.transaction(engine) as session:
        explanations.approve(session, key, now, actor=actor, clock=CLOCK)


def standing(engine: Engine, now: Difference) -> Standing:
    with database.reading(engine) as session:
        held = queries.find_explanation(session, now.period, now.control)
        assert held is not None
        return explanations.standing(held, now)


def test_explanation_holds_once_another_person_approved_it(books: Engine, tmp_path: Path) -> None:
    key = explain(books, tmp_path)
    assert standing(books, RED) is Standing.WAITING
    with pytest.raises(NotAllowed):
        approve(books, key, actor=PREPARER)
    approve(books, key)
    assert standing(books, RED) is Standing.HOLDS
    with pytest.raises(Conflict):
        approve(books, key)
    with database.reading(books) as session:
        assert list(run_checks(session, integrity.CHECKS)) == []


@pytest.mark.parametrize(
    "now",
    [
        Difference("2026", "CT11", 1, 500, (("凭证", -500),)),
        Difference("2026", "CT11", 0, 501, (("凭证", -500),)),
        Difference("2026", "CT11", 0, 500, (("凭证", -400), ("另一张", -100))),
    ],
)
def test_explanation_says_nothing_of_other_figures(
    databases: Databases, tmp_path: Path, now: Difference
) -> None:
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        key = explain(engine, tmp_path)
        with pytest.raises(Stale):
            approve(engine, key, now)
        with pytest.raises(Stale):
            approve(engine, key, None)
        approve(engine, key)
        assert standing(engine, now) is Standing.OUTDATED


def test_later_explanation_takes_the_place_of_the_earlier(books: Engine, tmp_path: Path) -> None:
    first = explain(books, tmp_path)
    approve(books, first)
    second = explain(books, tmp_path, reason="补充", paper=("依据.pdf", b"%PDF"))
    assert standing(books, RED) is Standing.WAITING
    with pytest.raises(Conflict):
        approve(books, first)
    with database.transaction(books) as session:
        explanations.withdraw(session, second, reason="写错", actor=PREPARER, clock=CLOCK)
    with database.reading(books) as session:
        assert queries.find_explanation(session, "2026", "CT11") is None
        count = session.execute(text("SELECT COUNT(*) FROM control_explanation")).scalar()
        assert count == 2


def test_explanation_without_words_or_with_a_program_is_refused(
    books: Engine, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput):
        explain(books, tmp_path, reason=" ")
    with pytest.raises(InvalidInput):
        explain(books, tmp_path, paper=("x.exe", b"MZ"))
    with pytest.raises(NotFound):
        approve(books, 99)


def test_red_total_is_explained_on_its_page_and_red_again_when_the_books_move(
    served: Engine, accountant: Browser, reviewer: Browser, auditor: Browser
) -> None:
    page = accountant.get("/controls?year=2026&show=red").text
    assert "CT11" in page
    reason = {"reason": "台账启用前的捐赠", "file": (io.BytesIO(b"%PDF"), "依据.pdf")}
    assert accountant.post("/controls/2026/CT11", reason).status_code == 303
    assert "说明待批准" in auditor.get("/controls?year=2026").text
    assert accountant.post("/controls/explanations/1/approve", {}).status_code == 403
    assert reviewer.post("/controls/explanations/1/approve", {}).status_code == 303
    page = auditor.get("/controls?year=2026").text
    assert "reviewer 批准" in page
    assert auditor.get("/controls/explanations/1/file").data == b"%PDF"
    assert 'id="CT11"' not in auditor.get("/controls?year=2026&show=red").text
    factories.book(
        served, factories.gift_voucher(served, minor=7_00, fund="GEN", on=date(2026, 3, 20))
    )
    assert "说明已过时" in auditor.get("/controls?year=2026&show=red").text


@pytest.mark.parametrize(("control", "reason"), [("CT05", "没有差额"), ("CT99", "x"), ("CT11", "")])
def test_what_holds_or_is_not_said_cannot_be_explained(
    accountant: Browser, control: str, reason: str
) -> None:
    answer = accountant.post(f"/controls/2026/{control}", {"reason": reason})
    assert answer.status_code in (409, 422)


def test_program_explains_and_another_approves(
    served: Engine, app: Flask, program: Program
) -> None:
    body = {"year": 2026, "control": "CT11", "reason": "台账启用前的捐赠"}
    made = program.post("/api/v1/controls/explanations", body)
    assert made.status_code == 201, made.text
    other = Program(app, serving.issue_token(served, Role.REVIEWER))
    approved = other.post(f"/api/v1/controls/explanations/{made.json['id']}/approve", {})
    assert approved.json["approved_by"] == "reviewer"
    items = {i["id"]: i for i in program.get("/api/v1/controls?year=2026").json["items"]}
    assert items["CT11"]["holds"] is False
    assert items["CT11"]["explanation"]["standing"] == "holds"
    nothing = program.post("/api/v1/controls/explanations", body | {"control": "CT05"})
    assert nothing.json["code"] == "control_holds"


def test_note_of_the_report_says_who_explained(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    accountant.post("/controls/2026/CT11", {"reason": "台账启用前的捐赠"})
    reviewer.post("/controls/explanations/1/approve", {})
    told = json.loads(reviewer.get("/reports/tie_outs.json?period=2026").data)
    (row,) = [row for row in told["rows"] if row["id"] == "CT11"]
    assert "说明：台账启用前的捐赠（accountant 说明，reviewer 批准）" in row["note"]
