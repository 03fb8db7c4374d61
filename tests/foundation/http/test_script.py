"""What the script of the pages does while somebody types, in a real browser."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page

from foundation import app as application
from receipts import capitals
from tests.browser import chromium

SCRIPT = Path(application.__file__).parent / "static" / "app.js"
# Every pattern of zeros in the places of yuan, and around the point.
AMOUNTS = [
    *range(1, 200),
    *(yuan * 100 + rest for yuan in (1, 10, 105, 1000, 107_000) for rest in (0, 3, 50, 53)),
    *(int("".join(digits)) * 100 + 4 for digits in product("012", repeat=9)),
    99_999_999_999_999,
]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with chromium.launched() as browser:
        yield browser.new_page()


@pytest.fixture
def page(browser_page: Page) -> Iterator[Page]:
    with chromium.within(60):
        yield browser_page


def show(page: Page, content: str) -> None:
    page.set_content(content)
    # Inside a function, so that it can be loaded again for the next test.
    names = "parseAmount, formatAmount, capitals"
    source = SCRIPT.read_text(encoding="utf-8")
    page.add_script_tag(content=f"(() => {{ {source}\nObject.assign(window, {{ {names} }}); }})()")


def test_capitals_are_those_of_the_documents(page: Page) -> None:
    show(page, "")

    written = page.evaluate(
        "minors => minors.map(minor => capitals(BigInt(minor)))", [str(m) for m in AMOUNTS]
    )

    assert written == [capitals.to_capitals(minor) for minor in AMOUNTS]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("12万", "120,000.00"),
        ("120000", "120,000.00"),
        ("1.5亿", "150,000,000.00"),
        ("１２．５", "12.50"),
        ("-7", "-7.00"),
        ("9007199254740993.01", "9,007,199,254,740,993.01"),
        ("twelve", "twelve"),
        ("1.234", "1.234"),
    ],
)
def test_amount_is_settled_on_leaving_the_field(page: Page, typed: str, shown: str) -> None:
    show(page, '<input id="a" data-amount><output data-capitals-of="a"></output><input id="b">')

    page.fill("#a", typed)
    page.focus("#b")

    assert page.input_value("#a") == shown


def test_capitals_are_shown_while_typing(page: Page) -> None:
    show(page, '<input id="a" data-amount><output data-capitals-of="a"></output>')

    page.fill("#a", "12万")

    assert page.inner_text("output") == capitals.to_capitals(120_000_00)


@pytest.mark.parametrize(
    ("typed", "shown"), [("20260305", "2026-03-05"), ("2026/3/5", "2026-03-05"), ("soon", "soon")]
)
def test_day_is_settled_on_leaving_the_field(page: Page, typed: str, shown: str) -> None:
    show(page, '<input id="a" data-day><input id="b">')

    page.fill("#a", typed)
    page.focus("#b")

    assert page.input_value("#a") == shown


def test_enter_goes_on_and_ctrl_enter_sends(page: Page) -> None:
    show(page, '<form data-entry><input id="a"><input id="b"><button>ok</button></form>')
    page.evaluate(
        "document.forms[0].addEventListener('submit', e => {"
        " e.preventDefault(); document.title = 'sent'; })"
    )

    page.focus("#a")
    page.keyboard.press("Enter")
    went_on = page.evaluate("document.activeElement.id")
    sent_by_enter = page.title()
    page.keyboard.press("Control+Enter")

    assert (went_on, sent_by_enter, page.title()) == ("b", "", "sent")


def test_equals_sign_fills_what_is_missing(page: Page) -> None:
    rows = "".join(
        f'<input id="{side}{i}" data-amount data-side="{side}">'
        for i in range(2)
        for side in ("debit", "credit")
    )
    show(page, f"<form data-entry><div data-balance>{rows}</div></form>")

    page.fill("#debit0", "12万")
    page.fill("#credit0", "20,000.01")
    page.focus("#credit1")
    page.keyboard.press("=")

    assert page.input_value("#credit1") == "99,999.99"


def test_slash_leads_to_the_search_unless_somebody_types(page: Page) -> None:
    show(page, '<input id="q" data-shortcut="/"><input id="other"><p tabindex="0" id="p">text</p>')

    page.focus("#other")
    page.keyboard.press("/")
    assert page.input_value("#other") == "/"
    page.focus("#p")
    page.keyboard.press("/")

    assert page.evaluate("document.activeElement.id") == "q"
    assert page.input_value("#q") == ""


def test_sum_of_what_is_chosen_is_shown(page: Page) -> None:
    boxes = "".join(f'<input type="checkbox" data-minor="{m}">' for m in (100, -30, 10**17))
    show(
        page,
        f'<form><input type="checkbox" id="all" data-select-all>{boxes}'
        "<b data-selected-count></b><i data-selected-sum></i></form>",
    )

    page.check("#all")

    assert page.inner_text("b") == "3"
    assert page.inner_text("i") == "1,000,000,000,000,000.70"
