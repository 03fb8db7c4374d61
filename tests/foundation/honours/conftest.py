"""The foundation of honour_cases and its application."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.databases import DIALECTS, Databases
from tests.foundation.honours import honour_cases
from tests.serving import Browser


@pytest.fixture(params=DIALECTS)
def both(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """Donors with every kind of consent, on both databases."""
    with databases.prepared(request.param, "honours", honour_cases.build) as found:
        yield found


@pytest.fixture
def served(databases: Databases) -> Iterator[Engine]:
    """The same behind the application."""
    with databases.prepared("sqlite", "honours", honour_cases.build) as found:
        yield found


@pytest.fixture
def app(served: Engine, tmp_path: Path) -> Flask:
    return serving.application(served, serving.settings(tmp_path))


@pytest.fixture
def accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


@pytest.fixture
def auditor(app: Flask) -> Browser:
    return serving.signed_in(app, Role.AUDITOR)


@pytest.fixture
def anybody(app: Flask) -> Browser:
    return Browser(app)
