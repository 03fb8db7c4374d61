"""The outbox on its page and in its commands."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.cli import build_cli
from foundation.http.context import Services
from foundation.mail import commands, worker
from foundation.mail.models import MessageState
from foundation.organisation.models import Organisation
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.foundation.mail import mail_cases, smtp_server
from tests.foundation.mail.mail_cases import queue, send, stored
from tests.foundation.portal import portal_cases
from tests.foundation.receipting import document_cases

LINK = "https://foundation.example.org/my/enter/secret"


@pytest.fixture
def books(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "documents", document_cases.install) as found:
        yield found


@pytest.fixture
def app(books: Engine, tmp_path: Path) -> Flask:
    return serving.application(books, serving.settings(tmp_path))


def is_real(engine: Engine) -> None:
    """Make the books those of a real organisation."""
    with database.transaction(engine) as session:
        session.get_one(Organisation, 1).is_demo = False


def test_outbox_says_that_nothing_is_sent_and_the_demo_shows_its_links(
    app: Flask, books: Engine
) -> None:
    queue(books, subject="<script>alert(1)</script>", body=LINK, is_secret=True)
    page = portal_cases.office(app, Role.ADMINISTRATOR).get("/settings/mail").text
    assert "没有设置 SMTP_URL" in page
    assert f'href="{LINK}"' in page
    assert "<script>alert" not in page


def test_links_for_one_use_are_shown_to_nobody_outside_the_demo(app: Flask, books: Engine) -> None:
    queue(books, body=LINK, is_secret=True)
    admin = portal_cases.office(app, Role.ADMINISTRATOR)
    is_real(books)
    assert "secret" not in admin.get("/settings/mail").text


def test_failed_message_is_sent_again_by_hand(app: Flask, books: Engine) -> None:
    key = queue(books, "gone@example.org")
    manners = smtp_server.Manners(recipients={"gone@example.org": "550 no such user"})
    with smtp_server.running(manners) as server:
        send(books, server.port)
        admin = portal_cases.office(app, Role.ADMINISTRATOR)
        page = admin.get("/settings/mail?state=failed").text
        assert "550 no such user" in page
        assert admin.post(f"/settings/mail/{key}/resend").status_code == 303
        server.manners.recipients = {}
        assert send(books, server.port).sent == 1
    assert admin.post("/settings/mail/99/resend").status_code == 404
    assert admin.get("/settings/mail?state=nonsense").status_code == 200


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.AUDITOR, Role.CASHIER, Role.REVIEWER])
def test_outbox_is_for_administrators(app: Flask, books: Engine, role: Role) -> None:
    assert portal_cases.office(app, role).get("/settings/mail").status_code == 403


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(books: Engine, tmp_path: Path) -> Run:
    cli = build_cli(extra=commands.COMMANDS, clock=factories.CLOCK)
    environ = {
        "DATABASE_URL": books.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path / "instance"),
        "PUBLIC_URL": mail_cases.PUBLIC_URL,
    }

    def call(*arguments: str, by: str = "", code: int = 0, **more: str) -> dict[str, Any]:
        options = ["--json", *(["--as", by] if by else [])]
        result = CliRunner().invoke(cli, [*options, *arguments], env=environ | more)
        assert result.exit_code == code, result.output
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    return call


def test_command_sends_what_is_due(run: Run, books: Engine) -> None:
    queue(books)
    refusal = run("mail", "send", code=1, SMTP_URL="")
    assert refusal["error"]["code"] == "bad_setting"
    with smtp_server.running() as server:
        answer = run("mail", "send", SMTP_URL=f"smtp://127.0.0.1:{server.port}")
    assert answer == {"sent": 1, "failed": 0, "deferred": 0, "problem": None}
    assert server.messages[0]["From"].addresses[0].display_name == "示例大学教育发展基金会"


def test_command_lists_the_outbox_without_its_links(run: Run, books: Engine) -> None:
    queue(books, body=LINK, is_secret=True, about="donor:1")
    answer = run("mail", "list", by="admin")
    assert answer["messages"][0]["about"] == "donor:1"
    assert "secret" not in json.dumps(answer)
    assert run("mail", "list", by="accountant", code=1)["error"]["code"] == "not_allowed"


def test_thread_beside_the_pages_sends_what_they_queue(books: Engine, tmp_path: Path) -> None:
    with smtp_server.running() as server:
        settings = replace(serving.settings(tmp_path), smtp_url=f"smtp://127.0.0.1:{server.port}")
        key = queue(books)
        beside = worker.start(Services(books, factories.CLOCK, settings))
        assert beside is not None
        assert server.arrived.wait(timeout=20)
        # Stopping waits for what is under way.
        beside.stop()
        assert stored(books, key).state is MessageState.SENT
    assert worker.start(Services(books, factories.CLOCK, serving.settings(tmp_path))) is None
