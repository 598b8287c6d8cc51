"""The pages of one's own account, as people read them."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from starlette.responses import HTMLResponse, Response

from app.sign_in.fields import PASSWORD, choices, field, form
from app.sign_in.local_words import Faults, new_password, username
from app.sign_in.pages import heading, link, notice, page, paragraph, way
from pipelines.people import Session
from pipelines.people.accounts import Account

HOME = "/sign-in/local/account"
PASSWORD_PAGE, PROVE_PAGE, SET_UP_PAGE = f"{HOME}/password", f"{HOME}/factor", f"{HOME}/second-factor"
PRESENT = "Your present password"
CHOOSE = "Choose what to do."
WHY = "With it, nobody who learns your password gets in. It takes the place of any that you set up before."
ENDED = "Every other browser in which you were signed in is signed out."
Made = Callable[[Account, Session], Response]


class What(StrEnum):
    """What can be done about a second factor."""

    SET_UP = "set-up"
    CODES = "codes"
    REMOVE = "remove"


FIRST = ((str(What.SET_UP), "Set up a second factor"),)
LATER = (
    (str(What.SET_UP), "Set up another authenticator in place of the present one"),
    (str(What.CODES), "Make new recovery codes; the old ones end"),
    (str(What.REMOVE), "Go on with the password alone (schools only)"),
)


def home(account: Account, left: int) -> HTMLResponse:
    """What there is, and what can be changed."""
    codes = f"{left} recovery {'code is' if left == 1 else 'codes are'} left."
    factor = f"It is set up. {codes}" if account.factor else "None is set up: your password alone lets you in."
    return page(
        "Your account",
        paragraph(f"You sign in as {account.email}."),
        heading("Password"),
        paragraph(link("Change your password", PASSWORD_PAGE)),
        heading("Second factor"),
        paragraph(factor),
        paragraph(link("Change your second factor" if account.factor else "Set up a second factor", PROVE_PAGE)),
        paragraph(way("Back to the portal", "/")),
    )


def password(account: Account, token: str, *, faults: Faults | None = None) -> HTMLResponse:
    """The form for another password."""
    told = faults or {}
    return page(
        "Change your password",
        paragraph(ENDED),
        form(
            PASSWORD_PAGE, token, username(account.email),
            field("present", PRESENT, PASSWORD, fault=told.get("present", "")), *new_password(told),
            button="Change password",
        ),
        paragraph(link("Back", HOME)),
        status=422 if faults else 200, faults=faults,
    )  # fmt: skip


def proof(account: Account, token: str, *, faults: Faults | None = None) -> HTMLResponse:
    """What to do about the second factor, and the present password."""
    told = faults or {}
    options = LATER if account.factor else FIRST
    return page(
        "Your second factor",
        form(
            PROVE_PAGE, token, username(account.email),
            choices("what", "What do you want to do?", options, chosen=str(What.SET_UP), fault=told.get("what", "")),
            field("present", PRESENT, PASSWORD, fault=told.get("present", "")),
            button="Continue",
        ),
        paragraph(link("Back", HOME)),
        status=422 if faults else 200, faults=faults,
    )  # fmt: skip


def changed(title: str) -> HTMLResponse:
    """It is done."""
    return page(title, notice(ENDED), paragraph(way("Back to your account", HOME)))
