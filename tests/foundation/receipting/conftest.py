"""Books of an organisation, for the tests of its documents."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.databases import DIALECTS, Databases
from tests.foundation.receipting import document_cases
from tests.serving import Browser, Program


@pytest.fixture(params=DIALECTS)
def books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """The demo organisation with a scholarship fund, on SQLite and on PostgreSQL."""
    with databases.prepared(request.param, "documents", document_cases.install) as found:
        yield found


@pytest.fixture
def served(databases: Databases) -> Iterator[Engine]:
    """The same books for pages and programs; what differs between databases is tested below."""
    with databases.prepared("sqlite", "documents", document_cases.install) as found:
        yield found


@pytest.fixture
def app(served: Engine, tmp_path: Path) -> Flask:
    return serving.application(
        served, serving.settings(tmp_path, public_url="https://foundation.example.org")
    )


@pytest.fixture
def accountant(app: Flask) -> Browser:
    return signed_in(app, "accountant")


@pytest.fixture
def reviewer(app: Flask) -> Browser:
    return signed_in(app, "reviewer")


@pytest.fixture
def auditor(app: Flask) -> Browser:
    return signed_in(app, "auditor")


@pytest.fixture
def recording(served: Engine, app: Flask) -> Program:
    """A program with the accountant's token."""
    return Program(app, serving.issue_token(served, Role.ACCOUNTANT))


@pytest.fixture
def approving(served: Engine, app: Flask) -> Program:
    """A program with the reviewer's token."""
    return Program(app, serving.issue_token(served, Role.REVIEWER))


@pytest.fixture
def reading(served: Engine, app: Flask) -> Program:
    """A program with the auditor's token."""
    return Program(app, serving.issue_token(served, Role.AUDITOR))


def signed_in(app: Flask, name: str) -> Browser:
    """Return a browser in which a person of the demo has signed in."""
    browser = Browser(app)
    answer = browser.sign_in(name, f"demo-{name}-2026")
    assert answer.status_code == 303, answer.text
    return browser
