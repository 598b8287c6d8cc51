"""An invitation accepted with an account at a provider: only when asked for in this browser, only once."""

from __future__ import annotations

import re
from datetime import date

from pipelines.people import inviting
from pipelines.people.inviting import Offer
from pipelines.scope import OPERATOR, Actor, Scope
from schemas.roles import GrantRole
from tests.sign_in.provider import Browser, Portal, Running

OPERATING = Actor("command line", "operator", OPERATOR)


def link(portal: Portal) -> str:
    offer = Offer(
        "rota@council.example", Scope.parse("la:990"), GrantRole.ADMINISTRATOR, date(2026, 9, 1), None, "first"
    )
    return "/invitation/" + inviting.invite(portal.house.warehouse, offer, actor=OPERATING)[1]


def choose(browser: Browser, address: str) -> str:
    """Open a link and choose the provider: the page that leads there."""
    browser.get(address)
    page = browser.get("/invitation").text
    token, _ = re.findall(r'name="csrf" value="(\w+)"', page)
    found: str = browser.post("/invitation/with-provider", csrf=token).text
    return found


def held(browser: Browser) -> list[str] | None:
    here = browser.here()
    return here["held"] if here else None


def test_the_first_administrator_comes_by_a_link_and_the_provider(
    browser: Browser, portal: Portal, provider: Running
) -> None:
    provider.knows("office", name="Avery Lin")
    assert 'href="/sign-in/provider"' in choose(browser, link(portal))
    browser.sign_in("office")
    assert held(browser) == ["administrator@la:990"]
    assert "link used" in portal.actions()
    assert "rota@council.example" not in portal.record()


def test_a_link_that_was_only_looked_at_gives_nothing(browser: Browser, portal: Portal, provider: Running) -> None:
    provider.knows("office", name="Avery Lin")
    browser.get(link(portal))
    browser.get("/invitation")
    browser.sign_in("office")
    assert held(browser) is None


def test_another_site_cannot_have_it_accepted(browser: Browser, portal: Portal, provider: Running) -> None:
    provider.knows("office", name="Avery Lin")
    browser.get(link(portal))
    for token in ("", "0" * 64):
        assert browser.post("/invitation/with-provider", csrf=token).status_code == 403
    assert browser.get("/invitation/with-provider").status_code != 200
    browser.sign_in("office")
    assert held(browser) is None


def test_it_is_accepted_once(browser: Browser, portal: Portal, provider: Running) -> None:
    provider.knows("office", name="Avery Lin")
    provider.knows("other", name="Bo Carr")
    address = link(portal)
    choose(browser, address)
    browser.sign_in("office")
    second = Browser(portal, provider)
    with second.client:
        second.get(address)
        assert second.get("/invitation").status_code == 404
        second.sign_in("other")
        assert held(second) is None


def test_a_portal_without_a_provider_has_no_such_form() -> None:
    portal = Portal(None)
    assert all(getattr(route, "path", "") != "/invitation/with-provider" for route in portal.app.routes)
