"""`plumbline people`: the first administrator, and what whoever runs the machine does for people with local accounts.

The warehouse is one program's at a time: stop the portal first, or use its own pages.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import printing
from pipelines.commands import proposals
from pipelines.scope import OPERATOR, Actor, Scope
from schemas.errors import PlumblineError, QuestionError
from schemas.roles import GrantRole

if TYPE_CHECKING:
    from pipelines.house import House
    from pipelines.people.accounts import Account
    from pipelines.people.invitations import Invitation

OPERATING = Actor("command line", "operator", OPERATOR)
NO_ADDRESS = "Set PLUMBLINE_ADDRESS to the portal's own address, so that the link leads there."
NO_SMTP = "No mail server is set (PLUMBLINE_SMTP_HOST). Leave --send out; the link is then printed."
NOBODY = "There is no local account of this number. See: plumbline people list"
LINK = "The link, which is not shown again; whoever has it can use it, once, until {until} UTC:"
EXAMPLE = "Example: `plumbline people invite --email office@council.example --organisation la:990 --role administrator`"
Send = Annotated[bool, typer.Option("--send", help="Send the link by e-mail and do not print it.")]
Number = Annotated[str, typer.Option(help="The account's number, from “plumbline people list”.")]
Reason = Annotated[str, typer.Option(help="Why; the record keeps it.")]

people = typer.Typer(help="Local accounts: invite, list, help, end.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    proposals.add_to(people)
    app.add_typer(people, name="people")


@people.command(epilog=EXAMPLE)
def invite(
    email: Annotated[str, typer.Option(help="The e-mail address that becomes the account's name.")],
    organisation: Annotated[str, typer.Option(help="la:NNN, trust:UID or school:URN.")],
    role: Annotated[GrantRole, typer.Option(help="What they are to be there.")],
    until: Annotated[str, typer.Option(help="The last day of the role, YYYY-MM-DD; without it there is none.")] = "",
    days: Annotated[int, typer.Option(help="For how many days the link can be used (up to 14).")] = 7,
    reason: Reason = "invited by the operator",
    send: Send = False,
) -> None:
    """Make a link by which somebody makes a local account and gets a role."""
    from pipelines import audit
    from pipelines.house import open_house
    from pipelines.people import inviting

    house = open_house()
    _must_be_sendable(house, send)
    offer = inviting.Offer(email, Scope.parse(organisation), role, audit.now().date(), _day(until), reason)
    made, code = inviting.invite(house.warehouse, offer, actor=OPERATING, lasts=timedelta(days=days))
    _hand_out(house, made, code, send=send)


@people.command(name="list")
def listed(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Every local account: its number, its roles, whether it has a second factor; and the links that are open."""
    from pipelines import audit
    from pipelines.house import open_house
    from pipelines.people import accounts, grants, identities, invitations

    with open_house().warehouse.reading() as cursor:
        held, names = grants.every(cursor), identities.known(cursor)
        found = [
            {
                "account": one.identity.key, "email": one.email, "name": names.get(one.identity, ""),
                "second_factor": one.factor is not None,
                "grants": [f"{grant.role}@{grant.organisation}" for grant in held if grant.identity == one.identity],
            }
            for one in accounts.every(cursor)
        ]  # fmt: skip
        links = [
            {
                "link": one.number, "for": str(one.kind), "email": one.email, "until": one.ends_at.isoformat(),
                "offers": f"{one.role}@{one.organisation}" if one.role else "",
            }
            for one in invitations.open_ones(cursor, at=audit.now())
        ]  # fmt: skip
    if as_json:
        printing.print_json({"accounts": found, "links": links})
        return
    for account in found:
        factor = "second factor" if account["second_factor"] else "password alone"
        told = ", ".join(account["grants"]) or "no role"  # type: ignore[arg-type]
        printing.say(f"{account['account']}  {account['email']}  {account['name']}  {factor}  {told}")
    for link in links:
        printing.say(f"link {link['link']}  {link['email']}  {link['for']} {link['offers']}  until {link['until']}")
    if not found and not links:
        printing.say("Nobody has a local account, and nobody is invited.")


@people.command(
    epilog="Example: `plumbline people reset --account 0123456789abcdef --reason “lost telephone” --factor`"
)
def reset(
    account: Number,
    reason: Reason,
    factor: Annotated[bool, typer.Option("--factor", help="A new second factor too.")] = False,
    send: Send = False,
) -> None:
    """Make a link by which somebody sets a new password. See first that it is they who ask."""
    from pipelines.house import open_house
    from pipelines.people import inviting

    house = open_house()
    _must_be_sendable(house, send)
    found = _account(house, account)
    made, code = inviting.reset(house.warehouse, found, factor_too=factor, reason=reason, actor=OPERATING)
    _hand_out(house, made, code, send=send)


@people.command()
def end(account: Number, reason: Reason) -> None:
    """End a local account with its roles, links and sessions."""
    from pipelines.house import open_house
    from pipelines.people import ending

    house = open_house()
    ending.end(house.warehouse, house.people.sessions, _account(house, account), reason=reason, actor=OPERATING)
    printing.say("The account has ended, and with it its roles, links and sessions.")


@people.command()
def withdraw(link: Annotated[str, typer.Option(help="The link's number, from “plumbline people list”.")]) -> None:
    """End a link that was not used."""
    from pipelines.house import open_house
    from pipelines.people import invitations

    invitations.withdraw(open_house().warehouse, link, actor=OPERATING)
    printing.say("The link can no longer be used.")


def _account(house: House, number: str) -> Account:
    from pipelines.people import accounts

    with house.warehouse.reading() as cursor:
        found = [one for one in accounts.every(cursor) if one.identity.key == number]
    if not found:
        raise QuestionError(NOBODY)
    return found[0]


def _must_be_sendable(house: House, send: bool) -> None:
    if house.serving is None:
        raise PlumblineError(NO_ADDRESS)
    if send and house.smtp is None:
        raise PlumblineError(NO_SMTP)


def _hand_out(house: House, made: Invitation, code: str, *, send: bool) -> None:
    from pipelines.people import link_mail

    link = link_mail.address_of(house.serving.address if house.serving else "", code)
    if send and house.smtp:
        named = house.reporting.home(made.organisation)["name"] if made.organisation else ""
        fault = link_mail.send(house.warehouse, house.smtp, made, link=link, organisation=named, actor=OPERATING)
        if fault:
            raise PlumblineError(f"The link was made and not sent: {fault}. Withdraw it: {made.number}")
        printing.say("The link is sent.")
        return
    printing.say(LINK.format(until=f"{made.ends_at:%d %B %Y %H:%M}"))
    typer.echo(link)  # whole, however wide the window is


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise QuestionError("Write the day as YYYY-MM-DD, for example 2027-08-31.") from None
