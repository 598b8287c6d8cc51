"""The de-identified return as a workbook: the sheets return, incidents and children, dates as dates, all else text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from pipelines.cells_given_out import Cell, new_workbook, put
from pipelines.template.styles import styles
from schemas.lexicon import Table, lexicon

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from pipelines.template.styles import Styles

TITLE = "Plumbline: return"
_WIDTH = 18


def return_file(tables: Mapping[str, Sequence[Mapping[str, str]]], said: Mapping[str, str]) -> bytes:
    """The workbook of a return from its rows by table and what its return sheet says."""
    out = io.BytesIO()
    with new_workbook(out, title=TITLE) as book:
        look = styles(book)
        sheets = {name: book.add_worksheet(name) for name in ("return", *lexicon().tables)}
        for row, (field, value) in enumerate({"Field": "Value", **said}.items()):
            put(sheets["return"], row, 0, field, look.plain)
            put(sheets["return"], row, 1, value, look.text)
        for table in lexicon().tables.values():
            _add(sheets[table.name], look, table, tables[table.name])
    return out.getvalue()


def _add(sheet: Worksheet, look: Styles, table: Table, rows: Sequence[Mapping[str, str]]) -> None:
    sheet.set_column(0, len(table.columns) - 1, _WIDTH)
    sheet.freeze_panes(1, 1)
    for at, column in enumerate(table.columns):
        dated = column.kind == "date"
        put(sheet, 0, at, column.name, look.core if column.core else look.optional)
        for number, row in enumerate(rows, start=1):
            put(sheet, number, at, _cell(row[column.name], dated=dated), look.date if dated else look.text)


def _cell(text: str, *, dated: bool) -> Cell:
    return date.fromisoformat(text) if dated and text else text
