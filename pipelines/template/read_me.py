"""The sheet *Read me*: what to do, what must not be in a return, and what every column means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.cells_given_out import put
from schemas.lexicon import Column, lexicon
from schemas.rulebook import VERSION

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from pipelines.template.styles import Styles

WIDTHS = (14, 30, 36, 12, 44, 130)
HEADER = ("Sheet", "Column", "What it is called", "Must answer", "What to write", "Definition")
STEPS = (
    "1. Fill in the sheet return: which school, year and term.",
    "2. On the sheets incidents and children, delete the grey rows of the worked example. They are there to be read.",
    "3. Write one row for each incident on the sheet incidents, by the day when staff were first told.",
    "4. On the sheet children, write one row for each child in each incident, under the same incident_ref.",
    "5. Answer every column with a dark header. Answer the others as far as you can: they count as recording.",
    "6. Where an answer is not known, choose not_known. A blank means that nobody answered.",
    "7. Where a column takes several answers, put a semicolon between them: messaging;social_media",
    "8. Save the workbook as .xlsx and send it in the portal. It is checked first; nothing is kept until you submit.",
    "If your school had no incidents this term, send no workbook: send a nil return in the portal.",
)
NEVER = (
    "Never send a name, initials, a date of birth, a UPN, a pupil or staff number, an address, a phone number, an "
    "account name,",
    "a police reference or free text anywhere in a workbook. A return that holds any of these is refused whole.",
    "child_key is a pseudonym that your school makes with a secret key of its own and that is the same for a child in "
    "every return.",
    "To have keys made, write UPNs in child_key, keep that workbook at the school, and send only the return.xlsx that "
    "this makes of it:",
    "plumbline anonymise filled.xlsx --key-file plumbline.key --format canonical --out return.xlsx",
)
KINDS = {
    "date": "A date, dd/mm/yyyy",
    "urn": "Six digits",
    "key": "16 to 64 characters of 0-9 and a-f",
    "text": "Up to 32 letters, digits, hyphens, underscores",
}


def add_read_me(sheet: Worksheet, look: Styles) -> None:
    """Write the instructions, then one row for each column of the return."""
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    put(sheet, 0, 0, "Return of incidents of nudes and semi-nudes: template", look.title)
    lines = (*STEPS, "", *NEVER, "", f"The columns, as in version {VERSION} of the rule book:")
    for row, text in enumerate(lines, start=2):
        put(sheet, row, 0, text, look.plain)
    start = len(lines) + 2
    for column, title in enumerate(HEADER):
        put(sheet, start, column, title, look.optional)
    for row, cells in enumerate(_columns(), start=start + 1):
        for at, text in enumerate(cells):
            put(sheet, row, at, text, look.wrapped)
    sheet.activate()
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _columns() -> Iterator[tuple[str, ...]]:
    for table in lexicon().tables.values():
        for column in table.columns:
            core = "yes" if column.core else "if you can"
            yield table.name, column.name, column.label, core, _what(column), column.definition


def _what(column: Column) -> str:
    if column.codes is None:
        return KINDS[column.kind]
    several = "One or more codes" if column.kind == "codes" else "One code"
    return f"{several} of the list {column.codes.name}"
