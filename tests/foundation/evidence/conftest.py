"""The whole application with the reports, over two years of books, and people by role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

import wsgi
from foundation.http.context import Services
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.factories import CLOCK
from tests.reports import book_cases
from tests.serving import Browser, Program


def build(engine: Engine) -> None:
    """The books of the reports, whose they are, and one person for each role."""
    book_cases.build(engine)
    factories.install_organisation(engine)
    serving.add_people(engine)


@pytest.fixture(name="served")
def _served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "evidence-pages", build) as engine:
        yield engine


@pytest.fixture(name="app")
def _app(served: Engine, tmp_path: Path) -> Flask:
    joined = wsgi.join(Services(served, CLOCK, serving.settings(tmp_path)))
    joined.testing = False
    joined.jinja_env.bytecode_cache = serving._templates
    return joined


@pytest.fixture(name="accountant")
def _accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


@pytest.fixture(name="reviewer")
def _reviewer(app: Flask) -> Browser:
    return serving.signed_in(app, Role.REVIEWER)


@pytest.fixture(name="auditor")
def _auditor(app: Flask) -> Browser:
    return serving.signed_in(app, Role.AUDITOR)


@pytest.fixture(name="program")
def _program(served: Engine, app: Flask) -> Program:
    return Program(app, serving.issue_token(served, Role.ACCOUNTANT))
