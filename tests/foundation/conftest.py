"""The application on books of its own, once for each test, and the people who use it.

Pages and programs are tested on SQLite; a test whose statements could tell the databases apart is
marked `serving.ON_BOTH`. Services, guards and locks have tests of their own on both.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.databases import Databases
from tests.serving import Browser


@pytest.fixture
def served(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """The database behind the application."""
    dialect = getattr(request, "param", "sqlite")
    with databases.prepared(dialect, "served", serving.open_books) as found:
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
