"""What an operator asks of the record: `plumbline audit verify | anchor | search | export`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines import printing
from pipelines.scope import OPERATOR, Actor
from schemas.errors import QuestionError

if TYPE_CHECKING:
    from pipelines.audit_reading import Wanted

BROKEN = 1
OPERATOR_HERE = Actor("command line", "operator", OPERATOR)
DAY = ["%Y-%m-%d"]
KINDS = (".csv", ".jsonl")

Who = Annotated[str, typer.Option(help="Part of a name or role, or a whole organisation, for example la:990.")]
What = Annotated[str, typer.Option(help="Part of what was done, for example “read”.")]
Subject = Annotated[str, typer.Option(help="Whom it was about, for example 900001.")]
FromDay = Annotated[datetime | None, typer.Option("--from", formats=DAY, help="From this day on (UTC).")]
ToDay = Annotated[datetime | None, typer.Option("--to", formats=DAY, help="To this day, included (UTC).")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    audit = typer.Typer(help="The record of who did and saw what: is it whole, and what does it say?")
    app.add_typer(audit, name="audit", no_args_is_help=True)
    audit.command(epilog="Example: `plumbline audit verify`")(verify)
    audit.command(epilog="Example: `plumbline audit anchor >> /somewhere/else/anchors.txt`")(anchor)
    audit.command(epilog="Example: `plumbline audit search --subject 900001 --what read`")(search)
    audit.command(epilog="Example: `plumbline audit export --out record.jsonl --from 2026-09-01`")(export)


def verify(
    lines: Annotated[list[str] | None, typer.Option("--anchor", help="A line kept elsewhere; may be repeated.")] = None,
) -> None:
    """Follow the record from its first event and say where it was changed, if it was.

    Exit code 0 when it is whole, 1 when it is not or nothing vouches for its end.
    """
    from pipelines import audit_checking
    from pipelines.house import open_house

    with printing.working("Following the record"):
        found = audit_checking.check(open_house(), lines=lines or ())
    verdict = found.verdict
    if verdict.fault is None:
        anchored = f", anchored at event {verdict.anchored:,}" if verdict.anchored else ""
        printing.say(f"The record is whole: {verdict.events:,} events{anchored}.")
    else:
        printing.say(f"The record is broken. {verdict.fault} The {verdict.events:,} events before it are whole.")
    if found.doubt:
        printing.say(found.doubt)
    if not found.whole:
        raise typer.Exit(BROKEN)


def anchor(
    anew: Annotated[
        bool, typer.Option("--anew", help="Put earlier anchors aside: for a warehouse restored from a copy.")
    ] = False,
) -> None:
    """Print a line that says where the record ends now, to keep where nobody who runs the portal can change it."""
    from pipelines import audit_checking
    from pipelines.house import open_house

    typer.echo(audit_checking.anchor_now(open_house(), actor=OPERATOR_HERE, anew=anew))  # whole, on any terminal


def search(
    who: Who = "",
    what: What = "",
    subject: Subject = "",
    from_day: FromDay = None,
    to_day: ToDay = None,
    most: Annotated[int, typer.Option(help="How many of the last events to list.", min=1, max=10_000)] = 50,
) -> None:
    """List the last events that fit, the latest first; that the record was searched is recorded too."""
    from pipelines import access_record, audit_reading
    from pipelines.house import open_house

    house, wanted = open_house(), _wanted(who, what, subject, from_day, to_day)
    access_record.keep_counts(house.warehouse)
    with house.warehouse.reading() as cursor:
        found, total = audit_reading.search(cursor, wanted, most=most)
    access_record.taken(house.warehouse, OPERATOR_HERE, "record searched", schools={}, events=total)
    for event in found:
        typer.echo(_line(event))
    printing.say(f"{total:,} events fit{'' if total <= most else f'; the last {most:,} are listed'}.")


def export(
    out: Annotated[Path, typer.Option(help="A new file: .jsonl (exact) or .csv (for people).")],
    who: Who = "",
    what: What = "",
    subject: Subject = "",
    from_day: FromDay = None,
    to_day: ToDay = None,
) -> None:
    """Write events to a new file that only its owner can read; that they were taken is recorded."""
    from pipelines import access_record
    from pipelines.house import open_house

    if out.suffix.lower() not in KINDS:
        raise QuestionError(f"The record is exported as {' or '.join(KINDS)}: give the file a name that ends so.")
    house = open_house()
    access_record.keep_counts(house.warehouse)
    count = _write(out, house.warehouse, _wanted(who, what, subject, from_day, to_day))
    access_record.taken(house.warehouse, OPERATOR_HERE, "record exported", schools={}, events=count)
    printing.say(f"{count:,} events written to {out}.")


def _write(out: Path, warehouse: Any, wanted: Wanted) -> int:
    from pipelines import audit_reading
    from pipelines.cells_given_out import BYTE_ORDER_MARK
    from pipelines.recording.key_files import write_new

    write_new(out, b"", what="file of the record")  # new, and its owner's alone, before anything is in it
    with out.open("w", encoding="utf-8", newline="") as file, warehouse.reading() as cursor:
        events = audit_reading.every(cursor, wanted)
        if out.suffix.lower() == ".jsonl":
            return audit_reading.write_lines(events, file)
        file.write(BYTE_ORDER_MARK)
        return audit_reading.write_table(events, file)


def _wanted(who: str, what: str, subject: str, from_day: datetime | None, to_day: datetime | None) -> Wanted:
    from pipelines.audit_reading import Wanted

    return Wanted(who, what, subject, _day(from_day), _day(to_day))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _line(event: dict[str, Any]) -> str:
    why = f" for {event['purpose']}" if event["purpose"] else ""
    return (
        f"{event['sequence']} {event['recorded_at']:%Y-%m-%d %H:%M:%S} {event['actor']} ({event['role']}, "
        f"{event['scope']}): {event['action']}, {event['subject']}{why} {event['detail']}"
    )
