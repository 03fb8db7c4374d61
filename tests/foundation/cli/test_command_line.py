"""What every command has in common: documents, refusals, exit codes, people, interruption."""

import json
from pathlib import Path

import click
import pytest
from sqlalchemy import Engine, delete, text

from foundation import database
from foundation.command_context import CommandContext, pass_context, table
from foundation.users import service as users
from ledger import funds
from ledger.funds import Restriction
from ledger.orm import Prepared
from ledger.trail import TrailRecord
from tests import factories
from tests.databases import Databases
from tests.foundation.cli.command_line import CommandLine

FORGE = Prepared(lambda _: delete(TrailRecord))


def test_json_is_exactly_one_document_on_standard_output(commands: CommandLine) -> None:
    result = commands.invoke("--json", "funds", "list")
    assert [fund["code"] for fund in json.loads(result.stdout)["funds"]] == ["GEN"]
    assert result.stderr == ""


def test_refusal_is_one_document_with_code_and_detail(commands: CommandLine) -> None:
    error = commands.refused("vouchers", "show", "99")
    assert error["code"] == "unknown_voucher"
    assert error["detail"] == "找不到凭证 99"
    assert error["voucher"] == 99


def test_refusal_without_json_is_one_sentence_on_standard_error(commands: CommandLine) -> None:
    result = commands.invoke("vouchers", "show", "99")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "找不到凭证 99\n")


def test_refusal_speaks_english_when_asked(commands: CommandLine) -> None:
    result = commands.invoke("--lang", "en", "--as", "nobody", "vouchers", "review", "--all")
    assert result.exit_code == 1
    assert result.stderr.isascii() or "nobody" in result.stderr
    assert "没有" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["funds", "lst"],
        ["funds", "add", "X"],
        ["vouchers", "list", "--limit", "0"],
        ["vouchers", "list", "--state", "final"],
        ["--as", "reviewer", "vouchers", "review"],
        ["--as", "reviewer", "vouchers", "review", "1", "--all"],
    ],
)
def test_wrong_usage_exits_with_2(commands: CommandLine, arguments: list[str]) -> None:
    result = commands.invoke("--json", *arguments)
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "wrong_usage"


def test_wrong_usage_without_json_goes_to_standard_error(commands: CommandLine) -> None:
    result = commands.invoke("funds", "lst")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "lst" in result.stderr


def test_changing_the_books_needs_somebody(commands: CommandLine) -> None:
    error = commands.refused("funds", "add", "SCHOL", "奖学金", "--restriction", "purpose")
    assert error["code"] == "actor_needed"


@pytest.mark.parametrize(
    ("person", "code"),
    [("nobody", "unknown_user"), ("reviewer", "not_allowed"), ("auditor", "not_allowed")],
)
def test_person_must_exist_and_have_the_permission(
    commands: CommandLine, person: str, code: str
) -> None:
    adding = ("funds", "add", "SCHOL", "奖学金", "--restriction", "purpose")
    assert commands.refused(*adding, by=person)["code"] == code
    assert len(commands.run("funds", "list")["funds"]) == 1


def test_person_out_of_use_may_not_act(opened: Engine, commands: CommandLine) -> None:
    with database.transaction(opened) as session:
        users.deactivate(session, "accountant", actor="admin", clock=factories.CLOCK)
    adding = ("funds", "add", "SCHOL", "奖学金", "--restriction", "purpose")
    error = commands.refused(*adding, by="accountant")
    assert error["code"] == "not_allowed"
    assert "停用" in error["detail"]


def test_person_may_be_named_by_the_environment(commands: CommandLine) -> None:
    commands.environ["FOUNDATION_USER"] = "accountant"
    answer = commands.run("funds", "add", "SCHOL", "奖学金", "--restriction", "purpose")
    assert answer["funds"][0]["code"] == "SCHOL"


def test_reading_needs_nobody_but_holds_to_the_role_of_whoever_is_named(
    commands: CommandLine,
) -> None:
    assert commands.run("check")["findings"] == []
    assert commands.refused("funds", "list", by="cashier")["code"] == "not_allowed"


@click.command("interrupted")
@pass_context
def interrupted(context: CommandContext) -> None:
    """Open a fund and be interrupted before the end."""
    with context.transaction() as session:
        funds.open_fund(
            session,
            code="HALF",
            name="半途",
            restriction=Restriction.NONE,
            actor="accountant",
            clock=context.clock,
        )
        raise KeyboardInterrupt


