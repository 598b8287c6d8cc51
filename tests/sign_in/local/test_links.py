"""Links through the gate: what they ask, what they make, and what somebody without one learns: nothing."""

from __future__ import annotations

import re

import pytest

from pipelines.people import accounts, grants, inviting
from tests.people.local import OPERATING, OTHER_PASSWORD, PASSWORD
from tests.sign_in.local.portal import Browser, Browsers, LocalPortal
from tests.sign_in.local.test_sign_in import EMAIL, SECRET, sign_in


def link(portal: LocalPortal, organisation: str = "school:900001", email: str = EMAIL) -> str:
    return "/invitation/" + portal.office.link(email, organisation)


def reset(portal: LocalPortal, account: accounts.Account, *, factor_too: bool) -> str:
    made = inviting.reset(
        portal.office.warehouse, account, factor_too=factor_too, reason="lost", actor=OPERATING,
        now=portal.office.clock(),
    )  # fmt: skip
    return "/invitation/" + made[1]


def held(portal: LocalPortal) -> list[str]:
    with portal.office.warehouse.reading() as cursor:
        return [str(one.organisation) for one in grants.every(cursor)]


def test_the_address_with_the_code_is_left_at_once_and_a_look_uses_nothing_up(
    portal: LocalPortal, browsers: Browsers
) -> None:
    address = link(portal)
    for _ in range(3):  # a mail scanner, a preview, the person
        found = browsers.new().open(address)
        assert found.path == "/invitation"
        assert "designated safeguarding lead at School 900001" in found.text
        assert address.rpartition("/")[2] not in found.page.text  # type: ignore[union-attr]


def test_a_school_accepts_with_a_password_and_is_in(portal: LocalPortal, browser: Browser) -> None:
    browser.open(link(portal)).fill(name="Rowan Ashby", password=PASSWORD, again=PASSWORD, factor="no")
    assert browser.is_signed_in
    assert held(portal) == ["school:900001"]


def test_a_school_may_choose_a_second_factor(portal: LocalPortal, browsers: Browsers) -> None:
    browser = browsers.new().open(link(portal))
    browser.fill(name="Rowan Ashby", password=PASSWORD, again=PASSWORD, factor="yes")
    browser.fill(code=portal.office.code(browser.secret))
    assert len(browser.recovery_codes) == 10
    assert browser.is_signed_in
    assert sign_in(browsers.new()).path == "/sign-in/local/code"


