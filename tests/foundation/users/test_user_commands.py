"""`foundation users …`: the same rules as on the pages, for scripts."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from foundation import cli, database
from foundation.organisation import profiles
from foundation.organisation import service as organisation
from foundation.users import commands, passwords, service, sessions
from foundation.users.models import ApiToken
from tests import factories
from tests.databases import Databases

Run = Callable[..., Result]


def _initialise(engine: Engine) -> None:
    with database.transaction(engine) as session:
        profile = profiles.load(profiles.DEMO)
        organisation.initialise(session, profile, start=None, clock=factories.CLOCK)


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "initialised", _initialise) as found:
        yield found


@pytest.fixture
def run(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Run:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    root = cli.build_cli(extra=commands.COMMANDS, clock=factories.CLOCK)

    def call(*arguments: str, actor: str = "admin", stdin: str | None = None) -> Result:
        return CliRunner().invoke(root, ["--json", "--as", actor, *arguments], input=stdin)

    return call


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def test_user_is_added_with_a_password_from_standard_input(run: Run, engine: Engine) -> None:
    result = run(
        "users", "add", "zhou", "--role", "auditor", "--password-stdin", stdin="good enough\n"
    )

    assert result.exit_code == 0
    assert (answer(result)["user"], answer(result)["role"]) == ("zhou", "auditor")
    with database.reading(engine) as session:
        kept = service.get_user(session, "zhou").password_hash
    assert passwords.matches(kept, "good enough")


def test_token_is_printed_once_and_works(run: Run, engine: Engine) -> None:
    result = run("users", "token", "auditor", "--label", "nightly")

    with database.reading(engine) as session:
        found = session.get(ApiToken, sessions.digest_of(answer(result)["token"]))
        assert found is not None
        assert found.label == "nightly"


def test_users_are_listed(run: Run) -> None:
    names = [user["user"] for user in answer(run("users", "list"))["users"]]

    assert names == sorted(names)
    assert "admin" in names


def test_deactivated_user_is_listed_so(run: Run) -> None:
    assert answer(run("users", "deactivate", "cashier"))["is_active"] is False


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("users", "add", "Zhou", "--role", "auditor"), "bad_user_name"),
        (("users", "add", "auditor", "--role", "auditor"), "user_exists"),
        (("users", "add", "zhou", "--role", "auditor", "--password-stdin"), "invalid"),
        (("users", "token", "nobody"), "unknown_user"),
        (("users", "deactivate", "nobody"), "unknown_user"),
        (("users", "deactivate", "admin"), "conflict"),
    ],
)
def test_refusal_has_its_code_and_exit_status(
    run: Run, arguments: tuple[str, ...], code: str
) -> None:
    result = run(*arguments, stdin="")

    assert result.exit_code == 1
    assert answer(result)["error"]["code"] == code


@pytest.mark.parametrize("actor", ["accountant", "auditor", "cashier"])
def test_only_an_administrator_manages_users(run: Run, actor: str) -> None:
    result = run("users", "add", "zhou", "--role", "auditor", actor=actor)

    assert (result.exit_code, answer(result)["error"]["code"]) == (1, "not_allowed")


def test_unknown_role_is_wrong_usage(run: Run) -> None:
    assert run("users", "add", "zhou", "--role", "king").exit_code == 2
