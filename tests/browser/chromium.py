"""Chromium for page tests: the application on a free port, people signed in, pages that hold."""

import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from foundation.users.models import Role
from tests import serving

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
# A step that takes longer hangs; a test has some dozens of steps.
_STEP_SECONDS, _TEST_SECONDS = 15, 150
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium for as long as the block lasts."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a free port for as long as the block lasts."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    # A request that hangs must not keep the tests from ending.
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=_STEP_SECONDS)
        server.server_close()


@contextmanager
def signed_in(browser: Browser, address: str, role: Role, *, width: str) -> Iterator[Page]:
    """Open a page at a width in which the person of a role has signed in."""
    wide, high = WIDTHS[width]
    with within(_TEST_SECONDS):
        context = browser.new_context(viewport={"width": wide, "height": high}, base_url=address)
        context.set_default_timeout(_STEP_SECONDS * 1000)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=name]", role.value)
        page.fill("[name=password]", serving.PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/")
        yield page
        context.close()


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail what takes longer; running a script in a page waits for ever otherwise."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        message = f"the browser did not come to an end within {seconds} seconds"
        raise TimeoutError(message)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def holds(page: Page) -> None:
    """Assert that a page is accessible and that nothing hangs out of it at the side."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0, page.url
