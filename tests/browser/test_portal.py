"""Donors' pages and `/verify` in Chromium: phone first, accessible, small, without a script."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.browser import chromium
from tests.browser.chromium import WIDTHS, holds
from tests.databases import Databases
from tests.foundation.portal import portal_cases
from tests.foundation.portal.portal_cases import MAIL, attach, code_of, link_in, mails

pytestmark = pytest.mark.browser
LETTER, GIFT = "QR-2026-000001", "G2026-000001"
_MOST_BYTES = 100_000


def build(engine: Engine) -> None:
    """The two donors, one with a very long name and amount beside the usual gift."""
    portal_cases.build(engine)
    portal_cases.anonymous(engine)
    who = portal_cases.known_donor(engine)
    portal_cases.given(engine, who, minor=999_999_999_999_99)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.launched() as found:
        yield found


@pytest.fixture
def books(databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    with databases.prepared("sqlite", "portal_pages", build) as engine:
        attach(engine, 1, tmp_path)
        yield engine


@pytest.fixture
def address(books: Engine, tmp_path: Path) -> Iterator[str]:
    app = serving.application(books, serving.settings(tmp_path))
    with chromium.served(app) as found:
        yield found


@contextmanager
def opened(browser: Browser, address: str, width: str, **options: object) -> Iterator[Page]:
    wide, high = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": wide, "height": high},
        base_url=address,
        **options,  # type: ignore[arg-type]
    )
    yield context.new_page()
    context.close()


def enter(page: Page, engine: Engine) -> None:
    """Come in as a donor does: ask, open the mail, press the button."""
    page.goto("/my")
    page.fill("[name=email]", MAIL)
    page.press("[name=email]", "Enter")
    page.wait_for_url("**/my/enter?sent=1")
    page.goto(link_in(mails(engine)[-1]))
    page.click("main button")
    page.wait_for_url("**/my")


def looks_right(page: Page, path: str) -> None:
    page.goto(path)
    assert len(page.content().encode()) < _MOST_BYTES
    holds(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_donor_goes_through_every_page(
    browser: Browser, address: str, books: Engine, width: str
) -> None:
    with opened(browser, address, width) as page:
        looks_right(page, "/my/enter")
        enter(page, books)
        for language in ("zh-CN", "en") if width == "phone" else ("zh-CN",):
            assert page.get_attribute("html", "lang") == language
            for path in (
                "/my",
                f"/my/gifts/{GIFT}",
                "/my/funds/SCHOL",
                "/my/tax",
                "/my/particulars",
            ):
                looks_right(page, path)
            page.click("button[name=language]")
            page.wait_for_load_state()
        page.goto(link_in(mails(books)[-1]))
        holds(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_anybody_checks_a_document(
    browser: Browser, address: str, books: Engine, width: str
) -> None:
    code = code_of(books, LETTER)
    with opened(browser, address, width) as page:
        for path in ("/verify", f"/verify/{code}", "/verify/wrong"):
            looks_right(page, path)
        page.goto("/verify")
        page.fill("[name=number]", LETTER)
        page.fill("[name=code]", code)
        page.press("[name=code]", "Enter")
        page.wait_for_selector(".verdict-good")
        # What it is can be read without scrolling.
        box = page.locator("#verdict").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < WIDTHS[width][1]


def test_everything_works_without_a_script(browser: Browser, address: str, books: Engine) -> None:
    with opened(browser, address, "phone", java_script_enabled=False) as page:
        page.goto(f"/verify/{code_of(books, LETTER)}")
        assert page.locator(".verdict-good").count() == 1
        enter(page, books)
        with page.expect_download() as download:
            page.click(f"a[href='/my/letters/{LETTER}.pdf']")
        path = download.value.path()
        assert download.value.suggested_filename == f"{LETTER}.pdf"
        page.goto("/verify")
        page.set_input_files("[name=file]", path)
        page.click("[aria-labelledby=with-file] button")
        assert page.locator(".verdict-good").count() == 1


def test_values_of_the_tax_form_are_copied_by_one_press(
    browser: Browser, address: str, books: Engine
) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, address, "phone", permissions=permissions) as page:
        enter(page, books)
        page.goto("/my/tax")
        page.click("button[data-copy='120000.00']")
        page.wait_for_selector("text=已复制")
        assert page.evaluate("navigator.clipboard.readText()") == "120000.00"


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_the_office_hold(
    browser: Browser, address: str, books: Engine, width: str
) -> None:
    with opened(browser, address, width) as page:
        enter(page, books)
        page.goto("/my/particulars")
        page.fill("[name=message]", "请更正称呼")
        page.click("text=提交请求")
        page.wait_for_load_state()
        page.context.clear_cookies()
        sign_in(page, Role.ACCOUNTANT)
        looks_right(page, "/donors/requests")
        looks_right(page, "/donors/1/access")
        page.click("text=生成邀请链接")
        page.wait_for_selector(".secret")
        holds(page)
        page.context.clear_cookies()
        sign_in(page, Role.ADMINISTRATOR)
        looks_right(page, "/settings/mail")


def sign_in(page: Page, role: Role) -> None:
    name = "admin" if role is Role.ADMINISTRATOR else role.value
    page.goto("/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", f"demo-{name}-2026")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")
