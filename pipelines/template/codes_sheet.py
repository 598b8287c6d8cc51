"""The sheet *codes*: every list of answers with what each means; the drop-down lists point here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipelines.cells_given_out import put
from schemas.lexicon import lexicon

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from pipelines.template.styles import Styles

HEADER = ("List", "Code: write this", "What it means", "Definition", "Columns that use the list")
WIDTHS = (30, 30, 42, 80, 60)
_CODE = 1


def add_codes(sheet: Worksheet, look: Styles) -> Mapping[str, str]:
    """Write the lists that columns use, and give the place of each one's codes, as a formula for a drop-down."""
    for column, (title, width) in enumerate(zip(HEADER, WIDTHS, strict=True)):
        sheet.set_column(column, column, width, look.wrapped)
        put(sheet, 0, column, title, look.optional)
    used = _used()
    ends: dict[str, tuple[int, int]] = {}
    for row, (name, cells) in enumerate(_rows(used), start=1):
        ends[name] = (ends.get(name, (row, row))[0], row)
        for column, text in enumerate(cells):
            put(sheet, row, column, text, look.text if column == _CODE else look.wrapped)
    sheet.freeze_panes(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return {name: f"=codes!$B${first + 1}:$B${last + 1}" for name, (first, last) in ends.items()}


def _used() -> Mapping[str, tuple[str, ...]]:
    """The lists that columns take their answers from, with those columns, in the order of the return."""
    found: dict[str, list[str]] = {}
    for table in lexicon().tables.values():
        for column in table.columns:
            if column.codes is not None:
                found.setdefault(column.codes.name, []).append(f"{table.name}.{column.name}")
    return {name: tuple(columns) for name, columns in found.items()}


def _rows(used: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, columns in used.items():
        for number, code in enumerate(lexicon().lists[name].codes):
            users = ", ".join(columns) if number == 0 else ""
            yield name, (name, code.code, code.label, code.definition, users)
