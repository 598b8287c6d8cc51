"""Sign-in with a local account through the gate: the pages, the cookies, and what strangers learn from either."""

from __future__ import annotations

import re
from datetime import date

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from app.sign_in.finishing import Office
from app.sign_in.leisure import Leisure
from app.sign_in.local import SignIn, unhurried
from pipelines.people import accounts, grants
from pipelines.scope import Scope
from schemas.roles import GrantRole
from tests.people.local import OPERATING, OTHER_PASSWORD, PASSWORD
from tests.sign_in.local.portal import ADDRESS, Browser, Browsers, LocalPortal

EMAIL, NOBODY = "dsl@school.example", "dsl@nobody.example"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "The e-mail address or the password is not right."


def sign_in(browser: Browser, email: str = EMAIL, password: str = PASSWORD) -> Browser:
    return browser.open("/sign-in/local").fill(email=email, password=password)


def test_a_school_signs_in_with_a_password_and_arrives(portal: LocalPortal, browser: Browser) -> None:
    account = portal.office.member(EMAIL)
    sign_in(browser)
    assert browser.page
    assert browser.page.json() == {"account": account.identity.key, "role": "designated safeguarding lead"}


def test_an_authority_signs_in_with_both_factors_only(portal: LocalPortal, browser: Browser) -> None:
    portal.office.member(EMAIL, "la:990", secret=SECRET)
    sign_in(browser)
    assert browser.path == "/sign-in/local/code"
    assert not browser.session
    assert not browser.is_signed_in
    browser.fill(code="000000")
    assert "This code is not right" in browser.text
    browser.fill(code=portal.office.code(SECRET))
    assert browser.is_signed_in


