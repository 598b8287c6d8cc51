"""The pages of links: an invitation, or a new password, as people read them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import HTMLResponse

from app.sign_in.fields import CODE, PASSWORD, Filling, choices, field, form
from app.sign_in.local_words import Faults, new_password, username
from app.sign_in.oidc_words import BEGIN
from app.sign_in.pages import Block, heading, page, paragraph, way
from pipelines.people.accounts import Account
from pipelines.people.invitations import Invitation, Kind

USE, FACTOR_PAGE, WITH_PROVIDER = "/invitation", "/invitation/second-factor", "/invitation/with-provider"
NAME = Filling("name")
REQUIRED = "It is required at trusts and authorities: a password alone can be learnt by others."
OFFERED = "With it, nobody who learns your password gets in."
CHOICE = (("yes", "Yes, set it up now"), ("no", "No, use the password alone"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link's page has to ask: of whose account, at which organisation, and about a second factor."""

    link: Invitation
    account: Account | None
    organisation: str
    factor_needed: bool
    provider: str = ""

    @property
    def is_new(self) -> bool:
        """Whether a password is chosen here, not given."""
        return self.account is None or self.link.kind is not Kind.INVITATION

    @property
    def code_asked(self) -> bool:
        """Whether the second factor stays, and a code of it is asked for."""
        kept = self.link.kind is not Kind.PASSWORD_AND_FACTOR
        return self.account is not None and self.account.factor is not None and kept

    @property
    def factor_offered(self) -> bool:
        """Whether somebody may choose to set a second factor up, or not to."""
        return self.is_new and not self.code_asked and not self.factor_needed


def asking(
    asked: Asked, token: str, *, name: str = "", faults: Faults | None = None, provider_token: str = ""
) -> HTMLResponse:
    """The page of a link that is open; an invitation can be accepted with an account at the provider, too."""
    title, told, button = _told(asked)
    blocks = [username(asked.link.email), *_fields(asked, name, faults or {})]
    main = form(USE, token, *blocks, button=button)
    status = 422 if faults else 200
    if not (asked.provider and asked.link.kind is Kind.INVITATION):
        return page(title, *told, main, status=status, faults=faults)
    other = form(WITH_PROVIDER, provider_token, button=f"Accept with {asked.provider}")
    own = (heading(f"With {asked.provider}"), other, heading("With a password of your own"))
    return page(title, *told, *own, main, status=status, faults=faults)


def to_provider(provider: str) -> HTMLResponse:
    """The way to the provider; a form may not lead there itself."""
    return page(
        "You are invited",
        paragraph(f"Sign in with {provider}. When you come back, the role is yours."),
        paragraph(way(f"Continue to {provider}", BEGIN)),
    )


def _told(asked: Asked) -> tuple[str, list[Block], str]:
    if asked.link.kind is not Kind.INVITATION:
        return "Set a new password", [paragraph("Every browser in which you are signed in is signed out.")], "Continue"
    role = paragraph(f"You are invited to be {asked.link.title} at {asked.organisation}.")
    if asked.account is None:
        return "You are invited", [role, paragraph("Choose how you will sign in.")], "Continue"
    return "You are invited", [role, paragraph("You have an account. Sign in with it to accept.")], "Accept"


def _fields(asked: Asked, name: str, faults: Faults) -> list[Block]:
    found: list[Block] = []
    if asked.account is None:
        hint = "As your colleagues know you. The record of what was done names you by it."
        found.append(field("name", "Your name", NAME, hint=hint, value=name, fault=faults.get("name", "")))
    if asked.is_new:
        found += new_password(faults, label="Password" if asked.account is None else "New password")
    else:
        found.append(field("password", "Password", PASSWORD, fault=faults.get("password", "")))
    if asked.code_asked:
        hint = "The six digits that your authenticator shows now."
        found.append(field("code", "Code", CODE, hint=hint, fault=faults.get("code", "")))
    if asked.factor_offered:
        question = f"Set up a second factor, an authenticator app? {OFFERED}"
        found.append(choices("factor", question, CHOICE, fault=faults.get("factor", "")))
    return found


def gone() -> HTMLResponse:
    """The page of every link that cannot be used, whatever the reason."""
    return page(
        "This link cannot be used",
        paragraph("It was used, was withdrawn or has run out, or it is not whole: copy all of it from the message."),
        paragraph("If you cannot sign in, ask the administrator of your organisation for a new link."),
        paragraph(way("Sign in", "/sign-in")),
        status=404,
    )
