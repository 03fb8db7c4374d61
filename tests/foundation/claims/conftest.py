"""The application on books with people, for the pages and the API of claims."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.serving import Browser, Program


def build(engine: Engine) -> None:
    """Books, and one person for each role."""
    factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture
def desk(databases: Databases) -> Iterator[Engine]:
    """A database with people; pages and API behave the same on both databases."""
    with databases.prepared("sqlite", "served_claims", build) as found:
        yield found


@pytest.fixture
def app(desk: Engine, tmp_path: Path) -> Flask:
    return serving.application(desk, serving.settings(tmp_path))


@pytest.fixture
def accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


@pytest.fixture
def reviewer(app: Flask) -> Browser:
    return serving.signed_in(app, Role.REVIEWER)


@pytest.fixture
def administrator(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ADMINISTRATOR)


@pytest.fixture
def auditor(app: Flask) -> Browser:
    return serving.signed_in(app, Role.AUDITOR)


@pytest.fixture
def preparing(desk: Engine, app: Flask) -> Program:
    """A program with the accountant's token."""
    return Program(app, serving.issue_token(desk, Role.ACCOUNTANT))


@pytest.fixture
def approving(desk: Engine, app: Flask) -> Program:
    """A program with the reviewer's token."""
    return Program(app, serving.issue_token(desk, Role.REVIEWER))


@pytest.fixture
def editing(desk: Engine, app: Flask) -> Program:
    """A program with the administrator's token."""
    return Program(app, serving.issue_token(desk, Role.ADMINISTRATOR))


@pytest.fixture
def reading(desk: Engine, app: Flask) -> Program:
    """A program with the auditor's token."""
    return Program(app, serving.issue_token(desk, Role.AUDITOR))
