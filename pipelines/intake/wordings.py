"""The issues of reading a file and of the personal-data gate, in the words of the rule book.

A sentence says what is wrong and what to do. It may name a row, a column and a kind of thing, never a
cell's value: not even a file's or a sheet's name, which people also fill with children's names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.errors import UnreadableError
from schemas.issues import Issue, Severity
from schemas.rulebook import book

SHOWN_ROWS = 50


@dataclass(frozen=True)
class Wording:
    """A message and what to do about it; braces are filled with facts, never with values."""

    message: str
    fix: str
    severity: Severity = Severity.ERROR


# An identifier outside the tables is said in other words than its rule has for a cell.
IN_NAME = Wording(
    "{where}: its name contains what looks like {kind}.",
    "Give it a name without personal data and send it again.",
)
IN_LOOSE_TEXT = Wording(
    "{where} contains what looks like {kind}, outside the tables of the return.",
    "Take it out of the file, save, and send the file again.",
)
OWN_REFERENCE: Mapping[str, str] = {  # by the kind of column, where taking it out alone would leave a gap
    "text": (
        "Replace it with a reference of your own, the same in both tables and each time you send the incident. "
        "If it is your own number already, put a letter in front of it."
    ),
    "key": (
        "Replace it with a key of your own, made at your school, the same for this child in every return; “plumbline "
        "anonymise” makes such keys."
    ),
}


def wording(rule: str) -> Wording:
    """The words of a rule, from the rule book."""
    entry = book()[rule]
    return Wording(entry.message, entry.fix, entry.severity)


def issue(
    rule: str, *, table: str = "file", row: int | None = None, column: str | None = None, **facts: object
) -> Issue:
    """The issue of that rule, with its sentence filled in."""
    return _filled(wording(rule), rule, place=(table, row, column), facts=facts)


def personal_issue(rule: str, *, where: str, kind: str, in_name: bool) -> Issue:
    """An identifier outside the tables: in the name of a file or sheet, or in loose cells."""
    words = IN_NAME if in_name else IN_LOOSE_TEXT
    return _filled(words, rule, place=("file", None, None), facts={"where": where, "kind": kind})


def row_issues(
    rule: str, *, rows: Sequence[int], table: str, column: str | None = None, fix: str | None = None, **facts: object
) -> list[Issue]:
    """One issue for each of the first rows, and one that counts the rest; `fix` says what to do in its own way."""
    words = wording(rule) if fix is None else replace(wording(rule), fix=fix)
    found = [_filled(words, rule, place=(table, row, column), facts=facts) for row in rows[:SHOWN_ROWS]]
    if (more := len(rows) - SHOWN_ROWS) > 0:
        rest = replace(words, message=f"{more:,} further row{'s' if more > 1 else ''}: {words.message}")
        found.append(_filled(rest, rule, place=(table, None, column), facts=facts))
    return found


def _filled(
    words: Wording, rule: str, *, place: tuple[str, int | None, str | None], facts: Mapping[str, object]
) -> Issue:
    table, row, column = place
    message = words.message.format(**{"table": table, **facts})
    return Issue(words.severity, rule, table, row, column, message, words.fix)


class FileFault(UnreadableError):
    """A file, or a part of it, cannot be taken in; it becomes an issue at the door of `reading.read`."""

    def __init__(self, rule: str, *, table: str = "file", row: int | None = None, **facts: object) -> None:
        super().__init__(rule)
        self.rule, self.table, self.row, self.facts = rule, table, row, facts

    def as_issue(self, *, where: str, table: str | None = None) -> Issue:
        """The issue to show, about the file or sheet named by its place."""
        facts = {"where": where, **self.facts}
        place = (table or self.table, self.row, None)
        return _filled(wording(self.rule), self.rule, place=place, facts=facts)
