"""Refusals and failures: a page for people, a problem document for programs, one line for us."""

import logging
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask, request
from sqlalchemy import Engine, delete, text

from foundation import database
from foundation.http.context import services
from foundation.users import guard
from foundation.users.models import Role
from ledger.errors import Conflict, InvalidInput
from ledger.orm import Prepared
from ledger.trail import TrailRecord
from tests import serving
from tests.databases import DIALECTS, Databases
from tests.serving import Browser, Program


class OwnRefusal(Conflict):
    code = "own_refusal"
    message = "基金“{fund}”不能使用：{reason}"


FORGE = Prepared(lambda _: delete(TrailRecord))


@pytest.fixture
def broken(app: Flask) -> Flask:
    return with_broken_pages(app)


def with_broken_pages(app: Flask) -> Flask:
    """Give the application pages that refuse and break."""

    @guard.public
    def refuse() -> NoReturn:
        raise OwnRefusal(fund="SCHOL", reason="没有余额")

    @guard.public
    def fail() -> NoReturn:
        message = "a secret of the program"
        raise RuntimeError(message)

    @guard.public
    def trip() -> None:
        with database.transaction(services().engine) as session:
            session.execute(text("UPDATE trail_record SET actor = 'someone else'"))

    @guard.public
    def trick() -> None:
        with database.transaction(services().engine, pipelined=True) as session:
            FORGE.run(session.connection())

    @guard.public
    def unreadable() -> None:
        with database.reading(services().engine) as session:
            statement = text("SELECT * FROM no_such_table WHERE name = :name")
            session.execute(statement, {"name": request.args["name"]})

    pages = {"refuse": refuse, "fail": fail, "trip": trip, "trick": trick, "bad": unreadable}
    for name, view in pages.items():
        app.add_url_rule(f"/{name}", f"test_{name}", view)
        app.add_url_rule(f"/api/v1/{name}", f"test_api_{name}", view)
    return app


def document(app: Flask, path: str, **options: Any) -> Any:
    answer = app.test_client().get(path, **options)
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    return answer.json


def test_refusal_is_a_page_that_says_why_and_what_to_do(broken: Flask) -> None:
    answer = Browser(broken).get("/refuse")

    assert answer.status_code == 409
    assert "基金“SCHOL”不能使用：没有余额" in answer.text
    assert "请返回上一页" in answer.text


def test_refusal_is_a_problem_document_with_its_data(broken: Flask) -> None:
    problem = document(broken, "/api/v1/refuse")

    assert problem["type"] == "urn:foundation:problem:own_refusal"
    assert problem["code"] == "own_refusal"
    assert problem["detail"] == "基金“SCHOL”不能使用：没有余额"
    assert (problem["fund"], problem["reason"]) == ("SCHOL", "没有余额")
    assert problem["title"]


def test_missing_page_and_address_are_told_apart_for_people_and_programs(app: Flask) -> None:
    page = Browser(app).get("/nowhere")

    assert page.status_code == 404
    assert "找不到此页面" in page.text
    assert document(app, "/api/v1/nowhere")["code"] == "not_found"


def test_missing_page_has_the_menu_of_who_is_signed_in(app: Flask) -> None:
    answer = serving.signed_in(app, Role.ADMINISTRATOR).get("/nowhere")

    assert "/settings/users" in answer.text


def test_wrong_method_names_the_right_ones(app: Flask) -> None:
    answer = app.test_client().put("/healthz")
    of_api = app.test_client().delete("/api/v1/openapi.json")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert of_api.json["code"] == "method_not_allowed"  # type: ignore[index]
    assert "GET" in of_api.headers["Allow"]


def test_failure_shows_a_number_and_nothing_of_the_program(
    broken: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Browser(broken).get("/fail")

    assert answer.status_code == 500
    assert "没有写入任何数据" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert "secret" not in answer.text
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(failures) == 1
    assert answer.headers["X-Request-ID"] in failures[0].getMessage()


def test_failure_is_a_problem_document_for_programs(broken: Flask) -> None:
    problem = document(broken, "/api/v1/fail")

    assert (problem["status"], problem["code"]) == (500, "internal_error")
    assert problem["request_id"]
    assert "secret" not in str(problem)


@pytest.mark.parametrize("page", ["trip", "trick"], ids=["sqlalchemy", "driver"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_guard_of_the_database_is_logged_by_name(
    databases: Databases, tmp_path: Path, caplog: pytest.LogCaptureFixture, dialect: str, page: str
) -> None:
    with databases.prepared(dialect, "served", serving.open_books) as found:
        broken = with_broken_pages(serving.application(found, serving.settings(tmp_path)))
        answer = Browser(broken).get(f"/{page}")
        problem = document(broken, f"/api/v1/{page}")

    assert answer.status_code == 500
    assert "没有写入任何数据" in answer.text
    assert (problem["status"], problem["code"]) == (500, "internal_error")
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(failures) == 2
    assert all("guard=trail_" in failure.getMessage() for failure in failures)
    assert all(failure.exc_info is None for failure in failures)


def test_log_of_a_failed_statement_has_no_names(
    broken: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    Browser(broken).get("/bad?name=张三")

    assert "no_such_table" in caplog.text
    assert "张三" not in caplog.text


def test_log_of_a_request_has_the_rule_and_not_what_was_asked(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="foundation.access")
    browser = serving.signed_in(app, Role.ACCOUNTANT)
    caplog.clear()

    browser.get("/search?q=张三丰")

    (line,) = (record.getMessage() for record in caplog.records)
    assert "at=/search status=200" in line
    assert "张三丰" not in line


def test_people_without_permission_are_told_so(app: Flask, served: Engine) -> None:
    page = serving.signed_in(app, Role.ACCOUNTANT).get("/settings")
    program = Program(app, serving.issue_token(served, Role.ACCOUNTANT)).get("/api/v1/users")

    assert page.status_code == 403
    assert "您的角色不能使用此功能" in page.text
    assert (program.status_code, program.json["code"]) == (403, "not_allowed")  # type: ignore[index]


def test_upload_that_is_too_large_is_refused(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000

    answer = Browser(app).post("/sign-in", {"name": "x" * 2000})

    assert answer.status_code == 413
    assert "上传的内容过大" in answer.text


def test_english_reader_gets_english(broken: Flask) -> None:
    client = broken.test_client()
    client.set_cookie("language", "en")

    page = client.get("/nowhere")
    problem = client.get("/api/v1/nowhere").json

    assert '<html lang="en">' in page.text
    assert "找不到" not in page.text
    assert problem["title"].isascii()  # type: ignore[index]


def test_no_page_leaks_when_the_database_is_gone(
    app: Flask, served: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served.begin() as connection:
        connection.execute(text("DROP TABLE organisation"))

    answer = Browser(app).client.get("/sign-in")

    assert answer.status_code == 500
    assert "没有写入任何数据" in answer.text


def test_input_error_keeps_its_status(app: Flask) -> None:
    assert InvalidInput.status == 422
    answer = Browser(app).post("/language", {"language": "fr"})
    assert answer.status_code == 422
