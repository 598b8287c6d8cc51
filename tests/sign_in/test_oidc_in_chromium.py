"""Signing in and out in Chromium, at a real provider on another site, with the portal as it is served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx2
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, chromium
from tests.sign_in.conftest import TENANT
from tests.sign_in.provider import Running
from tests.sign_in.served import Person, Served, serving

pytestmark = pytest.mark.browser
__all__ = ["chromium"]
SCHOOL = {"id": "ORG-1", "category": {"id": "001"}, "urn": "900001"}
TRUST = {"id": "ORG-3", "category": {"id": "010"}, "uid": "99001"}


@pytest.fixture(scope="module")
def browser_itself(chromium: str) -> Iterator[Browser]:
    """One Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def served(_provider: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A portal that uses a provider of one's own."""
    with serving(_provider, "generic", tmp_path_factory.mktemp("generic")) as found:
        yield found


@pytest.fixture
def person(browser_itself: Browser) -> Iterator[Callable[[Served], Person]]:
    """People with browsers of their own."""
    with ExitStack() as opened:

        def make(served: Served) -> Person:
            made = Person(browser_itself, served)
            opened.callback(made.context.close)
            return made

        yield make


def test_somebody_signs_in_and_is_taken_to_the_page_they_wanted(
    served: Served, provider: Running, person: Callable[[Served], Person]
) -> None:
    ada = person(served)
    page = ada.sign_in("ada", "/returns")
    ada.is_here_as("Ada Quill", "designated safeguarding lead", "Larkfield")
    assert page.url == f"{served.address}/returns"
    cookies = {one["name"]: one for one in ada.context.cookies()}
    session = cookies["__Host-plumbline"]
    assert (session["secure"], session["httpOnly"], session["sameSite"], session["path"]) == (True, True, "Lax", "/")
    assert session["expires"] == -1
    assert "__Host-plumbline" not in page.evaluate("document.cookie")


def test_signing_out_here_signs_out_there_and_locks_the_open_tab(
    served: Served, provider: Running, person: Callable[[Served], Person]
) -> None:
    ada = person(served)
    ada.sign_in("ada")
    ada.is_here_as("Ada Quill")
    other = ada.context.new_page()
    other.goto(f"{served.address}/returns")
    expect(other.locator('[class*="st-key-person-bar"]')).to_contain_text("Ada Quill")
    ada.open("/sign-out")
    ada.reads("Sign out?")
    ada.page.get_by_role("button", name="Sign out").click()
    ada.page.wait_for_url(f"{provider.issuer}/oauth2/end_session?*")
    ada.page.get_by_role("button", name="End session").click()
    ada.reads("You are signed out")
    assert ada.page.url == f"{served.address}/sign-out/done"
    other.reload()
    expect(other).to_have_title("Sign in – Plumbline")
    ada.page.go_back()
    assert "Ada Quill" not in ada.page.content()


def test_a_session_that_the_provider_ends_is_over_in_the_open_tab_at_once(
    served: Served, provider: Running, person: Callable[[Served], Person]
) -> None:
    ada = person(served)
    closed: list[bool] = []
    ada.page.on("websocket", lambda socket: socket.on("close", lambda _: closed.append(True)))
    ada.sign_in("ada")
    ada.is_here_as("Ada Quill")
    answer = provider.logout(to=f"{served.address}/sign-out/back-channel", aud=served.client_id, sub="ada")
    assert answer == {"status": 200}
    for _ in range(100):
        if closed:
            break
        ada.page.wait_for_timeout(100)
    assert closed, "the websocket of the open tab is closed"
    ada.page.reload()
    expect(ada.page).to_have_title("Sign in – Plumbline")


def test_new_keys_of_the_provider_keep_nobody_out(
    served: Served, provider: Running, person: Callable[[Served], Person]
) -> None:
    provider.rotate()
    ada = person(served)
    ada.sign_in("ada")
    ada.is_here_as("Ada Quill")


LIES = {"a wrong nonce": {"claims": {"nonce": "x"}}, "a changed token": {"tampered": {"sub": "eve"}},
        "an expired token": {"late": 3600}, "no signature": {"alg": "none"}}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_token_with_a_lie_ends_on_a_calm_page(
    served: Served, provider: Running, person: Callable[[Served], Person], lie: str
) -> None:
    provider.lie(**LIES[lie])
    ada = person(served)
    ada.sign_in("ada")
    words = ada.reads("We could not check your sign-in")
    assert "tell whoever looks after this portal" in words
    assert "code=" not in ada.page.url
    assert "__Host-plumbline" not in {one["name"] for one in ada.context.cookies()}
    ada.page.get_by_role("link", name="Try again").click()
    expect(ada.page).to_have_title("Sign in – Plumbline")


def test_an_answer_copied_into_another_browser_opens_nothing(
    served: Served, provider: Running, person: Callable[[Served], Person]
) -> None:
    ada, thief = person(served), person(served)
    ada.open("/sign-in/provider")
    caught = provider.agreed(ada.page.url, "ada")
    assert caught.startswith(f"{served.address}/sign-in/provider/back?code=")
    thief.page.goto(caught)
    thief.reads("Please start again")
    thief.open()
    expect(thief.page).to_have_title("Sign in – Plumbline")
    ada.page.goto(caught)
    ada.reads("Please start again")


def test_a_provider_that_fails_on_the_way_back_is_told_calmly(
    served: Served, provider: Running, person: Callable[[Served], Person]
) -> None:
    provider.tell(broken={"/oauth2/token": 503})
    ada = person(served)
    ada.sign_in("ada")
    assert "This is not your fault" in ada.reads("We cannot reach your organisation's account")


def test_who_has_no_role_reads_whom_to_ask(
    served: Served, provider: Running, person: Callable[[Served], Person]
) -> None:
    provider.knows("bo", name="Bo Tarn", email="bo@school.example")
    bo = person(served)
    bo.sign_in("bo")
    words = bo.reads("You are signed in, but nothing here is open to you yet")
    assert "Ask whoever keeps people and grants of Plumbline" in words
    assert "bo@" not in words


def test_no_secret_is_printed_by_the_server(
    served: Served, provider: Running, person: Callable[[Served], Person]
) -> None:
    ada = person(served)
    seen: list[str] = []
    ada.page.on("request", lambda request: seen.append(request.url))
    ada.sign_in("ada")
    ada.is_here_as("Ada Quill")
    printed = served.log.read_text()
    secrets = [httpx2.URL(url).params["code"] for url in seen if "/sign-in/provider/back" in url]
    secrets += [one["value"] for one in ada.context.cookies() if one["name"].startswith("__Host-")]
    assert len(secrets) == 3
    assert not [secret for secret in secrets if secret in printed]
    assert "Traceback" not in printed


# -- the other kinds of provider ------------------------------------------------------------------------------


def test_dfe_sign_in_with_several_organisations(
    provider: Running, tmp_path: pytest.TempPathFactory, person: Callable[[Served], Person]
) -> None:
    provider.knows("rowan", given_name="Rowan", family_name="Ashby", organisation=TRUST)
    provider.tell(organisations={"rowan": [TRUST, SCHOOL]},
                  roles={"rowan@ORG-3": ["plumbline-lead"], "rowan@ORG-1": ["plumbline-reader"]})  # fmt: skip
    with serving(provider, "dfe-sign-in", tmp_path) as served:
        rowan = person(served)
        rowan.sign_in("rowan")
        rowan.is_here_as("Rowan Ashby", "trust safeguarding lead", "Hillside Trust")
        rowan.page.get_by_role("link", name="Change organisation").click()
        expect(rowan.page.get_by_text("Larkfield").first).to_be_visible()
        provider.tell(organisations={"rowan": [TRUST, SCHOOL]}, roles={})
        again = person(served)
        again.sign_in("rowan")
        assert "Ask the approver of your organisation" in again.reads(
            "You are signed in, but nothing here is open to you yet"
        )


def test_entra_with_roles_of_the_authoritys_own_tenant(
    tenant: Running, tmp_path: pytest.TempPathFactory, person: Callable[[Served], Person]
) -> None:
    tenant.knows("o-1", tid=TENANT, oid="o-1", name="Imogen Sallow", roles=["Plumbline.Lead"])
    with serving(tenant, "entra", tmp_path, ORGANISATION="la:990") as served:
        imogen = person(served)
        imogen.sign_in("o-1")
        imogen.is_here_as("Imogen Sallow", "authority safeguarding officer", "Invented")
