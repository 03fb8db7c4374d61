"""What programs send: bodies that fit their schema, exact amounts and dates, or a problem."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from foundation import database
from foundation.http.fields import Amount, Day, Input, Moment, Text, one_of
from foundation.users.models import Role, User
from ledger.money import MAX_MINOR
from tests import factories
from tests.serving import Program

NEW = {"name": "newcomer", "role": "auditor", "display_name": "新来的"}


def users_named(engine: Engine, name: str) -> int:
    with database.reading(engine) as session:
        query = select(func.count()).select_from(User).where(User.name == name)
        return session.execute(query).scalar_one()


def body(answer: TestResponse) -> Any:
    return json.loads(answer.text)


def test_what_does_not_fit_is_said_for_each_field(program: Program, served: Engine) -> None:
    answer = program.post("/api/v1/users", {"role": "king", "expires_on": "soon"})

    problem = body(answer)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert problem["code"] == "invalid_fields"
    assert set(problem["errors"]) == {"name", "role", "expires_on"}
    assert users_named(served, "newcomer") == 0


def test_unknown_field_is_refused(program: Program, served: Engine) -> None:
    answer = program.post("/api/v1/users", NEW | {"is_admin": True})

    assert answer.status_code == 422
    assert set(body(answer)["errors"]) == {"is_admin"}
    assert users_named(served, "newcomer") == 0


@pytest.mark.parametrize("sent", [[], "text", 7, True])
def test_body_of_another_shape_is_refused(program: Program, sent: Any) -> None:
    assert program.post("/api/v1/users", sent).status_code == 422


@pytest.mark.parametrize("sent", ["{", "", '{"name": NaN}', "\xff", "null null"])
def test_broken_json_is_refused(program: Program, sent: str) -> None:
    answer = program.client.post(
        "/api/v1/users",
        data=sent.encode("latin-1"),
        headers=program.headers,
        content_type="application/json",
    )

    assert (answer.status_code, body(answer)["code"]) == (400, "broken_json")


def test_other_content_types_are_refused(program: Program) -> None:
    answer = program.client.post("/api/v1/users", data=NEW, headers=program.headers)

    assert (answer.status_code, body(answer)["code"]) == (415, "not_json")


class Everything(Input):
    amount = Amount(required=True)
    day = Day()
    role = one_of(Role)
    name = Text(shortest=1, longest=5)
    at = Moment(dump_only=True)


@pytest.mark.parametrize(
    ("sent", "minor"),
    [("120000.00", 120_000_00), ("0.01", 1), ("-5", -500), ("9999999999999.99", MAX_MINOR)],
)
def test_amount_comes_in_as_text(app: Flask, sent: str, minor: int) -> None:
    with app.test_request_context():
        assert Everything().load({"amount": sent})["amount"] == minor


@pytest.mark.parametrize(
    "sent",
    [1, 1.5, True, "1,000.00", "1e3", "NaN", "", " 1", "0.001", "10000000000000000", "１", None],
)
def test_amount_in_any_other_form_is_refused(app: Flask, sent: Any) -> None:
    with app.test_request_context():
        assert set(Everything().validate({"amount": sent})) == {"amount"}


@pytest.mark.parametrize("sent", ["", "  ", "sixsix", "a\x00b", 7])
def test_text_that_cannot_be_kept_is_refused(app: Flask, sent: Any) -> None:
    with app.test_request_context():
        assert set(Everything().validate({"amount": "1", "name": sent})) == {"name"}


@pytest.mark.parametrize("sent", ["2026-3-5", "20260305", "05.03.2026", "2026-02-30", 20260305])
def test_day_in_any_other_form_is_refused(app: Flask, sent: Any) -> None:
    with app.test_request_context():
        assert set(Everything().validate({"amount": "1", "day": sent})) == {"day"}


def test_answer_writes_money_and_time_as_text(app: Flask) -> None:
    with app.test_request_context():
        written = Everything().dump({"amount": -1, "at": factories.CLOCK.now(), "role": Role.DONOR})

    assert written == {"amount": "-0.01", "at": "2026-11-22T02:00:00+00:00", "role": "donor"}
