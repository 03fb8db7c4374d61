"""A gift with a document is refused every change, by page, API and command, in one sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.gifts import commands as gift_commands
from foundation.organisation import profiles
from foundation.users.models import Role
from tests import serving
from tests.databases import Databases
from tests.foundation.cli.command_line import CommandLine
from tests.foundation.gifts import gift_cases
from tests.foundation.receipting import document_cases
from tests.serving import Browser, Program

GIFT, LETTER = "G2026-000001", "QR-2026-000001"
SENTENCE = f"捐赠 {GIFT} 已有有效文件（确认函 {LETTER}），请先冲红或作废这些文件"
REFUND = {"amount": "1.00", "cause": "external", "reason": "项目取消"}


def build(engine: Engine) -> None:
    """A posted gift with a confirmation letter."""
    document_cases.install(engine)
    made = gift_cases.posted(engine)
    issued = document_cases.issue(engine, gift_id=made.gift_id)
    assert (made.reference, issued.first) == (GIFT, LETTER)


@pytest.fixture
def documented(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "documented_gift", build) as found:
        yield found
        assert gift_cases.changes_of(found, 1) == []


@pytest.fixture
def app(documented: Engine, tmp_path: Path) -> Flask:
    return serving.application(documented, serving.settings(tmp_path))


def test_page_names_the_document_and_offers_no_change(app: Flask) -> None:
    browser = Browser(app)
    (accountant,) = (
        user for user in profiles.load(profiles.DEMO).users if user.role is Role.ACCOUNTANT
    )
    browser.sign_in(accountant.name, accountant.password)
    page = browser.get(f"/gifts/{GIFT}").text
    assert f"确认函 {LETTER}" in page
    assert f"/gifts/{GIFT}/refund" not in page
    for act, fields in (
        ("cancel", {"date": "2026-02-10", "reason": "重复登记"}),
        ("refund", REFUND | {"date": "2026-02-10"}),
    ):
        answer = browser.post(f"/gifts/{GIFT}/{act}", fields)
        assert answer.status_code == 409
        assert SENTENCE in answer.text


def test_api_names_the_document(app: Flask, documented: Engine) -> None:
    program = Program(app, serving.issue_token(documented, Role.ACCOUNTANT))
    gift = program.get(f"/api/v1/gifts/{GIFT}").get_json()
    right = {
        "donor": {"id": gift["donor"]["id"]},
        "kind": "cash",
        "received_on": "2026-01-15",
        "amount": "1.00",
        "account": "100201",
        "allocations": [{"fund": "SCHOL", "amount": "1.00"}],
    }
    for act, body in (
        ("cancel", {"reason": "重复登记"}),
        ("refund", REFUND),
        ("correct", {"reason": "金额录错", "gift": right}),
    ):
        answer = program.post(f"/api/v1/gifts/{GIFT}/{act}", body)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "gift_documented")
        assert answer.get_json()["detail"] == SENTENCE


@pytest.mark.parametrize(
    "arguments",
    [
        ("cancel", GIFT, "--reason", "重复登记"),
        ("refund", GIFT, "--amount", "1", "--cause", "own", "--reason", "未按约定使用"),
    ],
)
def test_command_names_the_document(
    documented: Engine, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    commands = CommandLine(documented, tmp_path, extra=gift_commands.COMMANDS)
    error = commands.refused("gifts", *arguments, by="accountant")
    assert (error["code"], error["detail"]) == ("gift_documented", SENTENCE)
