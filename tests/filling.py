"""The template, filled in by programs as people fill it in."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache

from openpyxl import Workbook, load_workbook

from pipelines.intake.tables import NamedFile
from pipelines.returns import Checked, Stated, look_alone
from pipelines.template import template
from schemas.calendar import Term
from schemas.lexicon import lexicon
from tests.factories import child, complete_incident

TODAY = date(2025, 11, 1)
EXAMPLE_ROWS = {"incidents": 1, "children": 2}
INCIDENTS = [
    complete_incident(incident_ref="INC-1"),
    complete_incident(incident_ref="INC-2", shared_via="gaming;other"),
]
CHILDREN = [
    child(incident_ref="INC-1", child_key="48e87257" * 4, year_group="9"),
    child(incident_ref="INC-2", child_key="1234567890123456", year_group="10"),
]
ROWS = {"incidents": INCIDENTS, "children": CHILDREN}


@cache
def made() -> bytes:
    """The template for one school and term."""
    return template(school_urn="900001", academic_year="202526", term=Term.AUTUMN, today=TODAY)


def edited(edit: Callable[[Workbook], None], content: bytes | None = None) -> bytes:
    """The template after an edit through openpyxl."""
    book, out = load_workbook(io.BytesIO(content or made())), io.BytesIO()
    edit(book)
    book.save(out)
    return out.getvalue()


def without_example(book: Workbook) -> None:
    """Delete the rows of the worked example."""
    for table, rows in EXAMPLE_ROWS.items():
        book[table].delete_rows(2, rows)


def fill(book: Workbook, rows: Mapping[str, Sequence[Mapping[str, str]]] = ROWS, *, first: int = 2) -> None:
    """Write rows under the headers: dates as dates, everything else as text."""
    for table, answers in rows.items():
        for number, row in enumerate(answers, start=first):
            for at, column in enumerate(lexicon().tables[table].columns, start=1):
                text = row.get(column.name, "")
                value = date.fromisoformat(text) if text and column.kind == "date" else text or None
                book[table].cell(number, at).value = value


def check(content: bytes) -> Checked:
    """What the check says of a workbook, without a warehouse."""
    return look_alone([NamedFile("return.xlsx", content)], stated=Stated())


def rules(checked: Checked) -> list[tuple[str, str, int | None]]:
    """The errors and queries found, by rule, table and row."""
    return [(issue.rule, issue.table, issue.row) for issue in checked.issues]
