"""Local accounts in Chromium, served as an authority serves them: invited, second factor, in, elsewhere, out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipelines.people import inviting
from pipelines.people.inviting import Offer
from pipelines.scope import Scope
from pipelines.warehouse.store import Warehouse
from schemas.roles import GrantRole
from tests.browser.conftest import PATIENCE, WINDOW
from tests.served import OPERATING, Open, open_portal

pytestmark = pytest.mark.browser

OFFICER, LEAD = "safeguarding@council.example", "dsl@school.example"
PASSWORD = "lantern quarry seventeen"
LINKS = {
    "officer": Offer(OFFICER, Scope.parse("la:990"), GrantRole.LEAD, date(2022, 9, 1), None, "begins here"),
    "trust": Offer(OFFICER, Scope.parse("trust:99001"), GrantRole.READER, date(2022, 9, 1), None, "helps there"),
    "school": Offer(LEAD, Scope.parse("school:900001"), GrantRole.LEAD, date(2022, 9, 1), None, "begins here"),
    "looked at": Offer("looks@school.example", Scope.parse("la:990"), GrantRole.LEAD, date(2022, 9, 1), None, "looks"),
}
WINDOWS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WINDOW},
    "narrow": {"viewport": {"width": 320, "height": 640}},  # what 1280 at 400 % leaves
    "dark": {"viewport": WINDOW, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def links() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def portal(chromium: str, links: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    def invite(warehouse: Warehouse) -> None:
        links.update({name: inviting.invite(warehouse, one, actor=OPERATING)[1] for name, one in LINKS.items()})

    with open_portal(tmp_path_factory.mktemp("local"), prepare=invite) as found:
        yield found


@pytest.fixture
def windows(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for one in opened:
        one.close()


def new_page(browser: Browser, windows: list[BrowserContext], **more: Any) -> Page:
    context = browser.new_context(**{"viewport": WINDOW, "locale": "en-GB", **more})
    context.set_default_timeout(PATIENCE)
    windows.append(context)
    return context.new_page()


def fill(page: Page, *, press: str, **said: str) -> Page:
    for name, value in said.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_role("button", name=press).click()
    return page


def code(secret: str, *, ahead: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * ahead)


def secret_of(page: Page) -> str:
    return page.locator("code").first.inner_text().replace(" ", "")


def test_from_an_invitation_to_signing_out(
    portal: Open, links: dict[str, str], browser: Browser, windows: list[BrowserContext]
) -> None:
    page = new_page(browser, windows)
    page.goto(f"{portal.address}/invitation/{links['officer']}")
    assert page.url == f"{portal.address}/invitation"
    fill(page, press="Continue", name="Rowan Ashby", password=PASSWORD, again=PASSWORD)
    secret = secret_of(page)
    fill(page, press="Continue", code=code(secret))
    recovery = page.locator("li code").all_inner_texts()
    assert len(recovery) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Rowan Ashby")).to_be_visible()
    expect(page.get_by_text("authority safeguarding officer")).to_be_visible()

    other = new_page(browser, windows)  # another browser accepts for a second organisation
    other.goto(f"{portal.address}/invitation/{links['trust']}")
    fill(other, press="Accept", password=PASSWORD, code=code(secret, ahead=1))
    expect(other.get_by_role("heading", name="Which organisation?")).to_be_visible()
    other.get_by_role("button", name=re.compile("Go on as reader")).click()
    expect(other.get_by_text(", reader,")).to_be_visible()

    again = new_page(browser, windows)
    again.goto(f"{portal.address}/")
    assert "/sign-in/local" in again.url
    fill(again, press="Sign in", email=OFFICER, password=PASSWORD)
    again.get_by_role("link", name="Use a recovery code instead").click()
    fill(again, press="Continue", code=recovery[0].lower())
    expect(again.get_by_role("heading", name="Which organisation?")).to_be_visible()

    other.get_by_role("link", name="Sign out").click()
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="You are signed out")).to_be_visible()
    other.goto(f"{portal.address}/")
    assert "/sign-in/local" in other.url
    page.reload()  # the first browser is still in
    expect(page.get_by_text("Rowan Ashby")).to_be_visible()


def test_a_school_joins_changes_its_password_and_its_other_browser_is_out(
    portal: Open, links: dict[str, str], browser: Browser, windows: list[BrowserContext]
) -> None:
    page = new_page(browser, windows)
    page.goto(f"{portal.address}/invitation/{links['school']}")
    page.get_by_label("No, use the password alone").check()
    fill(page, press="Continue", name="Tobias Wrenfield", password=PASSWORD, again=PASSWORD)
    expect(page.get_by_text("designated safeguarding lead")).to_be_visible()
    other = new_page(browser, windows)
    other.goto(f"{portal.address}/sign-in")
    fill(other, press="Sign in", email=LEAD, password=PASSWORD)
    expect(other.get_by_text("designated safeguarding lead")).to_be_visible()
    page.goto(f"{portal.address}/sign-in/local/account")
    page.get_by_role("link", name="Change your password").click()
    new = "violet tractor horizon"
    fill(page, press="Change password", present=PASSWORD, password=new, again=new)
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    other.reload()
    other.wait_for_url("**/sign-in/local*")
    page.goto(f"{portal.address}/")
    expect(page.get_by_text("designated safeguarding lead")).to_be_visible()


def pages(portal: Open, links: dict[str, str], page: Page) -> Iterator[str]:
    """Every page of signing in that can be opened, one after another, by name."""
    page.goto(f"{portal.address}/sign-in/local")
    yield "sign in"
    fill(page, press="Sign in", email="nobody@school.example", password="wrong")
    yield "wrong password"
    page.goto(f"{portal.address}/invitation/made-up")
    yield "no link"
    page.goto(f"{portal.address}/invitation/{links['looked at']}")
    yield "invitation"
    fill(page, press="Continue", name="", password="short", again="other")
    yield "wrong choice"
    fill(page, press="Continue", name="Rowan Ashby", password=PASSWORD, again=PASSWORD)
    yield "second factor"
    fill(page, press="Continue", code="000000")
    yield "wrong code"


@pytest.mark.parametrize("window", WINDOWS)
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_window(
    window: str, portal: Open, links: dict[str, str], browser: Browser, windows: list[BrowserContext], pictures: Path
) -> None:
    page = new_page(browser, windows, **WINDOWS[window])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    (pictures / "sign-in").mkdir(parents=True, exist_ok=True)
    for name in pages(portal, links, page):
        page.screenshot(path=pictures / "sign-in" / f"{window} {name}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    assert not [one for one in said if "Content Security Policy" in one]


def test_everything_is_done_with_the_keyboard_and_a_fault_leads_to_its_field(
    portal: Open, browser: Browser, windows: list[BrowserContext]
) -> None:
    page = new_page(browser, windows)
    page.goto(f"{portal.address}/sign-in/local")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("nobody@school.example")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Error: Sign in – Plumbline")
    page.get_by_role("link", name="The e-mail address or the password is not right.").press("Enter")
    expect(page.locator("#email")).to_be_focused()
