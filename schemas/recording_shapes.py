"""The shape of a recording system's format: what a row of its export is, and what its headers and words mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from schemas.lexicon import lexicon, normalise
from schemas.words import Column

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
