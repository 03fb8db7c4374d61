"""The application on books of its own, once for each test, with people of every role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.serving import Program


def build(engine: Engine) -> None:
    """Books, and one person for each role."""
    factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture
def served(databases: Databases) -> Iterator[Engine]:
    """The database behind the application; what is asked of databases is tested elsewhere."""
    with databases.prepared("sqlite", "served", build) as found:
        yield found


@pytest.fixture
def app(served: Engine, tmp_path: Path) -> Flask:
    return serving.application(served, serving.settings(tmp_path))


@pytest.fixture
def program(app: Flask, served: Engine) -> Program:
    """A program with the token of an administrator."""
    return Program(app, serving.issue_token(served, Role.ADMINISTRATOR))
