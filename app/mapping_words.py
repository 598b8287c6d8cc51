"""A school's own wordings and how they are read, in words. A wording shown here has passed the personal-data gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from app.issue_tables import plain
from app.issues import counted
from pipelines.mapped_words import column, meaning, meanings, sentences
from pipelines.mappings import Entry, Unread, Used
from pipelines.scope import Scope, ScopeKind
from schemas.lexicon import lexicon

__all__ = ["NOTHING", "as_list", "as_table", "choices", "column", "meaning", "named", "owner", "question", "sentences"]

NOTHING = "Not mapped: correct it in the file"


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
        names = [one.name for one in lexicon().tables[entry.table].columns]
        return tuple(dict.fromkeys([*names, *entry.meant]))  # the children's `school_urn` too, where it is meant
    codes = column(entry.table, entry.column).codes
    return tuple(codes.by_code) if codes else ()
