"""The application on books with people, and who uses it: browsers and programs by role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.foundation.gifts import gift_cases
from tests.serving import Browser, Program


def build(engine: Engine) -> None:
    """Books, and one person for each role."""
    factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture(params=DIALECTS)
def served(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "served_gifts", build) as found:
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
def recording(served: Engine, app: Flask) -> Program:
    """A program with the accountant's token."""
    return Program(app, serving.issue_token(served, Role.ACCOUNTANT))


@pytest.fixture
def reading(served: Engine, app: Flask) -> Program:
    """A program with the auditor's token."""
    return Program(app, serving.issue_token(served, Role.AUDITOR))


@pytest.fixture
def known(served: Engine) -> int:
    """A donor that is known; the key."""
    return gift_cases.donor(served).id
