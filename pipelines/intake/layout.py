"""Where a table stands in a file or sheet: which row is the header, and what its columns are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.intake.tables import tidy
from pipelines.intake.wordings import FileFault, issue
from schemas.issues import Issue
from schemas.lexicon import lexicon, normalise

HEADER_WITHIN = 20
MAX_COLUMNS = 500
_HEADER_MARKS = " ?:*"

Record = tuple[int, list[str]]
"""A row number as the spreadsheet shows it, and the row's cells."""


def header_key(header: str) -> str:
    """The form in which headers are compared."""
    return normalise(tidy(header)).rstrip(_HEADER_MARKS)


def known_headers() -> frozenset[str]:
    """Every header, in compared form, that the vocabulary gives a meaning in either table."""
    return frozenset().union(*(table.by_header for table in lexicon().tables.values()))


@dataclass(frozen=True)
class Header:
    """The header row: its number, its cells as sent, and the rows of text above it."""

    row: int
    cells: tuple[str, ...]
    above: tuple[Record, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The cells, tidied, up to the last that is not blank."""
        labels = [tidy(cell) for cell in self.cells]
        while labels and not labels[-1]:
            labels.pop()
        return tuple(labels)

    @property
    def keys(self) -> frozenset[str]:
        """The labels in compared form."""
        return frozenset(filter(None, map(header_key, self.labels)))


def names_known(cells: Sequence[str], *, known: frozenset[str]) -> int:
    """How many different known column names a row has."""
    return len(known.intersection(map(header_key, cells)))


def find_header(records: Sequence[Record], *, known: frozenset[str]) -> Header | None:
    """The first of the first rows that has at least two known column names."""
    for position, (row, cells) in enumerate(records):
        if row > HEADER_WITHIN:
            break
        if names_known(cells, known=known) >= 2:
            return Header(row=row, cells=tuple(cells), above=tuple(records[:position]))
    return None


def checked_labels(header: Header) -> tuple[str, ...]:
    """The labels of the columns; a FileFault when there are more than any return has."""
    if len(header.labels) > MAX_COLUMNS:
        raise FileFault("file-too-wide", limit=MAX_COLUMNS)
    return header.labels


def columns_to_keep(
    labels: Sequence[str], *, has_content: Callable[[int], bool], table: str
) -> tuple[list[int], list[Issue]]:
    """Which columns have a name of their own, and what is wrong with the others."""
    kept: dict[str, int] = {}
    issues: list[Issue] = []
    for position, label in enumerate(labels):
        if not label:
            if has_content(position):
                issues.append(issue("file-unnamed-column", table=table, column=column_place(position)))
        elif header_key(label) in kept:
            issues.append(issue("file-duplicate-column", table=table, column=column_place(position)))
        else:
            kept[header_key(label)] = position
    return list(kept.values()), issues


def column_place(position: int) -> str:
    """What a spreadsheet calls the column: "column A" for the first."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"column {letters}"


def column_number(reference: str) -> int:
    """The position of a cell's column, from 0, by a reference such as "B7"; a FileFault when there is none such."""
    return _column_of(reference.rstrip("0123456789"))


@lru_cache(maxsize=20_000)
def _column_of(letters: str) -> int:
    if not (0 < len(letters) <= 3 and letters.isascii() and letters.isalpha()):
        raise FileFault("file-unreadable")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
