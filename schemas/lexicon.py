"""The vocabulary of a return, read from `schemas/vocabulary/`.

A file with an unknown or missing key, or a word that could be read in two ways, stops the start with its
name and the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from schemas.definition_files import check_keys
from schemas.errors import LanguageError
from schemas.words import Code, CodeList, Column, Lexicon, Table, normalise

__all__ = ["Code", "CodeList", "Column", "Lexicon", "Table", "lexicon", "load", "normalise"]

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
    check_keys(raw, required=required, optional=optional, where=where)
    types = {**required, **optional}
    for key, value in raw.items():
        wanted = types[key]
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
                places = f"twice in {name}" if owner[word] == name else f"in {owner[word]} and in {name}"
                raise LanguageError(f"{where}: “{word}” is a duplicate, {places}")
            owner[word] = name
