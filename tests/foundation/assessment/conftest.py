"""The workspace on books with people, a chosen rubric, and who uses it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.databases import DIALECTS, Databases
from tests.foundation.assessment import assessment_cases
from tests.serving import Browser, Program


@pytest.fixture(params=DIALECTS)
def chosen(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """Books with the Jiangsu rubric chosen, on both databases."""
    with databases.prepared(request.param, "assessment", assessment_cases.build) as found:
        yield found


@pytest.fixture
def desk(databases: Databases) -> Iterator[Engine]:
    """The same, for pages and programs: one database is enough."""
    with databases.prepared("sqlite", "assessment", assessment_cases.build) as found:
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
def program(desk: Engine, app: Flask) -> Program:
    """A program with the accountant's token."""
    return Program(app, serving.issue_token(desk, Role.ACCOUNTANT))


@pytest.fixture
def second(desk: Engine, app: Flask) -> Program:
    """A program with the reviewer's token."""
    return Program(app, serving.issue_token(desk, Role.REVIEWER))
