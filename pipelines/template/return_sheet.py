"""The sheet *return*: which school, year, term and version of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.cells_given_out import put
from schemas.calendar import Term

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from pipelines.template.styles import Styles

FIELDS = {
    "school_urn": "The school's six-digit URN. Leave it blank in a file for several schools.",
    "academic_year": "The academic year, for example 202526 for 2025/26.",
    "term": "autumn, spring or summer. Left blank, the dates say it.",
    "key_version": "1, or a higher number after your school has made a new key file.",
}


def add_return(sheet: Worksheet, look: Styles, *, urn: str, year: str, term: str) -> None:
    """Write the fields, filled in as far as they are known; only the values can be changed."""
    for column, (title, width) in enumerate((("Field", 20), ("Value", 20), ("What it is", 90))):
        sheet.set_column(column, column, width)
        put(sheet, 0, column, title, look.optional)
    values = {"school_urn": urn, "academic_year": year, "term": term, "key_version": "1"}
    for row, (field, meaning) in enumerate(FIELDS.items(), start=1):
        put(sheet, row, 0, field, look.plain)
        put(sheet, row, 1, values[field], look.text)
        put(sheet, row, 2, meaning, look.wrapped)
    sheet.data_validation(
        3, 1, 3, 1, {"validate": "list", "source": [str(term) for term in Term], "error_title": "Not a term",
                     "error_message": "Choose autumn, spring or summer."},
    )  # fmt: skip
    sheet.freeze_panes(1, 0)
    sheet.protect("", {"format_columns": True})
