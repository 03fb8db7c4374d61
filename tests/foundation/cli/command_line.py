"""The command line on a database of a test, and books that `init` would have opened."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from foundation import database
from foundation.cli import build_cli
from foundation.command_context import FileCheck
from foundation.organisation import profiles, service
from tests import factories

START = 202601


def initialise(engine: Engine) -> None:
    """Open the books of the demo organisation from January 2026."""
    with database.transaction(engine) as session:
        profile = profiles.load(profiles.DEMO)
        service.initialise(session, profile, start=START, clock=factories.CLOCK)


class CommandLine:
    """Runs commands on one database, as one person or another."""

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        *,
        extra: Sequence[click.Command] = (),
        file_checks: Sequence[FileCheck] = (),
    ) -> None:
        self._cli = build_cli(extra, clock=factories.CLOCK, file_checks=file_checks)
        self.environ = {
            "DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "DATA_DIR": str(folder),
        }

    def invoke(self, *arguments: str) -> Result:
        """Run a command and return everything about it."""
        return CliRunner().invoke(self._cli, list(arguments), env=self.environ)

    def run(self, *arguments: str, by: str | None = None, code: int = 0) -> dict[str, Any]:
        """Run a command with --json and return its document."""
        result = self.invoke("--json", *(["--as", by] if by else []), *arguments)
        assert result.exit_code == code, (result.output, result.exception)
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    def refused(self, *arguments: str, by: str | None = None) -> dict[str, Any]:
        """Run a command that is refused and return the error."""
        error: dict[str, Any] = self.run(*arguments, by=by, code=1)["error"]
        return error
