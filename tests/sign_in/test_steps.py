"""What a browser carries between pages opens in its own place, in its own browser, for a while, and nowhere else."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from app.sign_in import steps
from app.sign_in.before import COOKIE, Before, afresh
from tests.factories import KEY

KINDS = (steps.STEP, steps.LINK, steps.DEVICE)


def request(cookies: dict[str, str], *, client: str | None = "192.0.2.1") -> Request:
    line = "; ".join(f"{name}={value}" for name, value in cookies.items()).encode("latin-1", "ignore")
    scope: dict[str, Any] = {"type": "http", "headers": [(b"cookie", line)], "client": (client, 1) if client else None}
    return Request(scope)


def carried(browser: Before, name: str) -> str:
    answer = steps.keep(Response(), browser, name, {"kind": "code"})
    found = next(one for one in answer.headers.getlist("set-cookie") if one.startswith(f"{name}="))
    return found.partition("=")[2].partition(";")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_carried_opens_in_the_browser_that_it_was_given_to(kind: str) -> None:
    browser = afresh(KEY)
    cookies = {COOKIE: browser.secret, kind: carried(browser, kind)}
    assert steps.carried(request(cookies), KEY, kind) == {"kind": "code"}


@pytest.mark.parametrize(("made", "put"), list(permutations(KINDS, 2)))
def test_one_kind_is_never_taken_for_another(made: str, put: str) -> None:
    browser = afresh(KEY)
    cookies = {COOKIE: browser.secret, put: carried(browser, made)}
    assert steps.carried(request(cookies), KEY, put) == {}


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"\\= '), max_size=200))
def test_made_up_notes_and_secrets_open_nothing(words: str) -> None:
    browser = afresh(KEY)
    sealed = carried(browser, steps.STEP)
    assert steps.carried(request({COOKIE: browser.secret, steps.STEP: words}), KEY, steps.STEP) == {}
    assert steps.carried(request({COOKIE: words, steps.STEP: sealed}), KEY, steps.STEP) == {}


def test_a_note_without_its_browsers_secret_opens_nothing() -> None:
    assert steps.carried(request({steps.STEP: carried(afresh(KEY), steps.STEP)}), KEY, steps.STEP) == {}


def test_a_note_that_is_far_too_long_is_not_even_tried() -> None:
    assert steps.carried(request({COOKIE: "x", steps.STEP: "A" * 100_000}), KEY, steps.STEP) == {}


@pytest.mark.parametrize(
    ("client", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_a_place_is_an_address_or_a_whole_network_of_one_customer(client: str | None, place: str) -> None:
    assert steps.place(request({}, client=client)).address == place
