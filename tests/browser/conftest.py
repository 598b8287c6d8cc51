"""One portal and one browser for all tests of this folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.serving import Served, serving
from tests.browser.tab import Tab

ARGUMENTS = [
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-sync",
]  # fmt: skip
PATIENCE = 40_000  # milliseconds
WINDOW = {"width": 1280, "height": 900}
NewTab = Callable[..., Tab]


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where Chromium is; whatever needs it is skipped, saying so, where it is not."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    return found


@pytest.fixture(scope="package")
def served(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The portal on the demonstration's data."""
    with serving(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser. Closed with this folder's last test: while it is open, no other test may run an event loop."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def new_tab(browser: Browser, served: Served) -> Iterator[NewTab]:
    """Opens tabs, each with a profile of its own."""
    opened: list[BrowserContext] = []

    def opener(**more: Any) -> Tab:
        context = browser.new_context(**{"viewport": WINDOW, "locale": "en-GB", **more})
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return Tab(context.new_page(), served.address)

    yield opener
    for context in opened:
        context.close()


@pytest.fixture(scope="package")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """A profile that many tests share, so that the portal's scripts are loaded once."""
    context = browser.new_context(viewport=WINDOW, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def tab(profile: BrowserContext, served: Served) -> Iterator[Tab]:
    """A tab of the shared profile; each tab is a session of its own to the portal."""
    page = profile.new_page()
    yield Tab(page, served.address)
    page.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go: PLUMBLINE_SCREENSHOTS, otherwise a temporary folder.

    `PLUMBLINE_SCREENSHOTS=docs/screenshots uv run pytest -n 0 tests/browser/test_pages.py` renews the README's picture,
    overview.png; the pictures in its sub-folders are for looking at and are not kept.
    """
    return Path(os.environ.get("PLUMBLINE_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
