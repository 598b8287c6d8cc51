"""What an operator runs to be rid of rows, and to keep a copy of the rest: `plumbline erase`, `plumbline backup`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import printing
from pipelines.scope import OPERATOR, Actor
from schemas.calendar import Term, label
from schemas.errors import NothingError, QuestionError

if TYPE_CHECKING:
    from pipelines.erasing import Plan, Request
    from pipelines.house import House

EXAMPLE = 'Example: `plumbline erase`, then `plumbline erase --yes 0f3a… --by "A Name" --approved-by "B Name"`'
KEY_PROMPT = "The child's key, as the school sends it (not shown)"
FROM_OPERATOR = "operator"

School = Annotated[str | None, typer.Option("--school", help="URN of the school.", metavar="URN")]
Year = Annotated[str | None, typer.Option("--year", help="Academic year of the return, for example 202526.")]
TermOption = Annotated[Term | None, typer.Option("--term", help="Term of the return.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command(epilog=EXAMPLE)(erase)
    app.command(epilog="Example: `plumbline backup --out /backups/plumbline.duckdb`")(backup)


def erase(
    school: School = None,
    year: Year = None,
    term: TermOption = None,
    child: Annotated[bool, typer.Option("--child", help="One child of the school; asks for the child's key.")] = False,
    everything: Annotated[bool, typer.Option("--everything", help="All of a school that leaves.")] = False,
    yes: Annotated[str, typer.Option("--yes", help="The fingerprint that the dry run gave: erase exactly this.")] = "",
    by: Annotated[str, typer.Option(help="Who asked for it.")] = "",
    approved_by: Annotated[str, typer.Option(help="Who approved it: somebody else.")] = "",
    again: Annotated[bool, typer.Option("--again", help="After a restore: erase anew all in the list.")] = False,
    from_list: Annotated[Path | None, typer.Option("--list", help="The list, where not beside the warehouse.")] = None,
) -> None:
    """Erase rows past the retention period, a return's, a child's, or all of a school. Without --yes a dry run.

    Run it while the portal is stopped: the database file is written anew, so that the bytes are gone.
    """
    from pipelines.house import open_house

    house = open_house()
    if again:
        _again(house, from_list)
        return
    request = _request(school, year, term, child=child, everything=everything)
    plan = _plan(house, request)
    if plan is None:
        printing.say("There is nothing of this to erase.")
        return
    _tell(plan)
    if not yes:
        printing.say(f"This is what would be erased. Nothing was; add --yes {plan.fingerprint} --by … --approved-by …")
        return
    if yes != plan.fingerprint:
        raise QuestionError("The dry run gives another fingerprint by now. Read it again, then name that one.")
    if not by.strip():
        raise QuestionError("Say with --by who asked for it, and with --approved-by who approved it.")
    _carry_out(house, plan, by=by, approved_by=approved_by)


def backup(out: Annotated[Path, typer.Option(help="The file to write; it must not exist.")]) -> None:
    """Write a copy of the warehouse and read it back: every table and the record. Stop the portal first."""
    from pipelines import backing_up
    from pipelines.settings import settings

    chosen = settings()
    with printing.working("Copying the warehouse"):
        rows = backing_up.back_up(chosen.warehouse, out, memory=chosen.memory)
    printing.say(f"{out}: {rows:,} rows, read back and found whole. Keep it as safe as the warehouse.")


def _request(
    school: str | None, year: str | None, term: Term | None, *, child: bool, everything: bool
) -> Request:  # fmt: skip
    from pipelines import audit, erasing
    from pipelines.settings import settings

    wanted = [child, everything, bool(year or term)]
    if sum(wanted) > 1 or (any(wanted) and not school) or (school and not any(wanted)) or bool(year) != bool(term):
        raise QuestionError(
            "Name what to erase: nothing for all past the retention period; --school with --year and --term for a "
            "return, with --child for one child, or with --everything for all of the school."
        )
    if not school:
        return erasing.past_retention(settings().keep_years, today=audit.now().date())
    if child:
        return erasing.of_child(school, typer.prompt(KEY_PROMPT, hide_input=True))
    return erasing.of_return(school, year, term) if year and term else erasing.of_school(school)


def _plan(house: House, request: Request) -> Plan | None:
    """The dry run; None where there is nothing."""
    from pipelines import erasing

    actor = Actor("command line", FROM_OPERATOR, OPERATOR)
    try:
        return erasing.plan(house.warehouse, request, actor=actor, key=house.key)
    except NothingError:
        return None


def _carry_out(house: House, plan: Plan, *, by: str, approved_by: str) -> None:
    from pipelines import erasing
    from pipelines.erasing import listing

    actors = [Actor(name, FROM_OPERATOR, OPERATOR) for name in (by, approved_by)]
    with printing.working("Erasing"):
        done = erasing.carry_out(house.warehouse, plan, actor=actors[0], approved_by=actors[1])
        path = listing.write(house.warehouse)
        house.warehouse.write_anew()
    printing.say(f"Erased: {plan.rows:,} rows. Erasure {done.erasure_id}, reference {done.reference}.")
    printing.say("The database file was written anew. Backups made before hold the rows until they are thrown away.")
    printing.say(f"Keep {path} with every backup: with it “plumbline erase --again” repeats this after a restore.")


def _again(house: House, from_list: Path | None) -> None:
    from pipelines.erasing import listing

    left = listing.outstanding(house.warehouse, from_list)
    if not left:
        printing.say("Everything in the list is erased in this warehouse.")
        return
    done = listing.erase_again(house.warehouse, left, actor=Actor("command line", FROM_OPERATOR, OPERATOR))
    listing.write(house.warehouse)
    house.warehouse.write_anew()
    printing.say(f"Erased again: {len(done)}, {sum(one.plan.rows for one in done):,} rows in all.")


def _tell(plan: Plan) -> None:
    """The dry run: by table, then by school and term."""
    if not plan.request.school_urn:
        printing.say(f"Rows of all years before {label(plan.request.academic_year)}:")
    for table, rows in plan.by_table.items():
        printing.say(f"  {table.replace('_', ' ')}: {rows:,}")
    places = sorted({(one.school_urn, one.academic_year, one.term) for one in plan.counts if one.academic_year})
    for urn, year, term in places:
        here = [one for one in plan.counts if (one.school_urn, one.academic_year, one.term) == (urn, year, term)]
        what = ", ".join(f"{one.rows:,} {one.table.replace('_', ' ')}" for one in here)
        printing.say(f"  {urn}, {term} term {label(year)}: {what}")
