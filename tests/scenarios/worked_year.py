"""The published worked year in a database, brought there and asked through the commands."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

import wsgi

FILE = Path(__file__).parents[2].parent / "shared" / "data" / "worked_year.json"
ABSENT = "published registers are not beside the project"
MONTHS = [f"2026-{month:02d}" for month in range(1, 13)]


class Year:
    """The year in a database, asked through the commands."""

    def __init__(self, url: str, folder: Path) -> None:
        self._environ = {"DATABASE_URL": url, "DATA_DIR": str(folder)}
        self._cli = wsgi.command_line()

    def run(self, *arguments: str, by: str | None = None, code: int = 0) -> dict[str, Any]:
        options = ["--json", *(["--as", by] if by else [])]
        result = CliRunner().invoke(self._cli, [*options, *arguments], env=self._environ)
        assert result.exit_code == code, result.output
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    def bring(self) -> None:
        """Open the books of the year and post all its vouchers."""
        self.run("init", "--profile", "demo", "--start", "2026-01")
        self.run("vouchers", "import", str(FILE), by="accountant")
        self.run("vouchers", "review", "--all", by="reviewer")
        self.run("vouchers", "post", "--all", by="reviewer")

    def report(self, name: str, period: str = "2026", layout: str = "2024") -> dict[str, Any]:
        return self.run("reports", "run", name, "--period", period, "--layout", layout)

    def close(self) -> None:
        for month in MONTHS:
            self.run("periods", "close", month, by="reviewer")
