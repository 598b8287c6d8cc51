"""What an authority's office runs around the returns board: `plumbline remind`, `plumbline mailboxes`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import printing
from pipelines.scope import OPERATOR, Actor, Scope
from schemas.calendar import Term, start_year
from schemas.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.reminders import Reminder

NOT_ALL_SENT = 1
Authority = Annotated[str, typer.Option(help="Code of the authority, for example 990.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command(epilog="Example: `plumbline remind --authority 990 --year 202526 --term summer --send`")(remind)
    app.command(name="mailboxes", epilog="Example: `plumbline mailboxes mailboxes.csv --authority 990`")(keep_mailboxes)


def remind(
    authority: Authority,
    year: Annotated[str, typer.Option(help="Academic year, for example 202526.")],
    term: Annotated[Term, typer.Option(help="The term.")],
    send: Annotated[bool, typer.Option("--send", help="Send them; otherwise only say who would get one.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also to those who were reminded today already.")] = False,
) -> None:
    """Remind schools whose return of an ended term has not come. Without --send nothing is sent.

    Exit code 1 when a reminder could not be sent; the others were.
    """
    from pipelines import reminders
    from pipelines.house import open_house

    start_year(year)
    house, scope = open_house(), Scope.parse(f"la:{authority}")
    if not send:
        found = reminders.plan(house.warehouse, scope, year, term, again=again)
        _tell(found)
        printing.say("This is what would be done. Nothing was sent; add --send to send.")
        return
    actor = Actor("command line", "operator", OPERATOR)
    with printing.working("Sending reminders"):
        found = reminders.send(house.warehouse, scope, year, term, smtp=house.smtp, actor=actor, again=again)
    _tell(found)
    if any(one.fate is reminders.Fate.FAILED for one in found):
        raise typer.Exit(NOT_ALL_SENT)


def keep_mailboxes(
    file: Annotated[
        Path, typer.Argument(help="A CSV file with the columns urn, role and mailbox.", exists=True, dir_okay=False)
    ],
    authority: Authority,
) -> None:
    """Keep the role mailboxes of an authority's schools, all of the file or none of it."""
    from pipelines import mailbox_file, mailboxes
    from pipelines.house import open_house

    told = mailbox_file.read(file.read_bytes())
    if not told:
        raise QuestionError("The file names no mailbox.")
    actor = Actor("command line", "operator", Scope.parse(f"la:{authority}"))
    mailboxes.keep_all(open_house().warehouse, told, actor=actor)
    printing.say(f"{len(told)} {'mailbox is' if len(told) == 1 else 'mailboxes are'} kept.")


def _tell(found: Sequence[Reminder]) -> None:
    if not found:
        printing.say("Nobody has to be reminded: every return that is expected has come.")
    for one in found:
        to = f" ({one.role})" if one.role else ""
        printing.say(f"{one.school_urn} {one.school_name}{to}: {one.fate}{f', {one.why}' if one.why else ''}.")
