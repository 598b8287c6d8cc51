"""The sheets *incidents* and *children*: a locked header, columns that know their kind, and the worked example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.cells_given_out import Cell, put
from pipelines.intake.dates import EARLIEST, LATEST
from schemas.lexicon import Column, Table
from schemas.worked_example import WorkedExample, worked_example

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from pipelines.template.styles import Styles

LAST_ROW, LAST_COLUMN = 1_048_575, 16_383  # of a sheet, counted from nought
ANY_URN = "000000"
_TITLE, _PROMPT = 32, 255  # the most characters that a spreadsheet program shows
_WIDTHS = range(11, 35)
# A warning that can be passed: the workbook may be filled in with UPNs, and de-identified before it is sent.
_NO_KEY = (
    "A key has 16 to 64 characters. A UPN may stand here only if this workbook is de-identified at the school before "
    "it is sent: see the sheet Read me."
)
_HEADER_HEIGHT = 32
ALLOWED = (
    "insert_rows", "delete_rows", "sort", "autofilter", "format_cells", "format_columns", "format_rows",
)  # fmt: skip


def add_table(
    sheet: Worksheet, look: Styles, table: Table, *, places: Mapping[str, str], urn: str, first_day: date
) -> None:
    """Write one table. Rows below the header stay free: whole rows are unlocked, so that they can be deleted."""
    sheet.set_column(0, LAST_COLUMN, None, look.free)
    sheet.set_row(0, _HEADER_HEIGHT)
    for at, column in enumerate(table.columns):
        dated = column.kind == "date"
        sheet.set_column(at, at, _width(column), look.date if dated else look.text)
        put(sheet, 0, at, column.name, look.core if column.core else look.optional)
        sheet.data_validation(1, at, LAST_ROW, at, _validation(column, places))
    for row, answers in enumerate(_examples(table.name, urn=urn or ANY_URN, first_day=first_day), start=1):
        for at, column in enumerate(table.columns):
            style = look.example_date if column.kind == "date" else look.example
            put(sheet, row, at, answers.get(column.name), style)
    sheet.freeze_panes(1, 1)
    sheet.protect("", dict.fromkeys(ALLOWED, True))


def _width(column: Column) -> int:
    longest = max((len(code.code) for code in column.codes.codes), default=0) if column.codes else 0
    pattern = {"key": _WIDTHS[-1], "text": 26}.get(column.kind, 0)
    return min(max(len(column.name) + 2, longest + 2, pattern, _WIDTHS[0]), _WIDTHS[-1])


def _validation(column: Column, places: Mapping[str, str]) -> dict[str, Any]:
    """What a cell accepts when it is typed. Several answers in one cell are judged by the check, not here."""
    return {
        **_accepted(column, places),
        "input_title": column.label[:_TITLE],
        "input_message": _prompt(column),
        "error_title": "Not in the right form",
    }


def _accepted(column: Column, places: Mapping[str, str]) -> dict[str, Any]:
    if column.kind == "code" and column.codes:
        return {
            "validate": "list",
            "source": places[column.codes.name],
            "error_message": "Choose one of the answers in the list; the sheet codes says what each means.",
        }
    if column.kind == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": date(EARLIEST, 1, 1),
            "maximum": date(LATEST, 12, 31),
            "error_message": "Write a date as dd/mm/yyyy, for example 25/09/2025.",
        }
    if column.kind == "codes":
        return {"validate": "any"}
    if column.kind == "key":
        return {**_of_length(16, 64), "error_type": "warning", "error_message": _NO_KEY}
    shortest, longest = (6, 6) if column.kind == "urn" else (1, 32)
    return {
        **_of_length(shortest, longest),
        "error_message": "This is too short or too long; the sheet Read me says what the column takes.",
    }


def _of_length(shortest: int, longest: int) -> dict[str, Any]:
    return {"validate": "length", "criteria": "between", "minimum": shortest, "maximum": longest}


def _prompt(column: Column) -> str:
    several = f" Several answers: put a semicolon between them. List {column.codes.name}." if column.codes else ""
    more = several if column.kind == "codes" else " Write it as dd/mm/yyyy." if column.kind == "date" else ""
    return column.definition[: _PROMPT - len(more)] + more


def _examples(table: str, *, urn: str, first_day: date) -> Iterator[Mapping[str, Cell]]:
    example = worked_example()
    if table == "incidents":
        yield {**example.incident, "school_urn": urn, **_days(example, first_day)}
    else:
        yield from example.children


def _days(example: WorkedExample, first_day: date) -> Mapping[str, Cell]:
    return {name: first_day + timedelta(days=days) for name, days in example.days.items()}
