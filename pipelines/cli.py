"""The command line: `plumbline demo | check | load | nil | register | figures | sample | reference`."""

from __future__ import annotations

import os
import sys
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import printing
from pipelines.commands import at_school, audit, board, erase, people, report, serve, template
from pipelines.figures import BREAKDOWNS, Question
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.settings import settings
from pipelines.signing_roles import SigningRole
from schemas.calendar import Term
from schemas.errors import PlumblineError, QuestionError
from schemas.measurement import measures

if TYPE_CHECKING:  # each command loads what it needs: all of it takes seconds, and help needs none
    from pipelines.house import House
    from pipelines.intake.tables import NamedFile
    from pipelines.returns import Checked, Stated

app = typer.Typer(
    help="Are our safeguarding procedures working? Termly returns in, honest figures out.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
at_school.add_to(app)
audit.add_to(app)
board.add_to(app)
erase.add_to(app)
template.add_to(app)
serve.add_to(app)
people.add_to(app)
OPERATOR_HERE = Actor("command line", "operator", OPERATOR)
DEMO_WAREHOUSE = Path("var/demo.duckdb")
WRONG = 2
EXPLAIN = "Why a query stands: a rule, the code of a reason and, if it helps, that of a phrase. May be given again."

Files = Annotated[
    list[Path], typer.Argument(help="A workbook, a ZIP, or the two CSV files.", exists=True, dir_okay=False)
]
School = Annotated[str | None, typer.Option("--school", help="URN, where the file does not say.", metavar="URN")]
Year = Annotated[str | None, typer.Option("--year", help="Academic year, for example 202526.")]
TermOption = Annotated[Term | None, typer.Option("--term", help="The term of the return.")]
OwnMapping = Annotated[
    bool, typer.Option("--map/--no-map", help="Read it by the mapping kept for the school that --school names.")
]
SignedAs = Annotated[
    SigningRole | None, typer.Option("--signed-off-by", help="Who declared it complete, where sign-off is asked for.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command line; our own errors end it with a sentence and exit code 2.

    Whatever it writes, DuckDB's log too, is its owner's only.
    """
    os.umask(0o077)
    try:
        app()
    except PlumblineError as error:
        printing.complain(str(error))
        sys.exit(WRONG)


@app.command(epilog="Example: `plumbline check autumn.xlsx` or `plumbline check incidents.csv children.csv --json`")
def check(
    files: Files,
    school: School = None,
    year: Year = None,
    term: TermOption = None,
    own_mapping: OwnMapping = True,
    as_json: AsJson = False,
    report_file: report.ReportFile = None,
) -> None:
    """Check a return and list everything to correct or explain. Keeps nothing.

    Exit code 0 without errors, 1 with errors, 2 when nothing could be read.
    """
    report.must_be_writable(report_file, files)
    named, stated = _named(files), _stated(school, year, term)
    with printing.working("Checking the return"):
        house = _house_if_any()
        checked = _look_at(house, named, stated, mapped=own_mapping)
    printing.issues(checked.issues, as_json=as_json, mapped=checked.used, read=checked.rows_read)
    report.write(report_file, checked, house=house, actor=OPERATOR_HERE)
    if not checked.found_tables:
        raise typer.Exit(WRONG)
    raise typer.Exit(1 if checked.has_errors else 0)


@app.command(epilog="Example: `plumbline load autumn.xlsx --explain cross-outside-term=checked_and_correct`")
def load(
    files: Files,
    school: School = None,
    year: Year = None,
    term: TermOption = None,
    explain: Annotated[list[str] | None, typer.Option(help=EXPLAIN, metavar="RULE=REASON[+PHRASE]")] = None,
    own_mapping: OwnMapping = True,
    signed_as: SignedAs = None,
    as_json: AsJson = False,
) -> None:
    """Check a return and keep it: a new version that supersedes the last. With errors nothing is kept."""
    from pipelines import returns

    house = _house()
    with printing.working("Checking the return"):
        checked = returns.check(
            house.warehouse, _named(files), stated=_stated(school, year, term), actor=OPERATOR_HERE, key=house.key,
            mapped=own_mapping,
        )  # fmt: skip
    if checked.has_errors:
        printing.issues(checked.issues, as_json=as_json, mapped=checked.used, read=checked.rows_read)
        raise typer.Exit(1 if checked.found_tables else WRONG)
    with printing.working("Keeping the return"):
        kept = returns.submit(
            house.warehouse, checked, actor=OPERATOR_HERE, key=house.key, explanations=_explanations(explain),
            signed_as=signed_as,
        )  # fmt: skip
    printing.receipts(kept, checked.issues, as_json=as_json)


@app.command(epilog="Example: `plumbline nil --school 900001 --year 202526 --term autumn`")
def nil(
    school: Annotated[str, typer.Option(help="URN of the school.", metavar="URN")],
    year: Annotated[str, typer.Option(help="Academic year, for example 202526.")],
    term: Annotated[Term, typer.Option(help="The term.")],
    signed_as: SignedAs = None,
    as_json: AsJson = False,
) -> None:
    """Record that a school had no incidents in a term. A nil return is a return."""
    from pipelines import returns

    warehouse = _house().warehouse
    receipt = returns.record_nil(
        warehouse,
        school_urn=school,
        academic_year=_academic_year(year),
        term=term,
        actor=OPERATOR_HERE,
        seen=returns.last_return(warehouse, OPERATOR_HERE.scope, school),
        signed_as=signed_as,
    )
    printing.receipts((receipt,), (), as_json=as_json)


@app.command(name="register", epilog="Example: `plumbline register edubasealldata.csv`")
def register_command(files: Files) -> None:
    """Load the register of schools, group membership or links, as they are published."""
    from pipelines import register

    with printing.working("Reading the register"):
        read = register.load_register(_house().warehouse, _named(files), actor=OPERATOR_HERE)
    for file, reference in zip(files, read, strict=True):
        kept, read_rows = len(reference.frame), reference.rows_read
        printing.say(f"{file.name}: {reference.kind}, {kept:,} rows kept of {read_rows:,} read.")
        printing.issues(reference.issues, as_json=False, quiet_when_none=True)


@app.command(epilog="Example: `plumbline figures escalation_rate --scope la:990 --by term --json`")
def figures(
    measure: Annotated[str, typer.Argument(help=f"One of: {', '.join(measures())}.")],
    scope: Annotated[str, typer.Option(help="la:NNN, trust:UID or school:URN.")],
    by: Annotated[list[str] | None, typer.Option(help=f"{', '.join(BREAKDOWNS)}; may be repeated.")] = None,
    rule_set: Annotated[str | None, typer.Option(help="The rule set to judge by.")] = None,
    year: Year = None,
    term: TermOption = None,
    phase: Annotated[str | None, typer.Option(help="Only schools of this phase, for example secondary.")] = None,
    as_at: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As at the end of this day.")] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    for_sharing: Annotated[
        bool, typer.Option("--for-sharing", help="Only what may leave the authority: protected, as it was released.")
    ] = False,
) -> None:
    """Print a figure with its count, denominator, 95 % interval and state."""
    question = Question(
        measure=measure,
        by=tuple(part for one in by or [] for part in one.split(",") if part != "none"),
        year=_academic_year(year) if year else None,
        term=str(term) if term else None,
        phase=phase,
        rule_set=rule_set,
        as_at=datetime.combine(as_at.date(), time.max) if as_at else None,
    )
    reporting = _house().reporting
    ask = reporting.shared if for_sharing else reporting.figures
    printing.figures(ask(Scope.parse(scope), question), as_json=as_json, as_csv=as_csv)


@app.command(epilog="Example: `plumbline publish --out shared --authority 990`")
def publish(
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    authority: Annotated[list[str] | None, typer.Option(help="Code of an authority; all when none is named.")] = None,
) -> None:
    """Write the figures that may be shared, protected together, in the layout of official open data."""
    from pipelines.sharing.publishing import authorities_of, publish

    house = _house()
    with house.warehouse.reading() as cursor:
        known = authorities_of(cursor)
    if unknown := set(authority or ()) - set(known):
        raise QuestionError(f"No school of the authority {', '.join(sorted(unknown))} has sent a return.")
    chosen = {code: name for code, name in known.items() if not authority or code in authority}
    for code in chosen:
        with printing.working(f"Protecting the figures of {known[code]}"):
            house.reporting.release(code)
    written = publish(house.warehouse, out, authorities=chosen, actor=OPERATOR_HERE)
    printing.say(f"{len(written)} files written to {out}.")


@app.command(epilog="Example: `plumbline sample --out data/sample --size small`")
def sample(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("data/sample"),
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 2026,
    size: Annotated[str, typer.Option(help="small: the latest year; full: four years.")] = "small",
) -> None:
    """Write invented schools and returns, with the faults that life has."""
    from pipelines.sample import generate, write
    from pipelines.sample.broken import write_broken

    if size not in ("small", "full"):
        raise QuestionError("The size is small or full.")
    with printing.working("Inventing schools and returns"):
        made = generate(seed=seed, size=size)
        write(made, out)
        write_broken(made, out / "broken")
    printing.say(f"Written to {out}.")


@app.command(epilog="Example: `plumbline reference --check`")
def reference(
    out: Annotated[Path, typer.Option(help="The folder of the pages.")] = Path("docs"),
    check_only: Annotated[bool, typer.Option("--check", help="Only say whether they are up to date.")] = False,
) -> None:
    """Write the reference pages from the files that define columns, rule sets, measures and checks."""
    from pipelines.reference_pages import stale_pages, write_pages

    stale = stale_pages(out)
    if not check_only:
        write_pages(out)
    for page in stale:
        printing.say(f"{page}: {'out of date' if check_only else 'written'}")
    raise typer.Exit(1 if check_only and stale else 0)


@app.command(epilog="Example: `plumbline demo --port 8600`")
def demo(
    port: Annotated[int, typer.Option(help="The port on this machine.")] = 8501,
    fresh: Annotated[bool, typer.Option(help="Make the invented data again.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the portal in a browser.")] = True,
) -> None:
    """Open the portal on invented data, on this machine only."""
    from pipelines.demo_portal import run_demo

    os.environ["PLUMBLINE_WAREHOUSE"] = str(DEMO_WAREHOUSE.absolute())
    os.environ["PLUMBLINE_DEMO"] = "1"
    run_demo(DEMO_WAREHOUSE.absolute(), key=settings().key, port=port, fresh=fresh, browser=browser)


def _named(files: list[Path]) -> list[NamedFile]:
    from pipelines.intake.tables import NamedFile

    return [NamedFile(file.name, file.read_bytes()) for file in files]


def _stated(school: str | None, year: str | None, term: Term | None) -> Stated:
    from pipelines.returns import Stated

    return Stated(school, _academic_year(year) if year else None, term)


def _academic_year(text: str) -> str:
    from pipelines.intake.structure import read_academic_year

    return read_academic_year(text)


def _house() -> House:
    from pipelines.house import open_house

    return open_house()


def _look_at(house: House | None, files: list[NamedFile], stated: Stated, *, mapped: bool) -> Checked:
    from pipelines import returns

    if house is None:
        return returns.look_alone(files, stated=stated)
    return returns.look_at(house.warehouse, files, stated=stated, actor=OPERATOR_HERE, key=house.key, mapped=mapped)


def _house_if_any() -> House | None:
    """The warehouse, where there is one that is free; a check goes without it otherwise."""
    if not settings().warehouse.exists():
        return None
    try:
        return _house()
    except PlumblineError as error:
        printing.complain(f"{error} Checked without the register and earlier returns.")
        return None


def _explanations(pairs: list[str] | None) -> dict[str, str]:
    found = {}
    for pair in pairs or []:
        rule, equals, code = pair.partition("=")
        if not equals:
            raise QuestionError(
                "Explain a query as RULE=REASON or RULE=REASON+PHRASE, for example "
                "cross-outside-term=checked_and_correct."
            )
        found[rule] = code
    return found
