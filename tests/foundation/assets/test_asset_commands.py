"""The registers on the command line: who may do what, and what is answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from foundation.assets import commands as asset_commands
from foundation.assets import stock
from tests.databases import Databases
from tests.foundation.assets.asset_books import DAY, do
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "opened", command_line.initialise) as found:
        yield found


@pytest.fixture
def commands(engine: Engine, tmp_path: Path) -> CommandLine:
    return CommandLine(engine, tmp_path, extra=asset_commands.COMMANDS)


def test_registers_are_listed(engine: Engine, commands: CommandLine) -> None:
    item = {"name": "棉衣", "unit": "件", "fund": "GEN", "custody": "仓库", "on": DAY}
    do(engine, stock.open_item, number="WZ-1", **item)
    found = commands.run("assets", "stock", by="accountant")
    assert [row["number"] for row in found["stock"]] == ["WZ-1"]
    assert commands.run("assets", "stock", "--agency", by="accountant")["stock"] == []
    assert commands.run("assets", "investments", by="auditor")["investments"] == []
    assert commands.run("assets", "list", by="auditor")["assets"] == []


def test_level_is_entered_by_the_administrator_only(commands: CommandLine) -> None:
    asked = ("assets", "level", "500000", "--from", "2026-01-01", "--source", "章程第三十条")
    assert commands.run(*asked, by="admin")["amount"] == "500000.00"
    assert commands.refused(*asked, by="accountant")["code"] == "not_allowed"
    wrong = ("assets", "level", "500000", "--from", "soon", "--source", "章程")
    assert commands.refused(*wrong, by="admin")["code"] == "invalid"


def test_month_without_assets_is_refused(commands: CommandLine) -> None:
    asked = ("assets", "depreciate", "--period", "2026-13")
    assert commands.refused(*asked, by="accountant")["code"] == "invalid"
    asked = ("assets", "depreciate", "--period", "2026-01")
    found = commands.refused(*asked, by="accountant")
    assert found["code"] == "depreciation_nothing_due"
