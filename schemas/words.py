"""The shapes of the vocabulary: a code, a list of codes, a column, a table, and how wordings are compared.

Nothing here guesses: a text is a code, its label or a listed alias, or it is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from schemas.errors import LanguageError

_GAPS = re.compile(r"[\s_/\-\u2010-\u2015]+")
_HEADER_MARKS = " ?:*"


def normalise(text: str) -> str:
    """The form in which two wordings are compared: case, gaps, dashes, slashes and apostrophes levelled."""
    return _GAPS.sub(" ", text.replace("\u2019", "'")).strip().casefold()


@dataclass(frozen=True)
class Code:
    """One answer that a list allows."""

    code: str
    label: str
    definition: str
    aliases: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Every text that means this code."""
        return (self.code, self.label, *self.aliases)


@dataclass(frozen=True)
class CodeList:
    """The answers that one or more columns allow, in their order."""

    name: str
    title: str
    codes: tuple[Code, ...]

    @cached_property
    def by_alias(self) -> Mapping[str, str]:
        """Normalised code, label or alias → code."""
        return MappingProxyType({normalise(word): code.code for code in self.codes for word in code.words})

    @cached_property
    def by_code(self) -> Mapping[str, Code]:
        """Exact code → its entry."""
        return MappingProxyType({code.code: code for code in self.codes})


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a return."""

    name: str
    label: str
    definition: str
    source_step: str
    core: bool
    kind: str
    codes: CodeList | None = None
    pattern: str | None = None
    group: str
    risk_factor: bool = False
    aliases: tuple[str, ...]
    expected_when: str | None = None
    sample_share: float | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Every header that means this column."""
        return (self.name, self.label, *self.aliases)

    def code_for(self, text: str) -> str | None:
        """The code that one answer means, or None when it means none of them (or the column has no list)."""
        return self.codes.by_alias.get(normalise(text)) if self.codes else None


@dataclass(frozen=True)
class Table:
    """One table of a return, its columns in their order."""

    name: str
    columns: tuple[Column, ...]

    @cached_property
    def by_header(self) -> Mapping[str, str]:
        """Normalised name, label or alias → column name."""
        return MappingProxyType({normalise(word): col.name for col in self.columns for word in col.words})

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Exact name → column."""
        return MappingProxyType({column.name: column for column in self.columns})

    def name_for(self, header: str) -> str | None:
        """The column that a header as sent means ("Police contacted?" too), or None."""
        return self.by_header.get(normalise(header).rstrip(_HEADER_MARKS))


@dataclass(frozen=True)
class Lexicon:
    """All the words of a return."""

    tables: Mapping[str, Table]
    lists: Mapping[str, CodeList]

    def column(self, table: str, name: str) -> Column:
        """The column of that exact name; a LanguageError when there is none."""
        try:
            return self.tables[table].by_name[name]
        except KeyError:
            raise LanguageError(f"The vocabulary has no column {table}.{name}.") from None

    @cached_property
    def risk_factors(self) -> tuple[Column, ...]:
        """The yes-or-no questions that can call for escalation, in the order of the return."""
        return tuple(column for column in self.tables["incidents"].columns if column.risk_factor)
