"""The command line on books that were just opened, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.databases import DIALECTS, Databases
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine


@pytest.fixture(params=DIALECTS)
def opened(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "opened", command_line.initialise) as found:
        yield found


@pytest.fixture
def commands(opened: Engine, tmp_path: Path) -> CommandLine:
    return CommandLine(opened, tmp_path)
