"""The pages of local accounts, as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import HTMLResponse

from app.sign_in.fields import CODE, EMAIL, NEW_PASSWORD, PASSWORD, RECOVERY_CODE, field, form, hidden
from app.sign_in.pages import Block, bullets, code, heading, link, page, paragraph, picture, warning, way
from pipelines.people import second_factor
from pipelines.people.passwords import SHORTEST

SIGN_IN, CODE_PAGE, FACTOR_PAGE = "/sign-in/local", "/sign-in/local/code", "/sign-in/local/second-factor"
WRONG = "The e-mail address or the password is not right."
WRONG_CODE = "This code is not right, or it was used. Wait for the next one, and type that."
TWICE = "The two passwords differ. Type the new password twice, the same."
HELP = (
    "Forgotten your password, or lost your telephone? Ask the administrator of your organisation for a new link. "
    "Nobody will ever ask you for your password or a code."
)
RULES = (
    f"At least {SHORTEST} characters; spaces count. Three words that do not belong together are easy to remember and "
    "hard to guess. You may paste it from a password manager."
)
Faults = Mapping[str, str]


def sign_in(
    token: str, *, to: str = "", email: str = "", faults: Faults | None = None, status: int = 200
) -> HTMLResponse:
    """E-mail address and password."""
    return page(
        "Sign in",
        form(
            SIGN_IN, token,
            field("email", "E-mail address", EMAIL, value=email, fault=(faults or {}).get("email", "")),
            field("password", "Password", PASSWORD),
            hidden("to", to),
            button="Sign in",
        ),
        paragraph(HELP),
        status=status, faults=faults,
    )  # fmt: skip


def second_code(token: str, *, recovery: bool, faults: Faults | None = None, status: int = 200) -> HTMLResponse:
    """The second factor: six digits, or a recovery code."""
    fault = (faults or {}).get("code", "")
    if recovery:
        asked = field("code", "Recovery code", RECOVERY_CODE, hint="One that you have not used yet.", fault=fault)
        other = link("Use a code of your authenticator instead", CODE_PAGE)
    else:
        asked = field("code", "Code", CODE, hint="The six digits that your authenticator shows now.", fault=fault)
        other = link("Use a recovery code instead", f"{CODE_PAGE}?recovery=1")
    where = f"{CODE_PAGE}?recovery=1" if recovery else CODE_PAGE
    return page(
        "Enter your code", form(where, token, asked, button="Continue"), paragraph(other), paragraph(HELP),
        status=status, faults=faults,
    )  # fmt: skip


def new_factor(
    address: str, token: str, secret: str, email: str, *, why: str, faults: Faults | None = None
) -> HTMLResponse:
    """An authenticator's secret, drawn and written, and its first code."""
    return page(
        "Set up a second factor",
        paragraph(why),
        heading("1. Add this portal to an authenticator"),
        paragraph(
            "Open an authenticator app on your telephone, or a password manager that makes codes, and scan this square."
        ),
        picture(second_factor.drawing(secret, account=email), words="A square with the key that is written below"),
        paragraph("Cannot scan it? Type or paste this key: ", code(second_factor.in_groups(secret))),
        heading("2. Enter the code that it shows"),
        form(
            address, token,
            field("code", "Code", CODE, hint="Six digits, a new one every half minute.",
                  fault=(faults or {}).get("code", "")),
            button="Continue",
        ),
        status=422 if faults else 200, faults=faults,
    )  # fmt: skip


def recovery_codes(codes: Sequence[str], *, after: str, title: str = "Keep your recovery codes") -> HTMLResponse:
    """Codes that are shown once."""
    return page(
        title,
        paragraph("If you lose your authenticator, each of these lets you in once. Print them, or keep them where you "
                  "keep passwords, but not on the same telephone."),
        warning("They are not shown again."),
        bullets(*(code(one) for one in codes)),
        paragraph(way("I have kept them: continue", after)),
    )  # fmt: skip


def new_password(faults: Faults, *, label: str = "New password") -> tuple[Block, Block]:
    """A new password, typed twice."""
    return (
        field("password", label, NEW_PASSWORD, hint=RULES, fault=faults.get("password", "")),
        field("again", f"{label}, again", NEW_PASSWORD, fault=faults.get("again", "")),
    )


def username(email: str) -> Block:
    """Whose account it is: a password manager keeps the password under it, and nobody can change it here."""
    return field("username", "E-mail address", EMAIL, value=email, fixed=True)


def no_access(reference: str) -> HTMLResponse:
    """For whoever signed in well and has no grant."""
    return page(
        "Nothing here is open to you yet",
        paragraph("No school, trust or authority gives you a role in this portal at present."),
        paragraph("Ask the administrator of your organisation. Give them this reference, which says nothing of you: ",
                  code(reference)),
        paragraph(way("Sign in again", "/sign-in")),
        status=403,
    )  # fmt: skip
