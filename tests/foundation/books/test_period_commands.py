"""`periods list|open|close|reopen|convert`: gates, closing vouchers, two persons."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.users import service as users
from foundation.users.models import Role
from tests import factories
from tests.foundation.books.voucher_files import content, gift, line, voucher, written
from tests.foundation.cli.command_line import CommandLine


def imported(commands: CommandLine, folder: Path, *vouchers: dict[str, object]) -> None:
    path = written(folder, content(*vouchers))
    commands.run("vouchers", "import", path, by="accountant")


def posted(commands: CommandLine, folder: Path, *vouchers: dict[str, object]) -> None:
    imported(commands, folder, *vouchers)
    commands.run("vouchers", "review", "--all", by="reviewer")
    assert commands.run("vouchers", "post", "--all", by="reviewer")["excluded"] == []


def test_list_names_months_states_and_gates(commands: CommandLine) -> None:
    found = commands.run("periods", "list")["periods"]
    assert [item["period"] for item in found] == [f"2026-{month:02d}" for month in range(1, 12)]
    assert {item["state"] for item in found} == {"open"}
    assert found[0]["gates"][0].keys() == {"name", "passed", "detail"}


def test_open_adds_the_next_month_or_all_through_one(commands: CommandLine) -> None:
    assert commands.run("periods", "open", by="accountant")["periods"] == ["2026-12"]
    answer = commands.run("periods", "open", "2027-02", by="accountant")
    assert answer["periods"] == ["2027-01", "2027-02"]
    assert commands.run("periods", "open", "2025-12", by="accountant")["periods"] == ["2025-12"]


def test_opening_before_the_last_closed_month_is_refused(commands: CommandLine) -> None:
    commands.run("periods", "close", "2026-01", by="reviewer")
    assert commands.refused("periods", "open", "2025-12", by="accountant")["code"] == "conflict"


def test_close_says_which_gate_does_not_hold(commands: CommandLine, tmp_path: Path) -> None:
    imported(commands, tmp_path, gift("1", "2026-01-08", "5.00"))
    error = commands.refused("periods", "close", "2026-01", by="reviewer")
    assert (error["code"], error["period"]) == ("gates_not_passed", "2026-01")
    failed = [gate["name"] for gate in error["gates"] if not gate["passed"]]
    assert failed == ["凭证全部记账"]


def test_months_are_closed_in_order(commands: CommandLine) -> None:
    assert (
        commands.refused("periods", "close", "2026-02", by="reviewer")["code"] == "gates_not_passed"
    )
    answer = commands.run("periods", "close", "2026-01", by="reviewer")
    assert (answer["period"], answer["state"], answer["closing_vouchers"]) == (
        "2026-01",
        "closed",
        [],
    )
    assert commands.refused("periods", "close", "2026-01", by="reviewer")["code"] == "conflict"
    assert (
        commands.refused("periods", "close", "2030-01", by="reviewer")["code"] == "unknown_period"
    )


@pytest.mark.parametrize("person", ["accountant", "auditor", "cashier", "admin"])
def test_only_a_reviewer_closes(commands: CommandLine, person: str) -> None:
    assert commands.refused("periods", "close", "2026-01", by=person)["code"] == "not_allowed"


def test_year_end_closes_income_and_expenses(commands: CommandLine, tmp_path: Path) -> None:
    posted(commands, tmp_path, gift("1", "2026-12-08", "5.00"))
    for month in range(1, 12):
        commands.run("periods", "close", f"2026-{month:02d}", by="reviewer")
    answer = commands.run("periods", "close", "2026-12", by="reviewer")
    assert answer["closing_vouchers"] == ["记-2026-12-0002"]
    assert commands.run("check", "--strict")["findings"] == []


def test_reopening_takes_two_persons_and_a_reason(opened: Engine, commands: CommandLine) -> None:
    commands.run("periods", "close", "2026-01", by="reviewer")
    reopen = ("periods", "reopen", "2026-01")
    assert commands.refused(*reopen, by="reviewer")["code"] == "invalid"
    asked = commands.run(*reopen, "--reason", "补记凭证", by="reviewer")
    assert (asked["state"], asked["reopening_requested_by"]) == ("closed", "reviewer")
    assert commands.refused(*reopen, by="reviewer")["code"] == "not_allowed"
    assert commands.refused(*reopen, by="accountant")["code"] == "not_allowed"
    with database.transaction(opened) as session:
        users.add_user(
            session,
            name="director",
            role=Role.REVIEWER,
            actor="admin",
            clock=factories.CLOCK,
        )
    approved = commands.run(*reopen, by="director")
    assert (approved["period"], approved["state"]) == ("2026-01", "open")
    assert approved["gates"]
    assert commands.run("check", "--strict")["findings"] == []


def test_what_stands_before_january_is_reopened_on_its_own(
    opened: Engine, commands: CommandLine
) -> None:
    commands.run("periods", "close", "2026-01", by="reviewer")
    for name in ("2026-01", "2026-00"):
        listed = [period["period"] for period in commands.run("periods", "list")["periods"]]
        assert ("2026-00" in listed) is (name == "2026-00")
        commands.run("periods", "reopen", name, "--reason", "期初有误", by="accountant")
        done = commands.invoke("--as", "reviewer", "periods", "reopen", name)
        assert done.exit_code == 0, done.output
        assert f"{name} 已反结账" in done.stdout
        assert ("年初余额（2026-00）仍已结账" in done.stdout) is (name == "2026-01")
    assert "2026-00" not in [row["period"] for row in commands.run("periods", "list")["periods"]]
    commands.run("periods", "close", "2026-01", by="reviewer")
    assert commands.run("check", "--strict")["findings"] == []
    assert commands.refused("periods", "reopen", "2026-00", "--reason", "x", by="reviewer")[
        "detail"
    ].endswith("只能反结账最后一个已结账的期间")


def test_accountant_may_ask_and_the_reviewer_approve(commands: CommandLine) -> None:
    commands.run("periods", "close", "2026-01", by="reviewer")
    reopen = ("periods", "reopen", "2026-01")
    commands.run(*reopen, "--reason", "补记凭证", by="accountant")
    assert commands.run(*reopen, by="reviewer")["state"] == "open"


def test_open_month_is_not_reopened(commands: CommandLine) -> None:
    error = commands.refused("periods", "reopen", "2026-01", "--reason", "x", by="reviewer")
    assert error["code"] == "conflict"


def test_convert_moves_the_old_chart_to_the_new(commands: CommandLine, tmp_path: Path) -> None:
    commands.run("periods", "open", "2025-12", by="accountant")
    received = voucher(
        "1", "2025-12-08", line("100201", dr="5.00"), line("410101", cr="5.00", fund="GEN")
    )
    posted(commands, tmp_path, received)
    assert commands.refused("periods", "convert", "2026", by="accountant")["code"] == "conflict"
    commands.run("periods", "close", "2025-12", by="reviewer")
    answer = commands.run("periods", "convert", "2026", by="accountant")
    assert answer["voucher"]["kind"] == "conversion"
    assert [(row["old"], row["new"], row["balance"]) for row in answer["rows"]] == [
        ("100201", "100201", "5.00"),
        ("3101", "3101", "-5.00"),
    ]
    commands.run("vouchers", "review", "--all", by="reviewer")
    assert commands.run("vouchers", "post", "--all", by="reviewer")["excluded"] == []
    assert commands.run("check", "--strict")["findings"] == []
    assert commands.refused("periods", "convert", "2026", by="accountant")["code"] == "conflict"
    assert commands.refused("periods", "convert", "2027", by="accountant")["code"] == "conflict"
