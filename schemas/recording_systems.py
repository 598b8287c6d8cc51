"""Recording systems: how the words of an export become the columns and codes of a return, one file each.

The files stand in `schemas/formats/`; a file with an unknown or missing key, or a header that could be read
in two ways, stops the start with its name. A school keeps its own words in a file that extends one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from schemas.definition_files import check_keys, names, read
from schemas.errors import LanguageError, QuestionError
from schemas.lexicon import normalise
from schemas.own_words import merged
from schemas.recording_shapes import (
    IDENTIFYING,
    Layout,
    Mark,
    Meaning,
    Part,
    RecordingSystem,
    columns,
    header_key,
)

__all__ = [
    "IDENTIFYING",
    "Layout",
    "Mark",
    "Meaning",
    "Part",
    "RecordingSystem",
    "build",
    "columns",
    "own_format",
    "recording_systems",
]

KEYS = ("title", "layout", "about", "basis", "dates", "separators", "headers", "pupil", "categories", "actions",
        "dropped", "values", "mark")  # fmt: skip


@cache
def recording_systems() -> Mapping[str, RecordingSystem]:
    """Every format that ships with Plumbline, by the name of its file."""
    paths = {path.rpartition("/")[2].removesuffix(".toml"): path for path in names("formats")}
    return MappingProxyType({name: build(_content(name), name=name, where=path) for name, path in paths.items()})


def _content(name: str) -> Mapping[str, Any]:
    """What the file of a format says, with what it has from the format that it extends."""
    entry = read(f"formats/{name}.toml")
    if "extends" not in entry:
        return entry
    return merged(_content(entry["extends"]), {key: value for key, value in entry.items() if key != "extends"})


def own_format(entry: Mapping[str, Any], *, where: str) -> RecordingSystem:
    """A school's own file: it names the format it extends and adds headers, values, categories and marks."""
    check_keys(entry, required=("extends",), optional=KEYS, where=where)
    base = entry["extends"]
    if base not in recording_systems():
        raise QuestionError(f"There is no such format to extend. There are: {', '.join(recording_systems())}.")
    own = {key: value for key, value in entry.items() if key != "extends"}
    _only_texts(own, where=where)
    return build(merged(_content(base), own), name=base, where=where)


def build(entry: Mapping[str, Any], *, name: str, where: str) -> RecordingSystem:
    """One format from the content of its file; a LanguageError names the file and the key of the first fault."""
    check_keys(entry, required=KEYS, where=where)
    _only_texts(entry, where=where)
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


def _only_texts(entry: Mapping[str, Any], *, where: str) -> None:
    """Lists of words are lists of texts, so that no single text is taken apart into letters."""
    for section in ("headers", "pupil", "categories", "actions", "dropped"):
        _lists_of_texts(entry.get(section, {}), where=f"{where}: {section}")
    _lists_of_texts({"separators": entry.get("separators", [])}, where=where)
    for column, words in _table(entry.get("values", {}), where=f"{where}: values").items():
        _lists_of_texts(words, where=f"{where}: values of {column}")
    for mark in entry.get("mark", ()):
        _lists_of_texts({"words": _table(mark, where=f"{where}: mark").get("words", [])}, where=f"{where}: mark")


def _lists_of_texts(section: Any, *, where: str) -> None:
    for name, words in _table(section, where=where).items():
        if not (isinstance(words, list) and all(isinstance(word, str) and word for word in words)):
            raise LanguageError(f"{where}: {name} must be a list of words that are not blank")


def _table(content: Any, *, where: str) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise LanguageError(f"{where}: expected names with what belongs to each")
    return content


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
