"""Gifts and donors in Chromium, on a desk and on a phone: by keyboard, fitting, accessible."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from foundation.users.models import Role
from ledger.money import MAX_MINOR
from tests import factories, serving
from tests.browser import chromium
from tests.browser.chromium import holds
from tests.databases import Databases
from tests.foundation.donors import donor_cases
from tests.foundation.donors.donor_cases import COMPANY, ID_NUMBER, given
from tests.foundation.gifts import gift_cases
from tests.foundation.imports import import_cases
from tests.foundation.imports.import_cases import GIFTS, STATED, table

pytestmark = pytest.mark.browser


def build(engine: Engine) -> None:
    """Books with an accountant, two donors, and a gift in every kind of state."""
    factories.install_books(engine)
    serving.add_people(engine, Role.ACCOUNTANT)
    donor_cases.record(engine, COMPANY)
    who = donor_cases.record(engine, given())
    waiting, posted, ended = (
        gift_cases.record(engine, gift_cases.entry(who, minor=minor))
        for minor in (10_00, 20_00, 30_00)
    )
    gift_cases.post(engine, posted.voucher_id)
    gift_cases.refund(engine, posted.gift_id, 5_00)
    gift_cases.cancel(engine, ended.gift_id)
    assert waiting.gift_id == 1


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.launched() as found:
        yield found


@pytest.fixture
def books_served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "gift_pages", build) as engine:
        yield engine


@pytest.fixture
def address(books_served: Engine, tmp_path: Path) -> Iterator[str]:
    app = serving.application(books_served, serving.settings(tmp_path))
    with chromium.served(app) as found:
        yield found


@pytest.fixture(params=list(chromium.WIDTHS))
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    with chromium.signed_in(browser, address, Role.ACCOUNTANT, width=request.param) as found:
        yield found


def test_gift_is_recorded_by_keyboard_alone(books_served: Engine, page: Page) -> None:
    page.goto("/gifts/new")
    keys = page.keyboard
    # The donor has the focus from the start; the initials of the name are enough.
    page.wait_for_function("document.activeElement.id === 'donor'")
    keys.type("dhqm")
    page.wait_for_selector("[role=option]")
    holds(page)
    keys.press("ArrowDown")
    keys.press("Enter")
    assert page.input_value("#donor") == COMPANY.name
    assert page.evaluate("document.activeElement.id") == "amount"
    keys.type("12万")
    assert page.inner_text("[data-capitals-of=amount]") == "壹拾贰万元整"
    keys.press("Enter")
    assert page.input_value("#amount") == "120,000.00"
    keys.type("GEN")
    keys.press("Enter")
    assert page.inner_text("output[for=fund-0]") == "非限定基金"
    page.fill("#account", factories.BANK)
    keys.press("Control+Enter")

    page.wait_for_selector(".notice")
    assert "G2026-000004" in page.inner_text(".notice")
    assert page.url.endswith("/gifts/new")
    assert page.input_value("#fund-0") == "GEN"
    assert gift_cases.stored(books_served, 4).amount_minor == 120_000_00
    gift_cases.everything_holds(books_served)


def test_new_donor_is_asked_about_and_recorded_with_the_gift(
    books_served: Engine, page: Page
) -> None:
    page.goto("/gifts/new")
    page.fill("#donor", "林小舟")
    page.fill("#amount", "100")
    page.fill("#received_on", "2026-01-20")
    page.fill("#fund-0", "SCHOL")
    page.fill("#account", factories.BANK)
    page.press("#account", "Control+Enter")
    page.wait_for_selector("[name=donor_choice]")
    holds(page)
    assert page.input_value("#amount") == "100.00"
    assert page.is_checked("[name=donor_choice] >> nth=0")

    page.check("[name=donor_choice][value=new]")
    page.press("#account", "Control+Enter")
    page.wait_for_selector(".notice:not(.notice-error)")
    assert gift_cases.stored(books_served, 4).donor_name == "林小舟"


def test_only_the_fields_of_the_kind_are_shown(page: Page) -> None:
    page.goto("/gifts/new")
    assert not page.is_visible("#item")
    page.select_option("#kind", "in_kind")
    for name, is_needed in (("item", True), ("value_evidence", True), ("recipient", False)):
        assert page.is_visible(f"#{name}") is is_needed
    holds(page)
    page.select_option("#kind", "agency")
    assert page.is_visible("#recipient")
    assert page.is_disabled("#item")


def test_gift_is_split_over_rows_that_are_added(books_served: Engine, page: Page) -> None:
    page.goto("/gifts/new?donor=2")
    page.fill("#amount", "100")
    page.fill("#received_on", "0120")
    page.fill("#fund-0", "SCHOL")
    page.fill("#part-0", "60")
    page.click("[data-add-row]")
    page.fill("#fund-1", "GEN")
    page.fill("#account", factories.BANK)
    holds(page)
    page.press("#account", "Control+Enter")
    page.wait_for_selector(".notice:not(.notice-error)")

    assert gift_cases.parts(books_served, 4) == {"GEN": 40_00, "SCHOL": 60_00}


def test_list_adds_up_what_is_chosen(page: Page) -> None:
    page.goto("/gifts")
    boxes = page.locator("input[data-minor]")
    boxes.nth(0).check()
    boxes.nth(2).check()

    assert page.inner_text("[data-selected-count]") == "2"
    assert page.inner_text("[data-selected-sum]") == "40.00"
    page.check("[data-select-all]") if page.is_visible("[data-select-all]") else boxes.nth(
        1
    ).check()
    assert page.inner_text("[data-selected-sum]") == "60.00"


def test_gift_is_refunded_on_its_page(books_served: Engine, page: Page) -> None:
    page.goto("/gifts/G2026-000002")
    page.click("a[href$='/refund']")
    page.fill("#amount", "1.5")
    page.select_option("#cause", "external")
    page.fill("#date", "2026-02-10")
    page.fill("#reason", "项目取消")
    page.click("main button.primary")
    page.wait_for_url("**/gifts/G2026-000002")

    assert gift_cases.remaining(books_served, 2) == 13_50
    holds(page)


PAGES = (
    "/gifts",
    "/gifts?state=cancelled&q=x",
    "/gifts/new",
    "/gifts/G2026-000001",
    "/gifts/G2026-000002",
    "/gifts/G2026-000003",
    "/gifts/G2026-000001/cancel",
    "/gifts/G2026-000001/correct",
    "/gifts/G2026-000002/refund",
    "/gifts/G2026-000999",
    "/donors",
    "/donors?q=nobody",
    "/donors/2",
    "/donors/new",
    "/donors/2/edit",
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_are_accessible_and_fit(page: Page, language: str) -> None:
    page.context.add_cookies([{"name": "language", "value": language, "url": page.url}])
    for path in PAGES:
        page.goto(path)
        assert page.get_attribute("html", "lang") in ("zh-CN", "en")
        holds(page)


def test_long_names_and_great_amounts_fit(books_served: Engine, page: Page) -> None:
    name = "".join(f"第{number}" for number in range(70))[:200]
    who = donor_cases.record(books_served, given(name=name, id_number=ID_NUMBER, note="长" * 500))
    gift_cases.record(books_served, gift_cases.entry(who, minor=MAX_MINOR, donor_name=name))
    for path in (
        "/gifts",
        "/gifts/G2026-000004",
        f"/donors/{who.id}",
        f"/gifts/new?donor={who.id}",
    ):
        page.goto(path)
        holds(page)


def test_register_is_imported_and_its_gifts_are_found(books_served: Engine, page: Page) -> None:
    page.goto("/imports")
    page.set_input_files(
        "#file",
        {"name": "登记表.csv", "mimeType": "text/csv", "buffer": table([*GIFTS, STATED])},
    )
    page.fill("#fund", "SCHOL")
    page.select_option("#account", factories.BANK)
    page.click("main form button.primary")
    page.wait_for_url("**/imports/preview/**")
    holds(page)
    page.click("button[formaction$='/run']")
    page.wait_for_url("**/imports/1")
    holds(page)

    page.goto("/gifts?batch=1")
    assert page.locator("input[data-minor]").count() == len(GIFTS)
    assert "251,066.67" in page.inner_text("tfoot")
    assert import_cases.findings(books_served) == []
