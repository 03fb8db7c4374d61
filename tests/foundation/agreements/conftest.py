"""The application on books with people; most pages and calls need one database only."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.serving import Browser, Program


def build(engine: Engine) -> None:
    """Books, and one person for each role."""
    factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture
def served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "served_gifts", build) as found:
        yield found


@pytest.fixture(params=DIALECTS)
def everywhere(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "served_gifts", build) as found:
        yield found


@pytest.fixture
def app(served: Engine, tmp_path: Path) -> Flask:
    return serving.application(served, serving.settings(tmp_path))


@pytest.fixture
def accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


@pytest.fixture
def reviewer(app: Flask) -> Browser:
    return serving.signed_in(app, Role.REVIEWER)


@pytest.fixture
def auditor(app: Flask) -> Browser:
    return serving.signed_in(app, Role.AUDITOR)


@pytest.fixture
def program(served: Engine, app: Flask) -> Program:
    """A program with the accountant's token."""
    return Program(app, serving.issue_token(served, Role.ACCOUNTANT))


@pytest.fixture
def approving(served: Engine, app: Flask) -> Program:
    """A program with the reviewer's token."""
    return Program(app, serving.issue_token(served, Role.REVIEWER))
