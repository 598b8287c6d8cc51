"""A school's own wordings and how they are read, in words. A wording shown here has passed the personal-data gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from app.issue_tables import plain
from app.issues import counted
from pipelines.mappings import Entry, Unread, Used
from pipelines.scope import Scope, ScopeKind
from schemas.lexicon import Column, lexicon

LEFT_OUT = "left out: nothing in it is read or kept"
BLANK = "a blank: no answer"
NOTHING = "Not mapped: correct it in the file"


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


def _sentence(entry: Entry, rows: int) -> str:
    if not entry.is_header:
        where = column(entry.table, entry.column).label
        return f"{where}: “{entry.said}” was read as {meanings(entry)}, in {counted(rows, 'row')}."
    if entry.meant:
        return f"The column “{entry.said}” of {entry.table} was read as {meanings(entry)}."
    return f"The column “{entry.said}” of {entry.table} was {LEFT_OUT}."


def as_list(used: Iterable[Used]) -> str:
    """The same as a list for the page."""
    return "\n".join(f"- {plain(sentence)}" for sentence in sentences(used))


def question(one: Unread) -> str:
    """What is asked about one wording."""
    if not one.column:
        return plain(f"Column “{one.wording}” of {one.table}")
    where = column(one.table, one.column).label
    return plain(f"{where}: “{one.wording}”, in {counted(one.rows, 'row')}")


def owner(scope: Scope, names: dict[str, str]) -> str:
    """Whose mapping it is."""
    if scope.kind is ScopeKind.SCHOOL:
        return names.get(scope.code, f"the school {scope.code}")
    return "your organisation, for its files of several schools"


def as_table(entries: Sequence[Entry]) -> pd.DataFrame:
    """One row for each wording of a mapping that stands."""
    rows = [
        {
            "Your wording": plain(f"“{entry.said}”"),
            "Where": plain(_where(entry)),
            "Read as": plain(meanings(entry)),
        }
        for entry in entries
    ]
    return pd.DataFrame(rows)


def named(entry: Entry) -> str:
    """One wording in a list to choose from."""
    return f"“{entry.said}” ({_where(entry)})"


def _where(entry: Entry) -> str:
    return f"a column of {entry.table}" if entry.is_header else column(entry.table, entry.column).label


def choices(entry: Entry) -> tuple[str, ...]:
    """What a wording may be read as: the columns of its table, or the answers of its column."""
    if entry.is_header:
        return tuple(one.name for one in lexicon().tables[entry.table].columns)
    codes = column(entry.table, entry.column).codes
    return tuple(codes.by_code) if codes else ()