def test_interruption_leaves_nothing_behind(opened: Engine, tmp_path: Path) -> None:
    commands = CommandLine(opened, tmp_path, extra=[interrupted])
    result = commands.invoke("interrupted")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "未作任何更改" in result.stderr
    assert [fund["code"] for fund in commands.run("funds", "list")["funds"]] == ["GEN"]


@click.command("forging")
@pass_context
def forging(context: CommandContext) -> None:
    """Go around the services."""
    with context.transaction() as session:
        session.execute(text("DELETE FROM trail_record"))


@click.command("tricking")
@pass_context
def tricking(context: CommandContext) -> None:
    """Go around them with a statement that the driver runs itself."""
    with context.transaction() as session:
        FORGE.run(session.connection())


@pytest.mark.parametrize("command", [forging, tricking], ids=["sqlalchemy", "driver"])
def test_guard_that_fires_is_named_as_our_fault(
    opened: Engine, tmp_path: Path, command: click.Command
) -> None:
    commands = CommandLine(opened, tmp_path, extra=[command])
    error = commands.refused(command.name or "")
    assert error["code"] == "guard_refused"
    assert "trail_final" in error["detail"]
    assert commands.run("check")["findings"] == []


@click.command("doubling")
@pass_context
def doubling(context: CommandContext) -> None:
    """Write what a constraint of the database does not allow."""
    with context.transaction() as session:
        session.execute(text("INSERT INTO fund SELECT * FROM fund"))


def test_constraint_that_is_violated_is_one_sentence(opened: Engine, tmp_path: Path) -> None:
    commands = CommandLine(opened, tmp_path, extra=[doubling])
    error = commands.refused("doubling")
    assert error["code"] == "database_refused"
    assert "unique" in error["detail"].lower()
    assert commands.run("check")["findings"] == []


def test_database_without_books_says_what_to_run(engine: Engine, tmp_path: Path) -> None:
    error = CommandLine(engine, tmp_path).refused("funds", "list")
    assert error["code"] == "not_initialised"
    assert "foundation init" in error["detail"]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_database_without_tables_says_what_to_run(
    databases: Databases, tmp_path: Path, dialect: str
) -> None:
    with databases.empty(dialect) as engine:
        error = CommandLine(engine, tmp_path).refused("check")
    assert error["code"] == "not_initialised"


def test_database_that_does_not_exist_is_not_created(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "books.db"
    commands = CommandLine(database.create("sqlite:///:memory:"), tmp_path)
    commands.environ["DATABASE_URL"] = f"sqlite:///{path}"
    assert commands.refused("funds", "list")["code"] == "not_initialised"
    assert not path.parent.exists()


def test_schema_of_another_version_says_what_to_run(opened: Engine, commands: CommandLine) -> None:
    with opened.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'earlier'"))
    error = commands.refused("funds", "list")
    assert error["code"] == "schema_behind"
    assert "foundation migrate" in error["detail"]


def test_migrate_brings_a_database_up_to_date(databases: Databases, tmp_path: Path) -> None:
    with databases.empty("sqlite") as engine:
        commands = CommandLine(engine, tmp_path)
        assert commands.run("migrate") == {"migrated": True}
        assert commands.run("migrate") == {"migrated": False}
        assert commands.refused("funds", "list")["code"] == "not_initialised"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("nonsense", "bad_setting"),
        ("oracle://x/y", "bad_setting"),
        ("postgresql:///x?host=/nowhere", "database_unavailable"),
    ],
)
def test_database_that_cannot_be_used_is_said_in_a_sentence(
    commands: CommandLine, url: str, code: str
) -> None:
    commands.environ["DATABASE_URL"] = url
    assert commands.refused("funds", "list")["code"] == code


def test_weak_secret_is_refused(commands: CommandLine) -> None:
    commands.environ["SECRET_KEY"] = "secret"
    assert commands.refused("funds", "list")["code"] == "bad_setting"


def test_columns_line_up_when_names_are_chinese() -> None:
    lines = table(
        ("码", "名称", "额"), [("GEN", "一般", "1.00"), ("S", "abc", "12.00")], right="  r"
    )
    assert lines == ["码   名称     额", "GEN  一般   1.00", "S    abc   12.00"]
