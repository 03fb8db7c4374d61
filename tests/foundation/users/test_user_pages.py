"""Pages of users: the own account, and what an administrator does with others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.databases import Databases
from tests.serving import PASSWORD, Browser


@pytest.fixture
def app(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    with databases.prepared("sqlite", "people", serving.add_people) as engine:
        yield application(engine, tmp_path)


def application(engine: Engine, folder: Path) -> Flask:
    return serving.application(engine, serving.settings(folder))


@pytest.fixture
def admin(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ADMINISTRATOR)


NEW = {"name": "zhou", "display_name": "周审计", "role": "auditor", "password": "a good password"}


def test_user_is_added_and_signs_in(app: Flask, admin: Browser) -> None:
    assert admin.post("/settings/users", NEW).status_code == 303

    assert "已添加用户 zhou" in admin.get("/settings/users").text
    assert Browser(app).sign_in("zhou", NEW["password"]).status_code == 303


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Zhou Wei"}, "name"),
        ({"name": "admin@x"}, "name"),
        ({"name": "auditor"}, "name"),
        ({"password": "short"}, "password"),
        ({"role": "king"}, "role"),
        ({"role": ""}, "role"),
        ({"expires_on": "never"}, "expires_on"),
    ],
)
def test_error_stands_beside_its_field_and_what_was_typed_stays(
    app: Flask, admin: Browser, change: dict[str, str], field: str
) -> None:
    answer = admin.post("/settings/users", NEW | change)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="周审计"' in answer.text
    assert NEW["password"] not in answer.text


def test_auditor_gets_in_until_the_last_day(app: Flask, admin: Browser) -> None:
    admin.post("/settings/users", NEW | {"expires_on": "20261121"})

    assert "已到期" in admin.get("/settings/users").text
    assert Browser(app).sign_in("zhou", NEW["password"]).status_code == 401
    admin.post("/settings/users/zhou/expiry", {"expires_on": "2026-11-22", "reason": "延期"})
    assert Browser(app).sign_in("zhou", NEW["password"]).status_code == 303


def test_deactivated_user_is_out_at_once_and_back_when_activated(
    app: Flask, admin: Browser
) -> None:
    other = serving.signed_in(app, Role.CASHIER)

    admin.post("/settings/users/cashier/deactivate")
    assert not other.is_signed_in()
    admin.post("/settings/users/cashier/activate")

    assert Browser(app).sign_in("cashier").status_code == 303


def test_administrator_cannot_lock_everybody_out(admin: Browser) -> None:
    answer = admin.post("/settings/users/administrator/deactivate")

    assert answer.status_code == 409
    assert admin.is_signed_in()


def test_password_is_reset_by_an_administrator(app: Flask, admin: Browser) -> None:
    other = serving.signed_in(app, Role.CASHIER)

    refused = admin.post("/settings/users/cashier/password", {"password": "x"})
    admin.post("/settings/users/cashier/password", {"password": "quite another one"})

    assert refused.status_code == 422
    assert not other.is_signed_in()
    assert Browser(app).sign_in("cashier", "quite another one").status_code == 303


def test_unknown_user_has_no_page(admin: Browser) -> None:
    answer = admin.get("/settings/users/nobody")

    assert answer.status_code == 404
    assert "没有用户“nobody”" in answer.text


def change_password(browser: Browser, **fields: str) -> int:
    sent = {"current": PASSWORD, "new": "a new password", "again": "a new password"} | fields
    return browser.post("/account/password", sent).status_code


def test_own_password_is_changed_and_the_session_is_a_new_one(app: Flask) -> None:
    browser, elsewhere = (serving.signed_in(app, Role.REVIEWER) for _ in range(2))
    before = browser.cookie("session")

    assert change_password(browser) == 303

    assert browser.is_signed_in()
    assert browser.cookie("session") != before
    assert not elsewhere.is_signed_in()
    assert Browser(app).sign_in("reviewer").status_code == 401
    assert Browser(app).sign_in("reviewer", "a new password").status_code == 303


@pytest.mark.parametrize(
    "fields", [{"current": "wrong"}, {"again": "different"}, {"new": "x", "again": "x"}]
)
def test_own_password_stays_when_something_is_wrong(app: Flask, fields: dict[str, str]) -> None:
    assert change_password(serving.signed_in(app, Role.REVIEWER), **fields) == 422

    assert Browser(app).sign_in("reviewer").status_code == 303


def test_token_is_shown_once(app: Flask) -> None:
    browser = serving.signed_in(app, Role.AUDITOR)
    shown = browser.post("/account/tokens", {"label": "导出"}).text
    token = shown.split('class="secret">')[1].split("<")[0]

    page = browser.get("/account").text
    assert "导出" in page
    assert token not in page


def test_token_of_another_person_is_not_found(app: Flask, admin: Browser) -> None:
    owner = serving.signed_in(app, Role.AUDITOR)
    owner.post("/account/tokens", {"label": "x"})
    digest = owner.get("/account").text.split("/account/tokens/")[1].split("/revoke")[0]

    assert admin.post(f"/account/tokens/{digest}/revoke").status_code == 404
    assert admin.post(f"/settings/users/auditor/tokens/{digest}/revoke").status_code == 303
    assert "已撤销" in owner.get("/account").text
