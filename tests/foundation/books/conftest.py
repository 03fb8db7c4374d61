"""Books that were just opened, on both databases, the command line on them, and the pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine
from tests.serving import Browser, Program


@pytest.fixture(params=DIALECTS)
def opened(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "opened", command_line.initialise) as found:
        yield found


@pytest.fixture
def commands(opened: Engine, tmp_path: Path) -> CommandLine:
    return CommandLine(opened, tmp_path)


def _served(engine: Engine) -> None:
    factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture(params=DIALECTS)
def served(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "served_books", _served) as found:
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
def preparing(served: Engine, app: Flask) -> Program:
    """A program with the accountant's token."""
    return Program(app, serving.issue_token(served, Role.ACCOUNTANT))


@pytest.fixture
def reviewing(served: Engine, app: Flask) -> Program:
    """A program with the reviewer's token."""
    return Program(app, serving.issue_token(served, Role.REVIEWER))