def test_an_authority_accepts_with_a_second_factor_only(portal: LocalPortal, browser: Browser) -> None:
    browser.open(link(portal, "la:990")).fill(name="Rowan Ashby", password=PASSWORD, again=PASSWORD, factor="no")
    assert browser.path == "/invitation/second-factor"
    assert held(portal) == []
    secret = browser.secret
    assert "This code is not right" in browser.fill(code="000000").text
    assert browser.secret == secret
    browser.fill(code=portal.office.code(secret))
    assert browser.is_signed_in
    assert held(portal) == ["la:990"]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"name": ""}, "Write your name"),
        ({"password": "brief12", "again": "brief12"}, "at least 12 characters"),
        ({"password": "password1234", "again": "password1234"}, "lists of common passwords"),
        ({"password": "school900001 lantern", "again": "school900001 lantern"}, "out of the password"),
        ({"again": "another"}, "The two passwords differ"),
        ({"factor": ""}, "Choose yes or no"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_made(
    portal: LocalPortal, browser: Browser, said: dict[str, str], fault: str
) -> None:
    right = {"name": "Rowan Ashby", "password": PASSWORD, "again": PASSWORD, "factor": "no"}
    browser.open(link(portal)).fill(**right | said)
    assert browser.status == 422
    assert fault in browser.text
    assert (right | said)["password"] not in browser.page.text  # type: ignore[union-attr]
    assert held(portal) == []
    browser.fill(**right)
    assert browser.is_signed_in


def test_links_that_cannot_be_used_all_answer_with_the_same_bytes(portal: LocalPortal, browsers: Browsers) -> None:
    used, expired, known = (
        link(portal),
        link(portal, email="b@school.example"),
        portal.office.member("c@school.example"),
    )
    browsers.new().open(used).fill(name="Rowan", password=PASSWORD, again=PASSWORD, factor="no")
    portal.office.clock.pass_(days=8)
    withdrawn = reset(portal, known, factor_too=False)
    second = reset(portal, known, factor_too=False)
    browsers.new().open(second).fill(password=OTHER_PASSWORD, again=OTHER_PASSWORD, factor="no")
    answers = set()
    for address in (
        used,
        expired,
        withdrawn,
        second,
        "/invitation/made-up",
        "/invitation/" + "A" * 5000,
        "/invitation",
    ):
        page = browsers.new().open(address).page
        assert page
        answers.add((page.status_code, page.content))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404


def test_a_link_waiting_in_one_browser_is_of_no_use_once_used_in_another(
    portal: LocalPortal, browsers: Browsers
) -> None:
    address = link(portal, "la:990")
    first, second = browsers.new().open(address), browsers.new().open(address)
    for one in (first, second):
        one.fill(name="Rowan", password=PASSWORD, again=PASSWORD)
    first.fill(code=portal.office.code(first.secret))
    second.fill(code=portal.office.code(second.secret))
    assert first.is_signed_in
    assert not second.is_signed_in
    assert "This link cannot be used" in second.text


def test_nothing_that_is_typed_or_made_is_readable_in_the_cookies(portal: LocalPortal, browser: Browser) -> None:
    browser.open(link(portal, "la:990")).fill(name="Rowan Ashby", password=PASSWORD, again=PASSWORD)
    said = str(dict(browser.client.cookies))
    for secret in (PASSWORD, "Rowan", browser.secret, "argon2", EMAIL):
        assert secret not in said


def test_an_account_that_is_there_accepts_with_its_own_password(portal: LocalPortal, browsers: Browsers) -> None:
    portal.office.member(EMAIL, "la:990", secret=SECRET)
    address = link(portal, "trust:99001")
    browser = browsers.new().open(address)
    assert "You have an account" in browser.text
    for said in ({"password": OTHER_PASSWORD, "code": "000000"}, {"password": PASSWORD, "code": "000000"}):
        assert "The password or the code is not right" in browser.fill(**said).text
    browser.fill(password=PASSWORD, code=portal.office.code(SECRET))
    assert browser.is_signed_in
    assert held(portal) == ["la:990", "trust:99001"]


def test_an_account_without_second_factor_sets_one_up_to_accept_at_an_authority(
    portal: LocalPortal, browsers: Browsers
) -> None:
    portal.office.member(EMAIL)
    old = sign_in(browsers.new())
    browser = browsers.new().open(link(portal, "la:990")).fill(password=PASSWORD)
    assert browser.path == "/invitation/second-factor"
    browser.fill(code=portal.office.code(browser.secret))
    assert browser.is_signed_in
    assert held(portal) == ["school:900001", "la:990"]
    assert not old.is_signed_in  # it knew no second factor


def test_a_new_password_ends_the_old_one_and_every_session(portal: LocalPortal, browsers: Browsers) -> None:
    account = portal.office.member(EMAIL)
    old = sign_in(browsers.new())
    browser = browsers.new().open(reset(portal, account, factor_too=False))
    browser.fill(password=OTHER_PASSWORD, again=OTHER_PASSWORD, factor="no")
    assert browser.is_signed_in
    assert not old.is_signed_in
    assert "is not right" in sign_in(browsers.new("192.0.2.7")).text
    assert sign_in(browsers.new("192.0.2.8"), password=OTHER_PASSWORD).is_signed_in


def test_whoever_made_a_link_for_a_password_does_not_get_in_without_the_second_factor(
    portal: LocalPortal, browsers: Browsers
) -> None:
    account = portal.office.member(EMAIL, "la:990", secret=SECRET)
    address = reset(portal, account, factor_too=False)
    browser = browsers.new().open(address)
    for number in range(20):
        browser.fill(password=OTHER_PASSWORD, again=OTHER_PASSWORD, code=f"{number:06}")
        assert not browser.is_signed_in
    assert "too many tries" in browser.text
    portal.office.clock.pass_(hours=2)
    browser.fill(password=OTHER_PASSWORD, again=OTHER_PASSWORD, code=portal.office.code(SECRET))
    assert browser.is_signed_in


def test_a_lost_authenticator_is_replaced_by_a_link_for_both(portal: LocalPortal, browsers: Browsers) -> None:
    account = portal.office.member(EMAIL, "la:990", secret=SECRET)
    browser = browsers.new().open(reset(portal, account, factor_too=True))
    browser.fill(password=OTHER_PASSWORD, again=OTHER_PASSWORD)
    new = browser.secret
    browser.fill(code=portal.office.code(new))
    assert browser.is_signed_in
    portal.office.clock.pass_(minutes=2)
    again = sign_in(browsers.new(), password=OTHER_PASSWORD)
    assert not again.fill(code=portal.office.code(SECRET)).is_signed_in
    assert again.fill(code=portal.office.code(new)).is_signed_in


def test_the_record_of_it_all_holds_no_address_no_password_and_no_code(portal: LocalPortal, browser: Browser) -> None:
    address = link(portal, "la:990")
    browser.open(address).fill(name="Rowan Ashby", password=PASSWORD, again=PASSWORD)
    secret = browser.secret
    browser.fill(code=portal.office.code(secret))
    codes = browser.recovery_codes
    with portal.office.warehouse.reading() as cursor:
        told = str(cursor.rows("SELECT * FROM audit")) + str(cursor.rows("SELECT * FROM sessions"))
    for hidden in (EMAIL, PASSWORD, secret, address.rpartition("/")[2], *codes, str(browser.session)):
        assert hidden not in told
    assert not re.search(r"[\w.]+@[\w.]+", told)
