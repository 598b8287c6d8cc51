"""Two administrators in Chromium: one invites a third, the other approves, the third comes in and is shut out again."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from pipelines import register
from pipelines.intake.tables import NamedFile
from pipelines.people import inviting
from pipelines.people.inviting import Offer
from pipelines.scope import Scope
from pipelines.warehouse.store import Warehouse
from schemas.roles import GrantRole
from tests import factories, served
from tests.browser.conftest import PATIENCE, WINDOW
from tests.browser.tab import SETTLED, Tab
from tests.browser.test_accessibility import faults
from tests.people.world import REGISTER, today
from tests.served import COOKIE, OPERATING, Open, Somebody, open_portal

pytestmark = pytest.mark.browser

ADMINISTRATOR = GrantRole.ADMINISTRATOR
AVERY = Somebody("Avery Lin", (("la:990", ADMINISTRATOR),))
BO = Somebody("Bo Carr", (("la:990", ADMINISTRATOR),))
CY = Somebody("Cy Hart", (("trust:99001", ADMINISTRATOR),))
DI = Somebody("Di Elm", (("school:900001", ADMINISTRATOR),))
ED = Somebody("Ed Vale", (("la:990", GrantRole.PROTECTION_OFFICER),))
TRIES = 8
INVITED, PASSWORD = "deputy@council.example", "lantern quarry seventeen"
EVERYWHERE = {"people": "People and what they may do", "organisations": "Who can send for our schools?",
              "second-person": "What waits for a second person?"}  # fmt: skip
AT_AUTHORITIES = {"terms": "Terms and deadlines", "register": "Is the register up to date?"}


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def portal(chromium: str, secrets: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    def prepare(warehouse: Warehouse) -> None:
        content = factories.register_csv(REGISTER)
        register.load_register(warehouse, [NamedFile("register.csv", content)], actor=OPERATING)
        waiting = Offer("waiting@school.example", Scope.parse("school:900002"), GrantRole.LEAD, today(), None, "new")
        inviting.invite(warehouse, waiting, actor=OPERATING)
        secrets.update({one.name: served._sign_in(warehouse, one) for one in (AVERY, BO, CY, DI, ED)})

    with open_portal(tmp_path_factory.mktemp("people"), prepare=prepare, empty=True) as found:
        yield found


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for one in opened:
        one.close()


def page_of(browser: Browser, contexts: list[BrowserContext], portal: Open, secret: str = "") -> Page:
    context = browser.new_context(viewport=WINDOW, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    contexts.append(context)
    if secret:
        context.add_cookies(
            [{"name": COOKIE, "value": secret, "url": portal.address.replace("http:", "https:"), "secure": True,
              "httpOnly": True, "sameSite": "Lax"}]
        )  # fmt: skip
    return context.new_page()


def settle(page: Page) -> Page:
    page.wait_for_function(SETTLED)
    return page


def unfold(page: Page, words: str) -> None:
    page.locator('[data-testid="stExpander"] summary').filter(has_text=words).click()


def write(page: Page, label: str, words: str, *, place: int = 0) -> None:
    box = page.get_by_label(label).nth(place)
    box.fill(words)
    box.press("Tab")
    settle(page)


def choose(page: Page, label: str, option: str, *, place: int = 0) -> None:
    """Open the list and take from it; a list that opens while the page still scrolls closes again: open it anew."""
    box = page.get_by_test_id("stSelectbox").filter(has_text=label).nth(place).get_by_role("combobox")
    for _ in range(TRIES):
        box.click()
        with suppress(PlaywrightTimeout):
            page.get_by_role("option").filter(has_text=option).first.click(timeout=PATIENCE / TRIES)
            break
        page.keyboard.press("Escape")
    else:
        pytest.fail(f"{label} does not offer {option}")
    settle(page)


def press(page: Page, label: str, *, place: int = 0) -> None:
    page.get_by_role("button", name=label).nth(place).click()
    settle(page)


def test_invited_by_one_approved_by_another_in_and_out_again(
    portal: Open, secrets: dict[str, str], browser: Browser, contexts: list[BrowserContext], pictures: Path
) -> None:
    avery = page_of(browser, contexts, portal, secrets[AVERY.name])
    avery.goto(f"{portal.address}/people")
    settle(avery)
    expect(avery.locator("h1")).to_have_text("People and what they may do")
    unfold(avery, "Invite somebody")
    write(avery, "E-mail address", INVITED)
    choose(avery, "Role", "administrator:")
    write(avery, "Why?", "deputises in the holidays")
    press(avery, "Read what will happen")
    expect(avery.get_by_text("This takes two people")).to_be_visible()
    avery.screenshot(path=pictures / "people-confirm.png", full_page=True)
    press(avery, "Yes, propose this invitation")
    expect(avery.get_by_text("waits for a second person (page")).to_be_visible()

    bo = page_of(browser, contexts, portal, secrets[BO.name])
    bo.goto(f"{portal.address}/second-person")
    settle(bo)
    expect(bo.get_by_text(INVITED)).to_be_visible()
    bo.screenshot(path=pictures / "second-person.png", full_page=True)
    press(bo, "Approve: read what will happen")
    press(bo, "Yes, I approve this")
    link = bo.get_by_test_id("stCode").inner_text().strip()
    assert link.startswith(f"{portal.address}/invitation/")
    bo.screenshot(path=pictures / "second-person-link.png", full_page=True)

    new = page_of(browser, contexts, portal)
    sockets: list[WebSocket] = []
    new.on("websocket", lambda socket: sockets.append(socket))  # Playwright takes no built-in function
    new.goto(link)
    for name, said in {"name": "Fay Orr", "password": PASSWORD, "again": PASSWORD}.items():
        new.locator(f"#{name}").fill(said)
    new.get_by_role("button", name="Continue").click()
    secret = new.locator("code").first.inner_text().replace(" ", "")
    new.locator("#code").fill(pyotp.TOTP(secret).at(int(time.time())))
    new.get_by_role("button", name="Continue").click()
    new.get_by_role("link", name="I have kept them").click()
    settle(new)
    expect(new.locator("h1")).to_have_text("People and what they may do")
    expect(new.get_by_text(", administrator,")).to_be_visible()

    settle(avery).reload()
    settle(avery)
    unfold(avery, "End a role")
    choose(avery, "Role", "Fay Orr", place=-1)
    avery.get_by_test_id("stExpander").filter(has_text="End a role").get_by_label("Why?").fill("was asked in error")
    avery.keyboard.press("Tab")
    settle(avery)
    avery.get_by_test_id("stExpander").filter(has_text="End a role").get_by_role(
        "button", name="Read what will happen"
    ).click()
    settle(avery)
    expect(avery.get_by_text("closes at once")).to_be_visible()
    press(avery, "Yes, end this role")
    expect(avery.get_by_text("The role has ended.")).to_be_visible()

    ends = time.monotonic() + PATIENCE / 1000
    while not sockets[-1].is_closed() and time.monotonic() < ends:
        new.wait_for_timeout(100)
    assert sockets[-1].is_closed()
    new.reload()
    assert "/sign-in" in new.url
    avery.screenshot(path=pictures / "people.png", full_page=True)


@pytest.mark.parametrize("who", [AVERY, CY, DI, ED], ids=lambda one: one.grants[0][0] + " " + str(one.grants[0][1]))
def test_axe_finds_no_fault_of_ours_and_nobody_is_in_an_address(
    portal: Open, secrets: dict[str, str], browser: Browser, contexts: list[BrowserContext], pictures: Path,
    who: Somebody,
) -> None:  # fmt: skip
    page = page_of(browser, contexts, portal, secrets[who.name])
    tab = Tab(page, portal.address)
    offered = EVERYWHERE | (AT_AUTHORITIES if who is AVERY else {})
    if who is ED:
        offered = {"second-person": EVERYWHERE["second-person"]}
    for path, title in offered.items():
        page.goto(f"{portal.address}/{path}")
        settle(page)
        expect(page.locator("h1")).to_have_text(title)
        tab.unfold()
        assert faults(tab) == [], path
        page.screenshot(path=pictures / f"{who.grants[0][0].replace(':', '-')}-{path}.png", full_page=True)
    assert tab.complaints == []
    assert not [one for one in tab.requests if re.search("Avery|Elm|Hart|Carr|council", one)]


def test_the_forms_are_reached_and_used_by_the_keyboard(
    portal: Open, secrets: dict[str, str], browser: Browser, contexts: list[BrowserContext]
) -> None:
    page = page_of(browser, contexts, portal, secrets[DI.name])
    page.goto(f"{portal.address}/people")
    settle(page)
    page.locator('[data-testid="stExpander"] summary').filter(has_text="Invite somebody").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type("dm@school.example")
    write(page, "Why?", "sends the returns")
    read = page.get_by_role("button", name="Read what will happen").first
    expect(read).to_be_enabled()
    read.focus()
    page.keyboard.press("Enter")
    settle(page)
    yes = page.get_by_role("button", name="Yes, make the link")
    yes.focus()
    page.keyboard.press("Enter")
    settle(page)
    expect(page.get_by_test_id("stCode")).to_be_visible()
