"""A sign-in belongs to the browser that began it, is used once, and does not wait for ever."""

from __future__ import annotations

from app.gate.sessions import COOKIE
from app.sign_in.oidc_attempts import PATIENCE, Attempts
from tests.sign_in.provider import ADDRESS, BACK, Browser, Portal, Running, asked

OLD = "/sign-in/provider/trouble/old"


def test_an_answer_is_taken_once(browser: Browser, provider: Running) -> None:
    back = browser.agree("ada")
    assert browser.get(back).headers["location"] == "/"
    browser.client.cookies.delete(COOKIE)
    assert browser.get(back).headers["location"] == OLD
    assert browser.here() is None
    assert provider.asked().count("/oauth2/token") == 1


def test_a_stolen_answer_is_worth_nothing_in_another_browser(
    browser: Browser, portal: Portal, provider: Running
) -> None:
    back = browser.agree("ada")
    thief = Browser(portal, provider)
    with thief.client:
        assert thief.get(back).headers["location"] == OLD
        thief.begin()  # a browser with a cookie of its own
        assert thief.get(back).headers["location"] == OLD
        assert thief.here() is None
    assert "/oauth2/token" not in provider.asked()


def test_somebody_elses_code_is_not_taken_under_ones_own_state(
    browser: Browser, portal: Portal, provider: Running
) -> None:
    """The provider itself refuses the code, as the promise it was given for is another browser's."""
    stolen = asked(f"{ADDRESS}{browser.agree('ada')}")["code"]
    thief = Browser(portal, provider)
    with thief.client:
        state = asked(thief.begin())["state"]
        answer = thief.get(f"{BACK}?code={stolen}&state={state}")
        assert answer.headers["location"] == "/sign-in/provider/trouble/refused"
        assert thief.here() is None


def test_nobody_is_signed_in_as_somebody_else_by_a_link(browser: Browser, portal: Portal, provider: Running) -> None:
    attacker = Browser(portal, provider)
    with attacker.client:
        provider.knows("eve", name="Eve", plumbline_grants=["reader@school:900001"])
        link = attacker.agree("eve")
    browser.begin()
    assert browser.get(link).headers["location"] == OLD
    assert browser.here() is None


def test_an_answer_without_or_with_two_of_what_it_needs_is_not_taken(browser: Browser) -> None:
    for more in ("", "?state=x", "?code=x", "?code=x&state=x", "?error=access_denied"):
        assert browser.get(BACK + more).headers["location"] == OLD
    for change in ("&code=more", "&state=more", "&error=access_denied"):
        back = browser.agree("ada")
        assert browser.get(back + change).headers["location"] in (OLD, "/sign-in/provider/trouble/refused")
    assert browser.here() is None


def test_two_windows_of_one_browser_can_sign_in_side_by_side(browser: Browser) -> None:
    first, second = browser.agree("ada"), browser.agree("ada", to="/returns")
    assert browser.get(second).headers["location"] == "/returns"
    # signing in makes the browser's cookie anew, so that the other window has to begin again
    assert browser.get(first).headers["location"] == OLD


def test_a_refusal_at_the_provider_is_told_calmly_and_not_repeated(browser: Browser, provider: Running) -> None:
    there = browser.begin()
    refused = provider.client.post(there, data={"action": "deny"}).headers["location"]
    state = asked(there)["state"]
    assert "error=access_denied" in refused
    answer = browser.get(f"{BACK}?error=access_denied&error_description=<script>alert(1)</script>&state={state}")
    assert answer.headers["location"] == "/sign-in/provider/trouble/refused"
    said = browser.get(answer.headers["location"])
    assert said.status_code == 403
    assert "script>" not in said.text
    assert "access_denied" not in said.text


def test_an_attempt_waits_ten_minutes_for_its_own_browser_only() -> None:
    now = [0.0]
    attempts = Attempts(clock=lambda: now[0])
    (early, _), (late, kept) = attempts.begin("one", after="/"), attempts.begin("one", after="/returns")
    now[0] = PATIENCE
    assert attempts.take(late, "one") == kept
    now[0] = PATIENCE + 1
    assert attempts.take(early, "one") is None
    other, _ = attempts.begin("one", after="/")
    assert attempts.take(other, "two") is None
    assert attempts.take(other, "one") is None, "looking at it from elsewhere uses it up"


def test_attempts_do_not_fill_the_memory() -> None:
    attempts = Attempts(most=10)
    states = [attempts.begin("one", after="/")[0] for _ in range(50)]
    assert sum(attempts.take(state, "one") is not None for state in states) == 10
