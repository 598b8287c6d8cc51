"""Signing out: here, at the provider, and when the provider says so by the back channel."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.gate.sessions import COOKIE
from app.sign_in.fields import TOKEN
from tests.sign_in.provider import ADDRESS, Browser, Portal, Running, asked

BACK_CHANNEL = "/sign-out/back-channel"


def form_of(browser: Browser) -> tuple[Any, str]:
    """The page that asks, and the token of its form."""
    answer = browser.get("/sign-out")
    found = re.search(rf'name="{TOKEN}" value="([0-9a-f]+)"', answer.text)
    assert found
    return answer, found[1]


def test_signing_out_ends_the_session_here_and_there(browser: Browser, portal: Portal, provider: Running) -> None:
    browser.sign_in("ada")
    secret = browser.client.cookies[COOKIE]
    page, token = form_of(browser)
    assert f"form-action 'self' {provider.issuer};" in page.headers["content-security-policy"]
    answer = browser.post("/sign-out", **{TOKEN: token})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{provider.issuer}/oauth2/end_session?")
    there = asked(answer.headers["location"])
    assert there["post_logout_redirect_uri"] == f"{ADDRESS}/sign-out/done"
    assert there["client_id"] == portal.house.oidc.client_id
    assert there["id_token_hint"].count(".") == 2
    assert portal.people.sessions.find(secret) is None
    assert COOKIE not in browser.client.cookies
    assert browser.get("/sign-out/done").status_code == 200


def test_a_link_or_another_sites_form_signs_nobody_out(browser: Browser, portal: Portal) -> None:
    browser.sign_in("ada")
    assert browser.get("/sign-out").status_code == 200
    _, token = form_of(browser)
    assert browser.post("/sign-out").status_code == 403
    assert browser.post("/sign-out", **{TOKEN: "0" * 64}).status_code == 403
    assert (
        browser.client.post("/sign-out", data={TOKEN: token}, headers={"origin": "https://evil.example"}).status_code
        == 403
    )
    assert len(portal.people.sessions.live()) == 1


def test_a_provider_that_is_down_keeps_nobody_signed_in(browser: Browser, portal: Portal, provider: Running) -> None:
    browser.sign_in("ada")
    _, token = form_of(browser)
    provider.tell(broken={"/.well-known/openid-configuration": 500, "/jwks": 500})
    browser.post("/sign-out", **{TOKEN: token})
    assert not portal.people.sessions.live()


def test_who_is_not_signed_in_is_told_so(browser: Browser) -> None:
    assert browser.get("/sign-out").headers["location"] == "/sign-out/done"


# -- the back channel -----------------------------------------------------------------------------------------


def told_out(browser: Browser, provider: Running, *, lies: dict[str, Any] | None = None, **claims: Any) -> int:
    """Have the provider send a logout token; the portal's status."""
    claims = {"aud": browser.portal.house.oidc.client_id, **claims}
    body = provider.logout(lies=lies, **claims)["body"]
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return int(browser.client.post(BACK_CHANNEL, content=body, headers=headers).status_code)


@pytest.mark.parametrize("claims", [{"sub": "ada"}, {"sid": "session-1"}, {"sub": "ada", "sid": "session-1"}])
def test_the_provider_ends_sessions_at_once(browser: Browser, provider: Running, claims: dict[str, str]) -> None:
    browser.sign_in("ada")
    ended: list[str] = []
    browser.portal.people.sessions.on_end(ended.append)
    assert told_out(browser, provider, **claims) == 200
    assert browser.here() is None
    assert len(ended) == 1, "what is open on the session is closed"


def test_the_provider_ends_one_session_of_several(browser: Browser, portal: Portal, provider: Running) -> None:
    browser.sign_in("ada")
    elsewhere = Browser(portal, provider)
    provider.tell(sid="session-2")
    with elsewhere.client:
        elsewhere.sign_in("ada")
        assert told_out(browser, provider, sid="session-2") == 200
        assert elsewhere.here() is None
        assert browser.here() is not None
        assert told_out(browser, provider, sub="ada") == 200
        assert browser.here() is None


def test_nobody_elses_session_ends(browser: Browser, provider: Running) -> None:
    browser.sign_in("ada")
    for claims in ({"sub": "bo"}, {"sid": "session-9"}, {"sub": "bo", "sid": "session-1"}, {"sub": "ada", "sid": "x"}):
        assert told_out(browser, provider, **claims) == 200
    assert browser.here() is not None


WRONG: dict[str, dict[str, Any]] = {
    "for another client": {"aud": "another"},
    "by another provider": {"iss": "https://evil.example"},
    "expired": {"exp": 1},
    "without an end": {"exp": None},
    "made in the future": {"iat": 99999999999},
    "without a time": {"iat": None},
    "without a number": {"jti": None},
    "an ID token": {"nonce": "n"},
    "about no event": {"events": None},
    "about another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "about an event of another kind": {"events": {"http://schemas.openid.net/event/backchannel-logout": "x"}},
    "about nobody": {"sub": None},
    "about a list": {"sub": ["ada"]},
}


@pytest.mark.parametrize("why", WRONG)
def test_a_logout_token_that_does_not_fit_ends_nothing(browser: Browser, provider: Running, why: str) -> None:
    browser.sign_in("ada")
    assert told_out(browser, provider, **{"sub": "ada", **WRONG[why]}) == 400
    assert browser.here() is not None


@pytest.mark.parametrize(
    "lies", [{"forged": True}, {"alg": "none"}, {"alg": "HS256"}, {"tampered": {"sub": "ada"}}, {"alg": "PS512"}]
)
def test_a_logout_token_that_is_not_the_providers_ends_nothing(
    browser: Browser, provider: Running, lies: dict[str, Any]
) -> None:
    browser.sign_in("ada")
    assert told_out(browser, provider, lies=lies, sub="ada" if "tampered" not in lies else "bo") == 400
    assert browser.here() is not None


@pytest.mark.parametrize("body", ["", "logout_token=", "logout_token=a.b.c", "x=1&" * 50, "a" * 200_000, "\xff"])
def test_whatever_else_comes_by_the_back_channel_is_refused_calmly(browser: Browser, body: str) -> None:
    answer = browser.client.post(BACK_CHANNEL, content=body.encode("latin-1"))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_an_id_token_of_the_person_is_no_logout_token(browser: Browser, portal: Portal) -> None:
    browser.sign_in("ada")
    _, token = form_of(browser)
    hint = asked(browser.post("/sign-out", **{TOKEN: token}).headers["location"])["id_token_hint"]
    browser.sign_in("ada")
    assert browser.client.post(BACK_CHANNEL, data={"logout_token": hint}).status_code == 400
    assert len(portal.people.sessions.live()) == 1
