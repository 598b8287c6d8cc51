"""What may stand in the cells of a file that we give out: no text that a spreadsheet program would run.

A text that begins with =, +, - or @ is a formula to a spreadsheet program, whoever wrote it, and a formula can send
what it reads elsewhere. An apostrophe in front makes it text again. CSV files and workbooks are made only here; a
test lists every other place that writes a file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:  # it takes a tenth of a second to load, and most commands make no workbook
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | bool | date | datetime | None

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as Windows-1252
LONGEST = 32_767  # characters that a spreadsheet cell holds
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"

# The wide forms count too: some programs fold them. Spaces and invisible marks before a sign are skipped when pasted.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212"
_BEFORE = '\\s\u200b-\u200f\u2060\ufeff\x00-\x20"'
_RUNS = re.compile(f"[{_BEFORE}]*[{_SIGNS}]")
_BREAKS = ("\t", "\r", "\n")
# In a program that separates cells by semicolons or tabs, what follows one of these begins a cell.
_AFTER_SEPARATOR = re.compile(f"([;|\\t\\r\\n][{_BEFORE}]*)(?=[{_SIGNS}])")


@lru_cache(maxsize=10_000)  # codes and sentences come again and again
def harmless(text: str) -> str:
    """The text with an apostrophe before whatever a spreadsheet program could take for the start of a formula."""
    inside = _AFTER_SEPARATOR.sub(r"\1'", text)
    return f"'{inside}" if inside.startswith(_BREAKS) or _RUNS.match(inside) else inside


def harmless_cell(cell: object) -> object:
    """A text made harmless; numbers, dates and blanks as they are."""
    return harmless(cell)[:LONGEST] if isinstance(cell, str) else cell


def write_csv(out: TextIO, rows: Iterable[Sequence[object]], *, line_end: str = "\r\n") -> None:
    """Write rows as CSV, every text harmless."""
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerows([harmless_cell(cell) for cell in row] for row in rows)


def csv_file(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as a CSV file that Excel opens rightly: UTF-8 with a byte order mark."""
    out = io.StringIO(newline="")
    write_csv(out, rows)
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def new_workbook(out: io.BytesIO, *, title: str) -> Workbook:
    """A workbook that takes no text for a formula or a link; it names no author, and is the same whenever made."""
    from xlsxwriter import Workbook

    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "author": "Plumbline", "created": datetime(2026, 9, 1, 12)})  # noqa: DTZ001
    return book


def put(sheet: Worksheet, row: int, column: int, cell: Cell, style: Format | None = None) -> None:
    """Write one cell, counted from nought: a text as harmless text, never as anything else."""
    if cell is None or cell == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(cell, str):
        sheet.write_string(row, column, str(harmless_cell(cell)), style)
    elif isinstance(cell, (date, datetime)):
        sheet.write_datetime(row, column, cell, style)
    else:
        sheet.write(row, column, cell, style)
