"""The import wizard in Chromium, on a desk and on a phone: it works, fits, and is accessible."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import factories, serving
from tests.browser import chromium
from tests.browser.chromium import holds
from tests.databases import Databases
from tests.foundation.imports import import_cases
from tests.foundation.imports.import_cases import GIFTS, table

pytestmark = pytest.mark.browser
UNKNOWN_HEADER = ("时日", "谁", "多少", "号", "说些什么")


def build(engine: Engine) -> None:
    factories.install_books(engine)
    serving.add_people(engine, Role.ACCOUNTANT)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.launched() as found:
        yield found


@pytest.fixture
def address(databases: Databases, tmp_path: Path) -> Iterator[str]:
    with databases.prepared("sqlite", "import_wizard", build) as engine:
        app = serving.application(engine, serving.settings(tmp_path))
        with chromium.served(app) as found:
            yield found


@pytest.fixture(params=list(chromium.WIDTHS))
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A page at each width in which the accountant has signed in."""
    with chromium.signed_in(browser, address, Role.ACCOUNTANT, width=request.param) as found:
        yield found


def upload(page: Page, data: bytes, name: str = "登记表.csv") -> None:
    """Choose a file on the first page and send it."""
    page.goto("/imports")
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": data})
    page.fill("#fund", "jxj")
    page.select_option("#account", factories.BANK)
    page.click("main form button.primary")


def test_register_is_imported(page: Page) -> None:
    page.goto("/imports")
    holds(page)
    upload(page, table([*GIFTS, ("合计", "", "251066.66", "", "")]))
    page.wait_for_url("**/imports/preview/**")
    holds(page)

    page.click("button[formaction$='/run']")
    page.wait_for_selector("#reason-error")
    holds(page)
    page.fill("#reason", "原表合计少记一分")
    page.click("button[formaction$='/run']")
    page.wait_for_url("**/imports/1")
    assert "251,066.67" in page.inner_text("tr.sum")
    holds(page)

    page.goto("/imports")
    assert "登记表.csv" in page.inner_text("main table")
    holds(page)


def test_columns_are_corrected_on_the_page(page: Page) -> None:
    upload(page, table(GIFTS, header=UNKNOWN_HEADER))
    page.wait_for_selector(".notice-error")
    holds(page)
    page.fill("#header_row", "1")
    for column, role in enumerate(("date", "donor", "amount", "reference", "note")):
        page.select_option(f"[name=role-{column}]", role)
    # Enter reads again; it never imports and never takes a date that was only suggested.
    page.press("#header_row", "Enter")
    page.wait_for_selector("button[formaction$='/run']")
    assert page.input_value("[name=role-1]") == "donor"
    holds(page)


def test_rows_that_stop_a_file_are_shown_in_english(page: Page) -> None:
    page.click(".top-language button")
    page.wait_for_selector("html[lang=en]")
    upload(page, table([*GIFTS, ("2026-01-09", "顾言", "x", "T9", "")]))
    page.wait_for_url("**/imports/preview/**")
    assert "an amount above zero" in page.inner_text("main")
    assert page.locator("button[formaction$='/run']").count() == 0
    holds(page)


def test_file_that_is_none_is_refused(page: Page) -> None:
    upload(page, b"%PDF-1.7", "登记.csv")
    page.wait_for_selector("#file-error")
    assert page.input_value("#fund") == "jxj"
    holds(page)


def test_wizard_shows_many_rows(page: Page) -> None:
    upload(page, import_cases.many(60))
    page.wait_for_url("**/imports/preview/**")
    page.click("button[formaction$='/run']")
    page.wait_for_url("**/imports/1")
    assert page.locator("a[rel=next]").count() == 1
    holds(page)
