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
_PROPERTIES, _TYPES = "docProps/core.xml", "[Content_Types].xml"
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


def with_part(content: bytes, name: str, body: bytes, *, kind: str) -> bytes:
    """The same workbook with one more part in its archive, declared by the ending of its name."""
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        parts = {part: made.read(part) for part in made.namelist()}
    declared = f'<Default Extension="{name.rpartition(".")[2]}" ContentType="{kind}"/></Types>'.encode()
    parts[_TYPES] = parts[_TYPES].replace(b"</Types>", declared)
    return archive(parts | {name: body})


def _without_clock(content: bytes) -> bytes:
    """The same archive with one fixed moment in place of the moment of saving."""
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        parts = {part: made.read(part) for part in made.namelist()}
    parts[_PROPERTIES] = _WHEN.sub(_MADE_TEXT, parts[_PROPERTIES])
    return archive(parts)


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
