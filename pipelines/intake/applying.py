"""Read a file by the mapping of its school, say what was read by it, and what could be mapped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

import pandas as pd

from pipelines.intake.closeness import by_closeness
from pipelines.intake.layout import column_place, header_key
from pipelines.intake.mapping import SEPARATORS, SEVERAL, map_headers, relabel
from pipelines.intake.plain_wordings import header_wording, value_key, value_wording
from pipelines.intake.school_mapping import TABLES, Entry, SchoolMapping, column_of, columns_of, joined
from pipelines.intake.tables import TextTable, rows_with
from schemas.issues import Issue
from schemas.lexicon import Column

MOST_LOOKED_AT = 500  # distinct answers of one column; a column with more holds text, not categories
MOST_OFFERED = 40  # wordings of one column
UNKNOWN_COLUMN = "structure-unknown-column"

Tables = Mapping[str, TextTable]


@dataclass(frozen=True, slots=True)
class Used:
    """One entry of the mapping that a file was read by, and in how many rows, for each school by URN too."""

    entry: Entry
    rows: int
    by_school: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Unread:
    """A wording that is not understood and may be mapped: `column` is blank for a header; `rows` hold it.

    `options` are the columns that are not in the file, or the column's codes: the closest in wording first, and
    `likely` says whether that one is close.
    """

    table: str
    column: str
    wording: str
    rows: int
    options: tuple[str, ...] = ()
    likely: bool = False


@dataclass(frozen=True)
class Applied:
    """The tables after a mapping, the rows each of its entries was used in, and the issues it settles."""

    tables: Tables
    used: Mapping[Entry, pd.Index]
    left_out: frozenset[tuple[str, str]]


def apply(tables: Tables, mapping: SchoolMapping) -> Applied:
    """The tables with the school's headers and answers in the vocabulary's words; row numbers stay."""
    used: dict[Entry, pd.Index] = {}
    left_out: set[tuple[str, str]] = set()
    read = {name: _apply_to(table, mapping, used, left_out) for name, table in tables.items()}
    return Applied(read, used, frozenset(left_out))


def settle(issues: Iterable[Issue], applied: Applied) -> list[Issue]:
    """The issues without those about columns that the school leaves out on purpose; personal data stay refused."""
    return [
        issue
        for issue in issues
        if issue.rule != UNKNOWN_COLUMN or (issue.table, issue.column or "") not in applied.left_out
    ]


def counted(applied: Applied, rows: Mapping[str, pd.DataFrame]) -> tuple[Used, ...]:
    """Each entry that was used, with its rows counted, school by school where the schools are known."""
    return tuple(
        Used(entry, len(numbers), _by_school(rows.get(entry.table), numbers)) for entry, numbers in applied.used.items()
    )


def _by_school(frame: pd.DataFrame | None, numbers: pd.Index) -> dict[str, int]:
    if frame is None:
        return {}
    counts = frame["school_urn"].reindex(numbers).astype(object).value_counts()
    return {str(urn): int(count) for urn, count in counts.items()}


def _apply_to(
    table: TextTable, mapping: SchoolMapping, used: dict[Entry, pd.Index], left_out: set[tuple[str, str]]
) -> TextTable:
    if table.name not in TABLES:
        return table
    frame = _with_headers(table, mapping, used, left_out)
    for label, name in map_headers(table.name, frame.columns).items():
        if entries := mapping.answers.get((table.name, name)):
            frame = frame.assign(**{label: _with_answers(frame[label], column_of(table.name, name), entries, used)})
    return replace(table, frame=frame)


def _with_headers(
    table: TextTable, mapping: SchoolMapping, used: dict[Entry, pd.Index], left_out: set[tuple[str, str]]
) -> pd.DataFrame:
    known = map_headers(table.name, table.frame.columns)
    taken = set(known.values())
    names: dict[str, str] = {}
    for position, label in enumerate(table.frame.columns):
        entry = mapping.headers.get((table.name, header_key(str(label))))
        if entry is None or not _fits(entry, label, known, taken):
            continue
        taken.update(entry.meant)
        used[entry] = table.frame.index
        if entry.meant:
            names[label] = entry.meant[0]
        else:
            left_out |= {(table.name, str(label)), (table.name, column_place(position))}
    return table.frame.rename(columns=names)


def _fits(entry: Entry, label: str, known: Mapping[str, str], taken: set[str]) -> bool:
    """A second column of one meaning stays unknown; a column that the vocabulary reads is not left out."""
    return not taken.intersection(entry.meant) if entry.meant else label not in known


def _with_answers(
    cells: pd.Series, column: Column | None, entries: Mapping[str, Entry], used: dict[Entry, pd.Index]
) -> pd.Series:
    several = column is not None and column.kind == "codes"
    found: dict[Entry, list[str]] = {}
    meanings: dict[str, str] = {}
    for text in cells.array.categories:
        said = [part for part in _parts(text, several=several) if value_key(part) in entries]
        if said:
            meanings[text] = _read(text, entries, several=several)
            for part in said:
                found.setdefault(entries[value_key(part)], []).append(text)
    for entry, texts in found.items():
        used[entry] = pd.Index(rows_with(cells, texts))
    return relabel(cells, lambda text: meanings.get(text, text)) if meanings else cells


def _read(text: str, entries: Mapping[str, Entry], *, several: bool) -> str:
    parts = [
        joined(entries[value_key(part)]) if value_key(part) in entries else part
        for part in _parts(text, several=several)
    ]
    return SEVERAL.join(part for part in parts if part)


def _parts(text: str, *, several: bool) -> list[str]:
    """The answers in a cell: one, or several with separators between them."""
    if not several:
        return [text]
    for separator in SEPARATORS:
        text = text.replace(separator, SEVERAL)
    return [part.strip() for part in text.split(SEVERAL) if part.strip()]


# -- what could be mapped ------------------------------------------------------------------------------------


def unread(applied: Applied, issues: Iterable[Issue]) -> tuple[Unread, ...]:
    """The headers and answers that are not understood and may be mapped; of none in which personal data were found."""
    refused = {(issue.table, issue.column or "") for issue in issues if issue.rule.startswith("personal-")}
    tables = [applied.tables[name] for name in TABLES if name in applied.tables]
    headers = [one for table in tables for one in _unread_headers(table, applied, refused)]
    return (*headers, *(one for table in tables for one in _unread_answers(table, refused)))


def _unread_headers(table: TextTable, applied: Applied, refused: set[tuple[str, str]]) -> list[Unread]:
    known = map_headers(table.name, table.frame.columns)
    missing = {column.name: column.words for column in columns_of(table.name) if column.name not in set(known.values())}
    places = {str(label): column_place(at) for at, label in enumerate(table.frame.columns)}
    return [
        Unread(table.name, "", label, len(table.frame), *by_closeness(label, missing))
        for label, place in places.items()
        if label not in known
        and header_wording(label) is not None
        and not {(table.name, label), (table.name, place)} & (refused | applied.left_out)
    ]


def _unread_answers(table: TextTable, refused: set[tuple[str, str]]) -> list[Unread]:
    found: list[Unread] = []
    for label, name in map_headers(table.name, table.frame.columns).items():
        column = column_of(table.name, name)
        if column is not None and column.codes is not None and (table.name, str(label)) not in refused:
            found += _of_column(table.name, column, table.frame[label])
    return found


def _of_column(table: str, column: Column, cells: pd.Series) -> list[Unread]:
    wordings: dict[str, tuple[str, list[str]]] = {}
    strange = (text for text in cells.array.categories if not _understood(column, text))
    for text in islice(strange, MOST_LOOKED_AT):
        for part in _parts(text, several=column.kind == "codes"):
            key = value_wording(part)
            if key is not None and not column.code_for(part):
                wordings.setdefault(key, (part, []))[1].append(text)
    counts = sorted(((len(rows_with(cells, set(texts))), part) for part, texts in wordings.values()), reverse=True)
    codes = {code.code: code.words for code in column.codes.codes} if column.codes else {}
    return [
        Unread(table, column.name, part, rows, *by_closeness(part, codes))
        for rows, part in counts[:MOST_OFFERED]
        if rows
    ]


def _understood(column: Column, text: str) -> bool:
    if not text or column.code_for(text):
        return True
    understands: Callable[[str], object] = column.code_for
    return column.kind == "codes" and all(map(understands, _parts(text, several=True)))
