"""Issued statements for programs: the same rules and the same bytes as on the pages."""

import hashlib
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Engine

import wsgi
from foundation.http.context import Services
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.factories import CLOCK
from tests.serving import Program

PATH = "/api/v1/statements"


def build(engine: Engine) -> None:
    """Two closed months of 2025 and open ones after them."""
    factories.install_books(engine)
    serving.add_people(engine)
    factories.book(
        engine,
        factories.opening_voucher(engine),
        factories.gift_voucher(engine, minor=500_00, fund="GEN", on=date(2025, 11, 3)),
    )
    factories.close_periods(engine, 202511, 202512)


@pytest.fixture(scope="module")
def app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with databases.prepared("sqlite", "statements for programs", build) as engine:
        config = serving.settings(tmp_path_factory.mktemp("statements"))
        joined = wsgi.join(Services(engine=engine, clock=CLOCK, config=config))
        joined.testing = False
        joined.config["ENGINE"] = engine
        yield joined


def program(app: Flask, role: Role) -> Program:
    return Program(app, serving.issue_token(app.config["ENGINE"], role))


def test_program_issues_lists_and_reads_statements(app: Flask) -> None:
    reviewer = program(app, Role.REVIEWER)
    body = {"period": "2025", "layout": "2004", "preparer": "李测试"}
    made = reviewer.post(PATH, body, key="year 2025")
    assert made.status_code == 201, made.text
    issued = made.get_json()
    assert (issued["period"], issued["layout"], issued["preparer"]) == ("2025", "2004", "李测试")
    assert reviewer.post(PATH, body, key="year 2025").get_json() == issued
    second = reviewer.post(PATH, body)
    assert (second.status_code, second.get_json()["code"]) == (409, "statements_issued")
    later = reviewer.post(PATH, {"period": "2025-12"}).get_json()

    auditor = program(app, Role.AUDITOR)
    page = auditor.get(f"{PATH}?limit=1").get_json()
    assert [each["id"] for each in page["items"]] == [later["id"]]
    rest = auditor.get(f"{PATH}?limit=1&cursor={page['next']}").get_json()
    assert rest == {"items": [issued], "next": None}
    assert auditor.get(f"{PATH}/{issued['id']}").get_json() == issued
    file = auditor.get(f"{PATH}/{issued['id']}/files/statements.json")
    assert hashlib.sha256(file.data).hexdigest() == issued["sha256"]


@pytest.mark.parametrize("where", ["99", "99/files/statements.json", "1/files/other.pdf"])
def test_what_was_not_issued_is_not_found(app: Flask, where: str) -> None:
    answer = program(app, Role.AUDITOR).get(f"{PATH}/{where}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_statement")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"period": "2026-01"}, 409, "statements_not_final"),
        ({"period": "2031"}, 404, "unknown_period"),
        ({"period": "2025", "layout": "2019"}, 422, "invalid_fields"),
        ({}, 422, "invalid_fields"),
    ],
)
def test_statements_that_may_not_leave_are_refused(
    app: Flask, body: dict[str, str], status: int, code: str
) -> None:
    answer = program(app, Role.REVIEWER).post(PATH, body)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.AUDITOR, Role.CASHIER])
def test_only_the_reviewer_issues_by_program(app: Flask, role: Role) -> None:
    answer = program(app, role).post(PATH, {"period": "2025-11"})
    assert answer.status_code == 403
