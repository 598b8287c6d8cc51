"""What `plumbline check --report` writes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import printing
from schemas.errors import QuestionError

if TYPE_CHECKING:
    from pipelines.house import House
    from pipelines.intake.checking import Checked
    from pipelines.scope import Actor

ReportFile = Annotated[
    Path | None, typer.Option("--report", help="Also write the report: a workbook (.xlsx), or its issues (.csv).")
]
KINDS = (".xlsx", ".csv")
TAKEN = "There is a file of that name already, and no report takes its place. Give the report another name."


def must_be_writable(out: Path | None, files: list[Path]) -> None:
    """A QuestionError for a report of another kind, or one that would take the place of a file that is there."""
    if out is None:
        return
    if out.suffix.lower() not in KINDS:
        raise QuestionError(f"A report is a workbook or a CSV file: give it a name that ends in {' or '.join(KINDS)}.")
    if any(out.resolve() == file.resolve() for file in files):
        raise QuestionError("The report would take the place of the file that is checked. Give it another name.")
    if os.path.lexists(out):
        raise QuestionError(TAKEN)


def write(out: Path | None, checked: Checked, *, house: House | None, actor: Actor) -> None:
    """Write the report, with what was sent before where there is a warehouse, into a new file of its owner alone.

    A KeyFileError where there is such a file by now, or none can be written.
    """
    if out is None:
        return
    from pipelines import report
    from pipelines.recording.key_files import write_new

    held = report.hold(checked)
    if out.suffix.lower() == ".csv":
        content = report.issues_csv(checked.issues)
    else:
        before = report.past_of(house, held, scope=actor.scope) if house else ()
        content = report.report_workbook(held, before)
    write_new(out, content, what="report")
    printing.complain(f"Report written to {out}.")
