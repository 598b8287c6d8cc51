"""Signing in at a real provider, and what is asked of it."""

from __future__ import annotations

import pytest

from app.gate.sessions import COOKIE
from pipelines.people import Identity
from tests.sign_in.provider import ADDRESS, BACK, Browser, Portal, Running, asked


def test_somebody_whom_the_provider_vouches_for_is_let_in(browser: Browser) -> None:
    answer = browser.sign_in("ada")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.here() == {
        "subject": "ada", "name": "Ada Quill", "held": ["lead@school:900001"], "used": "lead@school:900001"
    }  # fmt: skip


def test_the_provider_is_asked_with_state_nonce_and_a_promise(browser: Browser) -> None:
    first, second = asked(browser.begin()), asked(browser.begin())
    assert first["response_type"] == "code"
    assert first["redirect_uri"] == ADDRESS + BACK
    assert first["code_challenge_method"] == "S256"
    assert first["scope"] == "openid profile"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


def test_the_session_cookie_is_for_this_portal_only_and_read_by_no_script(browser: Browser) -> None:
    cookies = browser.sign_in("ada").headers.get_list("set-cookie")
    session = next(one for one in cookies if one.startswith(f"{COOKIE}="))
    assert {part.strip().lower() for part in session.split(";")[1:]} == {"httponly", "path=/", "samesite=lax", "secure"}


def test_the_page_that_was_wanted_is_opened_afterwards(browser: Browser) -> None:
    first = browser.get("/returns")
    assert (first.status_code, first.headers["location"]) == (303, "/sign-in?to=/returns")
    ways = browser.get(first.headers["location"]).text
    assert 'href="/sign-in/provider?to=/returns"' in ways
    assert browser.sign_in("ada", to="/returns").headers["location"] == "/returns"


ELSEWHERE = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "data:text/html,x", "/%0d%0aSet-Cookie:a=b", "evil.example", "/a#//evil.example",
    "/sign-out", "/sign-in/provider", "/api/v1/returns", "/" + "a" * 600, "/é", "http:evil.example", "/\tx", "",
]  # fmt: skip


@pytest.mark.parametrize("to", ELSEWHERE)
def test_nobody_is_sent_elsewhere_afterwards(browser: Browser, to: str) -> None:
    there = browser.get("/sign-in/provider", params={"to": to}).headers["location"]
    back = browser.provider.agreed(there, "ada").removeprefix(ADDRESS)
    assert browser.get(back).headers["location"] in ("/", "/%0d%0aSet-Cookie:a=b")


def test_each_sign_in_makes_a_new_session_and_ends_the_one_before(browser: Browser, portal: Portal) -> None:
    browser.sign_in("ada")
    first = browser.client.cookies[COOKIE]
    browser.sign_in("ada")
    second = browser.client.cookies[COOKIE]
    assert first != second
    assert portal.people.sessions.find(first) is None
    assert portal.people.sessions.find(second) is not None


def test_a_session_that_was_planted_is_not_taken_over(browser: Browser, portal: Portal) -> None:
    browser.client.cookies.set(COOKIE, "planted-by-somebody", domain="portal.test", path="/")
    browser.client.cookies.set("__Host-plumbline-before", "planted-too", domain="portal.test", path="/")
    browser.sign_in("ada")
    assert "planted" not in browser.client.cookies[COOKIE]
    assert "planted" not in browser.client.cookies["__Host-plumbline-before"]
    assert portal.people.sessions.find("planted-by-somebody") is None


def test_what_the_provider_no_longer_vouches_for_ends_at_the_next_sign_in(browser: Browser, provider: Running) -> None:
    browser.sign_in("ada")
    provider.knows("ada", name="Ada Quill", plumbline_grants=["reader@trust:99001"])
    browser.sign_in("ada")
    assert browser.here()["held"] == ["reader@trust:99001"]


def test_who_has_no_grant_is_told_whom_to_ask_and_gets_no_session(
    browser: Browser, portal: Portal, provider: Running
) -> None:
    provider.knows("bo", name="Bo Tarn", email="bo@school.example")
    answer = browser.sign_in("bo")
    assert answer.status_code == 303
    assert COOKIE not in browser.client.cookies
    reading = browser.get(answer.headers["location"])
    assert reading.status_code == 403
    assert Identity(provider.issuer, "bo").key in reading.text
    assert "Ask whoever keeps people and grants" in reading.text
    assert not any(word in reading.text for word in ("bo@school.example", "Bo Tarn", "error", "Traceback"))
    assert browser.here() is None
    assert "signed in without a grant" in portal.actions()


def test_the_portals_own_grants_count_beside_the_providers(browser: Browser, portal: Portal, provider: Running) -> None:
    provider.knows("bo", name="Bo Tarn")
    portal.grant(provider.issuer, "bo", "la:990", "administrator")
    browser.sign_in("bo")
    assert browser.here()["used"] == "administrator@la:990"


def test_no_secret_of_the_sign_in_is_written_down(
    browser: Browser, portal: Portal, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="plumbline.sign_in")
    back = browser.agree("ada")
    browser.get(back)
    browser.get(back)
    printed = capsys.readouterr()
    written = portal.record() + caplog.text + printed.out + printed.err
    for secret in (
        *asked(f"{ADDRESS}{back}").values(),
        browser.client.cookies[COOKIE],
        portal.house.oidc.client_secret,
    ):
        assert secret not in written


def test_the_code_never_stays_in_an_address(browser: Browser, provider: Running) -> None:
    provider.lie(claims={"nonce": "another"})
    for answer in (browser.sign_in("ada"), browser.get(f"{BACK}?code=stolen&state=stolen")):
        assert answer.status_code == 303
        assert "?" not in answer.headers["location"]
        assert "stolen" not in browser.get(answer.headers["location"]).text
