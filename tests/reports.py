"""Reports read back, as a person reads them: sheet by sheet, header by header."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook

Row = dict[str, Any]
SHEETS = ["Fix first", "All issues", "Your rows", "History"]


def sheets(content: bytes) -> dict[str, list[Row]]:
    """Each sheet's rows by header; the sentence above the header is left out."""
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: _rows([list(row) for row in sheet.iter_rows(values_only=True)]) for sheet in book}


def _rows(rows: list[list[Any]]) -> list[Row]:
    start = next(place for place, row in enumerate(rows) if len([cell for cell in row if cell]) > 1)
    return [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :] if any(row)]


def every_text(content: bytes) -> str:
    """All that stands in any cell, one a line."""
    book = load_workbook(io.BytesIO(content))
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)
