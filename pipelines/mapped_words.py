"""How a file's own wordings were read, in sentences for the page, the receipt and the command line.

The wordings in them have passed the personal-data gate when they were mapped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipelines.mappings import Entry, Used
from schemas.lexicon import Column, lexicon

LEFT_OUT = "left out: nothing in it is read or kept"
BLANK = "a blank: no answer"


def column(table: str, name: str) -> Column:
    """The vocabulary's column, `school_urn` among the children's too."""
    return lexicon().column("incidents" if name == "school_urn" else table, name)


def meaning(table: str, name: str, meant: str) -> str:
    """What one choice means: a column for a header (`name` blank), an answer for a wording in a column."""
    if not name:
        found = column(table, meant)
        return f"{found.label} ({found.name})"
    codes = column(table, name).codes
    return codes.by_code[meant].label if codes else meant


def meanings(entry: Entry) -> str:
    """What a wording is read as, in words."""
    if not entry.meant:
        return LEFT_OUT if entry.is_header else BLANK
    return ", ".join(meaning(entry.table, entry.column, one) for one in entry.meant)


def sentences(used: Iterable[Used]) -> list[str]:
    """How each of a file's own wordings was read: one sentence each, as plain text."""
    return [_sentence(one.entry, one.rows) for one in sorted(used, key=lambda one: one.entry.place)]


def as_dict(one: Used) -> dict[str, Any]:
    """The same as plain values, for JSON: `column` is null for a header, `meant` empty for what counts as nothing."""
    entry = one.entry
    return {"table": entry.table, "column": entry.column or None, "said": entry.said,
            "meant": list(entry.meant), "rows": one.rows}  # fmt: skip


def _sentence(entry: Entry, rows: int) -> str:
    if not entry.is_header:
        where = column(entry.table, entry.column).label
        return f"{where}: “{entry.said}” was read as {meanings(entry)}, in {rows:,} row{'' if rows == 1 else 's'}."
    if entry.meant:
        return f"The column “{entry.said}” of {entry.table} was read as {meanings(entry)}."
    return f"The column “{entry.said}” of {entry.table} was {LEFT_OUT}."
