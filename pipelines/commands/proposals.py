"""`plumbline people proposals | approve | turn-down`: the operator as the second person, where nobody else can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import printing
from pipelines.scope import OPERATOR, Actor

if TYPE_CHECKING:
    from pipelines.people.deciding import Decider
    from pipelines.people.proposals import Proposal

Number = Annotated[int, typer.Argument(help="The proposal's number, from “plumbline people proposals”.")]
Mark = Annotated[str, typer.Option("--mark", help="What “plumbline people proposals” shows beside it: what was read.")]
NONE = "Nothing waits for a second person."
ERASED = "The rows are erased. Their last traces leave the file when the warehouse is opened next."


def add_to(people: typer.Typer) -> None:
    """Add these commands to those for people."""
    people.command()(proposals)
    people.command(epilog="Example: `plumbline people approve 7 --mark 1f0c2a9b44d3e871`")(approve)
    people.command(name="turn-down")(turn_down)


def proposals() -> None:
    """What waits for a second person: its number, its mark, who proposed what and why."""
    from pipelines.house import open_house
    from pipelines.people import approvals

    found = approvals.waiting(open_house().warehouse, _operating())
    for one in found:
        printing.say(f"{one.number}  {one.fingerprint}  {_what(one)}  by {one.author.actor.name}: {one.reason}")
    if not found:
        printing.say(NONE)


def approve(number: Number, mark: Mark) -> None:
    """Approve what was proposed, as the second person. Ask first, by another way, whether it is wanted."""
    from pipelines.erasing import listing
    from pipelines.house import open_house
    from pipelines.people import approvals, link_mail

    house = open_house()
    done = approvals.approve(house.warehouse, number, mark, decider=_operating())
    if done.erased is not None:
        listing.write(house.warehouse)
        printing.say(ERASED)
    elif done.invitation is None:
        printing.say("Approved, and done.")
    else:
        printing.say("Approved. The link, which is not shown again; whoever has it can use it, once:")
        typer.echo(link_mail.address_of(house.serving.address if house.serving else "", done.code))


def turn_down(number: Number) -> None:
    """Turn a proposal down: nothing is done."""
    from pipelines.house import open_house
    from pipelines.people import approvals

    approvals.end(open_house().warehouse, number, decider=_operating())
    printing.say("It is turned down; nothing was done.")


def _what(one: Proposal) -> str:
    from pipelines.house import open_house
    from pipelines.people import approvals, dangerous
    from pipelines.people.proposals import Kind

    if one.kind is Kind.ERASURE:
        return f"erasure, {one.organisation}"
    about = one.content.get("email") or approvals.called(open_house().warehouse, one, decider=_operating())
    if one.kind is Kind.RESET:
        return f"link to the account of {about}"
    role = dangerous.role_of(one)
    return f"{about} as {role.role}@{role.organisation}"


def _operating() -> Decider:
    from pipelines.people.deciding import Decider

    return Decider(Actor("command line", "operator", OPERATOR))
