"""A provider that lies, or somebody between it and the portal: nobody is let in, and the page does not say why."""

from __future__ import annotations

from typing import Any

import pytest

from app.gate.sessions import COOKIE
from tests.sign_in.provider import Browser, Portal, Running

OTHERS = "another-client"
LIES: dict[str, dict[str, Any]] = {
    "a wrong nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"without": ["nonce"]},
    "a nonce of another kind": {"claims": {"nonce": ["another"]}},
    "another audience": {"claims": {"aud": OTHERS}},
    "several audiences": {"claims": {"aud": ["{client}", OTHERS], "azp": "{client}"}},
    "no audience": {"without": ["aud"]},
    "another party": {"claims": {"azp": OTHERS}},
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "an issuer with one more stroke": {"claims": {"iss": "{issuer}/"}},
    "no issuer": {"without": ["iss"]},
    "expired, more than the clocks may differ": {"late": 70},
    "no expiry": {"without": ["exp"]},
    "an expiry that is no number": {"claims": {"exp": "2099"}},
    "an expiry that never is": {"claims": {"exp": float("nan")}},
    "made in the future": {"early": 120},
    "not yet valid": {"claims": {"nbf": 99999999999}},
    "no time": {"without": ["iat"]},
    "nobody": {"without": ["sub"]},
    "a subject of another kind": {"claims": {"sub": 7}},
    "an empty subject": {"claims": {"sub": ""}},
    "a subject with a line break": {"claims": {"sub": "ada\nbo"}},
    "a hash of another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "a hash of another kind": {"claims": {"at_hash": [1]}},
    "no signature": {"alg": "none"},
    "the public key as a shared secret": {"alg": "HS256"},
    "the client's own secret as the key": {"alg": "HS256", "secret": "{secret}"},
    "another key": {"forged": True},
    "changed after it was signed": {"tampered": {"sub": "bo"}},
    "another person at the userinfo page": {"userinfo": {"sub": "bo"}},
    "a signature algorithm that was not announced": {"alg": "RS512"},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_with_a_lie_lets_nobody_in(browser: Browser, portal: Portal, provider: Running, lie: str) -> None:
    provider.lie(**_filled(LIES[lie], portal, provider))
    answer = browser.sign_in("ada")
    assert answer.headers["location"] == "/sign-in/provider/trouble/wrong"
    assert COOKIE not in browser.client.cookies
    assert browser.here() is None
    assert not portal.people.sessions.live()
    assert portal.actions()[-1] == "sign-in refused"
    said = browser.get(answer.headers["location"])
    assert said.status_code == 403
    assert not any(word in said.text.lower() for word in ("nonce", "token", "traceback", "exception", "jose"))


def _filled(lie: dict[str, Any], portal: Portal, provider: Running) -> dict[str, Any]:
    def fill(value: Any) -> Any:
        if isinstance(value, str):
            known = {"client": portal.house.oidc.client_id, "secret": portal.house.oidc.client_secret}
            return value.format(issuer=provider.issuer, **known)
        return [fill(one) for one in value] if isinstance(value, list) else value

    whole = {name: fill(value) for name, value in lie.items() if name != "claims"}
    return {**whole, "claims": {name: fill(value) for name, value in lie.get("claims", {}).items()}}


@pytest.mark.parametrize("honest", [{"late": 50}, {"early": 50}, {"claims": {"azp": "{client}", "aud": ["{client}"]}}])
def test_clocks_may_differ_a_little_and_lists_of_one_are_one(
    browser: Browser, portal: Portal, provider: Running, honest: dict[str, Any]
) -> None:
    provider.lie(**_filled(honest, portal, provider))
    browser.sign_in("ada")
    assert browser.here() is not None


def test_a_provider_that_announces_shared_secrets_is_not_asked(provider: Running) -> None:
    for announced in (["none"], ["HS256"], ["HS256", "none", "dir"]):
        provider.lie(configuration={"id_token_signing_alg_values_supported": announced})
        browser = Browser(Portal(provider.oidc()), provider)
        with browser.client:
            assert browser.get("/sign-in/provider").headers["location"] == "/sign-in/provider/trouble/wrong"


PUBLISHED: dict[str, Any] = {
    "another issuer": {"issuer": "https://evil.example"},
    "no page to sign in": {"authorization_endpoint": None},
    "a page without a safe connection": {"authorization_endpoint": "http://evil.example/authorize"},
    "keys without a safe connection": {"jwks_uri": "http://evil.example/jwks"},
    "a script as its page to sign in": {"authorization_endpoint": "javascript:alert(1)"},
    "a password in an address": {"token_endpoint": "https://a:b@evil.example/token"},
    "an address of another kind": {"userinfo_endpoint": ["https://evil.example"]},
    "an unsafe page to sign out": {"end_session_endpoint": "http://evil.example/end"},
}


@pytest.mark.parametrize("what", PUBLISHED)
def test_a_provider_whose_published_facts_cannot_be_right_is_not_gone_to(provider: Running, what: str) -> None:
    provider.lie(configuration=PUBLISHED[what])
    browser = Browser(Portal(provider.oidc()), provider)
    with browser.client:
        assert browser.get("/sign-in/provider").headers["location"] == "/sign-in/provider/trouble/wrong"


def test_an_answer_that_names_another_provider_is_not_taken(browser: Browser, provider: Running) -> None:
    back = browser.agree("ada")
    assert browser.get(f"{back}&iss=https://evil.example").headers["location"] == "/sign-in/provider/trouble/wrong"
    assert "/oauth2/token" not in provider.asked()


def test_a_provider_that_names_itself_must_do_so_in_each_answer(provider: Running) -> None:
    provider.lie(configuration={"authorization_response_iss_parameter_supported": True})
    browser = Browser(Portal(provider.oidc()), provider)
    with browser.client:
        assert browser.sign_in("ada").headers["location"] == "/sign-in/provider/trouble/wrong"
        back = browser.agree("ada")
        assert browser.get(f"{back}&iss={provider.issuer}").headers["location"] == "/"
