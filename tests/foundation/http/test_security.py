"""Forms come from our own pages, and browsers are told to be careful."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.serving import Browser, Program


def test_form_without_token_is_refused_and_does_nothing(app: Flask) -> None:
    browser = serving.signed_in(app, Role.ADMINISTRATOR)

    answer = browser.client.post(
        "/settings/users", data={"name": "intruder", "role": "auditor", "password": "long enough 1"}
    )

    assert answer.status_code == 400
    assert "页面已过期" in answer.text
    assert "intruder" not in browser.get("/settings/users").text


def test_form_with_the_token_of_another_session_is_refused(app: Flask) -> None:
    other = serving.signed_in(app, Role.ADMINISTRATOR).form_token()
    browser = serving.signed_in(app, Role.ADMINISTRATOR)

    assert browser.post("/sign-out", {"csrf_token": other}).status_code == 400
    assert browser.is_signed_in()


def test_token_changes_with_the_session(app: Flask) -> None:
    browser = Browser(app)
    before = browser.form_token()

    browser.sign_in("accountant")

    assert browser.form_token() != before


def test_form_may_carry_the_token_in_a_header(app: Flask) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)

    answer = browser.client.post("/sign-out", headers={"X-CSRF-Token": browser.form_token()})

    assert answer.status_code == 303


def test_api_takes_no_change_from_a_cookie_without_the_token(app: Flask) -> None:
    browser = serving.signed_in(app, Role.ADMINISTRATOR)
    body = {"name": "intruder", "role": "auditor"}

    bare = browser.client.post("/api/v1/users", json=body)
    with_token = browser.client.post(
        "/api/v1/users", json=body, headers={"X-CSRF-Token": browser.form_token()}
    )

    assert (bare.status_code, bare.json["code"]) == (400, "form_expired")  # type: ignore[index]
    assert with_token.status_code == 201


def test_bearer_token_opens_no_page(app: Flask, served: Engine) -> None:
    program = Program(app, serving.issue_token(served, Role.ADMINISTRATOR))

    assert program.get("/settings/users").status_code == 302
    assert program.get("/api/v1/users").status_code == 200


@pytest.mark.parametrize("header", ["Bearer made-up", "Basic YTpi", "Bearer", "bearer  "])
def test_wrong_authorization_is_nobody(app: Flask, header: str) -> None:
    answer = app.test_client().get("/api/v1/users", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_wrong_authorization_does_not_fall_back_to_the_cookie(app: Flask) -> None:
    browser = serving.signed_in(app, Role.ADMINISTRATOR)

    answer = browser.get("/api/v1/users", headers={"Authorization": "Bearer made-up"})

    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/api/v1/users", "/healthz"])
def test_every_answer_carries_the_headers(app: Flask, path: str) -> None:
    headers = Browser(app).get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_https_is_asked_for_where_the_service_has_it(served: Engine, tmp_path: Path) -> None:
    config = serving.settings(tmp_path, public_url="https://books.example.org")

    headers = Browser(serving.application(served, config)).get("/sign-in").headers

    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_files_with_a_digest_in_their_address_may_be_kept(app: Flask) -> None:
    client = app.test_client()

    with client.get("/static/style.css?v=abc") as kept, client.get("/static/style.css") as asked:
        assert "immutable" in kept.headers["Cache-Control"]
        assert "immutable" not in asked.headers["Cache-Control"]


def test_pages_have_no_script_or_style_of_their_own(app: Flask) -> None:
    browser = serving.signed_in(app, Role.ADMINISTRATOR)

    for path in ("/", "/settings", "/settings/users", "/account", "/search?q=a", "/api/v1/docs"):
        text = browser.get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert text.count("<script") == 1
        assert "<script src=" in text


def test_everything_typed_is_shown_as_text(app: Flask) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)

    answer = browser.get("/search?q=<script>alert(1)</script>")

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
