"""`init` opens the books once: facts, charts, people, funds, periods, and no bookings."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from foundation import database
from foundation.organisation import profiles
from foundation.organisation.service import get_organisation
from foundation.users import passwords
from foundation.users.models import User
from ledger import catalogue, periods
from ledger.errors import NotFound
from ledger.trail import TrailRecord
from ledger.vouchers import Voucher
from tests.foundation.cli.command_line import CommandLine

MONTHS_OF_2026 = [f"2026-{month:02d}" for month in range(1, 12)]


@pytest.fixture
def commands(engine: Engine, tmp_path: Path) -> CommandLine:
    return CommandLine(engine, tmp_path)


def init(commands: CommandLine, *more: str, code: int = 0) -> dict[str, Any]:
    return commands.run("init", "--profile", "demo", *more, code=code)


def test_init_answers_what_was_opened(commands: CommandLine) -> None:
    answer = init(commands)
    assert answer["organisation"] == "示例大学教育发展基金会"
    assert answer["chart"] == "2024"
    assert answer["periods"] == MONTHS_OF_2026
    assert answer["demo"] is True


def test_init_books_nothing_and_leaves_no_finding(engine: Engine, commands: CommandLine) -> None:
    init(commands)
    assert commands.run("check", "--strict")["findings"] == []
    with database.reading(engine) as session:
        assert session.execute(select(func.count()).select_from(Voucher)).scalar() == 0
        actions = set(session.execute(select(TrailRecord.action)).scalars())
    assert {"organisation.initialise", "chart.install", "period.open", "user.add"} <= actions


def test_init_opens_both_charts_with_bank_cash_and_agency_money(
    engine: Engine, commands: CommandLine
) -> None:
    init(commands)
    with database.reading(engine) as session:
        known = catalogue.load(session)
    for chart in ("2004", "2024"):
        assert known.account(chart, "1001").is_postable
        assert "cash" in known.account(chart, "100201").flags
        assert "agency" in known.account(chart, "100202").flags
        assert not known.account(chart, "1002").is_postable


def test_start_opens_every_month_under_the_chart_of_its_year(
    engine: Engine, commands: CommandLine
) -> None:
    answer = init(commands, "--start", "2024-11")
    earlier = ["2024-11", "2024-12", *(f"2025-{month:02d}" for month in range(1, 13))]
    assert answer["periods"] == earlier + MONTHS_OF_2026
    with database.reading(engine) as session:
        known = catalogue.load(session)
    assert known.period(202411).chart == "2004"
    assert known.period(202601).chart == "2024"


def test_start_may_be_a_year(commands: CommandLine) -> None:
    assert init(commands, "--start", "2025")["periods"][0] == "2025-01"


@pytest.mark.parametrize("start", ["2026-12", "2026-00", "2026-13", "yesterday", "1999-01"])
def test_start_that_cannot_be_is_refused_and_nothing_opens(
    commands: CommandLine, start: str
) -> None:
    assert init(commands, "--start", start, code=1)["error"]["detail"]
    assert commands.refused("funds", "list")["code"] == "not_initialised"


def test_second_init_is_refused_and_changes_nothing(engine: Engine, commands: CommandLine) -> None:
    init(commands)
    with database.reading(engine) as session:
        before = session.execute(select(func.max(TrailRecord.sequence))).scalar()
    assert init(commands, code=1)["error"]["code"] == "already_initialised"
    with database.reading(engine) as session:
        assert session.execute(select(func.max(TrailRecord.sequence))).scalar() == before


def test_demo_people_sign_in_with_the_passwords_stated(
    engine: Engine, commands: CommandLine
) -> None:
    stated = {user["user"]: user["password"] for user in init(commands)["users"]}
    with database.reading(engine) as session:
        kept = {user.name: user.password_hash for user in session.execute(select(User)).scalars()}
    assert kept.keys() == stated.keys()
    assert all(passwords.matches(kept[name], stated[name]) for name in stated)


def test_people_of_a_real_organisation_get_random_passwords_once(
    commands: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "ours.toml"
    source = Path(profiles.__file__).parent / "data" / "demo.toml"
    lines = source.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("password")), "utf-8")
    answer = commands.run("init", "--profile", str(path))
    first = [user["password"] for user in answer["users"]]
    assert answer["demo"] is False
    assert len(set(first)) == len(first) == 5
    assert min(map(len, first)) >= 16
    assert not (tmp_path / "secret_key").exists()


def test_demo_keeps_a_secret_of_its_own(commands: CommandLine, tmp_path: Path) -> None:
    init(commands)
    assert len((tmp_path / "secret_key").read_text(encoding="ascii")) >= 32


def test_plain_output_names_the_organisation_and_flags_the_demo(commands: CommandLine) -> None:
    result = commands.invoke("init", "--profile", "demo")
    assert "示例大学教育发展基金会" in result.stdout
    assert "仅供演示" in result.stdout


def test_organisation_before_init_is_not_found(engine: Engine) -> None:
    with database.reading(engine) as session, pytest.raises(NotFound):
        get_organisation(session)


def test_books_without_a_first_month_have_no_period(engine: Engine, commands: CommandLine) -> None:
    init(commands, "--start", "2026-11")
    with database.reading(engine) as session:
        assert [period.id for period in periods.list_periods(session)] == [202600, 202611]
