"""Workbooks that come out the same, byte for byte, whenever they are made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from openpyxl import Workbook

Cell = str | float | date | None
Sheet = Sequence[Sequence[Cell]]

_MADE = (2026, 9, 1, 12, 0, 0)
_WHEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_MADE_TEXT = rb"\g<1>2026-09-01T12:00:00Z"


def workbook(sheets: Mapping[str, Sheet], *, add: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook of these sheets, rows with the header first; `add` may put more into it before it is saved."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        _show_dates_the_british_way(sheet.iter_rows())
    if add:
        add(book)
    saved = io.BytesIO()
    book.save(saved)
    return _without_clock(saved.getvalue())


def _show_dates_the_british_way(rows: object) -> None:
    for row in rows:  # type: ignore[attr-defined]
        for cell in row:
            if isinstance(cell.value, date):
                cell.number_format = "dd/mm/yyyy"


def _without_clock(content: bytes) -> bytes:
    """The same archive with one fixed moment in place of the moment of saving."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(fixed, "w") as archive:
        for part in made.infolist():
            body = made.read(part)
            if part.filename == "docProps/core.xml":
                body = _WHEN.sub(_MADE_TEXT, body)
            archive.writestr(_entry(part.filename), body)
    return fixed.getvalue()


def archive(parts: Mapping[str, bytes]) -> bytes:
    """A ZIP of these files, the same whenever it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        for name, content in parts.items():
            zipped.writestr(_entry(name), content)
    return made.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
