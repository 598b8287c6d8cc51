"""Recording systems: how the words of an export become the columns and codes of a return, one file each.

The files stand in `schemas/formats/`; a file with an unknown or missing key, or a header that could be read
in two ways, stops the start with its name. A school keeps its own words in a file that extends one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from schemas.definition_files import check_keys, names, read
from schemas.errors import LanguageError, QuestionError
from schemas.lexicon import lexicon, normalise
from schemas.own_words import merged
from schemas.words import Column

KEYS = ("title", "layout", "about", "basis", "dates", "separators", "headers", "pupil", "categories", "actions",
        "dropped", "values", "mark")  # fmt: skip
_HEADER_MARKS = " ?:*"


class Layout(StrEnum):
    """What a row of an export is."""

    TWO_TABLES = "two_tables"
    ROW_PER_EVENT = "row_per_event"
    ROW_PER_CHILD = "row_per_child"
    ROW_PER_ACTION = "row_per_action"

    @property
    def lists_children(self) -> bool:
        """Whether one cell may name several children."""
        return self in (Layout.ROW_PER_EVENT, Layout.ROW_PER_ACTION)


class Part(StrEnum):
    """What a column of an export is for, beside the columns of a return."""

    COLUMN = "column"
    UPN = "upn"
    ADMISSION_NUMBER = "admission_number"
    PUPIL_NUMBER = "pupil_number"
    DATE_OF_BIRTH = "date_of_birth"
    CATEGORY = "category"
    ACTION = "action"
    ACTION_DATE = "action_date"
    DROPPED = "dropped"


IDENTIFYING = (Part.UPN, Part.ADMISSION_NUMBER, Part.PUPIL_NUMBER)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one header means; `name` is the column of the return, or the kind of thing that is dropped."""

    part: Part
    name: str = ""


@dataclass(frozen=True)
class Mark:
    """A category or action that answers columns: column → code; `dated` takes the date of the action."""

    words: tuple[str, ...]
    sets: Mapping[str, str]
    dated: str | None


@dataclass(frozen=True, kw_only=True)
class RecordingSystem:
    """One layout of export: what its headers mean and what its words mean.

    `headers` has only the words beyond the vocabulary's own; `values` is column → wording → code; wordings
    are compared as `normalise` levels them.
    """

    name: str
    title: str
    layout: Layout
    about: str
    basis: str
    month_first: bool
    separators: tuple[str, ...]
    headers: Mapping[str, Meaning]
    values: Mapping[str, Mapping[str, str]]
    subject: frozenset[str]
    marks: tuple[Mark, ...]

    def meaning(self, header: str) -> Meaning | None:
        """What a header means in this format, or else in the vocabulary; None when it means nothing."""
        key = header_key(header)
        if key in self.headers:
            return self.headers[key]
        found = next((name for table in lexicon().tables.values() if (name := table.by_header.get(key))), None)
        return Meaning(Part.COLUMN, found) if found else None

    def code_for(self, column: Column, text: str) -> str | None:
        """The code that an answer means in this format, or else in the vocabulary."""
        return self.values.get(column.name, {}).get(normalise(text)) or column.code_for(text)

    def mark_for(self, text: str) -> Mark | None:
        """What a category or action answers; every action of the vocabulary is one."""
        word = normalise(text)
        for mark in self.marks:
            if word in mark.words:
                return mark
        code = columns()["actions_taken"].code_for(text)
        return Mark((word,), {"actions_taken": code}, None) if code else None

    def is_subject(self, text: str) -> bool:
        """Whether a category is one that the return is about."""
        return normalise(text) in self.subject

    def extended(self, *, headers: Mapping[str, str], values: Mapping[str, Mapping[str, str]]) -> RecordingSystem:
        """The same with more: header → column, and column → wording → code; these go before its own."""
        own = {header_key(header): Meaning(Part.COLUMN, name) for header, name in headers.items()}
        both = {name: dict(words) for name, words in self.values.items()}
        for name, words in values.items():
            both[name] = {**both.get(name, {}), **{normalise(word): code for word, code in words.items()}}
        return replace(self, headers={**self.headers, **own}, values=both)

    @property
    def known_headers(self) -> frozenset[str]:
        """Every header that has a meaning, as compared."""
        vocabulary = frozenset[str]().union(*(table.by_header for table in lexicon().tables.values()))
        return vocabulary | frozenset(self.headers)


def header_key(header: str) -> str:
    """The form in which headers are compared."""
    return normalise(header).rstrip(_HEADER_MARKS)


