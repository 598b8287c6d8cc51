"""What `plumbline check --report` writes."""

from __future__ import annotations

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


def must_be_writable(out: Path | None, files: list[Path]) -> None:
    """A QuestionError for a report of another kind, or one that would take the place of what is checked."""
    if out is None:
        return
    if out.suffix.lower() not in KINDS:
        raise QuestionError(f"A report is a workbook or a CSV file: give it a name that ends in {' or '.join(KINDS)}.")
    if any(out.resolve() == file.resolve() for file in files):
        raise QuestionError("The report would take the place of the file that is checked. Give it another name.")


def write(out: Path | None, checked: Checked, *, house: House | None, actor: Actor) -> None:
    """Write the report, with what was sent before where there is a warehouse."""
    if out is None:
        return
    from pipelines import report

    held = report.hold(checked)
    if out.suffix.lower() == ".csv":
        out.write_bytes(report.issues_csv(checked.issues))
    else:
        before = report.past_of(house, held, scope=actor.scope) if house else ()
        out.write_bytes(report.report_workbook(held, before))
    printing.complain(f"Report written to {out}.")
