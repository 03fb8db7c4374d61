"""Every main page of the demo foundation in Chromium: accessible, fitting, and small.

One browser walks all of them, in Chinese at a desk and in English on a phone. A feature adds its
pages by one line each in PAGES.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

import wsgi
from foundation.http.context import Services
from foundation.organisation import profiles
from foundation.users.models import Role
from tests import factories, serving
from tests.browser import chromium
from tests.databases import Databases
from tests.foundation.demo import demo_cases

pytestmark = pytest.mark.browser

HIGHEST_BYTES = 100_000
# Who opens it, and its address in the demo; a few rows of a list show what all of them do.
PAGES: tuple[tuple[Role, str], ...] = (
    (Role.ACCOUNTANT, "/"),
    (Role.ACCOUNTANT, "/duties"),
    (Role.ACCOUNTANT, "/checks"),
    (Role.ACCOUNTANT, "/gifts?limit=9"),
    (Role.ACCOUNTANT, "/gifts?q=nobody"),
    (Role.ACCOUNTANT, "/gifts/new"),
    (Role.ACCOUNTANT, "/vouchers?period=all&sort=-total&limit=9"),
    (Role.ACCOUNTANT, "/vouchers/new"),
    (Role.ACCOUNTANT, "/vouchers/1"),
    (Role.ACCOUNTANT, "/donors?limit=9"),
    (Role.ACCOUNTANT, "/donors/1"),
    (Role.ACCOUNTANT, "/fund-projects"),
    (Role.ACCOUNTANT, "/fund-projects/GEN"),
    (Role.ACCOUNTANT, "/accounts"),
    (Role.ACCOUNTANT, "/periods"),
    (Role.ACCOUNTANT, "/imports"),
    (Role.ACCOUNTANT, "/reports"),
    (Role.ACCOUNTANT, "/reports/trial_balance"),
    (Role.ADMINISTRATOR, "/settings"),
    (Role.ADMINISTRATOR, "/settings/users"),
    (Role.CASHIER, "/"),
    (Role.CASHIER, "/cash-journal"),
)
VIEWS = (("desk", "zh"), ("phone", "en"))
# The script is in every page from the start, and only what is wrong comes back: half the time.
_WHAT_IS_WRONG = """
axe.run({resultTypes: ['violations']}).then((results) => results.violations.map(
  (one) => `${one.id} ${one.nodes.map((node) => node.target).join(' ')}`))
"""


@pytest.fixture
def demo(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "demo", demo_cases.build) as engine:
        yield engine


@pytest.fixture
def address(demo: Engine, tmp_path: Path) -> Iterator[str]:
    config = serving.settings(tmp_path)
    app = wsgi.join(Services(engine=demo, clock=factories.CLOCK, config=config))
    with chromium.served(app) as found:
        yield found


@contextmanager
def person(
    browser: Browser, address: str, role: Role, *, width: str, language: str
) -> Iterator[Page]:
    """Open a page in which the person of a role in the demo has signed in."""
    (user,) = [one for one in profiles.load(profiles.DEMO).users if one.role is role]
    wide, high = chromium.WIDTHS[width]
    context = browser.new_context(viewport={"width": wide, "height": high}, base_url=address)
    context.add_cookies([{"name": "language", "value": language, "url": address}])
    context.add_init_script(AXE_SCRIPT)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=name]", user.name)
    page.fill("[name=password]", user.password or "")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")
    # Signing in brings the language of the account.
    context.add_cookies([{"name": "language", "value": language, "url": address}])
    yield page
    context.close()


def faults(page: Page, path: str) -> list[str]:
    """What is wrong with one page."""
    answer = page.goto(path)
    assert answer is not None
    found = [] if answer.status == 200 else [f"status {answer.status}"]
    size = len(answer.body())
    if size > HIGHEST_BYTES:
        found.append(f"{size} bytes")
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if over > 0:
        found.append(f"{over} pixels too wide")
    return found + list(page.evaluate(_WHAT_IS_WRONG))


def test_main_pages_are_accessible_fit_and_stay_small(address: str) -> None:
    wrong: dict[str, list[str]] = {}
    seen: list[str] = []
    with chromium.launched() as browser:
        for width, language in VIEWS:
            for role in dict.fromkeys(role for role, _path in PAGES):
                with person(browser, address, role, width=width, language=language) as page:
                    for path in (path for one, path in PAGES if one is role):
                        if found := faults(page, path):
                            wrong[f"{path} {width} {language}"] = found
                    page.evaluate("document.body.append(document.createElement('img'))")
                    seen += page.evaluate(_WHAT_IS_WRONG)
    assert wrong == {}
    # What is wrong would have been seen.
    assert seen.count("image-alt img") == len(VIEWS) * len({role for role, _path in PAGES})