@cache
def columns() -> Mapping[str, Column]:
    """Every column of a return by name; `incident_ref` is that of the incidents."""
    tables = lexicon().tables
    return MappingProxyType({**tables["children"].by_name, **tables["incidents"].by_name})


@cache
def recording_systems() -> Mapping[str, RecordingSystem]:
    """Every format that ships with Plumbline, by the name of its file."""
    paths = {path.rpartition("/")[2].removesuffix(".toml"): path for path in names("formats")}
    return MappingProxyType({name: build(read(path), name=name, where=path) for name, path in paths.items()})


def own_format(entry: Mapping[str, Any], *, where: str) -> RecordingSystem:
    """A school's own file: it names the format it extends and adds headers, values, categories and marks."""
    check_keys(entry, required=("extends",), optional=KEYS, where=where)
    base = entry["extends"]
    if base not in recording_systems():
        raise QuestionError(f"There is no such format to extend. There are: {', '.join(recording_systems())}.")
    own = {key: value for key, value in entry.items() if key != "extends"}
    return build(merged(read(f"formats/{base}.toml"), own), name=base, where=where)


def build(entry: Mapping[str, Any], *, name: str, where: str) -> RecordingSystem:
    """One format from the content of its file; a LanguageError names the file and the key of the first fault."""
    check_keys(entry, required=KEYS, where=where)
    if entry["layout"] not in list(Layout) or entry["dates"] not in ("day_first", "month_first"):
        raise LanguageError(f"{where}: the layout or the order of dates is not one that can be read")
    return RecordingSystem(
        name=name,
        layout=Layout(entry["layout"]),
        month_first=entry["dates"] == "month_first",
        separators=tuple(entry["separators"]),
        headers=_one_meaning_each(_meanings(entry, where=where), where=where),
        values={column: _values(column, words, where=where) for column, words in entry["values"].items()},
        subject=frozenset(map(normalise, entry["categories"]["subject"])),
        marks=tuple(_mark(mark, where=where) for mark in entry["mark"]),
        **{key: entry[key] for key in ("title", "about", "basis")},
    )


def _meanings(entry: Mapping[str, Any], *, where: str) -> Iterator[tuple[str, Meaning]]:
    check_keys(entry["pupil"], required=[*map(str, IDENTIFYING), str(Part.DATE_OF_BIRTH)], where=f"{where}: pupil")
    check_keys(entry["categories"], required=("headers", "subject"), where=f"{where}: categories")
    check_keys(entry["actions"], required=("headers", "dates"), where=f"{where}: actions")
    for name, headers in entry["headers"].items():
        yield from ((header, Meaning(Part.COLUMN, _known(name, where=where))) for header in headers)
    for part, headers in entry["pupil"].items():
        yield from ((header, Meaning(Part(part))) for header in headers)
    yield from ((header, Meaning(Part.CATEGORY)) for header in entry["categories"]["headers"])
    yield from ((header, Meaning(Part.ACTION)) for header in entry["actions"]["headers"])
    yield from ((header, Meaning(Part.ACTION_DATE)) for header in entry["actions"]["dates"])
    for kind, headers in entry["dropped"].items():
        yield from ((header, Meaning(Part.DROPPED, kind)) for header in headers)


def _one_meaning_each(found: Iterator[tuple[str, Meaning]], *, where: str) -> Mapping[str, Meaning]:
    headers: dict[str, Meaning] = {}
    for header, meaning in found:
        if header_key(header) in headers:
            raise LanguageError(f"{where}: the header “{header}” stands more than once")
        headers[header_key(header)] = meaning
    return MappingProxyType(headers)


def _known(name: str, *, where: str) -> str:
    if name not in columns():
        raise LanguageError(f"{where}: a return has no column {name}")
    return name


def _values(name: str, words: Mapping[str, Any], *, where: str) -> Mapping[str, str]:
    return MappingProxyType(
        {normalise(word): _code(name, code, where=where) for code, spoken in words.items() for word in spoken}
    )


def _code(name: str, code: str, *, where: str) -> str:
    codes = columns()[_known(name, where=where)].codes
    if codes is None or code not in codes.by_code:
        raise LanguageError(f"{where}: {name} has no code {code}")
    return code


def _mark(entry: Mapping[str, Any], *, where: str) -> Mark:
    check_keys(entry, required=("words", "sets"), optional=("dated",), where=f"{where}: mark")
    dated = entry.get("dated")
    if dated is not None and columns()[_known(dated, where=where)].kind != "date":
        raise LanguageError(f"{where}: {dated} does not hold a date")
    sets = {name: _code(name, code, where=where) for name, code in entry["sets"].items()}
    return Mark(tuple(map(normalise, entry["words"])), MappingProxyType(sets), dated)
