"""A request with a key is answered alike each time it comes, and its work is done once."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from marshmallow import fields
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from foundation import database
from foundation.http import api
from foundation.http.fields import Input
from foundation.http.models import IdempotentAnswer
from foundation.users import guard, service
from foundation.users.models import Role, User
from foundation.users.permissions import Permission
from ledger.errors import Conflict
from ledger.trail import TrailRecord
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.serving import Program
from tests.threads import together

NEW = {"name": "newcomer", "role": "auditor", "display_name": "新来的"}


class Count(Input):
    calls = fields.Integer()


def users_named(engine: Engine, name: str) -> int:
    with database.reading(engine) as session:
        query = select(func.count()).select_from(User).where(User.name == name)
        return session.execute(query).scalar_one()


def body(answer: TestResponse) -> Any:
    return json.loads(answer.text)


def test_repeated_request_gets_the_same_answer_and_works_once(
    program: Program, served: Engine
) -> None:
    first = program.post("/api/v1/users", NEW, key="k-1")
    second = program.post("/api/v1/users", NEW, key="k-1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert second.headers["Idempotent-Replayed"] == "true"
    assert users_named(served, "newcomer") == 1


def test_order_and_spaces_of_a_body_do_not_matter(program: Program) -> None:
    program.post("/api/v1/users", NEW, key="k-1")
    again = program.client.post(
        "/api/v1/users",
        data=json.dumps(dict(reversed(NEW.items())), indent=3),
        content_type="application/json",
        headers=program.headers | {"Idempotency-Key": "k-1"},
    )

    assert again.status_code == 201


def test_key_for_another_body_is_refused(program: Program, served: Engine) -> None:
    program.post("/api/v1/users", NEW, key="k-1")
    answer = program.post("/api/v1/users", NEW | {"name": "other"}, key="k-1")

    assert (answer.status_code, body(answer)["code"]) == (409, "idempotency_key_reused")
    assert users_named(served, "other") == 0


def test_key_belongs_to_one_person(app: Flask, served: Engine, program: Program) -> None:
    with database.transaction(served) as session:
        session.add(
            IdempotentAnswer(
                user_id=session.execute(select(User.id).where(User.name == "auditor")).scalar_one(),
                key="k-1",
                request_digest="0" * 64,
                status=200,
                body="{}",
                created_at=factories.CLOCK.now(),
            )
        )

    assert program.post("/api/v1/users", NEW, key="k-1").status_code == 201


def test_without_a_key_the_work_is_done_each_time(program: Program) -> None:
    assert program.post("/api/v1/users", NEW).status_code == 201
    assert program.post("/api/v1/users", NEW).status_code == 409


def test_refused_request_may_be_corrected_under_its_key(program: Program, served: Engine) -> None:
    refused = program.post("/api/v1/users", NEW | {"name": "No Good"}, key="k-1")
    corrected = program.post("/api/v1/users", NEW, key="k-1")

    assert (refused.status_code, corrected.status_code) == (422, 201)
    assert users_named(served, "newcomer") == 1


@pytest.mark.parametrize("key", ["", "x" * 121, "käse"])
def test_key_that_cannot_be_kept_is_refused(program: Program, key: str) -> None:
    headers = program.headers | {"Idempotency-Key": key}
    answer = program.client.post("/api/v1/users", json=NEW, headers=headers)

    assert answer.status_code == 422


def test_answer_is_kept_with_the_work_or_not_at_all(
    app: Flask, served: Engine, program: Program
) -> None:
    @guard.requires(Permission.USERS_MANAGE)
    @api.endpoint(status=201)
    def fail_late(session: Session) -> None:
        service.add_user(
            session,
            name="half-done",
            role=Role.AUDITOR,
            actor="administrator",
            clock=factories.CLOCK,
        )
        raise Conflict(reason="too late")

    app.add_url_rule("/api/v1/late", "late", fail_late, methods=["POST"])

    assert program.post("/api/v1/late", {}, key="k-1").status_code == 409

    assert users_named(served, "half-done") == 0
    with database.reading(served) as session:
        assert session.get(IdempotentAnswer, (1, "k-1")) is None
        kept = session.execute(select(func.count()).select_from(IdempotentAnswer)).scalar_one()
    assert kept == 0


def test_upload_counts_by_its_parts(app: Flask, program: Program) -> None:
    calls: list[str] = []

    @guard.requires(Permission.USERS_MANAGE)
    @api.endpoint(answer=Count)
    def take(session: Session) -> dict[str, int]:
        calls.append("called")
        return {"calls": len(calls)}

    app.add_url_rule("/api/v1/take", "take", take, methods=["POST"])

    def send(content: bytes) -> TestResponse:
        # Each request has another boundary between its parts.
        return program.client.post(
            "/api/v1/take",
            data={"file": (io.BytesIO(content), "a.csv"), "fund": "GEN"},
            headers=program.headers | {"Idempotency-Key": "k-1"},
        )

    assert [send(b"1").status_code, send(b"1").status_code, send(b"2").status_code] == [
        200,
        200,
        409,
    ]
    assert len(calls) == 1


@pytest.fixture(params=DIALECTS)
def everywhere(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "people", serving.add_people) as found:
        yield found


def test_requests_at_the_same_moment_work_once(everywhere: Engine, tmp_path: Path) -> None:
    app = serving.application(everywhere, serving.settings(tmp_path))
    token = serving.issue_token(everywhere, Role.ADMINISTRATOR)

    def send() -> tuple[int, bytes]:
        answer = Program(app, token).post("/api/v1/users", NEW, key="same")
        return answer.status_code, answer.data

    answers = together([send] * 8)

    assert len(set(answers)) == 1
    assert answers[0][0] == 201  # type: ignore[index]
    assert users_named(everywhere, "newcomer") == 1
    with database.reading(everywhere) as session:
        added = select(func.count()).where(TrailRecord.subject == "user:newcomer")
        assert session.execute(added).scalar_one() == 1