def test_the_wanted_page_is_opened_afterwards_and_never_another_site(portal: LocalPortal, browsers: Browsers) -> None:
    portal.office.member(EMAIL)
    for wanted, arrived in (
        ("/returns?term=autumn", "/returns"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ):
        browser = browsers.new().open(f"/sign-in?to={wanted}").fill(email=EMAIL, password=PASSWORD)
        assert browser.path == arrived
        assert browser.page
        assert browser.page.url.host == "portal.test"


def test_the_session_cookie_is_new_at_each_sign_in_and_the_one_before_is_over(
    portal: LocalPortal, browser: Browser
) -> None:
    portal.office.member(EMAIL)
    first = sign_in(browser).session
    second = sign_in(browser).session
    assert first != second
    assert portal.sessions.find(first) is None
    assert portal.sessions.find(second)


def test_a_planted_session_cookie_is_not_taken_over(portal: LocalPortal, browser: Browser) -> None:
    portal.office.member(EMAIL)
    browser.client.cookies.set("__Host-plumbline", "planted-by-somebody-else", domain="portal.test")
    answer = browser.open("/sign-in/local").client.get("/", follow_redirects=False)
    assert answer.status_code == 401
    browser.client.cookies.delete("__Host-plumbline")
    sign_in(browser)
    assert browser.session != "planted-by-somebody-else"
    assert portal.sessions.find("planted-by-somebody-else") is None


def test_a_planted_pre_session_cookie_is_of_no_use_after_the_password(portal: LocalPortal, browser: Browser) -> None:
    portal.office.member(EMAIL, "la:990", secret=SECRET)
    browser.open("/sign-in/local")
    planted = browser.client.cookies["__Host-plumbline-before"]
    browser.fill(email=EMAIL, password=PASSWORD)
    assert browser.path == "/sign-in/local/code"
    assert browser.client.cookies["__Host-plumbline-before"] != planted


def test_every_cookie_is_for_this_portal_over_a_safe_connection_and_no_script(
    portal: LocalPortal, browser: Browser
) -> None:
    portal.office.member(EMAIL, "la:990", secret=SECRET)
    browser.open("/sign-in/local").fill(email=EMAIL, password=PASSWORD)
    answer = browser.client.get("/sign-in/local/code")
    token = re.search(r'name="csrf" value="(\w+)"', answer.text)
    assert token
    last = browser.client.post(
        "/sign-in/local/code", data={"csrf": token[1], "code": portal.office.code(SECRET)}, follow_redirects=False
    )
    said = last.headers.get_list("set-cookie")
    assert len(said) >= 3
    for one in said:
        assert one.startswith("__Host-plumbline")
        assert "Secure" in one
        assert "HttpOnly" in one
        assert "Path=/" in one
        assert "SameSite=lax" in one
        assert "Domain" not in one


# -- who is told what -------------------------------------------------------------------------------------


def seen(answer: httpx2.Response, email: str) -> tuple[int, str, list[str]]:
    """An answer without what is new each time: tokens, cookies' values and the address itself."""
    text = re.sub(r'value="\w{64}"', 'value=""', answer.text).replace(email, "ADDRESS")
    return answer.status_code, text, sorted(name for name in answer.headers if name != "content-length")


def test_answers_for_a_known_an_unknown_and_an_ended_account_are_the_same_bytes(
    portal: LocalPortal, browsers: Browsers
) -> None:
    portal.office.member(EMAIL)
    portal.office.member("head@school.example", "la:990", secret=SECRET)
    ended = portal.office.member("gone@school.example")
    with portal.office.warehouse.writing() as cursor:
        accounts.end_within(cursor, ended, actor=OPERATING)
    answers, compared = [], []
    for number, email in enumerate((EMAIL, "head@school.example", ended.email, NOBODY)):
        browser, before = browsers.new(f"192.0.2.{number}"), portal.office.hasher.compared
        for _ in range(8):  # into the waits, too
            sign_in(browser, email, "a wrong password")
            assert browser.page
            answers.append(seen(browser.page, email))
        compared.append(portal.office.hasher.compared - before)
    assert answers[:8] == answers[8:16] == answers[16:24] == answers[24:]
    assert len(set(compared)) == 1
    assert [status for status, _, _ in answers[:8]] == [403] * 6 + [429] * 2


def test_whoever_waits_is_told_how_long_and_nothing_else(portal: LocalPortal, browser: Browser) -> None:
    for _ in range(7):
        sign_in(browser, NOBODY, "a wrong password")
    assert browser.status == 429
    assert "There were too many tries. Wait 1 minute, then try again." in browser.text
    assert browser.page
    assert 25 <= int(browser.page.headers["retry-after"]) <= 31


def test_what_was_typed_is_shown_again_only_where_it_is_an_address(browser: Browser) -> None:
    sign_in(browser, "<script>alert(1)</script>", "the password that was typed")
    assert browser.page
    assert "alert(1)" not in browser.page.text
    assert "the password that was typed" not in browser.page.text
    sign_in(browser, NOBODY, "x")
    assert f'value="{NOBODY}"' in browser.page.text


def test_an_owner_gets_in_from_a_known_device_while_strangers_try(portal: LocalPortal, browsers: Browsers) -> None:
    portal.office.member(EMAIL)
    mine = browsers.new("203.0.113.5")
    sign_in(mine)
    for number in range(40):
        sign_in(browsers.new(f"10.0.0.{number}"), EMAIL, "a wrong password")
    assert "too many tries" in sign_in(browsers.new("203.0.113.6")).text
    assert sign_in(mine).is_signed_in


# -- forms ------------------------------------------------------------------------------------------------

POSTS = [
    "/sign-in/local", "/sign-in/local/code", "/sign-in/local/second-factor", "/sign-in/local/account/password",
    "/sign-in/local/account/factor", "/sign-in/local/account/second-factor", "/invitation", "/invitation/second-factor",
]  # fmt: skip


@pytest.mark.parametrize("address", POSTS)
def test_a_form_without_its_token_does_nothing(portal: LocalPortal, browsers: Browsers, address: str) -> None:
    portal.office.member(EMAIL)
    browser = sign_in(browsers.new())
    stranger = browsers.new().open("/sign-in/local")
    stolen = re.search(r'name="csrf" value="(\w+)"', stranger.page.text)  # type: ignore[union-attr]
    assert stolen
    events = portal.office.events()
    for token in ({}, {"csrf": ""}, {"csrf": "é"}, {"csrf": "0" * 64}, {"csrf": stolen[1]}):
        said = {"email": EMAIL, "password": PASSWORD, "present": PASSWORD, "code": "000000", **token}
        answer = browser.client.post(address, data=said, headers={"origin": ADDRESS})
        assert answer.status_code == 403
        assert "Nothing was done" in answer.text
    assert portal.office.events() == events


def test_the_token_of_one_form_fits_no_other(browser: Browser) -> None:
    browser.open("/sign-in/local")
    token = re.search(r'name="csrf" value="(\w+)"', browser.page.text)  # type: ignore[union-attr]
    assert token
    for address in POSTS[1:]:
        assert browser.client.post(address, data={"csrf": token[1]}).status_code == 403


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_only_forms_are_read(browser: Browser, kind: str) -> None:
    browser.open("/sign-in/local")
    answer = browser.client.post("/sign-in/local", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 403


def test_a_form_too_large_or_of_too_many_fields_is_refused(browser: Browser) -> None:
    for content in ("email=" + "a" * 20_000, "&".join(f"a{n}=1" for n in range(50)), "email=%ff%fe"):
        browser.open("/sign-in/local")
        kind = {"content-type": "application/x-www-form-urlencoded"}
        assert browser.client.post("/sign-in/local", content=content, headers=kind).status_code == 403


def test_another_site_posts_nothing(portal: LocalPortal, browser: Browser) -> None:
    portal.office.member(EMAIL)
    browser.open("/sign-in/local")
    token = re.search(r'name="csrf" value="(\w+)"', browser.page.text)  # type: ignore[union-attr]
    assert token
    said = {"csrf": token[1], "email": EMAIL, "password": PASSWORD}
    answer = browser.client.post("/sign-in/local", data=said, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert not browser.session


# -- notes between pages ----------------------------------------------------------------------------------


def test_the_note_of_a_right_password_is_worth_nothing_in_another_browser(
    portal: LocalPortal, browsers: Browsers
) -> None:
    portal.office.member(EMAIL, "la:990", secret=SECRET)
    mine, thief = sign_in(browsers.new()), browsers.new().open("/sign-in/local")
    thief.client.cookies.set(
        "__Host-plumbline-step", mine.client.cookies["__Host-plumbline-step"], domain="portal.test"
    )
    assert thief.open("/sign-in/local/code").path == "/sign-in/local"


def test_the_note_ends_when_the_account_changes(portal: LocalPortal, browser: Browser) -> None:
    account = portal.office.member(EMAIL, "la:990", secret=SECRET)
    sign_in(browser)
    with portal.office.warehouse.writing() as cursor:
        kept = portal.desk.passwords.made(OTHER_PASSWORD)
        accounts.change_within(cursor, account, "password changed", actor=OPERATING, password=kept)
    browser.fill(code=portal.office.code(SECRET))
    assert not browser.is_signed_in


def test_a_right_password_alone_sets_up_no_second_factor_in_place_of_one(portal: LocalPortal, browser: Browser) -> None:
    portal.office.member(EMAIL, "la:990", secret=SECRET)
    sign_in(browser)
    assert browser.open("/sign-in/local/second-factor").path == "/sign-in/local"


def test_whoever_must_have_a_second_factor_and_has_none_sets_it_up_before_getting_in(
    portal: LocalPortal, browser: Browser
) -> None:
    account = portal.office.member(EMAIL)
    _give(portal, account, "la:990")
    sign_in(browser)
    assert browser.path == "/sign-in/local/second-factor"
    assert not browser.is_signed_in
    secret = browser.secret
    browser.fill(code="000000")
    assert browser.secret == secret
    browser.fill(code=portal.office.code(secret))
    assert len(browser.recovery_codes) == 10
    assert browser.is_signed_in


def test_a_recovery_code_lets_in_once(portal: LocalPortal, browsers: Browsers) -> None:
    browser = browsers.new().open("/invitation/" + portal.office.link(EMAIL, "la:990"))
    browser.fill(name="Rowan Ashby", password=PASSWORD, again=PASSWORD)
    browser.fill(code=portal.office.code(browser.secret))
    (code, *_) = browser.recovery_codes
    for times, let_in in enumerate((True, False)):
        found = sign_in(browsers.new(f"192.0.2.{times}")).open("/sign-in/local/code?recovery=1").fill(code=code)
        assert found.is_signed_in is let_in


def test_an_account_without_a_grant_is_told_whom_to_ask_and_gets_no_session(
    portal: LocalPortal, browser: Browser
) -> None:
    account = portal.office.member(EMAIL)
    _end_grants(portal)
    sign_in(browser)
    assert browser.status == 403
    assert account.identity.key in browser.text
    assert not browser.session


def test_too_many_at_once_are_sent_away_in_words(portal: LocalPortal, browser: Browser) -> None:

    nobody = Office(portal.house, portal.desk, Leisure(waiting=0))
    pages = SignIn(nobody)
    routes = [Route("/sign-in/local", pages.ask), Route("/sign-in/local", unhurried(pages.password), methods=["POST"])]
    with TestClient(Starlette(routes=routes), base_url=ADDRESS) as client:
        found = Browser(client).open("/sign-in/local").fill(email=EMAIL, password=PASSWORD)
    assert found.status == 503
    assert "Nothing was done" in found.text


def _give(portal: LocalPortal, account: accounts.Account, organisation: str) -> None:
    grants.give(
        portal.office.warehouse, account.identity, Scope.parse(organisation), GrantRole.LEAD,
        from_day=date(2026, 9, 1), until_day=None, reason="a new post", actor=OPERATING,
    )  # fmt: skip


def _end_grants(portal: LocalPortal) -> None:
    with portal.office.warehouse.reading() as cursor:
        held = grants.every(cursor)
    for one in held:
        grants.end(portal.office.warehouse, one.grant_id, reason="left", actor=OPERATING)
