"""Chinese first, English by a switch, and Chinese again where nobody has written the English."""

from pathlib import Path

import pytest
from flask import Flask

from foundation.http import languages
from foundation.users.models import Role
from ledger.errors import Conflict
from ledger.periods import PeriodClosed
from tests import serving
from tests.serving import Browser


def test_pages_are_chinese_at_first(app: Flask) -> None:
    answer = Browser(app).get("/sign-in")

    assert '<html lang="zh-CN">' in answer.text
    assert "登录" in answer.text


def test_switch_turns_every_page_to_english(app: Flask) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)

    answer = browser.post("/language", {"language": "en", "next": "/account"})
    page = browser.get("/account")

    assert answer.location == "/account"
    assert '<html lang="en">' in page.text
    assert "My account" in page.text


def test_choice_is_kept_with_the_person(app: Flask) -> None:
    serving.signed_in(app, Role.ACCOUNTANT).post("/language", {"language": "en"})

    elsewhere = serving.signed_in(app, Role.ACCOUNTANT)

    assert '<html lang="en">' in elsewhere.get("/").text


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_switch_leads_to_no_other_site(app: Flask, target: str) -> None:
    answer = Browser(app).post("/language", {"language": "en", "next": target})

    assert answer.location == "/"


def test_unknown_language_in_a_cookie_is_chinese(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("language", "tlh")

    assert '<html lang="zh-CN">' in client.get("/sign-in").text


def test_sentence_without_translation_stays_chinese(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert languages.translate("没有人翻译过的句子 {n}", n=3) == "没有人翻译过的句子 3"


def test_refusal_is_said_in_english_with_its_reason(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "language=en"}):
        closed = languages.describe(PeriodClosed(period="2026-03"))
        reopening = languages.describe(Conflict(reason="2026-02 的反结账申请正等待另一人批准"))

    assert closed.isascii()
    assert "2026-03" in closed
    assert reopening.isascii()
    assert "2026-02" in reopening


def test_data_of_a_refusal_that_looks_like_a_place_is_left_alone() -> None:
    english = {"找不到“{name}”": "No “{name}”", "{0} 已存在": "{0} exists already"}
    error = Conflict(reason="{0} 已存在")

    assert languages.describe_in(english, error).endswith("{0} exists already")
    assert languages.describe_in(english, Conflict(reason="{x} 已存在")).endswith(
        "{x} exists already"
    )


def test_catalogue_of_another_package_is_added(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "own.po").write_text('msgid "自己的报表"\nmsgstr "My report"\n', encoding="utf-8")

    languages.add(app, tmp_path)

    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert languages.translate("自己的报表") == "My report"
