"""A school's own mapping: how its headers and answers are read where the vocabulary does not know them.

It holds wordings that identify nobody (`plain_wordings`), each mapped on purpose by a person of the school,
its trust or its authority. What is in a file and not in it stays what it is: an error to correct.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.intake.mapping import SEVERAL
from pipelines.intake.plain_wordings import header_wording, value_wording
from schemas.errors import QuestionError
from schemas.lexicon import Column, lexicon

TABLES = ("incidents", "children")
MOST_ENTRIES = 300
CODED = frozenset({"code", "codes"})


@dataclass(frozen=True, slots=True)
class Entry:
    """How one wording is read.

    A header has no `column` and means one column, or none: then the column is left out. An answer stands in a `column`
    and means one code, several where the column takes several, or none: then it counts as blank.
    """

    table: str
    column: str
    said: str
    meant: tuple[str, ...]

    @property
    def is_header(self) -> bool:
        """Whether it is about a header, and not about an answer."""
        return not self.column

    @property
    def place(self) -> tuple[object, ...]:
        """Its place in a list: headers before answers, incidents before children."""
        return (bool(self.column), self.table != "incidents", self.column, self.said, self.meant)


@dataclass(frozen=True)
class SchoolMapping:
    """The entries that stand for a school or an organisation; `version` 0 says that nobody has made any."""

    entries: tuple[Entry, ...] = ()
    version: int = 0

    @cached_property
    def headers(self) -> Mapping[tuple[str, str], Entry]:
        """The headers, by table and wording."""
        return {(entry.table, entry.said): entry for entry in self.entries if entry.is_header}

    @cached_property
    def answers(self) -> Mapping[tuple[str, str], Mapping[str, Entry]]:
        """The answers by wording, for each table and column."""
        found: dict[tuple[str, str], dict[str, Entry]] = {}
        for entry in self.entries:
            if not entry.is_header:
                found.setdefault((entry.table, entry.column), {})[entry.said] = entry
        return found


NO_MAPPING = SchoolMapping()


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Whose mapping a file was read by, as in `school:900001`, and which version; 0 where none stood."""

    owner: str
    version: int


def must_hold_together(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries in their order, each once; a QuestionError says what may not be kept, and repeats no wording."""
    found = tuple(sorted(set(entries), key=lambda entry: entry.place))
    if len(found) > MOST_ENTRIES:
        raise QuestionError(f"A mapping holds at most {MOST_ENTRIES} wordings. Correct the file itself instead.")
    for entry in found:
        _must_be_plain(entry)
        (_must_name_a_column if entry.is_header else _must_name_codes)(entry)
    _must_be_read_one_way(found)
    return found


def column_of(table: str, name: str) -> Column | None:
    """The vocabulary's column, `school_urn` among the children's too; None where there is none."""
    return next((column for column in columns_of(table) if column.name == name), None)


def columns_of(table: str) -> tuple[Column, ...]:
    """The columns that a table may have, `school_urn` among the children's too; none for a table that is not one."""
    if table not in TABLES:
        return ()
    own = lexicon().tables[table].columns
    return own if table == "incidents" else (*own, lexicon().column("incidents", "school_urn"))


def _must_be_plain(entry: Entry) -> None:
    plain = header_wording(entry.said) if entry.is_header else value_wording(entry.said)
    if plain is None or plain != entry.said:
        raise QuestionError(
            "A wording that may name or identify somebody, or is long, cannot be kept. Correct it in the file instead."
        )


def _must_name_a_column(entry: Entry) -> None:
    named = all(column_of(entry.table, name) is not None for name in entry.meant)
    if entry.table not in TABLES or len(entry.meant) > 1 or not named:
        raise QuestionError("A header means one column of the return, or is left out.")


def _must_name_codes(entry: Entry) -> None:
    column = column_of(entry.table, entry.column)
    if column is None or column.codes is None:
        raise QuestionError("Only the answers of a column with a list of answers can be mapped.")
    if not set(entry.meant) <= set(column.codes.by_code):
        raise QuestionError(f"Map an answer to the answers of {column.label.lower()} only.")
    if len(entry.meant) > 1 and column.kind != "codes":
        raise QuestionError(f"{column.label} takes one answer.")


def _must_be_read_one_way(entries: tuple[Entry, ...]) -> None:
    said = [(entry.table, entry.column, entry.said) for entry in entries]
    if len(said) > len(set(said)):
        raise QuestionError("A wording can be read in one way only.")
    meant = [(entry.table, *entry.meant) for entry in entries if entry.is_header and entry.meant]
    if len(meant) > len(set(meant)):
        raise QuestionError(
            "Two headers cannot mean one column. Leave one of them out, or forget how the other one is read."
        )


def joined(entry: Entry) -> str:
    """What an answer is read as, in the form of a cell."""
    return SEVERAL.join(entry.meant)
