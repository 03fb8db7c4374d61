"""Views that answer by themselves, the users of the API, its description, and health."""

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from foundation import database
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.users import guard, service
from foundation.users.models import Role, User
from foundation.users.permissions import Permission
from foundation.users.schemas import UserAnswer
from tests import factories, serving
from tests.databases import Databases
from tests.serving import Program

NEW = {"name": "newcomer", "role": "auditor", "display_name": "新来的"}


def users_named(engine: Engine, name: str) -> int:
    with database.reading(engine) as session:
        query = select(func.count()).select_from(User).where(User.name == name)
        return session.execute(query).scalar_one()


def body(answer: TestResponse) -> Any:
    return json.loads(answer.text)


def test_file_is_answered_as_it_is(app: Flask, program: Program) -> None:
    @guard.requires(Permission.USERS_MANAGE)
    @api.endpoint()
    def download(session: Session) -> Response:
        return Response("a,b\n", mimetype="text/csv")

    app.add_url_rule("/api/v1/file", "file", download)

    answer = program.get("/api/v1/file")

    assert (answer.mimetype, answer.text) == ("text/csv", "a,b\n")


def test_reading_call_cannot_write(app: Flask, served: Engine, program: Program) -> None:
    @guard.requires(Permission.USERS_MANAGE)
    @api.endpoint(items=UserAnswer)
    def sly(session: Session, *, page: PageRequest) -> Page[Any]:
        service.add_user(
            session, name="sly", role=Role.AUDITOR, actor="administrator", clock=factories.CLOCK
        )
        return Page([])

    app.add_url_rule("/api/v1/sly", "sly", sly)

    program.get("/api/v1/sly")

    assert users_named(served, "sly") == 0


def test_user_is_changed_and_read(program: Program) -> None:
    changed = program.patch(
        "/api/v1/users/cashier", {"expires_on": "2026-12-31", "is_active": False}
    )
    read = program.get("/api/v1/users/cashier")

    assert body(changed) == body(read)
    assert body(read)["expires_on"] == "2026-12-31"
    assert body(read)["is_active"] is False


def test_secrets_never_leave(program: Program) -> None:
    added = program.post("/api/v1/users", NEW | {"password": "a long password"})

    assert "password" not in added.text
    assert "argon2" not in program.get("/api/v1/users?limit=100").text


def test_missing_user_is_not_found(program: Program) -> None:
    answer = program.get("/api/v1/users/nobody")

    assert (answer.status_code, body(answer)["code"]) == (404, "unknown_user")


def test_revoked_token_is_nobody(app: Flask, served: Engine) -> None:
    browser = serving.signed_in(app, Role.ADMINISTRATOR)
    page = browser.post("/account/tokens", {"label": "nightly"}).text
    token = page.split('class="secret">')[1].split("<")[0]
    program = Program(app, token)
    assert program.get("/api/v1/users").status_code == 200

    digest = browser.get("/account").text.split("/account/tokens/")[1].split("/revoke")[0]
    browser.post(f"/account/tokens/{digest}/revoke")

    assert program.get("/api/v1/users").status_code == 401


def test_openapi_describes_every_call(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document is not None

    described = {
        (path, method) for path, operations in document["paths"].items() for method in operations
    }
    assert document["openapi"].startswith("3.")
    assert ("/api/v1/users", "post") in described
    assert ("/api/v1/users/{name}", "patch") in described
    for rule in app.url_map.iter_rules():
        if api.specification_of(app.view_functions[rule.endpoint]) is not None:
            path = rule.rule.replace("<int:", "<").replace("<", "{").replace(">", "}")
            for method in set(rule.methods or ()) - {"HEAD", "OPTIONS"}:
                assert (path, method.lower()) in described


def test_openapi_refers_only_to_what_it_defines(app: Flask) -> None:
    text = app.test_client().get("/api/v1/openapi.json").text
    document = json.loads(text)

    referred = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    operations = [o for item in document["paths"].values() for o in item.values()]
    ids = [operation["operationId"] for operation in operations]

    assert referred <= set(document["components"]["schemas"])
    assert len(ids) == len(set(ids))
    assert all(operation["summary"] for operation in operations)
    assert all(operation["x-permission"] for operation in operations)


def test_readable_description_names_every_resource(app: Flask) -> None:
    page = app.test_client().get("/api/v1/docs")

    assert page.status_code == 200
    assert "/api/v1/users" in page.text
    assert "NewUser" in page.text


def test_process_and_database_are_ready(app: Flask) -> None:
    client = app.test_client()

    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 200)


def test_database_without_its_schema_is_not_ready(databases: Databases, tmp_path: Path) -> None:
    with databases.empty("sqlite") as engine:
        client = serving.application(engine, serving.settings(tmp_path)).test_client()

        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")

    assert (answer.status_code, answer.json["migrations"]) == (503, "pending")  # type: ignore[index]


def test_database_that_is_gone_is_not_ready(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    engine = database.create(f"sqlite:///{folder / 'books.db'}")
    folder.rmdir()
    client = serving.application(engine, serving.settings(tmp_path)).test_client()

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
