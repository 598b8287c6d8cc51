"""A provider that does not answer, answers nonsense, or has new keys."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.people import provider_discovery, provider_http
from tests.sign_in.provider import Browser, Portal, Running

DOWN, WRONG = "/sign-in/provider/trouble/down", "/sign-in/provider/trouble/wrong"
CONFIGURATION, KEYS, TOKEN = "/.well-known/openid-configuration", "/jwks", "/oauth2/token"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_http, "WAIT", 1.0)


def test_a_provider_that_is_not_there_is_told_calmly(provider: Running) -> None:
    browser = Browser(Portal(provider.oidc(issuer="http://localhost:9")), provider)
    with browser.client:
        answer = browser.get("/sign-in/provider")
        assert answer.headers["location"] == DOWN
        said = browser.get(DOWN)
        assert said.status_code == 503
        assert "This is not your fault" in said.text
        assert "Wait a few minutes" in said.text
        assert not any(word in said.text for word in ("Traceback", "httpx", "ConnectError", "localhost:9"))


@pytest.mark.parametrize("path", [CONFIGURATION, KEYS])
@pytest.mark.parametrize(
    "answer",
    [500, 404, 302, "slow", [200, "x", 1], [200, "[", 5000], [200, "[]", 1], [200, "{}", 1], [200, " ", 900_000]],
)
def test_nobody_is_sent_to_a_provider_that_publishes_nonsense(provider: Running, path: str, answer: Any) -> None:
    provider.tell(broken={path: answer})
    browser = Browser(Portal(provider.oidc()), provider)
    with browser.client:
        assert browser.get("/sign-in/provider").headers["location"] in (DOWN, WRONG)


@pytest.mark.parametrize("path", [TOKEN, "/userinfo"])
@pytest.mark.parametrize(
    "answer", [500, 404, 400, 302, "slow", [200, "x", 1], [200, "[]", 1], [200, "{}", 1], [200, " ", 900_000]]
)
def test_nobody_is_let_in_by_nonsense(browser: Browser, provider: Running, path: str, answer: Any) -> None:
    back = browser.agree("ada")
    provider.tell(broken={path: answer})
    assert browser.get(back).headers["location"].startswith("/sign-in/provider/trouble/")
    assert browser.here() is None


def test_what_it_publishes_is_asked_once_for_all(browser: Browser, portal: Portal, provider: Running) -> None:
    for _ in range(3):
        browser.sign_in("ada")
    assert (provider.asked().count(CONFIGURATION), provider.asked().count(KEYS)) == (1, 1)


def test_new_keys_are_asked_for_when_a_token_needs_them(browser: Browser, provider: Running) -> None:
    browser.sign_in("ada")
    provider.rotate()
    assert browser.sign_in("ada").headers["location"] == "/"
    assert provider.asked().count(KEYS) == 2


def test_forged_tokens_do_not_make_the_portal_ask_for_keys_again_and_again(browser: Browser, provider: Running) -> None:
    browser.sign_in("ada")
    provider.lie(forged=True)
    for _ in range(4):
        assert browser.sign_in("ada").headers["location"] == WRONG
    assert provider.asked().count(KEYS) == 2


def test_what_it_publishes_is_asked_again_when_it_is_old(
    browser: Browser, provider: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_discovery, "KEPT", 0.0)
    browser.begin()
    browser.begin()
    assert (provider.asked().count(CONFIGURATION), provider.asked().count(KEYS)) == (2, 2)


def test_a_crowd_does_not_wait_for_a_provider_that_is_down(provider: Running) -> None:
    provider.tell(broken={CONFIGURATION: "slow"})
    browser = Browser(Portal(provider.oidc()), provider)
    with browser.client:
        for _ in range(20):
            assert browser.get("/sign-in/provider").headers["location"] == DOWN
    assert provider.asked().count(CONFIGURATION) == 1


def test_a_provider_that_comes_back_is_asked_again(provider: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_discovery, "FAILED", 0.0)
    provider.tell(broken={CONFIGURATION: 503})
    browser = Browser(Portal(provider.oidc()), provider)
    with browser.client:
        assert browser.get("/sign-in/provider").headers["location"] == DOWN
        provider.tell(broken={})
        assert browser.sign_in("ada").headers["location"] == "/"
