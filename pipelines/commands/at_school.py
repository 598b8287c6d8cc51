"""What a school runs on its own machine, offline: `plumbline key new`, `plumbline key show`, `plumbline anonymise`."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import printing
from schemas.calendar import Term
from schemas.errors import PlumblineError, QuestionError, UnreadableError

if TYPE_CHECKING:
    from pipelines.intake.tables import NamedFile
    from pipelines.recording.anonymising import Anonymised

KEY_FILE = Path("plumbline.key")
TO_LOOK_AT = 1

key_commands = typer.Typer(help="The key with which a school makes pseudonyms.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(key_commands, name="key", epilog="Example: `plumbline key new --file plumbline.key`")
    app.command(epilog="Example: `plumbline anonymise export.xlsx --key-file plumbline.key --format row-per-child "
                "--school 900001 --out return.xlsx`")(anonymise)  # fmt: skip


@key_commands.command(epilog="Example: `plumbline key new --file plumbline.key`")
def new(
    file: Annotated[Path, typer.Option(help="Where to write it; a file that exists is never replaced.")] = KEY_FILE,
    shared_by: Annotated[str, typer.Option(help="Who shares the key, for example “Anytown Trust”; no person.")] = "",
    replaces: Annotated[Path | None, typer.Option(help="The key file that this one replaces from now on.")] = None,
) -> None:
    """Make a key file that only you may read. Keep a copy in a safe place: without it pupils cannot be followed."""
    with _nothing_else_said():
        from pipelines.recording import key_files

        version = key_files.next_version(key_files.read(replaces)) if replaces else "1"
        key = key_files.make(file, today=datetime.now().astimezone().date(), shared_by=shared_by, version=version)
    printing.say(f"The key is made: version {key.version}, fingerprint {key.fingerprint}. Only you may read its file.")
    if replaces:
        printing.say("From its first return on, children count as new ones: keys of two versions do not match.")


@key_commands.command(epilog="Example: `plumbline key show --file plumbline.key`")
def show(file: Annotated[Path, typer.Option(help="The key file.")] = KEY_FILE) -> None:
    """Say which key a file holds, without the key: two files with one fingerprint hold the same."""
    with _nothing_else_said():
        from pipelines.recording import key_files

        key = key_files.read(file)
    shared = f", shared by {key.shared_by}" if key.shared_by else ""
    printing.say(f"Version {key.version}, fingerprint {key.fingerprint}, made on {key.made}{shared}.")


def anonymise(
    export: Annotated[list[Path], typer.Argument(help="The export; for the format canonical, both its tables.")],
    key_file: Annotated[Path, typer.Option(help="Your school's key file.")],
    format_name: Annotated[str, typer.Option("--format", help="The layout of the export, or your own .toml file.")],
    out: Annotated[Path, typer.Option(help="The return to write (.xlsx); a file that exists is never replaced.")],
    school: Annotated[str | None, typer.Option(help="URN, where the export does not say.", metavar="URN")] = None,
    year: Annotated[str | None, typer.Option(help="Academic year, for example 202526.")] = None,
    term: Annotated[Term | None, typer.Option(help="The term of the return.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """De-identify an export on this machine: a return without names, numbers, dates of birth or notes.

    Nothing is sent and nothing else is written. Exit code 0 when all of the export was understood, 1 when the return
    was written and something needs a look, 2 when nothing was written.
    """
    with _nothing_else_said():
        from pipelines.recording import anonymising, key_files

        _may_be_written(out)
        stated = anonymising.Stated(school, _academic_year(year), term)
        key, system = key_files.read(key_file), anonymising.format_named(format_name)
        made = anonymising.anonymise(_files(export), system, key, stated)
        key_files.write_new(out, made.content, what="return")
    _tell(made, as_json=as_json)
    raise typer.Exit(TO_LOOK_AT if any(line.to_look_at for line in made.lines) else 0)


@contextmanager
def _nothing_else_said() -> Iterator[None]:
    """An error of a library may hold a cell; of such an error only the kind is told, and no trace of it is kept."""
    try:
        yield
    except (PlumblineError, typer.Exit, ImportError):
        raise
    except Exception as error:
        raise UnreadableError(
            f"Something went wrong ({type(error).__name__}, {_place(error)}). Nothing was written. Save the export as "
            "an Excel workbook (.xlsx) or CSV UTF-8 and try again. If that does not help, tell whoever looks after "
            "Plumbline the words in brackets, and do not send them the export."
        ) from None


def _place(error: Exception) -> str:
    """Where in the program it happened: a file of it and a line, none of which comes from an export."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return f"{Path(last.filename).stem}:{last.lineno}"


def _files(export: list[Path]) -> list[NamedFile]:
    from pipelines.intake.tables import NamedFile

    if not all(path.is_file() for path in export):
        raise QuestionError("The export was not found. See that its name is written as it is, with its ending.")
    try:
        return [NamedFile("export", path.read_bytes()) for path in export]
    except OSError:
        raise QuestionError(
            "The export cannot be opened. Close it in other programs, see that you may read it, and try again. "
            "Nothing was written."
        ) from None


def _may_be_written(out: Path) -> None:
    from pipelines.intake.personal_data import inspect_name

    if out.suffix.lower() != ".xlsx" or inspect_name(out.name, where="out"):
        raise QuestionError("Name the return with the ending .xlsx and nothing that names a person: return.xlsx.")
    if out.exists():  # said before the work; the writing itself refuses too
        raise QuestionError("There is a file of that name already; a return never replaces one. Name another.")


def _academic_year(year: str | None) -> str | None:
    from pipelines.intake.structure import read_academic_year

    return read_academic_year(year) if year else None


def _tell(made: Anonymised, *, as_json: bool) -> None:
    if as_json:
        lines = [
            {"kind": str(line.kind), "table": line.table, "column": line.column, "rows": list(line.rows),
             "columns": list(line.places), "to_look_at": line.to_look_at, "sentence": line.sentence}
            for line in made.lines
        ]  # fmt: skip
        printing.print_json({"incidents": made.incidents, "children": made.children, "lines": lines})
        return
    printing.say(f"Written: {made.incidents} incidents and {made.children} rows of children, de-identified.")
    for title, wanted in (("To look at, by row of the export:", True), ("Done:", False)):
        if told := [line.sentence for line in made.lines if line.to_look_at is wanted]:
            printing.say(f"\n{title}")
            for sentence in told:
                printing.say(f"- {sentence}")
    printing.say("\nNow see what is left to correct or explain: plumbline check, or the portal's check.")
