"""One's own account: only for whoever is signed in with it, only with the password, and everybody else is out."""

from __future__ import annotations

import pytest

from tests.people.local import OTHER_PASSWORD, PASSWORD
from tests.sign_in.local.portal import Browser, Browsers, LocalPortal
from tests.sign_in.local.test_sign_in import EMAIL, SECRET, sign_in

HOME = "/sign-in/local/account"


@pytest.fixture
def mine(portal: LocalPortal, browsers: Browsers) -> Browser:
    portal.office.member(EMAIL)
    return sign_in(browsers.new())


@pytest.mark.parametrize("page", ["", "/password", "/factor", "/second-factor"])
def test_without_a_session_there_is_no_account_to_look_after(browsers: Browsers, mine: Browser, page: str) -> None:
    assert browsers.new().open(HOME + page).path.startswith("/sign-in/local")
    assert EMAIL not in browsers.new().open(HOME + page).text


def test_the_page_says_what_there_is(mine: Browser) -> None:
    assert f"You sign in as {EMAIL}." in mine.open(HOME).text
    assert "None is set up" in mine.text


def test_the_password_is_changed_with_the_present_one_and_others_are_signed_out(
    portal: LocalPortal, browsers: Browsers, mine: Browser
) -> None:
    other, secret = sign_in(browsers.new("192.0.2.2")), mine.session
    said = {"present": PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    wrong = mine.open(f"{HOME}/password").fill(**said | {"present": "a wrong password"})
    assert "The present password is not right" in wrong.text
    assert other.is_signed_in
    assert "Your password is changed" in mine.fill(**said).text
    assert mine.is_signed_in
    assert mine.session != secret
    assert portal.sessions.find(secret) is None
    assert not other.is_signed_in
    assert sign_in(browsers.new("192.0.2.3"), password=OTHER_PASSWORD).is_signed_in


@pytest.mark.parametrize(
    ("password", "again", "fault"),
    [
        ("short", "short", "at least 12 characters"),
        ("Rowan Ashby lantern", "Rowan Ashby lantern", "out of the password"),
        (OTHER_PASSWORD, PASSWORD, "The two passwords differ"),
    ],
)
def test_the_rules_hold_for_every_new_password(mine: Browser, password: str, again: str, fault: str) -> None:
    mine.open(f"{HOME}/password").fill(present=PASSWORD, password=password, again=again)
    assert fault in mine.text
    assert mine.is_signed_in


def test_guesses_at_the_present_password_are_slowed(mine: Browser) -> None:
    for _ in range(12):
        mine.open(f"{HOME}/password").fill(present="guess", password=OTHER_PASSWORD, again=OTHER_PASSWORD)
    assert "too many tries" in mine.text


def set_up(portal: LocalPortal, mine: Browser) -> str:
    mine.open(f"{HOME}/factor").fill(what="set-up", present=PASSWORD)
    secret = mine.secret
    mine.fill(code=portal.office.code(secret))
    assert len(mine.recovery_codes) == 10
    portal.office.clock.pass_(minutes=2)
    return secret


def test_a_second_factor_is_set_up_and_asked_for_from_then_on(
    portal: LocalPortal, browsers: Browsers, mine: Browser
) -> None:
    other = sign_in(browsers.new("192.0.2.2"))
    secret = set_up(portal, mine)
    assert not other.is_signed_in
    assert "10 recovery codes are left" in mine.open(HOME).text
    again = sign_in(browsers.new("192.0.2.3"))
    assert not again.is_signed_in
    assert again.fill(code=portal.office.code(secret)).is_signed_in


def test_the_second_factor_is_replaced_and_the_old_one_opens_nothing(
    portal: LocalPortal, browsers: Browsers, mine: Browser
) -> None:
    old = set_up(portal, mine)
    new = set_up(portal, mine)
    again = sign_in(browsers.new("192.0.2.3"))
    assert not again.fill(code=portal.office.code(old)).is_signed_in
    assert again.fill(code=portal.office.code(new)).is_signed_in


def test_new_recovery_codes_end_the_old(portal: LocalPortal, browsers: Browsers, mine: Browser) -> None:
    set_up(portal, mine)
    mine.open(f"{HOME}/factor").fill(what="codes", present=PASSWORD)
    assert len(mine.recovery_codes) == 10
    assert mine.is_signed_in


def test_a_school_may_go_on_without_a_second_factor(portal: LocalPortal, browsers: Browsers, mine: Browser) -> None:
    set_up(portal, mine)
    assert "removed" in mine.open(f"{HOME}/factor").fill(what="remove", present=PASSWORD).text
    assert sign_in(browsers.new("192.0.2.3")).is_signed_in


def test_an_authority_may_not(portal: LocalPortal, browsers: Browsers) -> None:
    portal.office.member(EMAIL, "la:990", secret=SECRET)
    mine = sign_in(browsers.new()).fill(code=portal.office.code(SECRET))
    mine.open(f"{HOME}/factor").fill(what="remove", present=PASSWORD)
    assert "required" in mine.text
    assert "It is set up" in mine.open(HOME).text


@pytest.mark.parametrize("what", ["", "other"])
def test_a_made_up_choice_does_nothing(mine: Browser, what: str) -> None:
    assert "Choose what to do" in mine.open(f"{HOME}/factor").fill(what=what, present=PASSWORD).text


def test_the_note_for_setting_up_is_of_one_account_in_one_browser(
    portal: LocalPortal, browsers: Browsers, mine: Browser
) -> None:
    portal.office.member("head@school.example")
    mine.open(f"{HOME}/factor").fill(what="set-up", present=PASSWORD)
    sign_in(mine, "head@school.example")  # somebody else goes on in this browser
    assert mine.open(f"{HOME}/second-factor").path == HOME
