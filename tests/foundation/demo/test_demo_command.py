"""The command `demo`: loads once, leaves books in use alone, and leaves nothing when it fails."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select

from foundation import database
from foundation.cli import build_cli
from foundation.demo import commands
from foundation.organisation.models import Organisation
from foundation.users import signing_in
from foundation.users.signing_in import Attempt
from ledger import catalogue, integrity
from ledger.periods import Period
from ledger.vouchers import Voucher
from tests.foundation.demo.demo_cases import TODAY, clock_of, load
from tests.refusals import refused

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command line on a database that does not exist yet."""
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    root = build_cli(extra=commands.COMMANDS, clock=clock_of(TODAY))
    settings = {"DATABASE_URL": url, "DATA_DIR": str(tmp_path), "PORT": "8123"}

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(root, arguments, env=settings)

    return call


def answer(result: Result, *, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_new_database_is_loaded_and_the_printed_logins_work(run: Run, tmp_path: Path) -> None:
    result = run("demo", "--if-new")
    assert result.exit_code == 0, result.output
    assert "示例大学教育发展基金会" in result.stdout
    assert "http://127.0.0.1:8123" in result.stdout
    printed = re.findall(r"^  (\w+)  (\S+)  \((\w+)\)$", result.stdout, re.MULTILINE)
    assert [role for _, _, role in printed] == [
        "administrator",
        "accountant",
        "reviewer",
        "cashier",
        "auditor",
    ]
    engine = database.create(f"sqlite:///{tmp_path / 'demo.db'}")
    for name, password, _ in printed:
        attempt = Attempt(name, password, "127.0.0.1", is_known_browser=False)
        begun = signing_in.sign_in(
            engine, attempt, previous=None, key="a key", clock=clock_of(TODAY)
        )
        assert begun.name == name
    engine.dispose()


def test_loading_again_if_new_is_quiet_and_changes_nothing(run: Run) -> None:
    first = answer(run("--json", "demo", "--if-new"))
    before = answer(run("--json", "check", "--strict"))
    again = run("demo", "--if-new")
    assert (again.exit_code, again.output) == (0, "")
    assert answer(run("--json", "demo", "--if-new")) == {"loaded": False}
    after = answer(run("--json", "check", "--strict"))
    assert after == before
    assert after["findings"] == []
    assert after["vouchers"] == first["vouchers"]


def test_loading_twice_is_refused(run: Run) -> None:
    loaded = answer(run("--json", "demo"))
    refusal = answer(run("--json", "demo"), code=1)["error"]
    assert refusal["code"] == "books_not_empty"
    assert refusal["vouchers"] == loaded["vouchers"] + loaded["waiting"]


def test_books_opened_by_init_are_filled(run: Run) -> None:
    opened = answer(run("--json", "init", "--profile", "demo"))
    assert opened["periods"][0] == "2026-01"
    loaded = answer(run("--json", "demo", "--if-new"))
    assert (loaded["first_period"], loaded["last_period"]) == ("2025-01", "2026-11")
    assert answer(run("--json", "check", "--strict"))["findings"] == []


def test_books_that_begin_before_the_story_are_refused(run: Run) -> None:
    answer(run("--json", "init", "--profile", "demo", "--start", "2024-10"))
    refusal = answer(run("--json", "demo"), code=1)["error"]
    assert (refusal["code"], refusal["period"]) == ("books_begin_earlier", "2024-10")


def test_books_of_a_real_organisation_are_left_alone(run: Run, tmp_path: Path) -> None:
    profile = tmp_path / "real.toml"
    profile.write_text(
        """
[organisation]
name = "某大学教育基金会"
name_en = "A Foundation"
credit_code = "53420000MJ000000X2"
time_zone = "Asia/Shanghai"
[policies]
separation_required = true
attachments_required = true
overspending_refused = true
closing_frequency = "year"
[[fund]]
code = "GEN"
name = "一般基金"
restriction = "none"
[[user]]
name = "admin"
display_name = "管理员"
role = "administrator"
""",
        encoding="utf-8",
    )
    answer(run("--json", "init", "--profile", str(profile)))
    before = answer(run("--json", "check"))
    assert answer(run("--json", "demo", "--if-new")) == {"loaded": False}
    assert answer(run("--json", "demo"), code=1)["error"]["code"] == "not_demo_books"
    assert answer(run("--json", "check")) == before


class Interrupted(Exception):
    """Somebody pulled the plug."""


def test_interrupted_load_leaves_nothing_and_the_next_one_completes(engine: Engine) -> None:
    calls: list[int] = []

    def pull_the_plug(done: int) -> None:
        calls.append(done)
        if len(calls) == 4:
            raise Interrupted

    with pytest.raises(Interrupted):
        load(engine, date(2025, 3, 9), progress=pull_the_plug)
    with database.reading(engine) as session:
        for table in (Organisation, Voucher, Period):
            assert session.execute(select(func.count()).select_from(table)).scalar_one() == 0
        assert list(integrity.run(session)) == []
    assert load(engine, date(2025, 3, 9)).last_period == "2025-03"
    with database.reading(engine) as session:
        assert list(integrity.run(session)) == []
        assert catalogue.load(session).fund("ENDOW").code == "ENDOW"


def test_service_refuses_a_second_load(engine: Engine) -> None:
    load(engine, date(2025, 2, 3))
    with refused("books_not_empty"):
        load(engine)
