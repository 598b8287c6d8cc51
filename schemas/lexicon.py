"""The vocabulary of a return: its tables, columns and codes, read from `schemas/vocabulary/`.

A file with an unknown or missing key, or a word that could be read in two ways, stops the start with
its name and the key. Nothing here guesses: a text is a code, its label or a listed alias, or it is none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from schemas.errors import LanguageError

TABLES = ("incidents", "children")
GROUPS = (
    "identity",
    "imagery",
    "consideration",
    "ukcis",
    "handling",
    "people",
    "decision",
    "response",
    "outcome",
    "child",
)
CODED = frozenset({"code", "codes"})
PATTERNED = frozenset({"text", "urn", "key"})
KINDS = CODED | PATTERNED | {"date"}

CODE_KEYS: Mapping[str, type] = {"code": str, "label": str, "definition": str, "aliases": list}
LIST_KEYS: Mapping[str, type] = {"title": str, "code": list}
COLUMN_KEYS: Mapping[str, type] = {
    "name": str,
    "label": str,
    "definition": str,
    "source_step": str,
    "core": bool,
    "kind": str,
    "group": str,
    "aliases": list,
}
OPTIONAL_COLUMN_KEYS: Mapping[str, type] = {
    "list": str,
    "pattern": str,
    "risk_factor": bool,
    "expected_when": str,
    "sample_share": float,
}

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


@cache
def lexicon() -> Lexicon:
    """The vocabulary that ships with Plumbline."""
    return load(files("schemas") / "vocabulary")


def load(folder: Traversable) -> Lexicon:
    """Read a vocabulary folder; a LanguageError names the file and key of the first fault."""
    paths = sorted((folder / "lists").iterdir(), key=lambda path: path.name)
    lists = {path.name[:-5]: _code_list(path) for path in paths if path.name.endswith(".toml")}
    tables = {name: _table(folder / f"{name}.toml", name=name, lists=lists) for name in TABLES}
    return Lexicon(tables=MappingProxyType(tables), lists=MappingProxyType(lists))


def _code_list(path: Traversable) -> CodeList:
    raw = _checked(_toml(path), where=path.name, required=LIST_KEYS)
    codes = tuple(_code(entry, where=where) for entry, where in _entries(raw["code"], path.name, "code"))
    _unambiguous(((code.code, code.words) for code in codes), where=path.name)
    return CodeList(name=path.name[:-5], title=raw["title"], codes=codes)


def _code(entry: Any, *, where: str) -> Code:
    raw = _checked(entry, where=where, required=CODE_KEYS)
    return Code(**{**raw, "aliases": _texts(raw["aliases"], where=where)})


def _table(path: Traversable, *, name: str, lists: Mapping[str, CodeList]) -> Table:
    raw = _checked(_toml(path), where=path.name, required={"column": list})
    entries = _entries(raw["column"], path.name, "name")
    columns = tuple(_column(entry, where=where, lists=lists) for entry, where in entries)
    _unambiguous(((column.name, column.words) for column in columns), where=path.name)
    return Table(name=name, columns=columns)


def _column(entry: Any, *, where: str, lists: Mapping[str, CodeList]) -> Column:
    raw = _checked(entry, where=where, required=COLUMN_KEYS, optional=OPTIONAL_COLUMN_KEYS)
    for key, allowed in (("kind", KINDS), ("group", GROUPS)):
        if raw[key] not in allowed:
            raise LanguageError(f"{where}: key {key!r} must be one of {', '.join(sorted(allowed))}.")
    _belongs(raw, key="list", kinds=CODED, where=where)
    _belongs(raw, key="pattern", kinds=PATTERNED, where=where)
    _share(raw, where=where)
    codes = _named_list(raw.pop("list", None), lists=lists, where=where)
    return Column(**{**raw, "codes": codes, "aliases": _texts(raw["aliases"], where=where)})


def _named_list(name: str | None, *, lists: Mapping[str, CodeList], where: str) -> CodeList | None:
    if name is not None and name not in lists:
        raise LanguageError(f"{where}: there is no list {name!r} in vocabulary/lists.")
    return lists[name] if name else None


def _belongs(raw: Mapping[str, Any], *, key: str, kinds: frozenset[str], where: str) -> None:
    if (key in raw) != (raw["kind"] in kinds):
        fault = "has no place" if key in raw else "is missing"
        raise LanguageError(f"{where}: key {key!r} {fault} in a column of kind {raw['kind']!r}.")


def _share(raw: Mapping[str, Any], *, where: str) -> None:
    if not 0 <= raw.get("sample_share", 0) <= 1:
        raise LanguageError(f"{where}: sample_share must lie between 0 and 1.")


def _toml(path: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LanguageError(f"{path.name}: the vocabulary file is missing.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise LanguageError(f"{path.name}: not readable as TOML ({fault}).") from None


def _entries(entries: list[Any], file: str, key: str) -> Iterator[tuple[Any, str]]:
    """Each entry with the place to name in an error: the file and the entry's own name where it has one."""
    for number, entry in enumerate(entries, start=1):
        name = entry.get(key, f"number {number}") if isinstance(entry, dict) else f"number {number}"
        yield entry, f"{file}, {name}"


def _checked(
    raw: Any, *, where: str, required: Mapping[str, type], optional: Mapping[str, type] = MappingProxyType({})
) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise LanguageError(f"{where}: expected a table of keys.")
    for key in required:
        if key not in raw:
            raise LanguageError(f"{where}: key {key!r} is missing.")
    for key, value in raw.items():
        wanted = {**required, **optional}.get(key)
        if wanted is None:
            raise LanguageError(f"{where}: key {key!r} is unknown.")
        if type(value) is not wanted or value == "":
            raise LanguageError(f"{where}: key {key!r} must be a {wanted.__name__} and not blank.")
    return dict(raw)


def _texts(values: list[Any], *, where: str) -> tuple[str, ...]:
    if not all(isinstance(value, str) and normalise(value) for value in values):
        raise LanguageError(f"{where}: key 'aliases' must hold texts that are not blank.")
    return tuple(values)


def _unambiguous(entries: Iterable[tuple[str, tuple[str, ...]]], *, where: str) -> None:
    """No word may belong to two entries, and no alias may say again what its entry says already."""
    owner: dict[str, str] = {}
    for name, (own, label, *aliases) in entries:
        spoken = [*dict.fromkeys((normalise(own), normalise(label))), *map(normalise, aliases)]
        for word in spoken:
            if word in owner:
                raise LanguageError(f"{where}: {word!r} is a duplicate, in {owner[word]!r} and {name!r}.")
            owner[word] = name
