"""`plumbline template`: the workbook that a school fills in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines import printing
from schemas.calendar import Term
from schemas.errors import QuestionError

URN_DIGITS = 6
EXAMPLE = "Example: `plumbline template --out autumn.xlsx --school 900001 --year 202526 --term autumn`"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog=EXAMPLE)(template)


def template(
    out: Annotated[Path, typer.Option(help="The workbook to write (.xlsx).", dir_okay=False)],
    school: Annotated[str, typer.Option(help="URN, to fill it in.", metavar="URN")] = "",
    year: Annotated[str, typer.Option(help="Academic year, to fill it in, for example 202526.")] = "",
    term: Annotated[Term | None, typer.Option(help="The term, to fill it in.")] = None,
) -> None:
    """Write the template of a return: a workbook with drop-down lists, a worked example and every definition."""
    from pipelines import audit
    from pipelines.intake.structure import read_academic_year
    from pipelines.template import template as make

    if school and not (school.isascii() and school.isdigit() and len(school) == URN_DIGITS):
        raise QuestionError("A URN has six digits, as in the register of schools.")
    if out.suffix.lower() != ".xlsx":
        raise QuestionError("The template is a workbook: give it a name that ends in .xlsx.")
    if out.exists():
        raise QuestionError("There is a file of that name already; it may be filled in. Name another.")
    stated = read_academic_year(year) if year else ""
    out.write_bytes(make(school_urn=school, academic_year=stated, term=term, today=audit.now().date()))
    printing.say(f"Written to {out}. Delete the worked example, fill in your rows, then: plumbline check {out}")
