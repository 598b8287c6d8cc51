"""What somebody reads whose sign-in at a provider did not end well: what happened, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import HTMLResponse

from app.sign_in.pages import code, page, paragraph, way

BEGIN = "/sign-in/provider"
TROUBLE = f"{BEGIN}/trouble"
NO_ACCESS = f"{BEGIN}/no-access"
NOTHING_SEEN = "Nothing of the portal's data was shown to anybody, and nothing was changed."


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way in which it can go wrong."""

    title: str
    happened: str
    do: str
    status: int


TROUBLES = {
    "down": Trouble(
        "We cannot reach {title}",
        "{title} did not answer, or not in time. This is not your fault and nothing is wrong with your account.",
        "Wait a few minutes, then try again. If it lasts for more than an hour, tell whoever looks after this portal.",
        503,
    ),
    "refused": Trouble(
        "{title} did not sign you in",
        "The sign-in was cancelled, or {title} refused it.",
        "Try again. If it refuses you again, ask whoever looks after your account there.",
        403,
    ),
    "wrong": Trouble(
        "We could not check your sign-in",
        "What {title} sent us did not fit your sign-in, so we did not let anybody in.",
        "Try again. If it happens again, tell whoever looks after this portal, with the day and the time.",
        403,
    ),
    "old": Trouble(
        "Please start again",
        "This sign-in was begun more than ten minutes ago, in another browser, or was finished already; "
        "or cookies of this portal are blocked.",
        "Allow cookies of this portal, then start again.",
        403,
    ),
}


def trouble(why: str, title: str) -> HTMLResponse:
    """The page for one of the troubles; for any other word, the most general."""
    said = TROUBLES.get(why) or TROUBLES["wrong"]
    return page(
        said.title.format(title=title),
        paragraph(said.happened.format(title=title)),
        paragraph(said.do),
        paragraph(NOTHING_SEEN),
        paragraph(way("Try again", "/sign-in")),
        status=said.status,
    )


def no_access(reference: str, title: str, ask: str) -> HTMLResponse:
    """Who signed in well and has no grant here is told whom to ask, and by which reference they are found."""
    return page(
        "You are signed in, but nothing here is open to you yet",
        paragraph(f"{title} knows you. No school, trust or authority has given you a role in this portal."),
        paragraph(ask),
        paragraph("Give them this reference, which says nothing about you: ", code(reference)),
        paragraph("When you have been given a role, sign in again."),
        paragraph(way("Sign in again", "/sign-in")),
        status=403,
    )
