"""A link by e-mail, where a mail server is set: to the address it was made for, and to nobody else."""

from __future__ import annotations

from pipelines import audit
from pipelines.mail import Mail, Post
from pipelines.people.identities import LOCAL, Identity
from pipelines.people.invitations import PATH, Invitation, Kind
from pipelines.scope import Actor
from pipelines.smtp_settings import Smtp
from pipelines.warehouse.store import Warehouse

SUBJECTS = {
    Kind.INVITATION: "You are invited to Plumbline",
    Kind.PASSWORD: "Set a new password for Plumbline",
    Kind.PASSWORD_AND_FACTOR: "Set a new password and second factor for Plumbline",
}
BEWARE = (
    "The link can be used once, by whoever has it: do not pass it on. Nobody will ask you for your password or a code. "
    "If you did not expect this message, tell the administrator of your organisation and do not open the link."
)


def address_of(origin: str, code: str) -> str:
    """A link's address."""
    return f"{origin}{PATH}{code}"


def send(
    warehouse: Warehouse, smtp: Smtp, invitation: Invitation, *, link: str, organisation: str, actor: Actor
) -> str | None:
    """None once the mail server has taken it; else, in words that hold no address, why not."""
    with Post(smtp) as post:
        fault = post.send(Mail(invitation.email, SUBJECTS[invitation.kind], text(invitation, link, organisation)))
    detail = {"invitation": invitation.number} | ({"why": fault} if fault else {})
    subject = str(invitation.organisation or f"account:{Identity(LOCAL, invitation.subject).key}")
    with warehouse.writing() as cursor:
        audit.record(cursor, audit.Event(actor, "link not mailed" if fault else "link mailed", subject, detail))
    return fault


def text(invitation: Invitation, link: str, organisation: str) -> str:
    """The words of the mail."""
    until = f"{invitation.ends_at.day} {invitation.ends_at:%B %Y, %H:%M} UTC"
    if invitation.kind is Kind.INVITATION:
        first = f"You are invited to be {invitation.title} at {organisation} in the portal Plumbline."
    else:
        first = "An administrator made a link with which you can set a new password in the portal Plumbline."
    return f"{first}\n\nOpen this address, until {until}:\n\n{link}\n\n{BEWARE}\n"
