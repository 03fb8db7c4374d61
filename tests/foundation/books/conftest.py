"""Books that were just opened, on both databases, the command line on them, and programs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.databases import DIALECTS, Databases
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine
from tests.serving import Program


@pytest.fixture(params=DIALECTS)
def opened(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "opened", command_line.initialise) as found:
        yield found


@pytest.fixture
def commands(opened: Engine, tmp_path: Path) -> CommandLine:
    return CommandLine(opened, tmp_path)


@pytest.fixture
def preparing(served: Engine, app: Flask) -> Program:
    """A program with the accountant's token."""
    return Program(app, serving.issue_token(served, Role.ACCOUNTANT))


@pytest.fixture
def reviewing(served: Engine, app: Flask) -> Program:
    """A program with the reviewer's token."""
    return Program(app, serving.issue_token(served, Role.REVIEWER))
